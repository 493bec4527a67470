/** What the links need to know of the rows. */
export interface LinkedRows {
  readonly count: number;
  readonly parent: Int32Array;
}

/** Steps per row that plain walks may take before shortcuts are built. */
const walkBudget = 16;

/**
 * Tells whether a new parent link would close a cycle. Walks up plainly while that is cheap; when the walks of a trace
 * add up (deep chains put together from pieces), it keeps shortcuts to the roots (disjoint sets with path halving), so
 * that no order of arrival costs more than about the number of rows. Nothing recursive.
 */
export class ParentLinks {
  private steps = 0;
  private shortcuts: Int32Array | undefined;

  get byteLength(): number { return this.shortcuts?.byteLength ?? 0; }

  /** Whether `row`, which has no parent now, is `above` or one of its ancestors. */
  closesCycle(rows: LinkedRows, row: number, above: number): boolean {
    if (this.shortcuts === undefined && this.steps <= rows.count * walkBudget + 1024) {
      let at = above;
      for (; at >= 0 && at !== row; at = rows.parent[at] as number) this.steps++;
      return at === row;
    }
    this.shortcuts ??= rows.parent.slice();
    return this.rootOf(this.shortcuts, above) === row;
  }

  /** A row without parent was put below another. */
  attached(rows: LinkedRows, row: number, parent: number): void {
    if (this.shortcuts === undefined) return;
    this.makeRoom(rows);
    this.shortcuts[row] = parent;
  }

  added(rows: LinkedRows, row: number): void {
    if (this.shortcuts === undefined) return;
    this.makeRoom(rows);
    this.shortcuts[row] = -1;
  }

  /** A link was taken away: shortcuts may lead through it. */
  detached(): void { this.shortcuts = undefined; }

  private rootOf(shortcuts: Int32Array, from: number): number {
    let row = from;
    for (;;) {
      const parent = shortcuts[row] as number;
      if (parent < 0) return row;
      const next = shortcuts[parent] as number;
      if (next < 0) return parent;
      shortcuts[row] = next;
      row = next;
    }
  }

  private makeRoom(rows: LinkedRows): void {
    if (this.shortcuts === undefined || this.shortcuts.length >= rows.count) return;
    const next = new Int32Array(rows.parent.length).fill(-1);
    next.set(this.shortcuts);
    this.shortcuts = next;
  }
}

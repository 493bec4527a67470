import type { SpanTree } from '../../src/analysis/tree.ts';

/** The rows that a table shows, from top to bottom. */
export interface VisibleRows {
  readonly rows: Uint32Array;
  /** Levels below the root, in step with `rows`. */
  readonly depth: Uint32Array;
}

/** All rows but those below a folded one; parents before children, siblings by start time. No recursion. */
export function visibleRows(tree: SpanTree, count: number, folded: ReadonlySet<number>): VisibleRows {
  const rows = new Uint32Array(count), depth = new Uint32Array(count);
  const stack = new Uint32Array(count), stackDepth = new Uint32Array(count);
  let shown = 0, height = 0;
  const push = (parent: number, level: number): void => {
    const children = tree.children(parent);
    for (let i = children.length - 1; i >= 0; i--) {
      stack[height] = children[i] as number;
      stackDepth[height++] = level;
    }
  };
  push(-1, 0);
  while (height > 0) {
    const row = stack[--height] as number, level = stackDepth[height] as number;
    rows[shown] = row;
    depth[shown++] = level;
    // Most rows are leaves, and even an empty list of children costs an object.
    if (tree.childCount(row) > 0 && !folded.has(row)) push(row, level + 1);
  }
  return { rows: rows.subarray(0, shown), depth: depth.subarray(0, shown) };
}

/** The folded rows above a row: those that must open for it to be seen. */
export function foldedAbove(tree: SpanTree, row: number, folded: ReadonlySet<number>): number[] {
  const above: number[] = [];
  for (let parent = tree.parent(row); parent >= 0; parent = tree.parent(parent)) if (folded.has(parent)) above.push(parent);
  return above;
}

/** Every row with children. */
export function parentsOf(tree: SpanTree, count: number): number[] {
  const parents: number[] = [];
  for (let row = 0; row < count; row++) if (tree.childCount(row) > 0) parents.push(row);
  return parents;
}

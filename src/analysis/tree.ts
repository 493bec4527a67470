import type { TraceRows } from '../model/traceRows.ts';
import { rowsByStart } from './order.ts';
import { RowLists, enlarged } from './rowLists.ts';

/**
 * The children of every row by start time (equal starts: by row). Row -1 stands for the run: its children are the
 * roots. Built in one pass; rows that arrive or change later are put in their place one by one.
 */
export class SpanTree {
  #rows: TraceRows;
  #children: RowLists;
  /** Where each row hangs now, so that a row whose parent or start changes is found again. */
  #linkedTo: Int32Array;
  #sizes: Uint32Array | undefined;
  #count: number;

  constructor(rows: TraceRows) {
    this.#rows = rows;
    this.#count = rows.count;
    this.#linkedTo = rows.parent.slice(0, rows.count);
    this.#children = RowLists.build(rowsByStart(rows), this.#linkedTo, 1, rows.count + 1);
  }

  /** Number of rows. */
  get count(): number { return this.#count; }

  childCount(row: number): number { return this.#children.length(row + 1); }

  /** The `i`-th child by start time. */
  child(row: number, i: number): number { return this.#children.at(row + 1, i); }

  /** The children as a view that holds until the next change of the tree. */
  children(row: number): Uint32Array { return this.#children.view(row + 1); }

  parent(row: number): number { return this.#linkedTo[row] as number; }

  /** Place of a row among its siblings. */
  indexOf(row: number): number { return positionOf(this.children(this.parent(row)), this.#rows.start, row); }

  /** Spans below and including `row`; of row -1: all. */
  subtreeSize(row: number): number {
    this.#sizes ??= this.#countSizes();
    return row < 0 ? this.#count : this.#sizes[row] as number;
  }

  /** The rows below and including `root` (-1: all), parents before children, siblings by start time. */
  preorder(root = -1): Uint32Array {
    const order = new Uint32Array(root < 0 ? this.#count : this.subtreeSize(root));
    const stack = new Uint32Array(order.length);
    let depth = root < 0 ? this.#pushChildren(stack, 0, -1) : 1;
    if (root >= 0) stack[0] = root;
    for (let i = 0; depth > 0; i++) {
      const row = stack[--depth] as number;
      order[i] = row;
      depth = this.#pushChildren(stack, depth, row);
    }
    return order;
  }

  /** Takes in rows added since, and rows whose parent or start was changed in place. */
  update(rows: TraceRows, changed: Uint32Array = none): void {
    const from = this.#count;
    this.#rows = rows;
    this.#count = rows.count;
    this.#reserve(from);
    const known = changed.filter((row) => row < from);
    const moved = known.filter((row) => rows.parent[row] !== this.#linkedTo[row]);
    for (const row of moved) this.#unlink(row);
    for (const parent of new Set(known.map((row) => (this.#linkedTo[row] as number) + 1))) this.#sortIfNeeded(parent);
    for (const row of moved) this.#link(row);
    for (let row = from; row < rows.count; row++) this.#link(row);
  }

  /** Takes no more memory than it needs as it is: not much is expected to change soon. */
  trim(): void {
    this.#children.trim();
  }

  #reserve(from: number): void {
    const count = this.#count;
    this.#children.grow(count + 1);
    if (this.#linkedTo.length < count) this.#linkedTo = enlarged(this.#linkedTo, count);
    if (this.#sizes && this.#sizes.length < count) this.#sizes = enlarged(this.#sizes, count);
    this.#linkedTo.fill(-1, from, count);
    this.#sizes?.fill(1, from, count);
  }

  /** A parent may come after its children, so what is already below the row counts with it. */
  #link(row: number): void {
    const parent = this.#rows.parent[row] as number;
    this.#linkedTo[row] = parent;
    this.#children.insert(parent + 1, positionOf(this.children(parent), this.#rows.start, row), row);
    this.#addToAncestors(row, 1);
  }

  #unlink(row: number): void {
    const list = (this.#linkedTo[row] as number) + 1;
    this.#children.remove(list, this.#children.view(list).indexOf(row));
    this.#addToAncestors(row, -1);
    this.#linkedTo[row] = -1;
  }

  #addToAncestors(row: number, times: number): void {
    if (!this.#sizes) return;
    const size = (this.#sizes[row] as number) * times;
    for (let up = this.#linkedTo[row] as number; up >= 0; up = this.#linkedTo[up] as number) this.#sizes[up]! += size;
  }

  #sortIfNeeded(list: number): void {
    const rows = this.#children.view(list), { start } = this.#rows;
    for (let i = 1; i < rows.length; i++) {
      if (isBefore(start, rows[i] as number, rows[i - 1] as number)) {
        rows.sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
        return;
      }
    }
  }

  #pushChildren(stack: Uint32Array, depth: number, row: number): number {
    const children = this.children(row);
    for (let i = 0; i < children.length; i++) stack[depth + i] = children[children.length - 1 - i] as number;
    return depth + children.length;
  }

  #countSizes(): Uint32Array {
    const sizes = new Uint32Array(this.#count).fill(1);
    const order = this.preorder();
    for (let i = order.length - 1; i >= 0; i--) {
      const row = order[i] as number, parent = this.#linkedTo[row] as number;
      if (parent >= 0) sizes[parent]! += sizes[row] as number;
    }
    return sizes;
  }
}

const none = new Uint32Array(0);

const isBefore = (start: Float64Array, a: number, b: number): boolean => {
  const difference = (start[a] as number) - (start[b] as number);
  return difference === 0 ? a < b : difference < 0;
};

/** Where `row` stands, or would stand, among `siblings`. */
function positionOf(siblings: Uint32Array, start: Float64Array, row: number): number {
  let low = 0, high = siblings.length;
  // Most rows come in the order of their start, so the end is tried first.
  if (high > 0 && isBefore(start, siblings[high - 1] as number, row)) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(start, siblings[middle] as number, row)) low = middle + 1;
    else high = middle;
  }
  return low;
}

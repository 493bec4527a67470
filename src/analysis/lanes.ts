import { Contour } from './contour.ts';
import type { SpanTree } from './tree.ts';

/**
 * When spans begin and end for the purpose of packing: open spans end at infinity, spans that are not drawn end at
 * -infinity and take no room, and spans hidden with all that is below them (folded siblings) end at NaN.
 */
export interface Extents {
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** Lane by row; -1 for rows that are not drawn. Narrow numbers while they do. */
export type LaneColumn = Int16Array | Int32Array;

/** The last lane that narrow numbers can hold. */
export const mostNarrow = 32_767;

export interface Packing {
  readonly lane: LaneColumn;
  readonly laneCount: number;
  /** The drawn rows, parents before children, siblings by start time. In this order the spans of a lane do not overlap and ascend. */
  readonly order: Uint32Array;
}

/**
 * Packs the spans below `root` (-1: all) into lanes. Children stand below their parent; siblings come in the order of
 * their start, and each takes the first lane where it and all that is below it begin, lane by lane, only after what
 * stands there has ended. Contours are merged into the deeper one, so the cost is O(n log n) for any shape.
 */
export function packLanes(tree: SpanTree, extents: Extents, root = -1): Packing {
  const walk = new Walk(tree, extents);
  if (root < 0) walk.enter(-1);
  else walk.enterOnly(root);
  walk.run();
  return walk.finish();
}

class Walk {
  readonly #tree: SpanTree;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  /** Rows in the order in which they were met. */
  readonly #order: Uint32Array;
  #met = 0;
  /** How many lanes a row stands below its parent, less one. */
  readonly #below: Int32Array;
  // One entry for every ancestor of the row at hand: the row, its children, which comes next, what they cover so far.
  readonly #rows: number[] = [];
  readonly #children: Uint32Array[] = [];
  readonly #next: number[] = [];
  readonly #covered: (Contour | undefined)[] = [];
  readonly #spare: Contour[] = [];
  #root = -1;

  constructor(tree: SpanTree, extents: Extents) {
    this.#tree = tree;
    this.#start = extents.start;
    this.#end = extents.end;
    this.#order = new Uint32Array(tree.count);
    this.#below = new Int32Array(tree.count);
  }

  enter(row: number): void {
    this.#push(row, this.#tree.children(row));
  }

  enterOnly(root: number): void {
    this.#root = root;
    this.#push(-1, Uint32Array.of(root));
  }

  run(): void {
    const start = this.#start, end = this.#end;
    while (this.#rows.length > 0) {
      const top = this.#rows.length - 1;
      const children = this.#children[top] as Uint32Array, next = this.#next[top] as number;
      if (next === children.length) {
        this.#leave();
        continue;
      }
      this.#next[top] = next + 1;
      const row = children[next] as number, ends = end[row] as number;
      if (Number.isNaN(ends)) continue;
      this.#order[this.#met++] = row;
      if (this.#tree.childCount(row) > 0) this.enter(row);
      else this.#placeLeaf(top, row, ends === -Infinity ? Infinity : (start[row] as number), ends);
    }
  }

  /** Turns distances from the parents into lanes and leaves out what is not drawn. */
  finish(): Packing {
    const lane = new Int32Array(this.#tree.count).fill(-1);
    const met = this.#order.subarray(0, this.#met);
    let laneCount = 0, drawn = 0;
    for (const row of met) {
      const parent = row === this.#root ? -1 : this.#tree.parent(row);
      const at = (parent < 0 ? -1 : (lane[parent] as number)) + 1 + (this.#below[row] as number);
      lane[row] = at;
    }
    for (const row of met) {
      if (this.#end[row] === -Infinity) {
        lane[row] = -1;
      } else {
        met[drawn++] = row;
        laneCount = Math.max(laneCount, (lane[row] as number) + 1);
      }
    }
    return { lane: laneCount <= mostNarrow ? Int16Array.from(lane) : lane, laneCount, order: met.slice(0, drawn) };
  }

  #push(row: number, children: Uint32Array): void {
    this.#rows.push(row);
    this.#children.push(children);
    this.#next.push(0);
    this.#covered.push(undefined);
  }

  /** All children of the uppermost row are placed: the row goes on top of them, and all together below its parent. */
  #leave(): void {
    const row = this.#rows.pop() as number;
    this.#children.pop();
    this.#next.pop();
    const contour = this.#covered.pop() ?? this.#fresh();
    if (row < 0) return;
    const ends = this.#end[row] as number;
    contour.prepend(ends === -Infinity ? Infinity : (this.#start[row] as number), ends);
    this.#place(this.#rows.length - 1, row, contour);
  }

  #placeLeaf(depth: number, row: number, left: number, right: number): void {
    const covered = (this.#covered[depth] ??= this.#fresh());
    const at = covered.firstFree(0, left);
    if (at < covered.length) covered.cover(at, left, right);
    else covered.append(left, right);
    this.#below[row] = at;
  }

  #place(depth: number, row: number, contour: Contour): void {
    const covered = this.#covered[depth];
    if (!covered) {
      this.#covered[depth] = contour;
      return;
    }
    const at = covered.firstFit(contour);
    this.#below[row] = at;
    const keepDeeper = contour.length > covered.length;
    if (keepDeeper) mergeUpper(contour, covered, at);
    else mergeLower(covered, contour, at);
    this.#covered[depth] = keepDeeper ? contour : covered;
    this.#spare.push(keepDeeper ? covered : contour);
  }

  #fresh(): Contour {
    const contour = this.#spare.pop() ?? new Contour();
    contour.clear();
    return contour;
  }
}

/** Adds `lower`, which begins at row `at`, to `contour`. */
function mergeLower(contour: Contour, lower: Contour, at: number): void {
  for (let i = 0; i < lower.length; i++) {
    const left = lower.left[lower.head + i] as number, right = lower.right[lower.head + i] as number;
    if (at + i < contour.length) contour.cover(at + i, left, right);
    else contour.append(left, right);
  }
}

/** Adds `upper`, in which `contour` begins at row `at`, to `contour`. */
function mergeUpper(contour: Contour, upper: Contour, at: number): void {
  for (let i = upper.length - 1; i >= at; i--) contour.cover(i - at, upper.left[upper.head + i] as number, upper.right[upper.head + i] as number);
  for (let i = Math.min(at, upper.length) - 1; i >= 0; i--) contour.prepend(upper.left[upper.head + i] as number, upper.right[upper.head + i] as number);
}

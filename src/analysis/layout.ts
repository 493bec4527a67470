import type { TraceRows } from '../model/traceRows.ts';
import { Contour } from './contour.ts';
import { isOnAxis, packedEnd, packedExtents } from './extents.ts';
import { foldRuns } from './folds.ts';
import type { Group } from './folds.ts';
import { mostNarrow, packLanes } from './lanes.ts';
import type { LaneColumn } from './lanes.ts';
import { RowLists, enlarged } from './rowLists.ts';
import { SpanTree } from './tree.ts';

/** Packing this many rows takes a few milliseconds. */
const packedAtOnce = 20_000;

export interface LayoutOptions {
  /** Lay out only this span and what is below it; -1 = all. */
  readonly root: number;
  /** Labels whose runs of equal siblings are one bar. */
  readonly folded: ReadonlySet<number>;
  /** Up to this many rows a trace is packed anew at every change. */
  readonly packUpTo?: number;
}

/** Of each lane, the spans that are new or changed, from and to which place. */
export type Touched = ReadonlyMap<number, readonly [from: number, to: number]>;

/** What an update did to the lanes: all are new, or spans were added to or changed in some of them. */
export type LayoutChange =
  | { readonly kind: 'packed' }
  | { readonly kind: 'touched'; readonly lanes: Touched };

/**
 * Where every span of a trace stands: parents above their children, no two spans of a lane at the same time. A short
 * trace is packed anew at every change. In a long one, new spans take the first lane below their parent that is free
 * from their start on, so that a change costs what it brings; `isLoose` says that packing it anew would look better.
 */
export class TraceLayout {
  #rows: TraceRows;
  #options: LayoutOptions;
  #count: number;
  #tree: SpanTree;
  lane: LaneColumn = new Int16Array(0);
  laneCount = 0;
  /** The spans of each lane by start time. */
  lists = RowLists.build(new Uint32Array(0), new Int32Array(0), 0, 0);
  groups: ReadonlyMap<number, Group> = new Map();
  isLoose = false;
  /** For each lane, when its last span ends. */
  #skyline: Contour | undefined;

  /** Keeps a tree of its own unless the caller has one; then the caller keeps that up to date. */
  constructor(rows: TraceRows, options: LayoutOptions = { root: -1, folded: new Set() }, tree?: SpanTree) {
    this.#rows = rows;
    this.#options = options;
    this.#tree = tree ?? new SpanTree(rows);
    this.#count = rows.count;
    this.pack();
  }

  get tree(): SpanTree { return this.#tree; }

  get options(): LayoutOptions { return this.#options; }

  /** Lays out another part of the trace, or with other folds. */
  setOptions(options: LayoutOptions): void {
    this.#options = options;
    this.pack();
  }

  /** Packs all lanes anew. */
  pack(): void {
    const { tree } = this;
    this.groups = foldRuns(tree, this.#rows, this.#options.folded);
    const packing = packLanes(tree, packedExtents(this.#rows, this.groups), this.#options.root);
    this.lane = packing.lane;
    this.laneCount = packing.laneCount;
    this.lists = RowLists.build(packing.order, packing.lane, 0, packing.laneCount);
    this.isLoose = false;
    this.#skyline = undefined;
  }

  /** Takes in rows added since, and rows that were changed in place. `tree` is the caller's, which already knows them. */
  update(rows: TraceRows, changed: Uint32Array, tree?: SpanTree): LayoutChange {
    const from = this.#count;
    this.#rows = rows;
    this.#count = rows.count;
    if (tree) this.#tree = tree;
    else this.#tree.update(rows, changed);
    if (rows.count <= (this.#options.packUpTo ?? packedAtOnce)) {
      this.pack();
      return { kind: 'packed' };
    }
    const lanes = this.#takeIn(from, changed);
    if (this.groups.size > 0 || changed.some((row) => this.#isAboveParent(row))) this.isLoose = true;
    return { kind: 'touched', lanes };
  }

  #isAboveParent(row: number): boolean {
    const parent = this.#tree.parent(row), lane = this.lane[row] as number;
    return lane >= 0 && parent >= 0 && (this.lane[parent] as number) >= lane;
  }

  /** The row whose bar stands for this one: itself, or the leader of the folded group that hides it; -1 when none is drawn. */
  shownFor(row: number): number {
    for (let up = row; up >= 0; up = this.tree.parent(up)) {
      if ((this.lane[up] as number) >= 0) return up === row || this.groups.has(up) ? up : -1;
      const leader = this.#leaderOf(up);
      if (leader >= 0) return leader;
    }
    return -1;
  }

  /** Place of a drawn row in its lane; -1 when its start is no longer in order there. */
  placeOf(row: number): number {
    return placeIn(this.lists.view(this.lane[row] as number), this.#rows.start, row);
  }

  #leaderOf(row: number): number {
    for (const { leader, members } of this.groups.values()) if (members.includes(row)) return leader;
    return -1;
  }

  #takeIn(from: number, changed: Uint32Array): Touched {
    const touched = new Map<number, readonly [number, number]>();
    if (this.lane.length < this.#rows.count) this.lane = enlarged(this.lane, this.#rows.count);
    this.lane.fill(-1, from, this.#rows.count);
    const homeless = new Set<number>();
    for (const row of changed) if (row < from && !this.#keepsLane(row, touched)) homeless.add(row);
    const place = (row: number): void => {
      // A parent may have come after its child, and stands above it all the same.
      const chain = [row];
      const isWaiting = (up: number): boolean => up >= 0 && (this.lane[up] as number) < 0 && (up >= from || homeless.has(up));
      for (let up = this.tree.parent(row); isWaiting(up); up = this.tree.parent(up)) chain.push(up);
      for (const next of chain.reverse()) if ((this.lane[next] as number) < 0) this.#place(next, touched);
    };
    for (const row of homeless) place(row);
    for (let row = from; row < this.#rows.count; row++) place(row);
    return touched;
  }

  /** Whether a row that was changed in place can stay where it is: it must not touch its neighbours there. */
  #keepsLane(row: number, touched: Map<number, readonly [number, number]>): boolean {
    const lane = this.lane[row] as number;
    if (lane < 0) return false;
    const spans = this.lists.view(lane), { start } = this.#rows;
    const i = placeIn(spans, start, row), last = spans.length - 1, end = packedEnd(this.#rows, row);
    const before = i > 0 ? packedEnd(this.#rows, spans[i - 1] as number) : -Infinity;
    const after = i < last ? (start[spans[i + 1] as number] as number) : Infinity;
    const fits = before <= (start[row] as number) && end <= after && end > -Infinity;
    if (i === last) this.#traced().setRight(lane, fits ? end : before);
    if (fits) {
      touch(touched, lane, i, i + 1);
      return true;
    }
    this.lists.remove(lane, i);
    this.lane[row] = -1;
    touch(touched, lane, Math.max(0, i - 1), Infinity);
    return false;
  }

  #place(row: number, touched: Map<number, readonly [number, number]>): void {
    const above = this.#laneAbove(row), end = packedEnd(this.#rows, row);
    if (above === undefined || end === -Infinity) return;
    const start = this.#rows.start[row] as number, skyline = this.#traced();
    const lane = skyline.firstFree(above + 1, start);
    if (lane < skyline.length) {
      skyline.setRight(lane, end);
    } else {
      skyline.append(start, end);
      this.laneCount = lane + 1;
      this.lists.grow(lane + 1);
    }
    const i = this.lists.length(lane);
    this.lists.insert(lane, i, row);
    if (lane > mostNarrow && this.lane instanceof Int16Array) this.lane = Int32Array.from(this.lane);
    this.lane[row] = lane;
    this.isLoose = true;
    touch(touched, lane, i, i + 1);
  }

  /** Lane of the nearest ancestor that is drawn, -1 for none; undefined when the row is hidden with its ancestors. */
  #laneAbove(row: number): number | undefined {
    for (let up = this.tree.parent(row); up >= 0; up = this.tree.parent(up)) {
      if ((this.lane[up] as number) >= 0) return this.groups.has(up) ? undefined : (this.lane[up] as number);
      if (isOnAxis(this.#rows, up)) return undefined;
    }
    return this.#options.root < 0 ? -1 : undefined;
  }

  /** For each lane, when its last span ends. */
  #traced(): Contour {
    if (this.#skyline) return this.#skyline;
    const skyline = (this.#skyline = new Contour());
    for (let lane = 0; lane < this.laneCount; lane++) {
      const length = this.lists.length(lane);
      skyline.append(-Infinity, length === 0 ? -Infinity : packedEnd(this.#rows, this.lists.at(lane, length - 1)));
    }
    return skyline;
  }
}

/** Where a row stands in its lane, also when its start is no longer in order there. */
function placeIn(spans: Uint32Array, start: Float64Array, row: number): number {
  let low = 0, high = spans.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((start[spans[middle] as number] as number) < (start[row] as number)) low = middle + 1;
    else high = middle;
  }
  return spans[low] === row ? low : spans.indexOf(row);
}

function touch(touched: Map<number, readonly [number, number]>, lane: number, from: number, to: number): void {
  const known = touched.get(lane);
  touched.set(lane, known ? [Math.min(known[0], from), Math.max(known[1], to)] : [from, to]);
}

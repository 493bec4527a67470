import type { RowLists } from './rowLists.ts';

/** What is remembered of every span, and of every bin whether one of its spans has it. */
export const rowFlags = { error: 1, open: 2, match: 4 } as const;

/** The smallest bins hold `2 ** binBits` spans, and begin at every such place of a lane. */
export const binBits = 2;
const binSize = 1 << binBits, inBin = binSize - 1;
/** Shorter lanes are looked through span by span. */
const leastLane = 64;

/** Bins of one size, `2 ** k` times four spans each. */
interface Level {
  /** Length of the longest span, rounded, and its paint. */
  readonly length: Float32Array;
  readonly paint: Uint8Array;
  /** Flags of all spans. */
  readonly flags: Uint8Array;
}

/**
 * The bins of one lane. They hold all that a pixel needs, beside one another in the order of the lane: looking into the
 * rows of single spans would fetch another line of memory for each of them.
 */
export interface LaneBins {
  /** When the first span of each of the smallest bins begins. */
  starts: Float64Array;
  /** The smallest bins first. */
  readonly levels: Level[];
}

/** The columns that bins are made of. Durations of NaN (open spans) count as the longest. */
export interface MipColumns {
  readonly lists: RowLists;
  readonly start: Float64Array;
  readonly duration: Float64Array;
  readonly flags: Uint8Array;
  readonly paint: Uint8Array;
}

/**
 * For every lane, bins of 4, 8, 16 … neighbouring spans with the length and paint of the longest and the flags of all:
 * what a pixel shows that covers any number of spans is found in a time that does not grow with that number.
 */
export class LaneMips {
  #columns: MipColumns;
  readonly #lanes = new Map<number, LaneBins>();
  /** Nanoseconds that bins may span. A field, since a number handed over at every pixel would be an object each time. */
  limit = 0;
  /** What the last `bin` found: length and paint of its longest span, flags of all. */
  length = 0;
  paint = 0;
  flags = 0;
  /** When the span after it begins. */
  after = 0;
  /** Size of the last bin. */
  #level = 0;

  constructor(columns: MipColumns) {
    this.#columns = columns;
    for (let lane = 0; lane < columns.lists.count; lane++) this.update(columns, lane, 0);
  }

  binsOf(lane: number): LaneBins | undefined { return this.#lanes.get(lane); }

  /** Takes over grown columns, and makes the bins of the spans `[from, to)` of a lane anew. */
  update(columns: MipColumns, lane: number, from: number, to = columns.lists.length(lane)): void {
    this.#columns = columns;
    const spans = columns.lists.view(lane);
    if (spans.length < leastLane) return;
    let bins = this.#lanes.get(lane);
    if (!bins) this.#lanes.set(lane, (bins = { starts: new Float64Array(0), levels: [] }));
    const { levels } = bins;
    let first = from >> binBits, last = (to + inBin) >> binBits, countBelow = 0;
    for (let k = 0, count = (spans.length + inBin) >> binBits; ; k++) {
      if (!levels[k]) [first, last] = [0, count];
      const level = (levels[k] = withRoom(levels[k], count)), below = levels[k - 1];
      if (below) joinBins(level, below, first, Math.min(last, count), countBelow);
      else fillBins(level, spans, first, Math.min(last, count), columns);
      if (k === 0) this.#readStarts(bins, spans, first, Math.min(last, count));
      if (count === 1) return;
      [first, last, countBelow, count] = [first >> 1, (last + 1) >> 1, count, (count + 1) >> 1];
    }
  }

  /**
   * Takes the largest bin that begins at place `i` of a lane and lies within `limit`, from its begin to that of the
   * span after it, and sets `length`, `paint` and `flags`. Gives the place after it, or `i` when there is none. `count`
   * is the number of spans of the lane.
   */
  bin(bins: LaneBins, count: number, i: number): number {
    if ((i & inBin) !== 0) return i;
    const { starts, levels } = bins, until = (starts[i >> binBits] as number) + this.limit;
    // Neighbouring bins mostly are of one size, so the search begins with the last one.
    let k = Math.min(this.#level, levels.length - 1), next = i + (binSize << k);
    while (k >= 0 && !(isWhole(i, k) && next < count && (starts[next >> binBits] as number) <= until)) next = i + (binSize << --k);
    if (k < 0) return i;
    for (let larger = next + (next - i); k + 1 < levels.length && isWhole(i, k + 1) && larger < count && (starts[larger >> binBits] as number) <= until; larger = next + (next - i)) {
      next = larger;
      k++;
    }
    const level = levels[k] as Level, at = i >> (binBits + k);
    this.#level = k;
    this.length = level.length[at] as number;
    this.paint = level.paint[at] as number;
    this.flags = level.flags[at] as number;
    this.after = starts[next >> binBits] as number;
    return next;
  }

  /**
   * The longest of the spans of a lane from place `from` on that begin before `until`, by lengths as rounded as bins
   * hold them: its row (-1 when there is none), the flags of all and the place of the first that begins later.
   */
  gather(lane: number, from: number, until: number): { readonly longest: number; readonly flags: number; readonly next: number } {
    const { lists, start, flags } = this.#columns, spans = lists.view(lane), bins = this.binsOf(lane);
    let next = from, all = 0, most = -1, best: readonly [from: number, to: number] = [from, from];
    while (next < spans.length && (start[spans[next] as number] as number) < until) {
      const i = next, row = spans[i] as number;
      this.limit = until - (start[row] as number);
      next = Math.max(i + 1, bins ? this.bin(bins, spans.length, i) : 0);
      const length = next > i + 1 ? this.length : this.#lengthOf(row);
      all |= next > i + 1 ? this.flags : (flags[row] as number);
      if (length > most) [most, best] = [length, [i, next]];
    }
    return { longest: spans.subarray(...best).find((row) => this.#lengthOf(row) === most) ?? -1, flags: all, next };
  }

  /** Row of the longest among the spans `[from, to)` of a lane that have `flag`; -1 when none has. */
  longestWith(flag: number, lane: number, from: number, to: number): number {
    const { lists, flags } = this.#columns, levels = this.#lanes.get(lane)?.levels ?? [];
    let found = -1, most = -1;
    for (let i = from; i < to;) {
      const skipped = spansWithout(levels, flag, i, to);
      if (skipped > 0) {
        i += skipped;
        continue;
      }
      const row = lists.at(lane, i++), length = this.#lengthOf(row);
      if (((flags[row] as number) & flag) !== 0 && length > most) [found, most] = [row, length];
    }
    return found;
  }

  #readStarts(bins: LaneBins, spans: Uint32Array, first: number, end: number): void {
    if (bins.starts.length < end) {
      const larger = new Float64Array(bins.levels[0]?.flags.length ?? end);
      larger.set(bins.starts);
      bins.starts = larger;
    }
    for (let bin = first; bin < end; bin++) bins.starts[bin] = this.#columns.start[spans[bin << binBits] as number] as number;
  }

  #lengthOf(row: number): number { return lengthOf(this.#columns.duration, row); }
}

/** Rounded to what bins hold; open spans are longer than all. */
const lengthOf = (duration: Float64Array, row: number): number => {
  const length = duration[row] as number;
  return length === length ? Math.fround(length) : Infinity;
};

/** Whether a bin of level `k` begins at place `i`. */
const isWhole = (i: number, k: number): boolean => (i & ((binSize << k) - 1)) === 0;

function fillBins(level: Level, spans: Uint32Array, first: number, end: number, { duration, flags, paint }: MipColumns): void {
  for (let bin = first; bin < end; bin++) {
    const from = bin << binBits, to = Math.min(from + binSize, spans.length);
    let longest = spans[from] as number, all = flags[longest] as number, most = lengthOf(duration, longest);
    for (let i = from + 1; i < to; i++) {
      const row = spans[i] as number, length = lengthOf(duration, row);
      all |= flags[row] as number;
      if (length > most) {
        longest = row;
        most = length;
      }
    }
    level.length[bin] = most;
    level.paint[bin] = paint[longest] as number;
    level.flags[bin] = all;
  }
}

function joinBins(level: Level, below: Level, first: number, end: number, countBelow: number): void {
  for (let bin = first; bin < end; bin++) {
    const left = bin * 2, right = left + 1 < countBelow ? left + 1 : left;
    const longer = (below.length[right] as number) > (below.length[left] as number) ? right : left;
    level.length[bin] = below.length[longer] as number;
    level.paint[bin] = below.paint[longer] as number;
    level.flags[bin] = (below.flags[left] as number) | (below.flags[right] as number);
  }
}

/** How many spans from `i` on are known by their bins, the larger the better, to be without `flag`. */
function spansWithout(levels: readonly Level[], flag: number, i: number, to: number): number {
  let without = 0;
  for (let k = 0; k < levels.length; k++) {
    const bits = binBits + k;
    if ((i & ((1 << bits) - 1)) !== 0 || i + (1 << bits) > to || (((levels[k] as Level).flags[i >> bits] as number) & flag) !== 0) break;
    without = 1 << bits;
  }
  return without;
}

/** A level with room for `count` bins. What is made once takes no spare room. */
function withRoom(level: Level | undefined, count: number): Level {
  if (level && level.flags.length >= count) return level;
  const room = level ? Math.ceil(count * 1.5) : count;
  const larger = { length: new Float32Array(room), paint: new Uint8Array(room), flags: new Uint8Array(room) };
  if (level) {
    larger.length.set(level.length);
    larger.paint.set(level.paint);
    larger.flags.set(level.flags);
  }
  return larger;
}

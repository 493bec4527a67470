import type { RowLists } from './rowLists.ts';

/** What is remembered of every span, and of every bin whether one of its spans has it. */
export const rowFlags = { error: 1, open: 2, match: 4 } as const;

const baseBits = 3;
const binSize = 1 << baseBits;
/** Shorter lanes are looked through span by span. */
const leastLane = 64;

interface Level {
  /** Row of the longest span of each bin. */
  longest: Uint32Array;
  /** Flags of all spans of each bin. */
  flags: Uint8Array;
}

/** The columns that bins are made of. Durations of NaN (open spans) count as the longest. */
export interface MipColumns {
  readonly lists: RowLists;
  readonly duration: Float64Array;
  readonly flags: Uint8Array;
}

/**
 * For every lane, bins of 8, 16, 32 … neighbouring spans with the longest of them and the flags of all: what a pixel
 * shows that covers any number of spans is found in a time that grows with the logarithm of that number, and exactly.
 */
export class LaneMips {
  #columns: MipColumns;
  readonly #lanes = new Map<number, Level[]>();
  /** Row of the longest span that the last `query` met; -1 when there was none. */
  longest = -1;
  /** Flags of all spans that the last `query` met. */
  flags = 0;

  constructor(columns: MipColumns) {
    this.#columns = columns;
    for (let lane = 0; lane < columns.lists.count; lane++) this.update(columns, lane, 0);
  }

  /** Takes over grown columns, and makes the bins of `lane` anew from its span `from` on. */
  update(columns: MipColumns, lane: number, from: number, to = columns.lists.length(lane)): void {
    this.#columns = columns;
    const length = columns.lists.length(lane);
    if (length < leastLane) return;
    const known = this.#lanes.get(lane);
    const levels = known ?? [];
    if (!known) this.#lanes.set(lane, levels);
    let first = from >> baseBits, last = (to + binSize - 1) >> baseBits, binsBelow = 0;
    for (let k = 0, bins = (length + binSize - 1) >> baseBits; ; k++) {
      if (!levels[k]) [first, last] = [0, bins];
      const level = (levels[k] = withRoom(levels[k], bins));
      const below = levels[k - 1];
      for (let bin = first; bin < Math.min(last, bins); bin++) {
        if (below) this.#fromBelow(level, below, bin, binsBelow);
        else this.#fromSpans(level, lane, bin);
      }
      if (bins === 1) return;
      [first, last, binsBelow, bins] = [first >> 1, (last + 1) >> 1, bins, (bins + 1) >> 1];
    }
  }

  /** Finds `longest` and `flags` of the spans `[from, to)` of a lane. */
  query(lane: number, from: number, to: number): void {
    this.longest = -1;
    this.flags = 0;
    const levels = this.#lanes.get(lane);
    const firstBin = (from + binSize - 1) >> baseBits, lastBin = to >> baseBits;
    if (!levels || firstBin >= lastBin) {
      this.#scan(lane, from, to);
      return;
    }
    this.#scan(lane, from, firstBin << baseBits);
    for (let k = 0, low = firstBin, high = lastBin; low < high; k++, low >>= 1, high >>= 1) {
      const level = levels[k] as Level;
      if (low & 1) this.#take(level, low++);
      if (high & 1) this.#take(level, --high);
    }
    this.#scan(lane, lastBin << baseBits, to);
  }

  /** Row of the longest among the spans `[from, to)` of a lane that have `flag`; -1 when none has. */
  longestWith(flag: number, lane: number, from: number, to: number): number {
    const { lists, duration, flags } = this.#columns;
    const levels = this.#lanes.get(lane) ?? [];
    let found = -1, longest = -1;
    for (let i = from; i < to;) {
      const skipped = spansWithout(levels, flag, i, to);
      if (skipped > 0) {
        i += skipped;
        continue;
      }
      const row = lists.at(lane, i++), length = lengthOf(duration, row);
      if (((flags[row] as number) & flag) !== 0 && length > longest) [found, longest] = [row, length];
    }
    return found;
  }

  #scan(lane: number, from: number, to: number): void {
    const { lists, flags } = this.#columns;
    for (let i = from; i < to; i++) {
      const row = lists.at(lane, i);
      this.flags |= flags[row] as number;
      this.#offer(row);
    }
  }

  #take(level: Level, bin: number): void {
    this.flags |= level.flags[bin] as number;
    this.#offer(level.longest[bin] as number);
  }

  #offer(row: number): void {
    const { duration } = this.#columns;
    if (this.longest < 0 || lengthOf(duration, row) > lengthOf(duration, this.longest)) this.longest = row;
  }

  #fromSpans(level: Level, lane: number, bin: number): void {
    const from = bin << baseBits;
    this.longest = -1;
    this.flags = 0;
    this.#scan(lane, from, Math.min(from + binSize, this.#columns.lists.length(lane)));
    level.longest[bin] = this.longest;
    level.flags[bin] = this.flags;
  }

  #fromBelow(level: Level, below: Level, bin: number, binsBelow: number): void {
    this.longest = -1;
    this.flags = 0;
    this.#take(below, bin * 2);
    if (bin * 2 + 1 < binsBelow) this.#take(below, bin * 2 + 1);
    level.longest[bin] = this.longest;
    level.flags[bin] = this.flags;
  }
}

const lengthOf = (duration: Float64Array, row: number): number => {
  const length = duration[row] as number;
  return length === length ? length : Infinity;
};

/** How many spans from `i` on are known by their bins, the larger the better, to be without `flag`. */
function spansWithout(levels: readonly Level[], flag: number, i: number, to: number): number {
  let without = 0;
  for (let k = 0; k < levels.length; k++) {
    const bits = baseBits + k;
    if ((i & ((1 << bits) - 1)) !== 0 || i + (1 << bits) > to || (((levels[k] as Level).flags[i >> bits] as number) & flag) !== 0) break;
    without = 1 << bits;
  }
  return without;
}

function withRoom(level: Level | undefined, bins: number): Level {
  if (!level) return { longest: new Uint32Array(bins), flags: new Uint8Array(bins) };
  if (level.flags.length >= bins) return level;
  const room = Math.ceil(bins * 1.5);
  const longest = new Uint32Array(room), flags = new Uint8Array(room);
  longest.set(level.longest);
  flags.set(level.flags);
  return { longest, flags };
}

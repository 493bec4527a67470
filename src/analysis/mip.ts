import type { RowLists } from './rowLists.ts';

/** What is remembered of every span, and of every bin whether one of its spans has it. */
export const rowFlags = { error: 1, open: 2, match: 4 } as const;

const baseBits = 3;
const binSize = 1 << baseBits, inBin = binSize - 1;
/** Shorter lanes are looked through span by span. */
const leastLane = 64;

/** Bins of one size, `2 ** k` times eight spans each. */
interface Level {
  /** Row of the longest span of each bin. */
  longest: Uint32Array;
  /** Flags of all spans of each bin. */
  flags: Uint8Array;
}

/** The bins of one lane. */
export interface LaneBins {
  readonly levels: Level[];
  /** When the first span of each bin of eight begins. */
  starts: Float64Array;
  count: number;
}

/** The columns that bins are made of. Durations of NaN (open spans) count as the longest. */
export interface MipColumns {
  readonly lists: RowLists;
  readonly start: Float64Array;
  readonly duration: Float64Array;
  readonly flags: Uint8Array;
}

/**
 * For every lane, bins of 8, 16, 32 … neighbouring spans with the longest of them and the flags of all: what a pixel
 * shows that covers any number of spans is found in a time that grows with the logarithm of that number, and exactly.
 */
export class LaneMips {
  #columns: MipColumns;
  readonly #lanes = new Map<number, LaneBins>();
  /** Row of the longest span that the last `bin` or `gather` met; -1 when there was none. */
  longest = -1;
  /** Flags of all spans that the last `bin` or `gather` met. */
  flags = 0;
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
    if (!bins) this.#lanes.set(lane, (bins = { levels: [], starts: new Float64Array(0), count: 0 }));
    bins.count = (spans.length + inBin) >> baseBits;
    if (bins.starts.length < bins.count) bins.starts = withRoom(bins.starts, new Float64Array(roomFor(bins.starts.length, bins.count)));
    let first = from >> baseBits, last = (to + inBin) >> baseBits, countBelow = 0;
    for (let k = 0, { count } = bins; ; k++) {
      if (!bins.levels[k]) [first, last] = [0, count];
      const level = (bins.levels[k] = grown(bins.levels[k], count)), below = bins.levels[k - 1];
      const end = Math.min(last, count);
      if (below) joinBins(level, below, first, end, countBelow, columns.duration);
      else fillBins(level, bins.starts, spans, first, end, columns);
      if (count === 1) return;
      [first, last, countBelow, count] = [first >> 1, (last + 1) >> 1, count, (count + 1) >> 1];
    }
  }

  /**
   * Takes the largest bin that begins at place `i` of a lane and lies within `limit` nanoseconds, from its begin to
   * that of the span after it; its `longest` and `flags` are set. Gives the place after it, or `i` when there is none.
   */
  bin(bins: LaneBins, i: number, limit: number): number {
    if ((i & inBin) !== 0) return i;
    const { starts, levels, count } = bins, bin = i >> baseBits, until = (starts[bin] as number) + limit;
    // Neighbouring bins mostly are of one size, so the search begins with the last one.
    let k = this.#level;
    while (k >= 0 && ((bin & ((1 << k) - 1)) !== 0 || bin + (1 << k) >= count || (starts[bin + (1 << k)] as number) > until)) k--;
    if (k < 0) return i;
    while ((bin & ((2 << k) - 1)) === 0 && bin + (2 << k) < count && (starts[bin + (2 << k)] as number) <= until) k++;
    const level = levels[k] as Level, at = bin >> k;
    this.#level = k;
    this.longest = level.longest[at] as number;
    this.flags = level.flags[at] as number;
    return (bin + (1 << k)) << baseBits;
  }

  /**
   * Finds `longest` and `flags` of the spans of a lane from place `from` on that begin before `until`, and gives the
   * place of the first that does not.
   */
  gather(lane: number, from: number, until: number): number {
    const { lists, start, duration, flags } = this.#columns, spans = lists.view(lane), bins = this.#lanes.get(lane);
    let i = from, longest = -1, all = 0;
    const take = (row: number, marks: number): void => {
      all |= marks;
      if (isLonger(duration, row, longest)) longest = row;
    };
    while (i < spans.length && (start[spans[i] as number] as number) < until) {
      const next = bins ? this.bin(bins, i, until - (start[spans[i] as number] as number)) : i;
      if (next > i) take(this.longest, this.flags);
      else take(spans[i] as number, flags[spans[i] as number] as number);
      i = Math.max(next, i + 1);
    }
    this.longest = longest;
    this.flags = all;
    return i;
  }

  /** Row of the longest among the spans `[from, to)` of a lane that have `flag`; -1 when none has. */
  longestWith(flag: number, lane: number, from: number, to: number): number {
    const { lists, duration, flags } = this.#columns;
    const levels = this.#lanes.get(lane)?.levels ?? [];
    let found = -1;
    for (let i = from; i < to;) {
      const skipped = spansWithout(levels, flag, i, to);
      if (skipped > 0) {
        i += skipped;
        continue;
      }
      const row = lists.at(lane, i++);
      if (((flags[row] as number) & flag) !== 0 && isLonger(duration, row, found)) found = row;
    }
    return found;
  }
}

/** Whether row `a` is longer than row `b` by exact durations; anything is longer than row -1. */
function isLonger(duration: Float64Array, a: number, b: number): boolean {
  if (b < 0) return true;
  const x = duration[a] as number, y = duration[b] as number;
  return x > y || (x !== x && y === y);
}

function fillBins(level: Level, starts: Float64Array, spans: Uint32Array, first: number, end: number, { start, duration, flags }: MipColumns): void {
  for (let bin = first; bin < end; bin++) {
    const from = bin << baseBits, to = Math.min(from + binSize, spans.length);
    let longest = spans[from] as number, all = flags[longest] as number;
    starts[bin] = start[longest] as number;
    for (let i = from + 1; i < to; i++) {
      const row = spans[i] as number;
      all |= flags[row] as number;
      if (isLonger(duration, row, longest)) longest = row;
    }
    level.longest[bin] = longest;
    level.flags[bin] = all;
  }
}

function joinBins(level: Level, below: Level, first: number, end: number, countBelow: number, duration: Float64Array): void {
  for (let bin = first; bin < end; bin++) {
    const left = bin * 2, right = left + 1 < countBelow ? left + 1 : left;
    const a = below.longest[left] as number, b = below.longest[right] as number;
    level.longest[bin] = isLonger(duration, b, a) ? b : a;
    level.flags[bin] = (below.flags[left] as number) | (below.flags[right] as number);
  }
}

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

/** Bins that were made once take no spare room. */
const roomFor = (known: number, count: number): number => (known === 0 ? count : Math.ceil(count * 1.5));

function grown(level: Level | undefined, count: number): Level {
  if (level && level.flags.length >= count) return level;
  const room = roomFor(level?.flags.length ?? 0, count);
  const larger = { longest: new Uint32Array(room), flags: new Uint8Array(room) };
  return level ? { longest: withRoom(level.longest, larger.longest), flags: withRoom(level.flags, larger.flags) } : larger;
}

function withRoom<T extends Uint32Array | Float64Array | Uint8Array>(values: T, larger: T): T {
  larger.set(values);
  return larger;
}

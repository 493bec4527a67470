/** A stretch of time in nanoseconds after a trace's base; `to` is Infinity while it goes on. */
export interface PausedInterval { readonly from: number; readonly to: number }

/**
 * When a program stood in a debugger, and times without that. All times are nanoseconds after the trace's base; whole
 * numbers of them below 2^53 stay exact. Folding keeps the order of times: what lies within a pause
 * comes to lie at one place. The base stays where it is.
 */
export class PausedTime {
  static readonly none = new PausedTime([]);
  /** By time, without length 0, apart from one another. */
  readonly intervals: readonly PausedInterval[];
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  /** Paused time before each interval. */
  readonly #before: Float64Array;
  /** What the base would fold to: pauses before a trace do not move it. */
  readonly #atBase: number = 0;

  /** Intervals may come in any order and overlap, as those of several threads do. */
  constructor(intervals: readonly PausedInterval[]) {
    this.intervals = joined(intervals);
    const count = this.intervals.length;
    this.#from = Float64Array.from(this.intervals, ({ from }) => from);
    this.#to = Float64Array.from(this.intervals, ({ to }) => to);
    this.#before = new Float64Array(count);
    for (let i = 1; i < count; i++) this.#before[i] = (this.#before[i - 1] as number) + (this.#to[i - 1] as number) - (this.#from[i - 1] as number);
    this.#atBase = this.#removed(0);
  }

  get isEmpty(): boolean { return this.intervals.length === 0; }

  /** Whether a pause goes on. */
  get isOpen(): boolean { return this.intervals.at(-1)?.to === Infinity; }

  /** A time without the pauses between it and the base. */
  folded(time: number): number { return this.#removed(time) - this.#atBase; }

  /** The latest time that folds to this one, or the beginning of a pause that goes on. */
  unfolded(folded: number): number {
    const time = folded + this.#atBase;
    let low = 0, high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#from[middle] as number) - (this.#before[middle] as number) <= time) low = middle + 1;
      else high = middle;
    }
    const i = low - 1;
    if (i < 0) return time;
    const to = this.#to[i] as number, from = this.#from[i] as number, before = this.#before[i] as number;
    return to === Infinity ? Math.min(time + before, from) : time + before + (to - from);
  }

  /** How much of a stretch of time was paused. */
  within(from: number, to: number): number {
    return to > from ? to - from - (this.folded(to) - this.folded(from)) : 0;
  }

  /** Place of the first interval that ends after `time`; the number of intervals when all have ended. */
  firstEndingAfter(time: number): number {
    const i = this.#lastFrom(time);
    return i >= 0 && (this.#to[i] as number) > time ? i : i + 1;
  }

  /** A time without all pauses before it. */
  #removed(time: number): number {
    const i = this.#lastFrom(time);
    if (i < 0) return time;
    const from = this.#from[i] as number, to = this.#to[i] as number;
    return from - (this.#before[i] as number) + (time > to ? time - to : 0);
  }

  /** Place of the last interval that begins before `time` or then, -1 for none. */
  #lastFrom(time: number): number {
    let low = 0, high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#from[middle] as number) <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function joined(intervals: readonly PausedInterval[]): readonly PausedInterval[] {
  const apart: PausedInterval[] = [];
  for (const { from, to } of intervals.filter((each) => each.to > each.from && Number.isFinite(each.from)).sort((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last === undefined || from > last.to) apart.push({ from, to });
    else if (to > last.to) apart[apart.length - 1] = { from: last.from, to };
  }
  return apart;
}

import { markBit } from '../../model/span.ts';
import { highOf, joinHalves, lowOf } from '../../model/time.ts';
import type { RowColumns } from './rowColumns.ts';

interface ExactTimes { readonly start: bigint; /** 0 while the span is open. */ readonly end: bigint }

const open = markBit('open'), noStart = markBit('noStart'), outOfRange = markBit('outOfRange'), endBeforeStart = markBit('endBeforeStart');
/** The marks that follow from a row's times. */
export const timeMarks = open | noStart | outOfRange | endBeforeStart;

const farthest = 2 ** 53;
/** How much the trace must have grown before its base is looked for again. */
const rebaseGrowth = 2;

/**
 * The exact times of a trace's rows. Columns hold nanoseconds after the base, which is the first usable start; what
 * cannot be held so (no start, too far away, an end before the start) is kept aside as it came.
 */
export class RowTimes {
  private hasBase = false;
  private baseHigh = 0;
  private baseLow = 0;
  private aside: Map<number, ExactTimes> | undefined;
  /** When rows without an end were last heard of, in nanoseconds since 1970, where that is known. Their columns say how long they were then. */
  private heard: Map<number, bigint> | undefined;
  private far = 0;
  private rebasedAt = 2;

  /** Nanoseconds since 1970 of the columns' zero. */
  get base(): bigint { return joinHalves(this.baseHigh, this.baseLow); }

  /** Whether the columns alone tell every start exactly. */
  get areInColumns(): boolean { return (this.aside?.size ?? 0) === 0; }

  get byteLength(): number { return (this.aside?.size ?? 0) * 120 + (this.heard?.size ?? 0) * 70; }

  /** Nanoseconds after the base; NaN when there is none or the time is too far away to be exact. */
  relative(high: number, low: number): number {
    const at = (high - this.baseHigh) * 0x1_0000_0000 + (low - this.baseLow);
    return this.hasBase && at <= farthest && at >= -farthest ? at : Number.NaN;
  }

  /** Writes a row's start and end (0 = open) and gives the marks that follow from them. */
  write(rows: RowColumns, row: number, startHigh: number, startLow: number, endHigh: number, endLow: number): number {
    this.heard?.delete(row);
    const hasStart = isStart(startHigh, startLow), isOpen = endHigh === 0 && endLow === 0;
    if (hasStart && !this.hasBase) {
      this.hasBase = true;
      this.baseHigh = startHigh;
      this.baseLow = startLow;
    }
    const start = hasStart ? this.relative(startHigh, startLow) : Number.NaN;
    const duration = isOpen ? Number.NaN : this.relative(endHigh, endLow) - start;
    const isExact = !Number.isNaN(start) && (isOpen || (duration >= 0 && duration <= farthest));
    if (!isExact) return this.keepAside(rows, row, start, hasStart, joinHalves(startHigh, startLow), joinHalves(endHigh, endLow));
    if (this.aside !== undefined) this.forget(rows, row);
    rows.start[row] = start;
    rows.duration[row] = duration;
    return isOpen ? open : 0;
  }

  /** Writes only the end of a row (0 = open) and gives its time marks. */
  writeEnd(rows: RowColumns, row: number, endHigh: number, endLow: number): number {
    const start = this.startOf(rows, row);
    return this.write(rows, row, highOf(start), lowOf(start), endHigh, endLow);
  }

  /** A row without an end was heard of until then and no longer: so long it is for those who draw it, until its times are written again. */
  hear(rows: RowColumns, row: number, unixNano: bigint): void {
    const length = Math.max(0, Number(unixNano - this.startOf(rows, row)));
    if (this.aside?.has(row) === true || length > farthest) return;
    (this.heard ??= new Map()).set(row, unixNano);
    rows.duration[row] = length;
  }

  /** Nanoseconds since 1970, exactly as recorded. */
  startOf(rows: RowColumns, row: number): bigint {
    return this.aside?.get(row)?.start ?? this.base + BigInt(rows.start[row] as number);
  }

  /** Nanoseconds since 1970, exactly as recorded; 0 while the span is open. */
  endOf(rows: RowColumns, row: number): bigint {
    const exact = this.aside?.get(row);
    if (exact !== undefined) return exact.end;
    if (this.heard?.has(row) === true) return 0n;
    const duration = rows.duration[row] as number;
    return Number.isNaN(duration) ? 0n : this.base + BigInt((rows.start[row] as number) + duration);
  }

  /** Whether most rows lie too far from the base, so that another base would serve better. */
  get needsRebase(): boolean { return this.far >= this.rebasedAt; }

  /** Moves the base to where most rows are, if they are elsewhere; true when the columns were written anew. */
  rebase(rows: RowColumns): boolean {
    this.rebasedAt = Math.max(rows.count, this.far) * rebaseGrowth;
    if (this.far * 2 <= rows.count) return false;
    const exact = Array.from({ length: rows.count }, (_, row) => ({ start: this.startOf(rows, row), end: this.endOf(rows, row) }));
    const base = middleStart(exact.filter((_, row) => ((rows.marks[row] as number) & outOfRange) !== 0));
    this.baseHigh = highOf(base);
    this.baseLow = lowOf(base);
    const heard = [...this.heard ?? []];
    this.aside = undefined;
    this.far = 0;
    exact.forEach(({ start, end }, row) => {
      const marks = this.write(rows, row, highOf(start), lowOf(start), highOf(end), lowOf(end));
      rows.marks[row] = ((rows.marks[row] as number) & ~timeMarks) | marks;
    });
    for (const [row, unixNano] of heard) this.hear(rows, row, unixNano);
    return true;
  }

  private keepAside(rows: RowColumns, row: number, start: number, hasStart: boolean, exactStart: bigint, exactEnd: bigint): number {
    this.forget(rows, row);
    this.aside ??= new Map();
    this.aside.set(row, { start: exactStart, end: exactEnd });
    const isOpen = exactEnd === 0n;
    const isReversed = hasStart && !isOpen && exactEnd < exactStart;
    const end = isOpen ? start : this.relative(highOf(exactEnd), lowOf(exactEnd));
    const isFar = hasStart && (Number.isNaN(start) || Number.isNaN(end));
    if (isFar) this.far++;
    rows.start[row] = Number.isNaN(start) ? 0 : start;
    rows.duration[row] = isOpen ? Number.NaN : 0;
    return (isOpen ? open : 0) | (hasStart ? 0 : noStart) | (isFar ? outOfRange : 0) | (isReversed ? endBeforeStart : 0);
  }

  private forget(rows: RowColumns, row: number): void {
    if (this.aside?.delete(row) === true && ((rows.marks[row] as number) & outOfRange) !== 0) this.far--;
  }
}

/** Zero and times beyond 2^63 ns cannot be placed on an axis. */
const isStart = (high: number, low: number): boolean => (high !== 0 || low !== 0) && high < 0x8000_0000;

function middleStart(times: readonly ExactTimes[]): bigint {
  const starts = times.map((time) => time.start).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return starts[starts.length >> 1] ?? 0n;
}

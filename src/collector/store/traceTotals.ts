import { markBit } from '../../model/span.ts';
import { metaStatus } from '../../model/traceRows.ts';
import type { TraceRows } from '../../model/traceRows.ts';

const placeholder = markBit('placeholder'), open = markBit('open'), lost = markBit('lost'), orphan = markBit('orphan');
/** Times that are not on the trace's axis. */
const timeless = markBit('noStart') | markBit('outOfRange') | placeholder;
const error = 2;

/** Counts and bounds over the spans of a trace, kept while rows are added and changed. Placeholders do not count. */
export class TraceTotals {
  spanCount = 0;
  errorCount = 0;
  /** Spans that go on; those whose program has ended do not. */
  openCount = 0;
  rootCount = 0;
  orphanCount = 0;
  /** Indexes of service names, in order of appearance. */
  readonly services: number[] = [];
  /** The row of the earliest span and of the earliest root; -1 when there is none on the axis. */
  firstRow = -1;
  rootRow = -1;
  /** Nanoseconds after the base. */
  firstStart = Infinity;
  lastEnd = -Infinity;
  /** Set when bounds may have become narrower. */
  isStale = false;

  /** Adds (or takes back) what a row contributes to the counts. */
  count(marks: number, meta: number, parent: number, sign: 1 | -1): void {
    if ((marks & placeholder) !== 0) return;
    this.spanCount += sign;
    if (metaStatus(meta) === error) this.errorCount += sign;
    if ((marks & (open | lost)) === open) this.openCount += sign;
    if (parent < 0) this.rootCount += sign;
    if ((marks & orphan) !== 0) this.orphanCount += sign;
  }

  addService(text: number): void {
    if (text !== 0 && !this.services.includes(text)) this.services.push(text);
  }

  /** Widens the bounds by a row. */
  include(rows: TraceRows, row: number): void {
    const marks = rows.marks[row] as number;
    if ((marks & timeless) !== 0) return;
    const start = rows.start[row] as number;
    const duration = rows.duration[row] as number;
    this.lastEnd = Math.max(this.lastEnd, Number.isNaN(duration) ? start : start + duration);
    this.firstStart = Math.min(this.firstStart, start);
    if (isBefore(rows, row, this.firstRow)) this.firstRow = row;
    if ((rows.parent[row] as number) < 0 && isBefore(rows, row, this.rootRow)) this.rootRow = row;
  }

  /** Finds the bounds anew when they may have become narrower. */
  settle(rows: TraceRows): void {
    if (!this.isStale) return;
    this.isStale = false;
    this.firstRow = this.rootRow = -1;
    this.firstStart = Infinity;
    this.lastEnd = -Infinity;
    for (let row = 0; row < rows.count; row++) this.include(rows, row);
  }
}

/** Of equal starts the first row's counts as earlier. */
function isBefore({ start }: TraceRows, row: number, other: number): boolean {
  if (other < 0) return true;
  const difference = (start[row] as number) - (start[other] as number);
  return difference < 0 || (difference === 0 && row < other);
}

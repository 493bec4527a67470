import { markBit } from '../model/span.ts';
import type { TraceRows } from '../model/traceRows.ts';
import type { Numbers } from './numbers.ts';

const lost = markBit('lost');
/** What is said of a span that has no end and gets none. */
export const noEnd = 'no end';

/** Whether a span has no end and gets none: what reported it has stopped. It is drawn to the last sign of life, and its duration is that or, where nobody knows it, NaN. */
export const isLost = (rows: TraceRows, row: number): boolean => ((rows.marks[row] as number) & lost) !== 0;

/** Whether a span goes on. */
export const isRunning = (rows: TraceRows, row: number): boolean => Number.isNaN(rows.duration[row] as number) && !isLost(rows, row);

/** How long a span takes in words; `ns` is its length as drawn, `growing` how that of one that goes on is said: `7.20 s …` or `7.20 s so far`. */
export function durationText(rows: TraceRows, row: number, ns: number, numbers: Numbers, growing: 'running' | 'soFar'): string {
  if (isLost(rows, row)) return noEnd;
  return isRunning(rows, row) ? numbers[growing](ns) : numbers.duration(ns);
}

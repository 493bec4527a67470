import type { TraceRows } from '../model/traceRows.ts';
import type { SpanTree } from './tree.ts';

/** When a span ends, in nanoseconds after the trace's base; an open one ends now, but not before it has begun. */
export function endOf(rows: TraceRows, row: number, now: number): number {
  const start = rows.start[row] as number, duration = rows.duration[row] as number;
  return Number.isNaN(duration) ? Math.max(start, now) : start + duration;
}

/**
 * The time in which a span was at work itself, in nanoseconds: its duration without the union of its children, each
 * clipped to the span. Open spans count until `now`.
 */
export function selfTime(tree: SpanTree, rows: TraceRows, row: number, now: number): number {
  const start = rows.start[row] as number, end = endOf(rows, row, now);
  let covered = 0, until = start;
  for (const child of tree.children(row)) {
    const from = Math.max(until, rows.start[child] as number), to = Math.min(end, endOf(rows, child, now));
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return end - start - covered;
}

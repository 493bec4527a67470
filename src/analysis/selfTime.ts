import type { TraceRows } from '../model/traceRows.ts';
import type { SpanTree } from './tree.ts';

/** When a span ends, in nanoseconds after the trace's base; an open one ends now, but not before it has begun. */
export function endOf(rows: TraceRows, row: number, now: number): number {
  const start = rows.start[row] as number, duration = rows.duration[row] as number;
  return Number.isNaN(duration) ? Math.max(start, now) : start + duration;
}

/**
 * The time in which a span was at work itself, in nanoseconds: its duration without the union of its children, each
 * clipped to the span. Open spans count until `now`; with a `window` only what lies within it counts.
 */
export function selfTime(tree: SpanTree, rows: TraceRows, row: number, now: number, window?: { readonly from: number; readonly to: number }): number {
  const start = Math.max(rows.start[row] as number, window?.from ?? -Infinity);
  const end = Math.min(endOf(rows, row, now), window?.to ?? Infinity);
  if (end <= start) return 0;
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

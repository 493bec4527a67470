import { isOnAxis } from '../../src/analysis/extents.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';

/** From the first start to the last end, in nanoseconds after the base. */
export interface TimeAxis { readonly from: number; readonly to: number }

/** What the ended spans of a run take, and whether some are still open. Spans without a usable time do not count. */
export interface RunExtent extends TimeAxis { readonly isOpen: boolean }

export function runExtent(rows: TraceRows): RunExtent {
  let from = Infinity, to = -Infinity, isOpen = false;
  for (let row = 0; row < rows.count; row++) {
    if (!isOnAxis(rows, row)) continue;
    const start = rows.start[row] as number, duration = rows.duration[row] as number;
    if (start < from) from = start;
    if (Number.isNaN(duration)) isOpen = true;
    const end = Number.isNaN(duration) ? start : start + duration;
    if (end > to) to = end;
  }
  return from <= to ? { from, to, isOpen } : { from: 0, to: 0, isOpen };
}

/** The time that a run takes; while some of it is open it reaches to `now`. */
export function timeAxis({ from, to, isOpen }: RunExtent, now: number): TimeAxis {
  return { from: Math.min(0, from), to: isOpen ? Math.max(to, now) : to };
}

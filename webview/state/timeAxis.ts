import { isOnAxis } from '../../src/analysis/extents.ts';
import { endOf } from '../../src/analysis/selfTime.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';

/** From the first start to the last end, in nanoseconds after the base. */
export interface TimeAxis { readonly from: number; readonly to: number }

/** The time that a run takes; open spans reach to `now`. Spans without a usable time do not count. */
export function timeAxis(rows: TraceRows, now: number): TimeAxis {
  let from = Infinity, to = -Infinity;
  for (let row = 0; row < rows.count; row++) {
    if (!isOnAxis(rows, row)) continue;
    from = Math.min(from, rows.start[row] as number);
    to = Math.max(to, endOf(rows, row, now));
  }
  return from <= to ? { from, to } : { from: 0, to: 0 };
}

import { joinedPauses, pausedKey, pausesInText } from '../../model/recordedPauses.ts';
import type { RecordedPause } from '../../model/recordedPauses.ts';
import { AttributeLookup } from '../store/attributeLookup.ts';
import type { TraceColumns } from '../store/traceColumns.ts';

const lookup = new AttributeLookup(pausedKey);
/** A trace of nothing but roots is looked at so far. */
const mostTopmost = 1_000;
const known = new WeakMap<TraceColumns, { readonly revision: number; readonly pauses: readonly RecordedPause[] }>();

/** When programs of a trace stood in a debugger, as their topmost spans say. */
export function pausesIn(trace: TraceColumns): readonly RecordedPause[] {
  const before = known.get(trace);
  if (before?.revision === trace.revision) return before.pauses;
  const pauses = joinedPauses(topmostRows(trace).flatMap((row) => pausesAt(trace, row)));
  known.set(trace, { revision: trace.revision, pauses });
  return pauses;
}

export const pausesAt = (trace: TraceColumns, row: number): RecordedPause[] => pausesInText(trace.contents.attributeOf(trace, row, lookup));

/** Rows of spans that are not within another span of the same service, in the order in which they came. */
export function topmostRows(trace: TraceColumns): number[] {
  const rows: number[] = [], { parent, service } = trace;
  for (let row = 0; row < trace.count && rows.length < mostTopmost; row++) {
    const above = parent[row] as number;
    if (!trace.isPlaceholder(row) && (above < 0 || trace.isPlaceholder(above) || service[row] !== service[above])) rows.push(row);
  }
  return rows;
}

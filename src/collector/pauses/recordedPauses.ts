import type { AttributeValue } from '../../model/attributes.ts';
import { joinedPauses, pausedKey, pausesInText } from '../../model/recordedPauses.ts';
import type { RecordedPause } from '../../model/recordedPauses.ts';
import { AttributeLookup } from '../store/attributeLookup.ts';
import type { TraceColumns } from '../store/traceColumns.ts';

const lookup = new AttributeLookup(pausedKey), ownProcess = new AttributeLookup('spanscope.process.pid');
/** A trace of nothing but roots is looked at so far. */
const mostTopmost = 1_000;
/** Processes of one service are told apart among the first rows. */
const mostLookedAt = 20_000;
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

/** Rows of spans that are not within another span of the same service, or of the same process where their hook says which it is, in the order in which they came. */
export function topmostRows(trace: TraceColumns): number[] {
  const rows: number[] = [], { parent, service } = trace;
  // Nobody stood in the debugger in other traces.
  const lookedAt = trace.contents.session === undefined ? 0 : mostLookedAt;
  for (let row = 0; row < trace.count && rows.length < mostTopmost; row++) {
    const above = parent[row] as number;
    if (trace.isPlaceholder(row)) continue;
    if (above < 0 || trace.isPlaceholder(above) || service[row] !== service[above] || (row < lookedAt && isOfAnotherProcess(trace, row, above))) rows.push(row);
  }
  return rows;
}

function isOfAnotherProcess(trace: TraceColumns, row: number, above: number): boolean {
  const pid = toldProcess(trace, row);
  return pid !== undefined && pid !== toldProcess(trace, above);
}

const toldProcess = (trace: TraceColumns, row: number): AttributeValue | undefined => trace.contents.attributeOf(trace, row, ownProcess);

/** The number of the process of a topmost span: as the hook in it says, or its resource. */
export function processAt(trace: TraceColumns, row: number): AttributeValue | undefined {
  return toldProcess(trace, row) ?? trace.contents.originOf(trace, row).resource.attributes.get('process.pid');
}

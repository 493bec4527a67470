import { spanRecordOf as recordOf } from '../../export/spanRecord.ts';
import type { SpanRecord } from '../../model/records.ts';
import { exportSpanOf } from './exportSpan.ts';
import type { TraceColumns } from './traceColumns.ts';

/** A span with everything that is known of it, in the form that the extension exports. */
export function spanRecordOf(trace: TraceColumns, row: number): SpanRecord {
  trace.settle();
  return recordOf(exportSpanOf(trace, row));
}

/** Rows of the spans that were received, by start time; parents before children at equal times, else in order of arrival. */
export function rowsInOrder(trace: TraceColumns): number[] {
  trace.settle();
  const depth = depths(trace);
  const starts = exactStarts(trace);
  const rows: number[] = [];
  for (let row = 0; row < trace.count; row++) if (!trace.isPlaceholder(row)) rows.push(row);
  return rows.sort((a, b) => {
    const difference = (trace.start[a] as number) - (trace.start[b] as number);
    if (starts === undefined) return difference || (depth[a] as number) - (depth[b] as number) || a - b;
    const [left, right] = [starts[a] as bigint, starts[b] as bigint];
    return left < right ? -1 : left > right ? 1 : (depth[a] as number) - (depth[b] as number) || a - b;
  });
}

/** Only traces with times that the columns cannot hold need exact ones for their order. */
function exactStarts(trace: TraceColumns): bigint[] | undefined {
  if (trace.times.areInColumns) return undefined;
  return Array.from({ length: trace.count }, (_, row) => trace.times.startOf(trace, row));
}

/** How many ancestors each row has. Every row is walked once. */
function depths({ count, parent }: TraceColumns): Int32Array {
  const depth = new Int32Array(count).fill(-1);
  const path: number[] = [];
  for (let row = 0; row < count; row++) {
    let at = row;
    for (; at >= 0 && (depth[at] as number) < 0; at = parent[at] as number) path.push(at);
    let next = at < 0 ? 0 : (depth[at] as number) + 1;
    while (path.length > 0) depth[path.pop() as number] = next++;
  }
  return depth;
}

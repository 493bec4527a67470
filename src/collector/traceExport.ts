import type { EncodeSpan } from '../formats/format.ts';
import { formatById, formats } from '../formats/registry.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import { metaKind, metaStatus } from '../model/traceRows.ts';
import { rowsInOrder } from './store/spanRecords.ts';
import type { TraceColumns } from './store/traceColumns.ts';

/** The formats that traces can be written in. */
export function exportFormats(): { id: string; label: string; extension: string }[] {
  return formats.flatMap(({ id, label, extension, encode }) => (encode === undefined || extension === undefined ? [] : [{ id, label, extension }]));
}

/** A trace as a file of a format. Throws with words for the user when the format is unknown or cannot be written. */
export function exportTrace(trace: TraceColumns, formatId: string): Uint8Array {
  const format = formatById(formatId);
  if (format?.encode === undefined) throw new Error(`Traces cannot be exported as ${formatId}. Known: ${exportFormats().map(({ id }) => id).join(', ')}.`);
  return format.encode(rowsInOrder(trace).map((row) => spanOf(trace, row)));
}

function spanOf(trace: TraceColumns, row: number): EncodeSpan {
  const meta = trace.meta[row] as number;
  const { resource, scope, service } = trace.contents.originOf(trace, row);
  return {
    traceId: trace.traceId,
    spanId: trace.spanIdOf(row),
    parentSpanId: trace.parentIdOf(row),
    name: trace.texts.texts[trace.name[row] as number] as string,
    kind: spanKinds[metaKind(meta)] ?? 'unspecified',
    startUnixNano: trace.times.startOf(trace, row),
    endUnixNano: trace.times.endOf(trace, row),
    status: statusCodes[metaStatus(meta)] ?? 'unset',
    statusMessage: trace.contents.statusMessageOf(row),
    service, resource, scope,
    content: trace.contents.contentOf(trace, row),
    logs: trace.logs.ofRow(row),
  };
}

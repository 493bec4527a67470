import type { ExportSpan } from '../../export/exporter.ts';
import { decodedFrom } from '../../formats/decodedFrom.ts';
import { spanKinds, statusCodes } from '../../model/span.ts';
import { traceNameOf } from '../../model/traceKey.ts';
import { metaKind, metaSentStatus } from '../../model/traceRows.ts';
import type { TraceColumns } from './traceColumns.ts';

/** A row with everything that is known of it, its content decoded. */
export function exportSpanOf(trace: TraceColumns, row: number): ExportSpan {
  const meta = trace.meta[row] as number;
  const { resource, scope, service } = trace.contents.originOf(trace, row);
  return {
    traceId: traceNameOf(trace.traceId).traceId,
    spanId: trace.spanIdOf(row),
    parentSpanId: trace.parentIdOf(row),
    name: trace.texts.texts[trace.name[row] as number] as string,
    kind: spanKinds[metaKind(meta)] ?? 'unspecified',
    startUnixNano: trace.times.startOf(trace, row),
    endUnixNano: trace.times.endOf(trace, row),
    status: statusCodes[metaSentStatus(meta)] ?? 'unset',
    statusMessage: trace.contents.statusMessageOf(row),
    service, resource, scope,
    content: decodedFrom(trace.contents.contentOf(trace, row), trace.contents.bytesOf(trace, row)),
    logs: trace.logs.ofRow(row),
    marks: trace.marks[row] as number,
  };
}

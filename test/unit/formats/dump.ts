import type { AttributeValue } from '../../../src/model/attributes.ts';
import { marks, spanKinds, statusCodes } from '../../../src/model/span.ts';
import { rowOperations } from '../../../src/model/spanBatch.ts';
import type { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import { jsonText } from '../../../src/formats/jsonText.ts';
import { rowsOf } from './rows.ts';

const text = (value: AttributeValue): string => (value instanceof Uint8Array ? `bytes ${jsonText(value)}` : jsonText(value));
const attributeLines = (indent: string, attributes: ReadonlyMap<string, AttributeValue>): string[] => [...attributes].map(([key, value]) => `${indent}${key} = ${text(value)}`);

/** What a decoder made of an input as lines for people to read and golden files to hold. */
export function dump(batch: SpanBatch): string {
  const spans = rowsOf(batch).flatMap((row, i) => [
    `${rowOperations[row.operation]} ${row.traceId} ${row.spanId}${row.parentSpanId === '' ? '' : ` < ${row.parentSpanId}`} ${JSON.stringify(row.name)}`,
    `  ${spanKinds[row.kind]} ${statusCodes[row.status]}${row.statusMessage === '' ? '' : ` ${JSON.stringify(row.statusMessage)}`} ${row.start} … ${row.end === 0n ? 'open' : row.end}`
      + `${row.content.flags === 0 ? '' : ` flags ${row.content.flags}`}${marks.filter((_, bit) => (row.marks & (1 << bit)) !== 0).map((mark) => ` ${mark}`).join('')}`,
    `  resource ${text(batch.resources[batch.resource[i] as number]?.attributes ?? null)}${row.scopeName === '' ? '' : ` scope ${row.scopeName}`}`,
    ...attributeLines('  ', row.content.attributes),
    ...row.content.events.flatMap((event) => [`  event ${JSON.stringify(event.name)} ${event.timeUnixNano}`, ...attributeLines('    ', event.attributes)]),
    ...row.content.links.flatMap((link) => [`  link ${link.traceId} ${link.spanId} ${link.traceState}`.trimEnd(), ...attributeLines('    ', link.attributes)]),
  ]);
  const logs = batch.logs.flatMap((log) => {
    const record = decodeLogRecord(batch.buffers[log.buffer] as Uint8Array, log.start, log.end);
    return [`log ${log.traceId} ${log.spanId} ${log.timeUnixNano} ${record.severityNumber} ${record.severityText} ${text(record.body)}`, ...attributeLines('  ', record.attributes)];
  });
  const metrics = batch.metrics.map((point) => `metric ${point.instrument} ${point.type} ${point.value} ${point.timeUnixNano} ${text(point.attributes)}`);
  const rejected = batch.rejectedCount === 0 ? [] : [`rejected ${batch.rejectedCount}`];
  return [...spans, ...logs, ...metrics, ...rejected, ...batch.problems.map((problem) => `problem: ${problem}`), ''].join('\n');
}

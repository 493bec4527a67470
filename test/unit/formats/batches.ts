import { decodedFrom, withOrigin } from '../../../src/formats/decodedFrom.ts';
import type { DecodeOptions, EncodeSpan, Format } from '../../../src/formats/format.ts';
import { fileLimits, requestLimits } from '../../../src/formats/limits.ts';
import { DecodeError } from '../../../src/formats/format.ts';
import { spanKinds, statusCodes } from '../../../src/model/span.ts';
import type { Resource, Scope } from '../../../src/model/span.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import { contentRangeOf, rowsOf } from './rows.ts';

export const strict: DecodeOptions = { limits: requestLimits, mode: 'strict', signal: 'traces' };
export const lenient: DecodeOptions = { limits: fileLimits, mode: 'lenient' };

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function decoded(format: Format, input: Uint8Array | string, options: DecodeOptions = strict): SpanBatch {
  const batch = new SpanBatch();
  format.decode(typeof input === 'string' ? utf8(input) : input, batch, options);
  return batch;
}

/** Why the input as a whole is refused; undefined when it is not. */
export function refusal(format: Format, input: Uint8Array | string, options: DecodeOptions = strict): DecodeError['reason'] | undefined {
  try {
    decoded(format, input, options);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
}

const resourceAt = (batch: SpanBatch, index: number): Resource => batch.resources[index] ?? { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
const scopeAt = (batch: SpanBatch, index: number): Scope => batch.scopes[index] ?? { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };

/** The rows of a batch as the spans that an encoder takes. Logs go to the first span of their ids. */
export function spansOf(batch: SpanBatch): EncodeSpan[] {
  const logs = batch.logs.map((log) => {
    const bytes = batch.buffers[log.buffer] as Uint8Array, { start, end } = log;
    return { ...log, record: withOrigin(decodedFrom(decodeLogRecord(bytes, start, end), { bytes, start, end }), { resource: resourceAt(batch, log.resource), scope: scopeAt(batch, log.scope) }) };
  });
  return rowsOf(batch).map((row, i) => ({
    traceId: row.traceId, spanId: row.spanId, parentSpanId: row.parentSpanId, name: row.name, kind: spanKinds[row.kind] ?? 'unspecified',
    startUnixNano: row.start, endUnixNano: row.end, status: statusCodes[row.status] ?? 'unset', statusMessage: row.statusMessage, service: row.service,
    resource: resourceAt(batch, batch.resource[i] as number),
    scope: scopeAt(batch, batch.scope[i] as number),
    content: decodedFrom(row.content, contentRangeOf(batch, i)), logs: logs.filter(({ traceId, spanId }) => traceId === row.traceId && spanId === row.spanId).map(({ record }) => record),
  }));
}

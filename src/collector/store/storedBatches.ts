import { formatById } from '../../formats/registry.ts';
import { requestLimits } from '../../formats/limits.ts';
import type { Signal } from '../../formats/format.ts';
import { SpanBatch } from '../../model/spanBatch.ts';
import { decodeRows, encodeRows, rowsFormat } from './batchRows.ts';
import type { StoredBatch } from './database.ts';

/** The form in which the ends of live connections are stored: JSON, a list of [trace id, span id, when it was last heard of if that is known]. */
export const lostFormat = 'spanscope-lost';

/** A span whose connection has ended before it did; `heardUntil` is when it was last heard of, in nanoseconds since 1970, where that is known. */
export interface LostSpan { readonly traceId: string; readonly spanId: string; readonly heardUntil?: bigint | undefined }

export function encodeLost(spans: readonly LostSpan[]): Uint8Array {
  return Buffer.from(JSON.stringify(spans.map(({ traceId, spanId, heardUntil }) => (heardUntil === undefined ? [traceId, spanId] : [traceId, spanId, String(heardUntil)]))));
}

export function decodeLost(bytes: Uint8Array): LostSpan[] {
  const spans = JSON.parse(Buffer.from(bytes).toString()) as [traceId: string, spanId: string, heardUntil?: string][];
  return spans.map(([traceId, spanId, heardUntil]) => ({ traceId, spanId, ...(heardUntil === undefined ? {} : { heardUntil: BigInt(heardUntil) }) }));
}

/** Reads a stored batch as it was read when it arrived. Throws when its format is not known any more. */
export function decodeStored({ format, signal, bytes }: Pick<StoredBatch, 'format' | 'signal' | 'bytes'>): SpanBatch {
  const batch = new SpanBatch();
  if (format === rowsFormat) decodeRows(bytes, batch);
  else {
    const reader = formatById(format);
    if (reader === undefined) throw new Error(`traces stored in an unknown format: ${format}`);
    reader.decode(bytes, batch, { limits: requestLimits, mode: 'strict', signal: signal as Signal });
  }
  return batch;
}

/** A stored batch without some traces. A batch that cannot be read is of no use to any trace, so nothing of it is left. */
export function withoutTraces(batch: StoredBatch, traceIds: ReadonlySet<string>): { readonly format: string; readonly bytes: Uint8Array } {
  try {
    if (batch.format === lostFormat) {
      return { format: lostFormat, bytes: encodeLost(decodeLost(batch.bytes).filter(({ traceId }) => !traceIds.has(traceId))) };
    }
    const decoded = decodeStored(batch);
    const isKept = decoded.texts.map((text) => !traceIds.has(text));
    const rows = Array.from({ length: decoded.count }, (_, row) => row).filter((row) => isKept[decoded.traceId[row] as number]);
    const logs = decoded.logs.filter((log) => !traceIds.has(log.traceId));
    return { format: rowsFormat, bytes: encodeRows(decoded, { rows, logs, metrics: decoded.metrics }) };
  } catch {
    return { format: rowsFormat, bytes: encodeRows(new SpanBatch(), { rows: [], logs: [], metrics: [] }) };
  }
}

import type { SpanBatch } from '../../model/spanBatch.ts';
import type { StoredBatch, TraceDatabase } from './database.ts';
import type { OriginTable } from './origins.ts';
import { RowInput } from './rowInput.ts';
import { decodeLost, decodeStored, lostFormat } from './storedBatches.ts';
import { TraceColumns } from './traceColumns.ts';

export type Complain = (message: string) => void;

/** What a count that is wrong may cost at most. */
const mostReserved = 2_000_000;

/** A trace to be read: how many spans it is thought to have, and whether it is too large for more than those that it has. */
export interface TraceToRead {
  readonly traceId: string;
  readonly key: number;
  readonly spans: number;
  isTooLarge(trace: TraceColumns): boolean;
}

/**
 * Builds a trace from its batches as it was when they arrived; undefined when nothing of it can be read. `spans` makes
 * room for them at once. Of one that is too large, later batches only complete the spans that are known already.
 */
export function readTrace(database: TraceDatabase, { traceId, key, spans, isTooLarge }: TraceToRead, origins: OriginTable, complain: Complain): TraceColumns | undefined {
  const trace = new TraceColumns(traceId);
  trace.reserveSpans(Math.min(spans, mostReserved), 0);
  let run: number | undefined;
  for (const stored of database.batchesOf(key)) {
    // The connections of an earlier run have all ended.
    if (run !== undefined && run !== stored.run) trace.markRunningLost();
    run = stored.run;
    trace.isCut ||= isTooLarge(trace);
    if (stored.format === lostFormat) markLost(trace, stored);
    else decodeBatch(stored, complain, (batch) => appendOwn(trace, batch, origins));
  }
  if (run !== undefined && run !== database.run) trace.markRunningLost();
  return trace.count > 0 || trace.logs.count > 0 ? trace : undefined;
}

/** Reads a stored batch; false when that is not possible, which is said and stops nothing else. */
export function decodeBatch(stored: StoredBatch, complain: Complain, use: (batch: SpanBatch) => void): boolean {
  let batch: SpanBatch;
  try {
    batch = decodeStored(stored);
  } catch (error) {
    complain(`A stored batch could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
  use(batch);
  return true;
}

function markLost(trace: TraceColumns, stored: StoredBatch): void {
  for (const { traceId, spanId, heardUntil } of decodeLost(stored.bytes)) {
    const row = traceId === trace.traceId ? trace.rowOf(spanId) : -1;
    if (row >= 0) trace.markLost(row, true, heardUntil);
  }
}

function appendOwn(trace: TraceColumns, batch: SpanBatch, origins: OriginTable): void {
  const input = new RowInput(batch, origins);
  const text = batch.texts.indexOf(trace.traceId);
  for (let row = 0; row < batch.count; row++) {
    if (batch.traceId[row] !== text) continue;
    input.read(row);
    trace.take(input);
  }
  for (const log of batch.logs) if (log.traceId === trace.traceId && !trace.isCut) trace.appendLog(input, log);
}

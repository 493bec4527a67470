import type { SpanBatch } from '../../model/spanBatch.ts';
import type { OriginTable } from './origins.ts';
import { RowInput } from './rowInput.ts';
import type { TraceColumns } from './traceColumns.ts';

/** Where the traces of a batch are. */
export interface BatchTraces {
  /** A trace by its id, a new one where there is none. */
  traceOf(traceId: string): TraceColumns;
  /** Spans are about to be added to a trace. */
  beforeSpans(trace: TraceColumns): void;
}

/** Takes a batch into the traces that it holds something of; gives these. */
export function takeBatch(batch: SpanBatch, origins: OriginTable, traces: BatchTraces): TraceColumns[] {
  const input = new RowInput(batch, origins);
  const byText: (TraceColumns | undefined)[] = [];
  const byId = new Map<string, TraceColumns>();
  const spans = new Uint32Array(batch.texts.length), bytes = new Uint32Array(batch.texts.length);
  for (let row = 0; row < batch.count; row++) {
    const text = batch.traceId[row] as number;
    spans[text]!++;
    bytes[text]! += (batch.contentEnd[row] as number) - (batch.contentStart[row] as number);
  }
  const traceOf = (traceId: string): TraceColumns => {
    let trace = byId.get(traceId);
    if (trace === undefined) byId.set(traceId, trace = traces.traceOf(traceId));
    return trace;
  };
  for (let row = 0; row < batch.count; row++) {
    const text = batch.traceId[row] as number;
    let trace = byText[text];
    if (trace === undefined) {
      trace = byText[text] = traceOf(batch.texts[text] as string);
      traces.beforeSpans(trace);
      if (!trace.isCut) trace.reserveSpans(spans[text] as number, bytes[text] as number);
    }
    input.read(row);
    trace.take(input);
  }
  for (const log of batch.logs) {
    if (log.traceId === '') continue;
    const trace = traceOf(log.traceId);
    if (!trace.isCut) trace.appendLog(input, log);
  }
  return [...byId.values()];
}

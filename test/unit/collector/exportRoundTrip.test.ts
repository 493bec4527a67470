import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { exportSpanOf } from '../../../src/collector/store/exportSpan.ts';
import type { TraceStore } from '../../../src/collector/store/traceStore.ts';
import { exportSpans } from '../../../src/collector/traceExport.ts';
import { originOf, withOrigin } from '../../../src/formats/decodedFrom.ts';
import type { EncodeSpan, Format } from '../../../src/formats/format.ts';
import { otlpJson, otlpJsonLines } from '../../../src/formats/otlpJson.ts';
import { otlpProtobuf } from '../../../src/formats/otlpProtobuf.ts';
import type { LogRecord } from '../../../src/model/span.ts';
import { lenient } from '../formats/batches.ts';
import { logRecord, spans as anySpans } from '../formats/spanArbitraries.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { arrive, openStore } from './store/storeSupport.ts';

const stores: TraceStore[] = [];
afterEach(() => { for (const store of stores.splice(0)) store.close(); });

const traceIds = ['a', 'b'].map((digit) => digit.repeat(32));
const metrics = '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"tokens","sum":{"dataPoints":[{"asInt":"5","timeUnixNano":"1"}]}}]}]}]}\n';

/** Spans of two traces with logs of their own, logs that name a trace alone, and metrics between them. */
const mixed = fc.record({ spans: anySpans, loose: fc.array(fc.tuple(fc.constantFrom(...traceIds), logRecord), { maxLength: 3 }) }).map(({ spans, loose }) => ({
  spans: spans.filter(({ spanId }, i) => spans.findIndex((each) => each.spanId === spanId) === i).map((span, i): EncodeSpan => {
    const traceId = traceIds[i % 2] as string;
    return { ...span, traceId, logs: span.logs.map((log) => ({ ...log, traceId, spanId: span.spanId })) };
  }),
  loose: loose.map(([traceId, log]): LogRecord => ({ ...log, traceId, spanId: '' })),
}));

async function storeOf(format: Format, bytes: Uint8Array): Promise<TraceStore> {
  const { store } = await openStore(undefined), batch = new SpanBatch();
  stores.push(store);
  format.decode(bytes, batch, lenient);
  await arrive(store, batch);
  return store;
}

/** Everything that is known of the spans of a store and of the logs that name none of them. */
function contentsOf(store: TraceStore, withLogs: boolean): unknown {
  const told = (logs: readonly LogRecord[]): unknown[] => (withLogs ? logs.map((log) => ({ ...log, origin: originOf(log) })) : []);
  return traceIds.map((traceId) => {
    const trace = store.trace(traceId);
    if (trace === undefined) return [[], new Set()];
    const rows = Array.from({ length: trace.count }, (_, row) => row).filter((row) => !trace.isPlaceholder(row));
    const spans = rows.map((row) => exportSpanOf(trace, row)).map(({ logs, marks: _, ...span }) => ({ ...span, logs: told(logs) }));
    return [spans.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1)), new Set(told(trace.logs.ofTrace()))];
  });
}

it('spans and logs of a file with metrics between them come back exactly from every form of OTLP, through the store', async () => {
  await fc.assert(fc.asyncProperty(mixed, async ({ spans, loose }) => {
    const [first] = spans, pieces: Uint8Array[] = [], encoder = otlpJsonLines.encoder?.((bytes) => { pieces.push(bytes); }, { traceCount: traceIds.length, firstUnixNano: 0n });
    encoder?.add(spans);
    encoder?.addLogs?.(first === undefined ? loose : loose.map((log) => withOrigin(log, first)));
    encoder?.end();
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(pieces)).replaceAll('\n', `\n${metrics}`);
    const store = await storeOf(otlpJson, new TextEncoder().encode(text)), known = traceIds.filter((traceId) => store.trace(traceId) !== undefined);
    for (const [format, withLogs] of [[otlpJson, true], [otlpJsonLines, true], [otlpProtobuf, false]] as const) {
      const { bytes, lost } = await exportSpans(store, { traceIds: known, format: format.id }, undefined).catch((error: unknown) => {
        if (known.length > 0) throw error;
        return { bytes: new ArrayBuffer(0), lost: [] as readonly string[] };
      });
      const again = await storeOf(format, new Uint8Array(bytes));
      expect(contentsOf(again, withLogs)).toEqual(contentsOf(store, withLogs));
      expect(lost.some((words) => words.includes('of no span'))).toBe(!withLogs && loose.length > 0);
    }
    for (const each of stores.splice(0)) each.close();
  }), { numRuns: 60 });
});

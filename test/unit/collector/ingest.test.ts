import { describe, expect, it } from 'vitest';
import { Ingest } from '../../../src/collector/ingest.ts';
import { RefusedError } from '../../../src/collector/receivers/receiver.ts';
import { request, traceOf } from './collectorSupport.ts';
import { openStore } from './store/storeSupport.ts';

const otlp = (bytes: Uint8Array) => ({ format: 'otlp-protobuf', signal: 'traces', bytes }) as const;
const reasonOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'accepted', (error: unknown) => (error instanceof RefusedError ? [error.reason, error.retryAfterSeconds] : error));

describe('what receivers hand over', () => {
  it('is taken only between opening and closing', async () => {
    const { store } = await openStore(undefined);
    const ingest = new Ingest(store, () => undefined);
    expect([ingest.retryAfterSeconds(), await reasonOf(ingest.accept(otlp(request({ id: 1 }))))]).toEqual([1, ['unavailable', 1]]);
    ingest.open();
    expect(await ingest.accept(otlp(request({ id: 1 }, { id: 2 })))).toEqual({ accepted: 2, rejected: 0 });
    ingest.close();
    expect(await reasonOf(ingest.accept(otlp(request({ id: 3 }))))).toEqual(['unavailable', 1]);
    expect(ingest.counts.spans).toBe(2);
  });

  it('leaves nothing behind when it cannot be read', async () => {
    const { store } = await openStore(undefined);
    const ingest = new Ingest(store, () => undefined);
    ingest.open();
    const whole = request({ id: 1 }, { id: 2 }), before = store.usedBytes;
    expect(await reasonOf(ingest.accept(otlp(whole.subarray(0, whole.length - 3))))).toEqual(['undecodable', undefined]);
    expect([store.usedBytes, ingest.counts, store.summaryOf(traceOf(1))]).toEqual([before, { spans: 0, rejected: 0, logs: 0, metricPoints: 0 }, undefined]);
  });

  it('is put off ever longer while memory is short, and taken again afterwards', async () => {
    const { store } = await openStore(undefined, { memoryBytes: 100_000 });
    const ingest = new Ingest(store, () => undefined);
    ingest.open();
    store.pin(traceOf(1));
    await ingest.accept(otlp(request({ id: 1, attributes: { text: 'x'.repeat(100_000) } })));
    const asked = Array.from({ length: 7 }, () => { const seconds = ingest.retryAfterSeconds(); ingest.tick(); return seconds; });
    expect(asked).toEqual([1, 2, 4, 8, 16, 30, 30]);
    store.unpin(traceOf(1));
    expect(ingest.retryAfterSeconds()).toBeUndefined();
    ingest.tick();
    await ingest.accept(otlp(request({ trace: 2, id: 2 })));
  });

  it('of a format that nobody knows is our own mistake, and said', async () => {
    const { store } = await openStore(undefined);
    const lines: string[] = [];
    const ingest = new Ingest(store, (line) => lines.push(line));
    ingest.open();
    expect(await reasonOf(ingest.accept({ ...otlp(request({ id: 1 })), format: 'x' }))).toEqual(['internal', undefined]);
    expect(lines.join()).toContain('no such format');
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Subscriptions } from '../../../src/collector/subscriptions.ts';
import { OpenedFiles } from '../../../src/collector/files/openedFiles.ts';
import { TraceStore } from '../../../src/collector/store/traceStore.ts';
import { TraceSources } from '../../../src/collector/traceSources.ts';
import { operationCode, SpanBatch } from '../../../src/model/spanBatch.ts';
import type { CollectorEvent } from '../../../src/protocol/collector.ts';

const traceId = '1'.repeat(32);
let store: TraceStore, subscriptions: Subscriptions, sent: number[], count: number;

/** So many spans of the trace come at once. */
function receive(spans: number): void {
  const batch = new SpanBatch(), trace = batch.intern(traceId);
  for (let i = 0; i < spans; i++) {
    const row = batch.addRow();
    batch.traceId[row] = trace;
    batch.idLow[row] = ++count;
    batch.startLow[row] = count;
    batch.endLow[row] = count + 1;
    batch.operation[row] = operationCode.whole;
  }
  void store.append(batch, { format: '', signal: 'traces', bytes: new Uint8Array() });
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  count = 0;
  store = new TraceStore({ memoryBytes: Infinity, databaseBytes: 0, retentionDays: 0 }, { changed: (id) => { subscriptions.changed(id); }, removed: () => undefined, log: () => undefined });
  const nothing = (): void => undefined;
  const files = new OpenedFiles({ bundle: () => '', mostBytes: () => Infinity, received: store, emit: nothing, changed: nothing, removed: nothing, log: nothing });
  subscriptions = new Subscriptions(new TraceSources(store, files), (event: CollectorEvent) => {
    if (event.type !== 'rows.changed') return;
    sent.push(event.rows.count);
    setTimeout(() => { subscriptions.acknowledge(7, event.rows.revision); }, 5);
  });
});
afterEach(() => {
  subscriptions.dispose();
  vi.useRealTimers();
});

describe('rows of a trace that is shown', () => {
  it('are sent in few messages while a file is read, the first at once and all in the end', () => {
    receive(1024);
    subscriptions.add(7, traceId);
    expect(sent).toEqual([1024]);
    for (let i = 0; i < 100; i++) {
      receive(1024);
      vi.advanceTimersByTime(3);
    }
    expect(sent.length).toBeLessThan(10);
    vi.advanceTimersByTime(1000);
    expect(sent.reduce((sum, rows) => sum + rows, 0)).toBe(count);
  });

  it('are sent with the next frame where they come as programs make them', () => {
    receive(10);
    subscriptions.add(7, traceId);
    for (let i = 1; i <= 10; i++) {
      receive(80);
      vi.advanceTimersByTime(17);
      expect(sent.length).toBe(1 + i);
    }
  });

  it('are all sent at once when they are there already', () => {
    receive(60_000);
    subscriptions.add(7, traceId);
    vi.advanceTimersByTime(11);
    expect(sent.reduce((sum, rows) => sum + rows, 0)).toBe(60_000);
  });

  it('are sent to nobody who has gone while they gathered', () => {
    receive(10);
    subscriptions.add(7, traceId);
    vi.advanceTimersByTime(20);
    receive(5000);
    vi.advanceTimersByTime(17);
    subscriptions.remove(7);
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([10]);
  });
});

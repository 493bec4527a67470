import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TraceIndex } from '../../../../src/editor/traces/traceIndex.ts';
import type { TraceOverview } from '../../../../src/model/records.ts';
import { fakeCollector, keptLog } from '../collector/fakes.ts';
import { runningSummary, summaryOf } from './summaries.ts';

/** An index on a collector that holds `held`; the filter matches services. */
function indexOn(held: TraceOverview[]): ReturnType<typeof fakeCollector> & { readonly index: TraceIndex; change(summaries: TraceOverview[], removed?: string[]): void } {
  const collector = fakeCollector({
    listTraces: (query, page) => {
      if (query === 'broken(') throw new Error('The bracket is not closed.');
      const all = held.filter(({ services }) => query === '' || services.includes(query));
      return { traces: all.slice(0, page?.limit), total: all.length };
    },
  });
  const index = new TraceIndex(collector.host, keptLog().log);
  const change = (summaries: TraceOverview[], removed: string[] = []): void => {
    collector.listeners[0]?.onEvent({ type: 'traces.changed', traceIds: summaries.map(({ traceId }) => traceId), summaries, removed });
  };
  return { ...collector, index, change };
}

const shown = (index: TraceIndex): string[] => index.listing.traces.map(({ traceId }) => traceId);

describe('the index of traces', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('lists when the collector starts', async () => {
    const { index, host } = indexOn([summaryOf({ traceId: 'b' }), summaryOf({ traceId: 'a' })]);
    await host.call('stats');
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(index)).toEqual(['b', 'a']);
    expect(index.latest?.traceId).toBe('b');
  });

  it('takes changes of known traces from the event, without asking', async () => {
    const held = [summaryOf({ traceId: 'a', spanCount: 1 })];
    const { index, calls, change } = indexOn(held);
    index.load();
    await vi.advanceTimersByTimeAsync(1000);
    calls.length = 0;
    change([runningSummary({ traceId: 'a', spanCount: 2 })]);
    expect(index.listing.traces[0]?.spanCount).toBe(2);
    expect(index.running).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls).toEqual([]);
  });

  it('asks for new traces and drops deleted ones', async () => {
    const held = [summaryOf({ traceId: 'a' })];
    const { index, change } = indexOn(held);
    index.load();
    await vi.advanceTimersByTimeAsync(1000);
    held.unshift(summaryOf({ traceId: 'b' }));
    change([summaryOf({ traceId: 'b' })]);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(index)).toEqual(['b', 'a']);
    held.length = 0;
    change([], ['a', 'b']);
    expect(shown(index)).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(index.listing.total).toBe(0);
  });

  it('shows what matches and counts the rest', async () => {
    const { index } = indexOn([summaryOf({ traceId: 'a', services: ['planner'] }), summaryOf({ traceId: 'b', services: ['worker'] })]);
    await index.setFilter('worker');
    expect(shown(index)).toEqual(['b']);
    expect(index.listing).toMatchObject({ matching: 1, total: 2 });
    await expect(index.setFilter('broken(')).rejects.toThrow('The bracket is not closed.');
    expect(index.filter).toBe('worker');
    await index.setFilter('');
    expect(shown(index)).toEqual(['a', 'b']);
  });

  it('tells which traces failed since they were last seen', async () => {
    const { index, change } = indexOn([summaryOf({ traceId: 'old', errorCount: 2 })]);
    const failed: (readonly string[])[] = [];
    index.onDidFail((traceIds) => failed.push(traceIds));
    index.load();
    await vi.advanceTimersByTimeAsync(1000);
    change([summaryOf({ traceId: 'old', errorCount: 2 }), summaryOf({ traceId: 'new', errorCount: 1 })]);
    change([summaryOf({ traceId: 'old', errorCount: 3 }), summaryOf({ traceId: 'new', errorCount: 1 })]);
    expect(failed).toEqual([['new'], ['old']]);
  });
});

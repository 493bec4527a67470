import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SpanRecord, TraceSummary } from '../../../../src/model/records.ts';
import type { RowRef, SpanDetails, ToPanel } from '../../../../src/protocol/panel.ts';
import { Panel } from '../../../../webview/state/panel.ts';
import { FakeHost, appended, changed, show } from '../support.ts';
import type { TestSpan } from '../support.ts';

const run: readonly TestSpan[] = [
  { name: 'agent', duration: 100 },
  { name: 'tool', parent: 0, start: 10, duration: 20 },
  { name: 'model', parent: 0, start: 40 },
];
const rows = (...args: Parameters<typeof appended>): ToPanel => ({ type: 'trace.rows', rows: appended(...args) });
const detailsOf = (ref: RowRef): ToPanel => {
  const record = { traceId: 't', spanId: `span${ref.row}` } as SpanRecord;
  return { type: 'span.details', details: { ref, record, shortened: {}, sources: [], frames: [] } satisfies SpanDetails };
};

function open(saved?: unknown): { host: FakeHost; panel: Panel } {
  const host = new FakeHost(saved);
  const panel = new Panel(host, host.nextFrame);
  panel.start();
  host.say(show('t'));
  return { host, panel };
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('the panel', () => {
  it('applies what comes between two frames together and acknowledges the newest revision once', () => {
    const { host, panel } = open();
    host.say(rows(run, 0, 1), rows(run, 1, 2), rows(run, 2, 3));
    expect(panel.trace.value?.rows.count).toBe(3);
    expect(host.ofType('rows.ack')).toEqual([{ type: 'rows.ack', revision: 3 }]);
  });

  it('stands at the last sign of life when the run is over though spans of it never ended', () => {
    const { host, panel } = open();
    const summary = { traceId: 't', openCount: 0, endUnixNano: '1000000500' } as TraceSummary;
    host.say(rows(run), { type: 'trace.summary', summary, revision: 1, nowUnixNano: '9000000000' });
    expect(panel.clock.now(1_000_000_000n)).toBe(500);
    host.say({ type: 'trace.summary', summary: { ...summary, openCount: 1 }, revision: 2, nowUnixNano: '9000000000' });
    expect(panel.clock.now(1_000_000_000n)).toBe(8e9);
  });

  it('shows sums of a run that goes on a few times a second, and at once that it has ended', () => {
    const { host, panel } = open();
    const told = vi.fn(), ticks = vi.fn();
    const say = (spanCount: number, openCount: number): void => host.say({ type: 'trace.summary', summary: { traceId: 't', openCount, spanCount } as TraceSummary, revision: 1, nowUnixNano: '9000000000' });
    host.say(rows(run));
    panel.clock.run(250);
    say(1, 1);
    panel.summary.subscribe(told);
    panel.clock.tick.subscribe(ticks);
    for (let spans = 2; spans < 12; spans++) say(spans, 1);
    expect([told.mock.calls.length, ticks.mock.calls.length]).toEqual([0, 0]);
    vi.advanceTimersByTime(100);
    expect([told.mock.calls.length, panel.summary.value?.spanCount]).toEqual([1, 11]);
    say(12, 0);
    expect(panel.summary.value).toMatchObject({ spanCount: 12, openCount: 0 });
    panel.clock.run(undefined);
  });

  it('ignores rows of a trace that it no longer shows', () => {
    const { host, panel } = open();
    host.say(rows(run), show('other'), rows(run));
    expect(panel.trace.value).toBeUndefined();
  });

  it('asks once for everything when rows are missing, and takes the fresh rows', () => {
    const { host, panel } = open();
    host.say(rows(run, 0, 1));
    host.say(rows(run, 2, 3), rows(run, 2, 3));
    expect(host.ofType('panel.ready')).toEqual([{ type: 'panel.ready' }, { type: 'panel.ready', traceId: 't' }]);
    host.say(rows(run, 0, 3, { revision: 8 }));
    expect(panel.trace.value?.rows.count).toBe(3);
    expect(host.ofType('rows.ack').at(-1)).toEqual({ type: 'rows.ack', revision: 8 });
  });

  it('tells the host of a selection by the user and not of one by the host', () => {
    const { host, panel } = open();
    host.say(rows(run));
    panel.select(2);
    host.say({ type: 'selection.set', ref: { epoch: 1, row: 1 } });
    expect(panel.selectedRow).toBe(1);
    expect(host.ofType('selection.changed')).toEqual([{ type: 'selection.changed', ref: { epoch: 1, row: 2 } }]);
  });

  it('selects nothing for a row of an earlier numbering', () => {
    const { host, panel } = open();
    host.say(rows(run), { type: 'selection.set', ref: { epoch: 1, row: 2 } });
    host.say(rows(run, 0, 3, { epoch: 2 }));
    expect(panel.selectedRow).toBe(-1);
    expect(panel.details.state.value.details).toBeUndefined();
  });

  it('has one question for details on the way and then asks for the newest selection', () => {
    const { host, panel } = open();
    host.say(rows(run));
    panel.select(0);
    panel.select(1);
    panel.select(2);
    expect(host.ofType('details.get').map(({ ref }) => ref.row)).toEqual([0]);
    host.say(detailsOf({ epoch: 1, row: 0 }));
    expect(panel.details.state.value.details).toBeUndefined();
    expect(host.ofType('details.get').map(({ ref }) => ref.row)).toEqual([0, 2]);
    host.say(detailsOf({ epoch: 1, row: 2 }));
    expect(panel.details.state.value.details?.ref.row).toBe(2);
  });

  it('reads the selected span anew when it changes', () => {
    const { host, panel } = open();
    host.say(rows(run));
    panel.select(2);
    host.say(detailsOf({ epoch: 1, row: 2 }));
    host.say({ type: 'trace.rows', rows: changed(run, [2]) }, { type: 'trace.rows', rows: changed(run, [2]) });
    vi.runAllTimers();
    expect(host.ofType('details.get')).toHaveLength(2);
  });

  it('reads once more when the span changed while its details were on the way', () => {
    const { host, panel } = open();
    host.say(rows(run));
    panel.select(2);
    host.say({ type: 'trace.rows', rows: changed(run, [2]) });
    vi.runAllTimers();
    expect(host.ofType('details.get')).toHaveLength(1);
    host.say(detailsOf({ epoch: 1, row: 2 }));
    expect(host.ofType('details.get')).toHaveLength(2);
  });

  it('says why details could not be had', () => {
    const { host, panel } = open();
    host.say(rows(run));
    panel.select(1);
    host.say({ type: 'request.failed', request: 'details.get', message: 'The trace was evicted.' });
    expect(panel.details.state.value).toEqual({ details: undefined, failure: 'The trace was evicted.' });
  });

  it('says so and reports it when a message cannot be applied', () => {
    const { host, panel } = open();
    host.say({ type: 'trace.rows', rows: { ...appended(run), buffer: new ArrayBuffer(3) } });
    expect(panel.failure.value).toContain('lost its data source');
    expect(host.ofType('failure.report')).toHaveLength(1);
    panel.start();
    host.say(rows(run));
    expect(panel.failure.value).toBeUndefined();
    expect(panel.trace.value?.rows.count).toBe(3);
  });
});

describe('a panel that was reloaded', () => {
  it('is as it was left', () => {
    const first = open();
    first.host.say(rows(run));
    first.panel.select(1);
    first.host.say(detailsOf({ epoch: 1, row: 1 }));
    first.panel.search.setQuery('role:tool');
    first.panel.view.follow.value = false;
    first.panel.view.range.value = [5, 50];
    first.panel.view.detailsWidth.value = 500;
    first.panel.view.detailsTab.value = 'events';
    first.panel.view.folds.set(first.panel.trace.value!, [0], true);
    first.panel.save();

    const host = new FakeHost(structuredClone(first.host.saved));
    const panel = new Panel(host, host.nextFrame);
    panel.start();
    expect(host.posted).toEqual([{ type: 'panel.ready', traceId: 't' }]);
    host.say(show('t'), rows(run));
    expect(first.host.saved?.spanId).toBe('span1');
    expect(panel.search.state.value.query).toBe('role:tool');
    expect(panel.view.follow.value).toBe(false);
    expect(panel.view.range.value).toEqual([5, 50]);
    expect(panel.view.detailsWidth.value).toBe(500);
    expect(panel.view.detailsTab.value).toBe('events');
    expect(panel.view.folds.has(0)).toBe(true);
    vi.runAllTimers();
    expect(host.ofType('search.run').map(({ query }) => query)).toEqual(['role:tool']);
  });

  it('keeps folds when rows are numbered anew', () => {
    const { host, panel } = open();
    host.say(rows(run));
    panel.view.folds.set(panel.trace.value!, [0], true);
    const renumbered: TestSpan[] = [{ name: 'earlier', start: -5, duration: 2 }, { name: 'agent', duration: 100 }];
    host.say(rows(renumbered, 0, 2, { epoch: 2 }));
    expect([...panel.view.folds.rows.value]).toEqual([1]);
  });

  it.each([[null], ['text'], [{ version: 7, query: 'x' }], [{ version: 1, range: ['a', 2], follow: 'yes', folded: [1], colourBy: 'constructor', detailsWidth: -4 }]])(
    'begins afresh from saved state that makes no sense: %j', (saved) => {
      const { panel } = open(saved);
      expect([panel.search.state.value.query, panel.view.range.value, panel.view.colourBy.value, panel.view.detailsWidth.value]).toEqual(['', undefined, 'role', undefined]);
    });
});

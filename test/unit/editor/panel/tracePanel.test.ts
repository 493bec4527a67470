import { describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { EventEmitter, env } from '../../../support/vscode.ts';
import { Selection } from '../../../../src/editor/selection.ts';
import { Display } from '../../../../src/editor/display.ts';
import { TracePanel } from '../../../../src/editor/panel/tracePanel.ts';
import type { PanelServices } from '../../../../src/editor/panel/tracePanel.ts';
import { Receiver } from '../../../../src/editor/collector/receiver.ts';
import type { SpanRecord } from '../../../../src/model/records.ts';
import type { FromPanel, ToPanel } from '../../../../src/protocol/panel.ts';
import { fakeCollector, keptLog } from '../collector/fakes.ts';
import { summaryOf } from '../traces/summaries.ts';
import { packagedExtension } from './packaged.ts';

const extension = packagedExtension('', '');

const record = (spanId: string): SpanRecord => ({
  traceId: 'trace-1', spanId, name: spanId, kind: 'internal', startUnixNano: '1', status: { code: 'unset' }, service: 's',
  attributes: {}, resource: {}, events: [], links: [{ traceId: 'trace-2', spanId: 'far', attributes: {} }], logs: [], marks: [],
});

/** A panel on a page that a test plays, and on a collector whose rows are numbered like its spans: s0, s1, … */
function openPanel(traceId: string | null = 'trace-1') {
  const page = { posted: [] as ToPanel[], visible: true, active: true };
  const messages = new EventEmitter<unknown>(), viewState = new EventEmitter<void>(), disposed = new EventEmitter<void>();
  const webview = {
    options: {}, html: '', cspSource: 'https://page.test', onDidReceiveMessage: messages.event, asWebviewUri: (uri: unknown) => uri,
    postMessage: (message: ToPanel) => { page.posted.push(message); return Promise.resolve(true); },
  };
  const webviewPanel = {
    webview, title: '', iconPath: undefined, viewColumn: 2, onDidChangeViewState: viewState.event, onDidDispose: disposed.event,
    get visible() { return page.visible; }, get active() { return page.active; },
  };
  const calls: unknown[][] = [];
  const recorded = new Map<string, readonly (readonly [number, number])[]>();
  const collector = fakeCollector({
    summaryOf: (id) => (id === 'trace-1' ? summaryOf({ traceId: id, label: 'coder' }) : undefined),
    rowOf: (_id, spanId) => ({ epoch: 1, row: Number(spanId.slice(1)) }),
    spanAt: (_id, ref) => { calls.push(['spanAt', ref.row]); return ref.epoch === 1 ? record(`s${ref.row}`) : undefined; },
    subscribe: (...args) => { calls.push(['subscribe', ...args]); },
    unsubscribe: (...args) => { calls.push(['unsubscribe', ...args]); },
    pausesOf: (id) => recorded.get(id) ?? [],
    acknowledge: (...args) => { calls.push(['acknowledge', ...args]); },
    searchRows: (_id, query, from) => {
      if (query === '(') throw new Error('The bracket is not closed.');
      return { epoch: 1, rows: new ArrayBuffer(4), ...(query === 'long' && from === undefined ? { next: 512 } : {}) };
    },
  });
  const opened: unknown[][] = [];
  const { log, lines } = keptLog();
  const paused = new EventEmitter<string>(), standing = { spanIds: [] as string[], changed: new EventEmitter<void>() };
  const services = {
    extensionUri: extension, collector: collector.host, selection: new Selection(), log,
    receiver: new Receiver(collector.host, { ports: () => ({ httpPort: 0, grpcPort: 0 }), startsByItself: () => true }, log),
    source: {
      onDidChange: new EventEmitter<void>().event,
      reveal: (span: SpanRecord, place: unknown) => { opened.push([span.spanId, place]); return Promise.resolve(); },
      linksOf: () => Promise.resolve({ sources: [{ index: 0, label: 'a.py:1', origin: 'recorded' }], frames: [] }),
    },
    documents: { show: (traceId: string, span: SpanRecord, key?: string) => { opened.push([traceId, span.spanId, key]); return Promise.resolve(); } },
    files: { onDidChange: new EventEmitter<void>().event, file: () => undefined }, display: new Display('en'), showTrace: (...args: unknown[]) => { opened.push(args); return Promise.resolve(); }, run: (action: unknown) => { opened.push([action]); return Promise.resolve(); },
    runs: { find: (id: string) => (id === 'run-1' ? { pauses: [[1000, 2000]] } : undefined), onDidPause: paused.event },
    standing: { spansOf: (id: string) => (id === 'trace-1' ? standing.spanIds : []), onDidChange: standing.changed.event },
  } as unknown as PanelServices;
  const panel = new TracePanel(webviewPanel as unknown as vscode.WebviewPanel, services, traceId ?? undefined, undefined);
  const settle = async (): Promise<void> => { for (let i = 0; i < 20; i++) await Promise.resolve(); };
  return {
    panel, page, paused, recorded, standing, calls, opened, lines, services, collector, webviewPanel, settle,
    async says(message: FromPanel | object): Promise<ToPanel[]> {
      page.posted.length = 0;
      messages.fire(message);
      await settle();
      return page.posted;
    },
    async shows(visible: boolean): Promise<void> {
      page.visible = visible;
      page.active = visible;
      viewState.fire();
      await settle();
    },
  };
}

const ref = (row: number) => ({ epoch: 1, row });

describe('a trace panel', () => {
  it('shows its trace and subscribes to its rows when its page is there', async () => {
    const { says, calls, webviewPanel } = openPanel();
    const posted = await says({ type: 'panel.ready' });
    expect(posted).toMatchObject([{ type: 'panel.show', traceId: 'trace-1', status: { state: 'off' } }]);
    expect(calls).toEqual([['subscribe', expect.any(Number), 'trace-1']]);
    expect(webviewPanel.title).toBe('coder');
  });

  it('tells a new page what to show before it asks, and begins anew when it asks all the same', async () => {
    const { panel, calls, page, settle, says } = openPanel();
    panel.greet();
    await settle();
    expect(page.posted).toMatchObject([{ type: 'panel.show', traceId: 'trace-1' }]);
    const first = calls[0]?.[1];
    expect(await says({ type: 'panel.ready' })).toMatchObject([{ type: 'panel.show', traceId: 'trace-1' }]);
    expect(calls).toEqual([['subscribe', first, 'trace-1'], ['unsubscribe', first], ['subscribe', expect.any(Number), 'trace-1']]);
  });

  it('lets its rows go while it is hidden, and begins anew with the next page', async () => {
    const { says, shows, calls } = openPanel();
    await says({ type: 'panel.ready' });
    await shows(false);
    await shows(true);
    await says({ type: 'panel.ready' });
    const [first, second] = [calls[0]?.[1], calls[2]?.[1]];
    expect(calls).toEqual([['subscribe', first, 'trace-1'], ['unsubscribe', first], ['subscribe', second, 'trace-1']]);
    expect(second).not.toBe(first);
  });

  it('opens a whole value under the key of its trace, by which it is read again', async () => {
    const { says, opened } = openPanel();
    await says({ type: 'panel.ready' });
    await says({ type: 'value.open', ref: ref(3), what: 'attribute', key: 'a' });
    expect(opened).toEqual([['trace-1', 's3', 'a']]);
  });

  it('relays the rows of its own subscription and passes acknowledgements on', async () => {
    const { says, calls, collector, page, settle } = openPanel();
    await says({ type: 'panel.ready' });
    const subscription = calls[0]?.[1] as number;
    page.posted.length = 0;
    const rows = { traceId: 'trace-1', epoch: 1, revision: 7, baseUnixNano: '0', count: 0, firstRow: 0, buffer: new ArrayBuffer(0), firstText: 0, texts: [], figures: [] };
    for (const to of [subscription, subscription + 1000]) {
      collector.listeners[0]?.onEvent({ type: 'rows.changed', subscription: to, rows, summary: summaryOf({ label: 'renamed' }), nowUnixNano: '5' });
    }
    await settle();
    expect(page.posted.map(({ type }) => type)).toEqual(['trace.rows', 'trace.summary']);
    await says({ type: 'rows.ack', revision: 7 });
    expect(page.posted).toEqual([]);
    expect(calls.at(-1)).toEqual(['acknowledge', subscription, 7]);
  });

  it('tells when the run of its trace was paused before the rows, and whenever that changes', async () => {
    const { says, calls, collector, page, paused, settle } = openPanel();
    await says({ type: 'panel.ready' });
    page.posted.length = 0;
    const rows = { traceId: 'trace-1', epoch: 1, revision: 1, baseUnixNano: '0', count: 0, firstRow: 0, buffer: new ArrayBuffer(0), firstText: 0, texts: [], figures: [] };
    const grow = (): void => collector.listeners[0]?.onEvent({ type: 'rows.changed', subscription: calls[0]?.[1] as number, rows, summary: summaryOf({ session: { id: 'run-1', name: 'agent' } }), nowUnixNano: '5' });
    grow();
    grow();
    paused.fire('another-run');
    paused.fire('run-1');
    await settle();
    const pauses = { type: 'paused.set', traceId: 'trace-1', paused: [['1000000000', '2000000000']] };
    expect(page.posted.map(({ type }) => type)).toEqual(['paused.set', 'trace.rows', 'trace.summary', 'trace.rows', 'trace.summary', 'paused.set']);
    expect(page.posted.filter(({ type }) => type === 'paused.set')).toEqual([pauses, pauses]);
  });

  it('tells what a trace itself says of pauses, which nobody here may know of', async () => {
    const { says, calls, collector, page, recorded, settle } = openPanel();
    recorded.set('trace-1', [[500, 700], [1500, 2500]]);
    await says({ type: 'panel.ready' });
    page.posted.length = 0;
    const rows = { traceId: 'trace-1', epoch: 1, revision: 1, baseUnixNano: '0', count: 0, firstRow: 0, buffer: new ArrayBuffer(0), firstText: 0, texts: [], figures: [] };
    collector.listeners[0]?.onEvent({ type: 'rows.changed', subscription: calls[0]?.[1] as number, rows, summary: summaryOf({}), nowUnixNano: '5' });
    await settle();
    expect(page.posted.filter(({ type }) => type === 'paused.set')).toEqual([{ type: 'paused.set', traceId: 'trace-1', paused: [['500000000', '700000000'], ['1500000000', '2500000000']] }]);
  });

  it('tells at which rows a program stands, and that it goes on', async () => {
    const { says, page, standing, settle } = openPanel();
    await says({ type: 'panel.ready' });
    page.posted.length = 0;
    standing.spanIds = ['s4', 's2'];
    standing.changed.fire();
    await settle();
    standing.spanIds = [];
    standing.changed.fire();
    standing.changed.fire();
    await settle();
    expect(page.posted).toEqual([
      { type: 'standing.set', traceId: 'trace-1', standing: { epoch: 1, rows: [4, 2] } },
      { type: 'standing.set', traceId: 'trace-1', standing: undefined },
    ]);
  });

  it('asks the chart for something once there is a chart', async () => {
    const { panel, says, calls, collector, page } = openPanel();
    await says({ type: 'panel.ready' });
    page.posted.length = 0;
    panel.command('find');
    expect(page.posted).toEqual([]);
    const rows = { traceId: 'trace-1', epoch: 1, revision: 1, baseUnixNano: '0', count: 0, firstRow: 0, buffer: new ArrayBuffer(0), firstText: 0, texts: [], figures: [] };
    collector.listeners[0]?.onEvent({ type: 'rows.changed', subscription: calls[0]?.[1] as number, rows, summary: summaryOf({}), nowUnixNano: '5' });
    panel.command('fitAll');
    expect(page.posted.slice(2)).toEqual([{ type: 'chart.command', command: 'find' }, { type: 'chart.command', command: 'fitAll' }]);
  });

  it('says that its trace is gone when it was deleted before the page came', async () => {
    const { says } = openPanel('deleted');
    expect((await says({ type: 'panel.ready' })).map(({ type }) => type)).toEqual(['panel.show', 'trace.gone']);
  });

  it('waits without a trace', async () => {
    const { says, calls, panel } = openPanel(null);
    expect((await says({ type: 'panel.ready' })).map(({ type }) => type)).toEqual(['panel.show']);
    expect(calls).toEqual([]);
    await panel.show('trace-1', undefined);
    expect(calls).toEqual([['subscribe', expect.any(Number), 'trace-1']]);
  });

  it('reads a span once for selecting and opening it, and looks for its source after it is shown', async () => {
    const { says, calls, services, page, settle } = openPanel();
    await says({ type: 'panel.ready' });
    calls.length = 0;
    void says({ type: 'selection.changed', ref: ref(3) });
    const posted = await says({ type: 'details.get', ref: ref(3) });
    await settle();
    expect(calls).toEqual([['spanAt', 3]]);
    expect(services.selection.current).toEqual({ traceId: 'trace-1', spanId: 's3' });
    expect(posted).toMatchObject([{ type: 'span.details', details: { sources: [] } }, { type: 'span.details', details: { sources: [{ label: 'a.py:1' }] } }]);
    expect(page.posted.some(({ type }) => type === 'selection.set')).toBe(false);
  });

  it('looks for the source of the selected span also while others are hovered', async () => {
    const { says, page, settle } = openPanel();
    await says({ type: 'panel.ready' });
    await says({ type: 'selection.changed', ref: ref(3) });
    void says({ type: 'details.get', ref: ref(3) });
    page.posted.length = 0;
    const told = page.posted;
    void says({ type: 'details.get', ref: ref(4) });
    await settle();
    const withSource = told.flatMap((message) => (message.type === 'span.details' && message.details.sources.length > 0 ? [message.details.ref.row] : []));
    expect(withSource.toSorted((a, b) => a - b)).toEqual([3, 4]);
  });

  it('follows a selection that others make in its trace', async () => {
    const { says, services, page, settle } = openPanel();
    await says({ type: 'panel.ready' });
    page.posted.length = 0;
    services.selection.select({ traceId: 'trace-1', spanId: 's5' }, {});
    services.selection.select({ traceId: 'other', spanId: 's6' }, {});
    await settle();
    expect(page.posted).toEqual([{ type: 'selection.set', ref: ref(5) }]);
  });

  it('gives the first matches of a long search, and the rest when it is asked to go on', async () => {
    const { says } = openPanel();
    await says({ type: 'panel.ready' });
    expect(await says({ type: 'search.run', id: 5, query: 'long' })).toMatchObject([{ type: 'search.result', id: 5, next: 512 }]);
    expect(await says({ type: 'search.run', id: 5, query: 'long', from: { epoch: 1, row: 512 } })).toEqual([{ type: 'search.result', id: 5, epoch: 1, rows: new ArrayBuffer(4) }]);
  });

  it('answers a request that fails with why', async () => {
    const { says } = openPanel();
    await says({ type: 'panel.ready' });
    expect(await says({ type: 'details.get', ref: { epoch: 9, row: 1 } })).toEqual([{ type: 'request.failed', request: 'details.get', message: 'This span is no longer shown.' }]);
    expect(await says({ type: 'link.open', ref: ref(1), link: 0 })).toEqual([{ type: 'request.failed', request: 'link.open', message: 'The linked trace has not been received.' }]);
    expect(await says({ type: 'search.run', id: 4, query: '(' })).toMatchObject([{ type: 'search.result', id: 4, problem: 'The bracket is not closed.' }]);
  });

  it('opens source next to itself, by row and never by path', async () => {
    const { says, opened, lines } = openPanel();
    await says({ type: 'panel.ready' });
    await says({ type: 'source.open', ref: ref(2), beside: true, path: '/etc/passwd' });
    expect(opened).toEqual([['s2', { beside: true, from: 2 }]]);
    await says({ type: 'source.open', path: '/etc/passwd' });
    expect(opened).toHaveLength(1);
    expect(lines.at(-1)).toContain('not understood');
  });

  it('copies what it is asked to', async () => {
    const { says } = openPanel();
    await says({ type: 'value.copy', text: 'copied' });
    expect(env.clipboard.text).toBe('copied');
  });
});

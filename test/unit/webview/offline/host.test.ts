import { describe, expect, it } from 'vitest';
import type { ExportSpan } from '../../../../src/export/exporter.ts';
import { pausedKey, pausedText } from '../../../../src/model/recordedPauses.ts';
import type { FromPanel, ToPanel } from '../../../../src/protocol/panel.ts';
import { unpackRows } from '../../../../src/protocol/rows.ts';
import { OfflineHost } from '../../../../webview/offline/host.ts';
import { Panel } from '../../../../webview/state/panel.ts';
import { labelOf } from '../../../../webview/state/trace.ts';
import { agentRun, sketched } from '../../export/exportSpans.ts';
import { dataOf, pageOf } from '../../export/pageFiles.ts';

/** A page's host, and everything that it says, copies and saves. */
class Page {
  readonly said: ToPanel[] = [];
  readonly copied: string[] = [];
  readonly saved: [string, string][] = [];
  readonly host: OfflineHost;
  onSay: ((message: ToPanel) => void) | undefined;

  constructor(spans: readonly ExportSpan[]) {
    this.host = new OfflineHost(dataOf(pageOf(spans)), {
      say: (message) => {
        this.said.push(message);
        this.onSay?.(message);
      },
      copy: (text) => { this.copied.push(text); return Promise.resolve(); },
      save: (name, content) => { void content.text().then((text) => this.saved.push([name, text])); },
    });
  }

  /** What is answered to a message, by the type of the answer. */
  async answer<T extends ToPanel['type']>(message: FromPanel, type: T): Promise<Extract<ToPanel, { type: T }>> {
    const from = this.said.length;
    this.host.receive(message);
    return expect.poll(() => this.said.slice(from).find((each) => each.type === type)).toBeDefined().then(() => this.said.slice(from).find((each) => each.type === type) as Extract<ToPanel, { type: T }>);
  }
}

const ref = (row: number): { readonly epoch: number; readonly row: number } => ({ epoch: 1, row });
const second = '00000000000000000000000000000002';
const linked = { ...sketched({ id: 'b000000000000001', traceId: second, name: 'other', from: 0, to: 1 }) };
const two: readonly ExportSpan[] = [
  ...agentRun.slice(0, -1),
  { ...agentRun[3] as ExportSpan, content: { ...(agentRun[3] as ExportSpan).content, links: [{ traceId: second, spanId: 'b000000000000001', traceState: '', attributes: new Map(), droppedAttributesCount: 0, flags: 0 }] } },
  linked,
];

describe('the page of an HTML document', () => {
  it('knows when the programs of its trace stood in a debugger, as their topmost spans say', async () => {
    const [root, ...others] = agentRun as readonly [ExportSpan, ...ExportSpan[]], from = Number(root.startUnixNano / 1_000_000n);
    const stood = { ...root, content: { ...root.content, attributes: new Map([...root.content.attributes, [pausedKey, pausedText([[from, from + 250]])]]) } };
    const page = new Page([stood, ...others]);
    await page.host.show(0);
    expect(page.said.map(({ type }) => type)).toEqual(['panel.show', 'paused.set', 'trace.rows', 'trace.summary']);
    expect(page.said[1]).toMatchObject({ paused: [[`${from}000000`, `${from + 250}000000`]] });
  });

  it('shows its trace to the panel as the extension does', async () => {
    const page = new Page(agentRun);
    const listeners: ((message: ToPanel) => void)[] = [];
    const panel = new Panel({ post: (message) => page.host.receive(message), onMessage: (listener) => listeners.push(listener), readState: () => undefined, writeState: () => undefined }, (run) => run());
    page.onSay = (message) => { for (const listener of listeners) listener(message); };
    await page.host.show(0);
    const trace = panel.trace.value;
    if (trace === undefined) throw new Error('no trace');
    expect(Array.from({ length: trace.rows.count }, (_, row) => labelOf(trace, row))).toEqual(['planner', 'small-1', 'hold_seats', 'small-1']);
    expect(panel.summary.value).toMatchObject({ spanCount: 4, errorCount: 1, openCount: 0 });
    panel.select(2);
    await expect.poll(() => panel.details.state.value.details?.record.name).toBe('tool:hold_seats');
    expect(panel.details.state.value.details?.sources).toEqual([{ index: 0, label: 'agent/tools.py:12', origin: 'recorded in the span' }]);
    expect(panel.details.isPending).toBe(false);
    panel.select(1);
    await expect.poll(() => panel.details.state.value.details?.record.name).toBe('chat');
    expect(panel.details.isPending).toBe(false);
  });

  it('searches rows, and records only when the query asks for them', async () => {
    const page = new Page(agentRun);
    const found = async (query: string): Promise<readonly number[] | string> => {
      const { rows, problem } = await page.answer({ type: 'search.run', id: 1, query }, 'search.result');
      return problem ?? [...new Uint32Array(rows)];
    };
    expect(await found('role:llm')).toEqual([1, 3]);
    expect(await found('status:error')).toEqual([2]);
    expect(await found('duration:>3s -role:agent')).toEqual([3]);
    expect(await found('model:small-1')).toEqual([1, 3]);
    expect(await found('tokens:>1400')).toEqual([3]);
    expect(await found('code.line.number=12')).toEqual([2]);
    expect(await found('seat')).toEqual([0, 1, 2, 3]);
    expect(await found('"no seat left"')).toEqual([3]);
    expect(await found('message:full')).toEqual([2]);
    expect(await found('duration:>soon')).toContain('duration');
  });

  it('finds matches in every chunk of a large trace', async () => {
    const page = new Page(Array.from({ length: 5000 }, (_, i) => sketched({ id: `s${i}`, name: 'step', from: i, to: i + 1, attributes: { n: i } })));
    for (const n of [0, 1023, 1024, 4999]) expect([...new Uint32Array((await page.answer({ type: 'search.run', id: n, query: `n=${n}` }, 'search.result')).rows)]).toEqual([n]);
    const { details } = await page.answer({ type: 'details.get', ref: ref(4999) }, 'span.details');
    expect(details.record.spanId).toBe('s4999');
  });

  it('follows links to its other traces', async () => {
    const page = new Page(two);
    await page.host.show(0);
    const shown = await page.answer({ type: 'link.open', ref: ref(3), link: 0 }, 'trace.rows');
    expect([shown.rows.traceId, unpackRows(shown.rows).count]).toEqual([second, 1]);
    expect((await page.answer({ type: 'link.open', ref: ref(3), link: 7 }, 'request.failed')).message).toBe('The linked trace is not in this page.');
  });

  it('copies, saves, and says what it cannot do', async () => {
    const page = new Page(agentRun);
    page.host.receive({ type: 'value.copy', text: 'abc' });
    await expect.poll(() => page.copied).toEqual(['abc']);
    page.host.receive({ type: 'value.open', ref: ref(2), what: 'attribute', key: 'tool.input' });
    page.host.receive({ type: 'value.open', ref: ref(2), what: 'json' });
    await expect.poll(() => page.saved.map(([name]) => name).toSorted()).toEqual(['span.json', 'value.txt']);
    expect((await page.answer({ type: 'source.open', ref: ref(2), beside: false }, 'request.failed')).message).toContain('no editor');
    expect((await page.answer({ type: 'details.get', ref: ref(99) }, 'request.failed')).message).toBe('This span is not in the page.');
    expect((await page.answer({ type: 'details.get', ref: { epoch: 9, row: 0 } }, 'request.failed')).message).toBe('This span is not in the page.');
  });

  it('takes keys of attributes for nothing else', async () => {
    const page = new Page([sketched({ id: 'a', name: 'x', from: 0, to: 1, attributes: { __proto__x: 1, constructor: 'mine' } })]);
    expect([...new Uint32Array((await page.answer({ type: 'search.run', id: 1, query: 'has:toString' }, 'search.result')).rows)]).toEqual([]);
    expect([...new Uint32Array((await page.answer({ type: 'search.run', id: 2, query: 'constructor=mine' }, 'search.result')).rows)]).toEqual([0]);
  });
});

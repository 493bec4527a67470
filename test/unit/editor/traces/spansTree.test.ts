import { describe, expect, it } from 'vitest';
import { Display } from '../../../../src/editor/display.ts';
import { isOpen, spanRow } from '../../../../src/editor/traces/spanRow.ts';
import { MoreSpans, SpansTree } from '../../../../src/editor/traces/spansTree.ts';
import type { SpanTreeNode, SpansNode } from '../../../../src/editor/traces/spansTree.ts';
import { roles } from '../../../../src/model/role.ts';
import { markBit } from '../../../../src/model/span.ts';
import type { SpanNode } from '../../../../src/protocol/collector.ts';

const display = new Display('en');
const spanOf = (spanId: string, part: Partial<SpanNode> = {}): SpanNode => ({
  spanId, row: 0, label: spanId, name: spanId, role: 0, status: 0, marks: 0, durationNs: 1e6, startNs: 0, selfNs: 1e6, childCount: 0, ...part,
});

/** A trace that a test may change: parent id → children. */
class Trace {
  readonly children = new Map<string | undefined, SpanNode[]>();
  reads: (string | undefined)[] = [];
  readonly tree = new SpansTree('trace', {
    childrenOf: (parent, { offset, limit }) => {
      this.reads.push(parent);
      const all = this.children.get(parent) ?? [];
      return Promise.resolve({ nodes: all.slice(offset, offset + limit), total: all.length });
    },
    elapsedNs: () => 7.2e9,
    display,
  });

  put(parent: string | undefined, ...spans: SpanNode[]): void {
    this.children.set(parent, spans);
  }
}

const idOf = (node: SpansNode): string => (node instanceof MoreSpans ? `${node.count} more` : node.spanId);
const first = async (trace: Trace, parent?: SpanTreeNode): Promise<SpanTreeNode> => (await trace.tree.children(parent))[0] as SpanTreeNode;

describe('the Spans view', () => {
  it('reads children when they are looked at, once', async () => {
    const trace = new Trace();
    trace.put(undefined, spanOf('root', { childCount: 1 }));
    trace.put('root', spanOf('child'));
    const root = await first(trace);
    expect((await trace.tree.children(root)).map(idOf)).toEqual(['child']);
    await trace.tree.children(root);
    expect(trace.reads).toEqual([undefined, 'root']);
  });

  it('redraws the span that changed and the parent that got a child', async () => {
    const trace = new Trace();
    trace.put(undefined, spanOf('root', { childCount: 1 }));
    trace.put('root', spanOf('call', { durationNs: undefined }));
    const root = await first(trace);
    const call = await first(trace, root);
    trace.put('root', spanOf('call', { status: 2 }), spanOf('next'));
    const redraw = await trace.tree.refresh();
    expect(redraw?.map(idOf)).toEqual(['call', 'root']);
    expect(await first(trace, root)).toBe(call);
    expect(call.shown.icon).toBe('error');
    expect(await trace.tree.refresh()).toEqual([]);
  });

  it('redraws a leaf that became a parent', async () => {
    const trace = new Trace();
    trace.put(undefined, spanOf('root'));
    await first(trace);
    trace.put(undefined, spanOf('root', { childCount: 1 }));
    expect((await trace.tree.refresh())?.map(idOf)).toEqual(['root']);
  });

  it('draws everything when the roots change', async () => {
    const trace = new Trace();
    trace.put(undefined, spanOf('a'));
    await trace.tree.children();
    trace.put(undefined, spanOf('a'), spanOf('b'));
    expect(await trace.tree.refresh()).toBeUndefined();
  });

  it('does not read what is folded', async () => {
    const trace = new Trace();
    trace.put(undefined, spanOf('root', { childCount: 1 }));
    trace.put('root', spanOf('child'));
    const root = await first(trace);
    await trace.tree.children(root);
    trace.tree.setCollapsed(root, true);
    trace.reads = [];
    await trace.tree.refresh();
    expect(trace.reads).toEqual([undefined]);
  });

  it('shows 500 children and offers the next', async () => {
    const trace = new Trace();
    trace.put(undefined, ...Array.from({ length: 1200 }, (_, i) => spanOf(`s${i}`)));
    expect((await trace.tree.children()).slice(-2).map(idOf)).toEqual(['s499', '700 more']);
    await trace.tree.showMore(undefined);
    expect((await trace.tree.children()).slice(-2).map(idOf)).toEqual(['s999', '200 more']);
    await trace.tree.showMore(undefined);
    expect((await trace.tree.children()).map(idOf).at(-1)).toBe('s1199');
  });

  it('finds a span on its path, beyond the first page too', async () => {
    const trace = new Trace();
    trace.put(undefined, spanOf('root', { childCount: 1200 }));
    trace.put('root', ...Array.from({ length: 1200 }, (_, i) => spanOf(`s${i}`)));
    const found = await trace.tree.find(['root', 's1100']);
    expect(found?.spanId).toBe('s1100');
    expect(found?.parent?.spanId).toBe('root');
    expect(await trace.tree.find(['root', 'gone'])).toBeUndefined();
  });

  it('does not unfold a chain of any depth', async () => {
    const trace = new Trace();
    const path = Array.from({ length: 5000 }, (_, i) => `s${i}`);
    path.forEach((spanId, i) => trace.put(i === 0 ? undefined : path[i - 1], spanOf(spanId, { childCount: 1 })));
    expect(await trace.tree.find(path)).toBeUndefined();
    expect((await trace.tree.find(path.slice(0, 100)))?.depth).toBe(99);
  });

  it('gives a span one node when it is read from two sides at once', async () => {
    const trace = new Trace();
    trace.put(undefined, spanOf('root'));
    const [drawn, found] = await Promise.all([trace.tree.children(), trace.tree.find(['root'])]);
    expect(drawn[0]).toBe(found);
  });
});

describe('the row of a span', () => {
  const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

  it('has duration, tokens and the icon of its role', () => {
    const row = spanRow(spanOf('x', { label: 'claude-sonnet-4-5', name: 'llm_call', role: roles.indexOf('llm'), durationNs: 4.17e9, inputTokens: 2100, outputTokens: 412 }), 0, display);
    expect({ ...row, description: plain(row.description) }).toMatchObject({
      label: 'claude-sonnet-4-5', description: '4.17 s · 2.1k → 412', icon: 'sparkle', colour: 'spanscope.roleIcon.llm',
    });
  });

  it('says that its program stands there, or below, with more than a colour', () => {
    const open = spanOf('x', { durationNs: undefined, inputTokens: 2 });
    const here = spanRow(open, 7.2e9, display, 'here'), below = spanRow(open, 7.2e9, display, 'below');
    expect([here.icon, here.description.replaceAll('\u00a0', ' '), below.description.replaceAll('\u00a0', ' ')]).toEqual(['debug-stackframe', 'stands here · 7.20 s …', '7.20 s … · stands below']);
    expect(here.spoken).toContain('stands here');
  });

  it('grows while it is open', () => {
    const row = spanRow(spanOf('x', { durationNs: undefined }), 7.2e9, display);
    expect(plain(row.description)).toBe('7.20 s …');
    expect(row.spoken).toContain('running');
  });

  it('does not grow when its program ended first', () => {
    const lost = spanOf('x', { durationNs: undefined, marks: markBit('open') | markBit('lost') });
    expect([spanRow(lost, 7.2e9, display).description, isOpen(lost)]).toEqual(['no end', false]);
  });

  it.each([
    ['failed', { status: 2 }, 'error'],
    ['no end', { marks: markBit('lost') }, 'debug-disconnect'],
    ['waiting', { marks: markBit('placeholder') }, 'question'],
  ])('shows that it is %s', (word, part, icon) => {
    const row = spanRow(spanOf('x', part), 0, display);
    expect(row.icon).toBe(icon);
    expect(row.spoken).toContain(word);
  });

  it('says in words that it has no name, or has not come yet and which one that is', () => {
    const nameless = { label: '', name: '' };
    expect(spanRow(spanOf('17d72fdf1868464a', nameless), 0, display).label).toBe('(no name)');
    expect(spanRow(spanOf('af0039ba3d6d7ee5', { ...nameless, marks: markBit('placeholder') }), 0, display).label).toBe('waiting for parent af0039ba');
  });

  it('borrows the colour of a role that has none of its own', () => {
    expect(spanRow(spanOf('x', { role: roles.indexOf('reranker') }), 0, display).colour).toBe('spanscope.roleIcon.retriever');
    expect(spanRow(spanOf('x', { role: roles.indexOf('handoff') }), 0, display).colour).toBe('spanscope.roleIcon.agent');
  });
});

import { describe, expect, it } from 'vitest';
import { RunList } from '../../../../src/debug/runs.ts';
import { Display } from '../../../../src/editor/display.ts';
import { traceRow, traceTooltip } from '../../../../src/editor/traces/traceRow.ts';
import { GroupNode, MoreNode, TraceNode, TracesTree } from '../../../../src/editor/traces/tracesTree.ts';
import type { TracesNode } from '../../../../src/editor/traces/tracesTree.ts';
import { runningSummary, summaryOf } from './summaries.ts';

const display = new Display('en');
const hourMs = 3600e3, dayMs = 24 * hourMs;
const now = new Date(2026, 10, 20, 15, 0, 0).getTime();

function nameOf(node: TracesNode): string {
  if (node instanceof TraceNode) return node.traceId;
  if (node instanceof MoreNode) return `${node.count} more`;
  return node instanceof GroupNode ? node.group.label : 'files';
}

const noRuns = new RunList(undefined);

const drawn = (tree: TracesTree): Record<string, string[]> => Object.fromEntries(tree.groups.map((node) => [node.group.label, node.children.map(nameOf)]));

describe('the Traces view', () => {
  it('groups by age, running ones first, and leaves empty groups out', () => {
    const tree = new TracesTree(display, noRuns);
    tree.update([
      runningSummary({ traceId: 'runs', startUnixMilli: now - 3 * dayMs }),
      summaryOf({ traceId: 'late', startUnixMilli: now - hourMs }),
      summaryOf({ traceId: 'early', startUnixMilli: now - 14 * hourMs }),
      summaryOf({ traceId: 'before', startUnixMilli: now - 16 * hourMs }),
      summaryOf({ traceId: 'old', startUnixMilli: now - 3 * dayMs }),
    ], 0, 'time', now);
    expect(drawn(tree)).toEqual({ Running: ['runs'], Today: ['late', 'early'], Yesterday: ['before'], Older: ['old'] });
  });

  it('groups by the first service', () => {
    const tree = new TracesTree(display, noRuns);
    tree.update([
      summaryOf({ traceId: 'a', services: ['worker', 'planner'] }), summaryOf({ traceId: 'b', services: ['planner'] }), summaryOf({ traceId: 'c', services: [] }),
    ], 0, 'service', now);
    expect(drawn(tree)).toEqual({ 'No service': ['c'], planner: ['b'], worker: ['a'] });
  });

  it('groups by test, with what no test made at the end', () => {
    const tree = new TracesTree(display, noRuns);
    tree.update([summaryOf({ traceId: 'a' }), summaryOf({ traceId: 'b', test: { name: 'test_z' } }), summaryOf({ traceId: 'c', test: { name: 'test_a', status: 'failed' } }), summaryOf({ traceId: 'd', test: { name: 'test_z' } })], 0, 'test', now);
    expect(Object.entries(drawn(tree))).toEqual([['test_a', ['c']], ['test_z', ['b', 'd']], ['No test', ['a']]]);
  });

  it('names the test of a trace, and says when it failed', () => {
    const summary = summaryOf({ startUnixMilli: now - 60_000, test: { name: 'cart > adds', file: '/work/cart.test.ts', status: 'failed' } });
    expect(traceRow(summary, now, display).description).toMatch(/^adds failed · /);
    expect(traceRow(summary, now, display)).toMatchObject({ icon: 'error' });
    expect(traceTooltip(summary, now, display)).toContain('Test: cart > adds, failed · cart.test.ts');
    expect(traceRow(summaryOf({ startUnixMilli: now - 60_000, test: { name: 'cart > adds', status: 'passed' } }), now, display).description).toMatch(/^adds · /);
  });

  it('redraws only the row of a trace that changed', () => {
    const tree = new TracesTree(display, noRuns);
    const still = summaryOf({ traceId: 'still', startUnixMilli: now - hourMs });
    expect(tree.update([summaryOf({ traceId: 'grows', startUnixMilli: now }), still], 0, 'time', now)).toBeUndefined();
    const redraw = tree.update([summaryOf({ traceId: 'grows', startUnixMilli: now, errorCount: 2 }), still], 0, 'time', now);
    expect(redraw?.map(nameOf)).toEqual(['grows']);
    expect(tree.update([summaryOf({ traceId: 'grows', startUnixMilli: now, errorCount: 2 }), still], 0, 'time', now)).toEqual([]);
  });

  it('keeps the node of a trace that moves to another group', () => {
    const tree = new TracesTree(display, noRuns);
    tree.update([runningSummary({ traceId: 'a', startUnixMilli: now })], 0, 'time', now);
    const node = tree.groups[0]?.children[0];
    expect(tree.update([summaryOf({ traceId: 'a', startUnixMilli: now })], 0, 'time', now)).toBeUndefined();
    expect(tree.groups[0]?.children[0]).toBe(node);
    expect(node?.parent).toBe(tree.groups[0]);
  });

  it('offers more when traces are left out, once', () => {
    const tree = new TracesTree(display, noRuns);
    const traces = [summaryOf({ traceId: 'a', startUnixMilli: now }), summaryOf({ traceId: 'b', startUnixMilli: now - 3 * dayMs })];
    tree.update(traces, 700, 'time', now);
    expect(drawn(tree)).toEqual({ Today: ['a'], Older: ['b', '700 more'] });
    expect(tree.update(traces, 700, 'time', now)).toEqual([]);
    expect(tree.groups[1]?.children.at(-1)).toBeInstanceOf(MoreNode);
  });
});

describe('the row of a trace', () => {
  it('shows no date of a clock that counts from the start of a program', () => {
    const summary = summaryOf({ startUnixNano: '1500', endUnixNano: '2000001500' });
    expect(traceRow(summary, now, display).description).toMatch(/^2\.00\ss$/);
    expect(traceTooltip(summary, now, display).join()).not.toContain('1970');
  });

  const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

  it('says when it ran and for how long', () => {
    const row = traceRow(summaryOf({ startUnixMilli: now - hourMs }), now, display);
    expect({ ...row, description: plain(row.description) }).toMatchObject({ label: 'coder', description: '14:00:00 · 1.50 s', icon: 'hubot', colour: 'spanscope.roleIcon.agent' });
  });

  it('says how long it runs and how many spans it has', () => {
    const row = traceRow(runningSummary({ startUnixMilli: now - 7200, spanCount: 40 }), now, display);
    expect(plain(row.description)).toBe('7.20 s … · 40 spans');
    expect(row.icon).toBe('loading~spin');
    expect(row.spoken).toContain('running');
  });

  it('says how many errors it has', () => {
    const row = traceRow(summaryOf({ startUnixMilli: now, errorCount: 3 }), now, display);
    expect(plain(row.description)).toBe('15:00:00 · 3 errors');
    expect(row.icon).toBe('error');
  });

  it('shows hostile names as plain text', () => {
    expect(traceRow(summaryOf({ label: 'safe\u202egpj.exe\n' }), now, display).label).toBe(String.raw`safe\u202egpj.exe\n`);
    expect(traceRow(summaryOf({ label: '', traceId: '0123456789abcdef' }), now, display).label).toBe('Trace 01234567');
  });

  it('has the sums in its tooltip', () => {
    const lines = traceTooltip(summaryOf({ llmCalls: 2, toolCalls: 1, inputTokens: 13_500, outputTokens: 1100, costUsd: 0.103, orphanCount: 1 }), now, display).map(plain);
    expect(lines).toContain('2 model calls · 1 tool call');
    expect(lines).toContain('Tokens: 13.5k → 1.1k (sum of the model calls)');
    expect(lines).toContain('Cost: $0.103');
    expect(lines).toContain('4 spans · 1 span whose parent was not seen');
  });

  it('tells when a part of the trace is on the disk alone', () => {
    const lines = traceTooltip(summaryOf({ leftOut: 123_456 }), now, display).map(plain);
    expect(lines).toContain('Only its first spans are shown: about 123k more are on disk, and too many for the memory that may be used');
  });
});

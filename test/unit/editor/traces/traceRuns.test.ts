import { describe, expect, it } from 'vitest';
import { RunList } from '../../../../src/debug/runs.ts';
import { Display } from '../../../../src/editor/display.ts';
import { silentText } from '../../../../src/editor/traces/runHints.ts';
import { runTooltip } from '../../../../src/editor/traces/runRow.ts';
import { GroupNode, MoreNode, RunNode, TraceNode, TracesTree } from '../../../../src/editor/traces/tracesTree.ts';
import type { TracesNode } from '../../../../src/editor/traces/tracesTree.ts';
import { runningSummary, summaryOf } from './summaries.ts';

const display = new Display('en');
const now = new Date(2026, 10, 20, 15, 0, 0).getTime(), hourMs = 3600e3, dayMs = 24 * hourMs;
const session = { id: 'r1', name: 'Run agent' };
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

type Drawn = string | { readonly [run: string]: readonly Drawn[] };
function draw(node: TracesNode): Drawn {
  if (node instanceof RunNode) return { [node.shown.label]: node.children.map(draw) };
  if (node instanceof TraceNode) return node.traceId;
  return node instanceof MoreNode ? 'more' : 'other';
}
const drawn = (tree: TracesTree): Record<string, Drawn[]> => Object.fromEntries(tree.groups.map((node) => [node.group.label, node.children.map(draw)]));
const runNodeOf = (tree: TracesTree): RunNode => tree.groups.flatMap(({ children }) => children).find((node) => node instanceof RunNode) as RunNode;

function runs(start = now - 5000): RunList {
  const list = new RunList(undefined);
  list.begin({ ...session, type: 'node' }, 's', start);
  return list;
}

describe('a run in the Traces view', () => {
  it('holds the traces of its session where its newest stands', () => {
    const list = runs(now - hourMs);
    list.end('r1', 's', now - hourMs + 8000);
    const tree = new TracesTree(display, list);
    tree.update([
      summaryOf({ traceId: 'alone', startUnixMilli: now - 1000 }),
      summaryOf({ traceId: 'b', session, startUnixMilli: now - hourMs + 3000, errorCount: 1 }),
      summaryOf({ traceId: 'between', startUnixMilli: now - hourMs + 2000 }),
      summaryOf({ traceId: 'a', session, startUnixMilli: now - hourMs + 1000, errorCount: 2 }),
      summaryOf({ traceId: 'old', startUnixMilli: now - 3 * dayMs }),
    ], 0, 'time', now);
    expect(drawn(tree)).toEqual({ Today: ['alone', { 'Run agent': ['b', 'a'] }, 'between'], Older: ['old'] });
    expect(plain(runNodeOf(tree).shown.description)).toBe('14:00:00 · 3 errors');
    expect(runNodeOf(tree).traceIds).toEqual(['b', 'a']);
    expect(runNodeOf(tree).children[0]?.parent).toBe(runNodeOf(tree));
  });

  it('stands for its only trace', () => {
    const tree = new TracesTree(display, runs());
    tree.update([summaryOf({ traceId: 'a', session, startUnixMilli: now })], 0, 'time', now);
    expect(drawn(tree)).toEqual({ Running: [{ 'Run agent': [] }] });
    expect(runNodeOf(tree).traceIds).toEqual(['a']);
  });

  it('is there before its first span, runs while its session lives, and is redrawn alone', () => {
    const list = runs();
    const tree = new TracesTree(display, list);
    tree.update([], 0, 'time', now);
    const node = runNodeOf(tree);
    expect(plain(node.shown.description)).toBe('5.00 s … · 0 spans');
    expect(tree.update([summaryOf({ traceId: 'a', session, startUnixMilli: now })], 0, 'time', now)).toEqual([node]);
    expect(tree.update([summaryOf({ traceId: 'a', session, startUnixMilli: now })], 0, 'time', now)).toEqual([]);
    list.end('r1', 's', now + 1000);
    expect(tree.update([summaryOf({ traceId: 'a', session, startUnixMilli: now })], 0, 'time', now)).toBeUndefined();
    expect(drawn(tree)).toEqual({ Today: [{ 'Run agent': [] }] });
    expect(runNodeOf(tree)).toBe(node);
    expect(plain(node.shown.description)).toBe('14:59:55 · 6.00 s');
  });

  it('goes away when it ended without a span', () => {
    const list = runs();
    const tree = new TracesTree(display, list);
    tree.update([], 0, 'time', now);
    list.end('r1', 's', now);
    tree.update([], 0, 'time', now);
    expect(drawn(tree)).toEqual({});
  });

  it('takes name and times from its traces when another window began it', () => {
    const tree = new TracesTree(display, new RunList(undefined));
    tree.update([summaryOf({ traceId: 'b', session: { id: 'r1', name: '' }, startUnixMilli: now - 4000 }), summaryOf({ traceId: 'a', session, startUnixMilli: now - 9000 })], 0, 'time', now);
    expect([runNodeOf(tree).shown.label, plain(runNodeOf(tree).shown.description)]).toEqual(['Run agent', '14:59:51 · 6.50 s']);
  });

  it('runs while one of its traces does', () => {
    const tree = new TracesTree(display, new RunList(undefined));
    tree.update([runningSummary({ traceId: 'a', session, startUnixMilli: now - 3 * dayMs })], 0, 'time', now);
    expect(tree.groups.map(({ group }) => group.label)).toEqual(['Running']);
    expect(runNodeOf(tree).shown.icon).toBe('loading~spin');
  });

  it('is no row where services are looked at', () => {
    const tree = new TracesTree(display, runs());
    tree.update([summaryOf({ traceId: 'a', session, services: ['planner'] })], 0, 'service', now);
    expect(drawn(tree)).toEqual({ planner: ['a'] });
    expect(tree.groups[0]).toBeInstanceOf(GroupNode);
  });

  it('adds up what its traces used, and shows a hostile name as plain text', () => {
    const tree = new TracesTree(display, new RunList(undefined));
    const odd = { id: 'r1', name: 'Run\n\u202Eagent' };
    const figures = { llmCalls: 2, inputTokens: 100, outputTokens: 10, costUsd: 0.5 };
    tree.update([summaryOf({ traceId: 'b', session: odd, ...figures }), summaryOf({ traceId: 'a', session: odd, ...figures })], 0, 'time', now);
    const lines = runTooltip(runNodeOf(tree).run, now, display).map(plain);
    expect(lines[0]).not.toMatch(/[\n\u202E]/);
    expect(lines).toContain('2 traces · 8 spans');
    expect(lines).toContain('4 model calls');
    expect(lines.some((line) => line.startsWith('Tokens: 200'))).toBe(true);
  });
});

describe('a run without a span', () => {
  it('says the line that would help, in the language of its debugger', () => {
    const text = (type: string): string => silentText({ id: 'r', name: 'agent.py', type, startUnixMilli: 0 }, undefined);
    expect(text('debugpy')).toBe('agent.py ended without a span. If it uses no OpenTelemetry, add the Agent Kit, then “from spanscope import traced” and “@traced” above a function.');
    expect(text('pwa-node')).toContain("import { traced } from './spanscope.mjs'");
  });

  it('says where its spans went instead', () => {
    expect(silentText({ id: 'r', name: 'agent', type: 'node', startUnixMilli: 0 }, 'They go elsewhere.')).toBe('No spans of agent came here. They go elsewhere.');
  });
});

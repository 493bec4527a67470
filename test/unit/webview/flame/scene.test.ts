import { describe, expect, test } from 'vitest';
import { roles } from '../../../../src/model/role.ts';
import { legendOf } from '../../../../webview/flame/legend.ts';
import { paintIndex, tints } from '../../../../webview/flame/palette.ts';
import { rangeFigures, rangeText } from '../../../../webview/flame/rangeFigures.ts';
import { Numbers } from '../../../../src/analysis/numbers.ts';
import { traceOf } from '../../analysis/drawn.ts';
import type { SpanSpec } from '../../analysis/drawn.ts';
import { sceneOf, theme } from './support.ts';

const none = new Uint32Array(0);
const spans: SpanSpec[] = [
  { name: 'run', parent: -1, start: 0, end: undefined, role: 'agent' },
  { name: 'gpt', parent: 0, start: 0, end: 40, role: 'llm' },
  { name: 'ls', parent: 0, start: 40, end: 60, role: 'tool', failed: true },
];

describe('a scene', () => {
  test('ends at the present while something is open, and where the last span ends after that', () => {
    const scene = sceneOf(traceOf(spans));
    expect([scene.openCount, scene.isRunning, scene.extent.to]).toEqual([1, false, 60]);
    scene.present = 75;
    expect([scene.isRunning, scene.extent.to]).toEqual([true, 75]);
    const ended = [{ ...spans[0], end: 80 } as SpanSpec, ...spans.slice(1)];
    scene.setTrace(traceOf(ended).rows, scene.texts, new Map(), { changed: Uint32Array.of(0) });
    expect([scene.openCount, scene.isRunning, scene.extent.to]).toEqual([0, false, 80]);
  });

  test('never has its present before the end of a span, unless a clock is wrong altogether', () => {
    const scene = sceneOf(traceOf(spans));
    scene.present = 59;
    expect(scene.now).toBe(60);
    scene.present = -5e9;
    expect(scene.now).toBe(-5e9);
  });

  test('tints an agent as soon as it has a child', () => {
    const scene = sceneOf(traceOf([{ name: 'run', parent: -1, start: 0, end: 100, role: 'agent' }]));
    expect(scene.colouring.paint[0]).toBe(paintIndex(roles.indexOf('agent'), tints.full));
    scene.setTrace(traceOf(spans).rows, scene.texts, new Map(), { appendedFrom: 1, changed: none });
    expect(scene.colouring.paint[0]).toBe(paintIndex(roles.indexOf('agent'), tints.agent));
  });

  test('gives a folded group the end of its last member, and takes it back', () => {
    const trace = traceOf([
      { name: 'run', parent: -1, start: 0, end: 100 },
      { name: 'read', parent: 0, start: 0, end: 10 },
      { name: 'read', parent: 0, start: 20, end: 50, failed: true },
    ]);
    const scene = sceneOf(trace), folded = new Set([trace.texts.indexOf('read')]);
    scene.setLayout({ root: -1, folded });
    expect([scene.duration[1], scene.layout.lists.length(1), scene.flags[1]]).toEqual([50, 1, 1]);
    scene.setLayout({ root: -1, folded: new Set() });
    expect([scene.duration[1], scene.layout.lists.length(1), scene.flags[1]]).toEqual([10, 2, 0]);
  });

  test('keeps what a filter found when the trace grows', () => {
    const scene = sceneOf(traceOf(spans));
    scene.setMatches(Uint32Array.of(2));
    scene.setTrace(traceOf([...spans, { name: 'more', parent: 0, start: 60, end: 70 }]).rows, scene.texts, new Map(), { appendedFrom: 3, changed: none });
    expect(Array.from(scene.flags.subarray(0, 4), (flags) => flags & 4)).toEqual([0, 0, 4, 0]);
  });
});

describe('the legend', () => {
  const labels = (legend: ReturnType<typeof legendOf>): unknown => (legend.kind === 'entries' ? legend.entries.map(({ label, count }) => [label, count]) : legend.kind);

  test('names the roles that are there, in the order of the design', () => {
    expect(labels(legendOf(sceneOf(traceOf(spans)), theme('dark')))).toEqual([['Agent', 1], ['Model call', 1], ['Tool', 1]]);
  });

  test('names states, names and agents', () => {
    expect(labels(legendOf(sceneOf(traceOf(spans), 'status'), theme('dark')))).toEqual([['Failed', 1], ['Running', 1], ['Ended', 1]]);
    expect(labels(legendOf(sceneOf(traceOf(spans), 'name'), theme('dark')))).toEqual([['run', 1], ['gpt', 1], ['ls', 1]]);
    expect(labels(legendOf(sceneOf(traceOf(spans), 'agent'), theme('dark')))).toEqual([['run', 3]]);
  });

  test('says which spans have no model', () => {
    const trace = traceOf(spans);
    trace.rows.subject[1] = trace.texts.indexOf('gpt');
    expect(labels(legendOf(sceneOf(trace, 'model'), theme('dark')))).toEqual([['gpt', 1], ['None', 2]]);
  });

  test('gives the same colour to what appears twelve names later, and says how many have no entry', () => {
    const many = traceOf(Array.from({ length: 14 }, (_, i) => ({ name: `n${i}`, parent: -1, start: i, end: i + 1 })));
    const scene = sceneOf(many, 'name'), legend = legendOf(scene, theme('dark'));
    expect(scene.colouring.paint[12]).toBe(scene.colouring.paint[0]);
    expect(legend.kind === 'entries' && [legend.entries.length, legend.more]).toEqual([12, 2]);
  });

  test('of self time is a scale to the longest', () => {
    const scene = sceneOf(traceOf(spans.slice(1).map((span) => ({ ...span, parent: -1 }))), 'selfTime');
    expect(legendOf(scene, theme('dark'))).toMatchObject({ kind: 'scale', fromNs: 0, toNs: 40 });
    expect((scene.colouring.paint[0] as number) > (scene.colouring.paint[1] as number)).toBe(true);
  });
});

describe('a dragged range', () => {
  test('counts spans and self time within it, and the tokens of model calls that began there', () => {
    const scene = sceneOf(traceOf(spans.map((span) => ({ ...span, end: span.end ?? 100 }))));
    const figures = scene.figures = new Map([[1, { inputTokens: 1000, outputTokens: 20, cacheReadTokens: NaN, costUsd: 0.03 }]]);
    expect(rangeFigures(scene, { from: 0, to: 50 })).toEqual({ count: 3, selfNs: 50, inputTokens: 1000, outputTokens: 20, costUsd: 0.03 });
    expect(rangeFigures(scene, { from: 50, to: 80 })).toMatchObject({ count: 2, selfNs: 30, inputTokens: NaN });
    // What the call within says already does not count again.
    figures.set(0, { inputTokens: 1000, outputTokens: 20, cacheReadTokens: NaN, costUsd: NaN });
    expect(rangeFigures(scene, { from: 0, to: 50 })).toMatchObject({ inputTokens: 1000, outputTokens: 20 });
    expect(rangeText(rangeFigures(scene, { from: 0, to: 50 }), { from: 0, to: 50 }, new Numbers('en')).replaceAll('\u00a0', ' ')).toBe('3 spans · 50 ns · self 50 ns · 1.0k → 20 tokens · $0.030');
  });
});

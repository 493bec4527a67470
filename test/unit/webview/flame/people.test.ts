import { describe, expect, test } from 'vitest';
import { Numbers } from '../../../../src/analysis/numbers.ts';
import { spokenLabel, treeItems } from '../../../../webview/flame/accessibleTree.ts';
import { durationAsDrawn, labelText } from '../../../../webview/flame/bars.ts';
import { SvgSurface } from '../../../../webview/flame/svgSurface.ts';
import { linesOf, stateOf } from '../../../../webview/flame/tooltip.ts';
import { walk } from '../../../../webview/flame/walk.ts';
import { traceOf } from '../../analysis/drawn.ts';
import { sceneOf } from './support.ts';

const numbers = new Numbers('en');
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
const trace = traceOf([
  { name: 'fix', parent: -1, start: 0, end: 20e9, role: 'agent' },
  { name: 'iteration', parent: 0, start: 1e9, end: 13.2e9, role: 'chain' },
  { name: 'gpt', parent: 1, start: 2e9, end: 6e9, role: 'llm' },
  { name: 'run_tests', parent: 1, start: 10.2e9, end: 15.8e9, role: 'tool', failed: true },
  { name: 'gpt', parent: 0, start: 16e9, end: undefined, role: 'llm' },
]);
const scene = sceneOf(trace);
scene.present = 19e9;
scene.figures = new Map([[2, { inputTokens: 15_300, outputTokens: 274, cacheReadTokens: 13_300, costUsd: NaN }]]);

describe('what a screen reader gets', () => {
  test('is a sentence for every span', () => {
    expect(plain(spokenLabel(scene, 3, numbers))).toBe('run_tests, tool, failed, 5.60 s, starts at 10.2 s');
    expect(plain(spokenLabel(scene, 4, numbers))).toBe('gpt, model call, running, 3.00 s so far, starts at 16.0 s');
  });

  test('and what stands on bars and in tooltips, shows what would stay unseen or turn other text around', () => {
    const odd = sceneOf(traceOf([{ name: 'a\u202Egpj.exe', parent: -1, start: 0, end: 1e9 }, { name: '\u001B]52;c;x\u0007', parent: 0, start: 0, end: 1e9, role: 'tool' }]));
    expect(plain(spokenLabel(odd, 0, numbers))).toBe('a\\u202egpj.exe, other, 1.00 s, starts at 0 ns');
    expect(labelText(odd, 1)).toBe('\\u001b]52;c;x\\u0007');
    expect(plain(linesOf(odd, 1, numbers, { errorMessage: 'no\u001B[31m', source: 'x\u202E' }).flat().join())).toBe('Duration,1.00 s · 100.0% of a\\u202egpj.exe,Self,1.00 s,Error,no\\u001b[31m,Source,x\\u202e');
  });

  test('is the way to the span in focus, and its siblings', () => {
    const items = treeItems(scene, 3, numbers);
    expect(items.map(({ row, level, position, setSize, expanded }) => [row, level, position, setSize, expanded])).toEqual([
      [0, 1, 1, 1, true], [1, 2, 1, 2, true], [2, 3, 1, 2, undefined], [3, 3, 2, 2, undefined],
    ]);
    expect(plain(items[3]?.label ?? '')).toBe('run_tests, tool, failed, 5.60 s, starts at 10.2 s, 2 of 2');
    expect(treeItems(scene, undefined, numbers).map(({ row, expanded }) => [row, expanded])).toEqual([[0, false]]);
  });

  test('never is more than fifty siblings, around the one in focus', () => {
    const many = sceneOf(traceOf(Array.from({ length: 500 }, (_, i) => ({ name: 's', parent: -1, start: i, end: i + 1 }))));
    const rows = treeItems(many, 300, numbers).map(({ row }) => row);
    expect([rows.length, rows.includes(300), rows[0]]).toEqual([50, true, 275]);
    expect(treeItems(many, 499, numbers).at(-1)?.row).toBe(499);
  });
});

describe('the tooltip', () => {
  const lines = (row: number, facts = {}): string[] => linesOf(scene, row, numbers, facts).map((line) => plain(line.join(': ')));

  test('says duration, share, self time and tokens', () => {
    expect(lines(2)).toEqual(['Duration: 4.00 s · 32.8% of iteration', 'Self: 4.00 s', 'Tokens: 15.3k in (13.3k cached) → 274 out']);
    expect(lines(4)[0]).toBe('Duration: 3.00 s so far · 15.0% of fix');
    expect(lines(0)[0]).toBe('Duration: 20.0 s');
  });

  test('says no share of a span that has not come yet, whose length is its children’s', () => {
    const orphaned = sceneOf(traceOf([{ name: '', parent: -1, start: 0, end: 1e9, marks: ['placeholder'] }, { name: 'orphan', parent: 0, start: 0, end: 1e9 }]));
    expect(plain(linesOf(orphaned, 1, numbers, {})[0]?.join(': ') ?? '')).toBe('Duration: 1.00 s');
    expect(labelText(orphaned, 0)).toBe('waiting for parent');
    orphaned.setTrace(orphaned.rows, orphaned.texts, new Map(), { awaited: new Map([[0, '8f2a41c0']]) });
    expect(plain(spokenLabel(orphaned, 0, numbers))).toBe('waiting for parent 8f2a41c0, other, waiting, 1.00 s, starts at 0 ns');
  });

  test('says no length of a span that never ended and does not go on, nor shares of it', () => {
    const lost = sceneOf(traceOf([
      { name: 'run', parent: -1, start: 0, end: undefined, marks: ['lost'] }, { name: 'cut off', parent: 0, start: 0, end: undefined, role: 'llm', marks: ['lost'] }, { name: 'ended', parent: 0, start: 0, end: 2e9 },
    ]));
    const linesAt = (row: number): string[] => linesOf(lost, row, numbers, undefined).map((line) => plain(line.join(': ')));
    expect([linesAt(1), linesAt(2)]).toEqual([['Duration: no end'], ['Duration: 2.00 s', 'Self: 2.00 s']]);
    expect(plain(spokenLabel(lost, 1, numbers))).toBe('cut off, model call, no end, starts at 0 ns');
    expect([1, 2].map((row) => plain(durationAsDrawn(lost, row, numbers, 'running')))).toEqual(['no end', '2.00 s']);
  });

  test('says what the host adds, and the recorded name where the bar says another', () => {
    expect(lines(3, { errorMessage: '2 of 41 failed', source: 'tests.py:33' }).slice(2)).toEqual(['Error: 2 of 41 failed', 'Source: tests.py:33']);
    trace.rows.subject[3] = trace.texts.indexOf('gpt');
    expect(lines(3)[0]).toBe('Span: run_tests');
    trace.rows.subject[3] = 0;
  });

  test('has a word for every state', () => {
    expect([0, 3, 4].map((row) => stateOf(scene, row))).toEqual(['', 'failed', 'running']);
  });
});

describe('keys that walk', () => {
  test('go to relatives, errors, matches and what the step mode says', () => {
    expect(walk(scene, undefined, 'nextSibling', 'time')).toBe(0);
    expect([walk(scene, 2, 'nextSibling', 'time'), walk(scene, 3, 'previousSibling', 'time'), walk(scene, 2, 'parent', 'time'), walk(scene, 1, 'firstChild', 'time')]).toEqual([3, 2, 1, 2]);
    expect(walk(scene, 0, 'parent', 'time')).toBeUndefined();
    expect(walk(scene, 0, 'nextError', 'time')).toBe(3);
    expect(walk(scene, 2, 'nextMatch', 'time')).toBeUndefined();
    expect([walk(scene, 2, 'nextStep', 'time'), walk(scene, 2, 'nextStep', 'name'), walk(scene, 2, 'nextStep', 'llm'), walk(scene, 2, 'nextStep', 'error')]).toEqual([3, 4, 4, 3]);
  });
});

describe('an SVG picture', () => {
  test('holds untrusted text as text', () => {
    const surface = new SvgSurface('"Segoe UI", sans-serif', () => 10);
    surface.text('<script>alert("1")</script> & \u0000\ud800', 1, 2, { size: 11, weight: 500 }, '#fff');
    surface.rect(0, 0, 1, 1, '"><x');
    const svg = surface.finish(10, 20, 'a < b');
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \ufffd\ufffd</text>');
    expect(svg).toContain('fill="&quot;&gt;&lt;x"');
    expect(svg).toContain('<title>a &lt; b</title>');
    expect(svg).not.toContain('<script');
  });

  test('defines each hatch and fade once', () => {
    const surface = new SvgSurface('sans-serif', () => 10);
    for (let i = 0; i < 3; i++) surface.hatch(i, 0, 5, 5, '#f00', false);
    surface.roundRect(0, 0, 10, 10, 2, { fill: '#0f0', fade: { from: 0.5, to: '#000' } });
    const svg = surface.finish(10, 10, 't');
    expect([svg.match(/<pattern/g)?.length, svg.match(/<linearGradient/g)?.length]).toEqual([1, 1]);
  });
});

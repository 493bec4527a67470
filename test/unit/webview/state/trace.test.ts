import { describe, expect, it } from 'vitest';
import type { RowsMessage } from '../../../../src/protocol/rows.ts';
import { markBit } from '../../../../src/model/span.ts';
import { figureText } from '../../../../webview/tree/figures.ts';
import { TraceBuilder, labelOf, positionOf, shownLabel } from '../../../../webview/state/trace.ts';
import { appended, changed, noFigures } from '../support.ts';
import type { TestSpan } from '../support.ts';

const run: readonly TestSpan[] = [
  { name: 'agent', duration: 100 },
  { name: 'tool', parent: 0, start: 10, duration: 20 },
  { name: 'model', parent: 0, start: 40 },
];

const many = (count: number): TestSpan[] => Array.from({ length: count }, (_, i) => ({ name: `s${i}`, parent: i - 1, start: i, duration: 1 }));

describe('the rows of a trace', () => {
  it('come in parts and are the same as all at once', () => {
    const spans = many(5000);
    const builder = new TraceBuilder();
    builder.apply(appended(spans, 0, 1));
    builder.apply(appended(spans, 1, 1500));
    const trace = builder.apply(appended(spans, 1500, 5000));
    expect(trace?.rows.count).toBe(5000);
    expect(spans.every((span, row) => labelOf(trace!, row) === span.name && trace!.rows.parent[row] === span.parent)).toBe(true);
  });

  it('keep their number in what was given out before more came', () => {
    const builder = new TraceBuilder();
    const before = builder.apply(appended(run, 0, 1))!, after = builder.apply(appended(run, 1, 3))!;
    expect([before.rows.count, after.rows.count, after.step.appendedFrom]).toEqual([1, 3, 1]);
    expect([after.tree.count, [...after.tree.children(0)]]).toEqual([3, [1, 2]]);
  });

  it('change in place and keep their numbers', () => {
    const builder = new TraceBuilder();
    builder.apply(appended(run));
    const applied = builder.apply(changed([run[0]!, run[1]!, { ...run[2]!, duration: 7, failed: true }], [2]));
    expect([...applied!.step.changed]).toEqual([2]);
    expect(applied!.rows.duration[2]).toBe(7e6);
    expect(applied!.rows.duration[1]).toBe(20e6);
  });

  it('bring figures for the rows that have some', () => {
    const builder = new TraceBuilder();
    const figures = { ...noFigures, inputTokens: 12 };
    expect(builder.apply(appended(run, 0, 3, { figures: [[2, figures]] }))?.figures.get(2)).toEqual(figures);
  });

  it('keep what is not known unknown, though JSON on the way makes null of it', () => {
    const builder = new TraceBuilder();
    const sent = JSON.parse(JSON.stringify([[2, { ...noFigures, inputTokens: 12 }]])) as RowsMessage['figures'];
    expect(builder.apply(appended(run, 0, 3, { figures: sent }))?.figures.get(2)).toEqual({ ...noFigures, inputTokens: 12 });
  });

  it('begin with the first start, though its span comes after its children', () => {
    const builder = new TraceBuilder();
    const spans = [{ name: 'child', parent: 1, start: 0, duration: 5 }, { name: 'agent', start: -3000, duration: 4000 }];
    expect(builder.apply(appended(spans, 0, 1))?.origin).toBe(0);
    const trace = builder.apply(appended(spans, 1, 2));
    expect(trace?.origin).toBe(-3000e6);
    expect(positionOf(trace!, trace!.baseUnixNano)).toBe(3e9);
    expect(figureText('start', trace!, 0, 0).replace(/\s/, ' ')).toBe('+3.000 s');
  });

  it('have words where there is no name', () => {
    const builder = new TraceBuilder();
    const trace = builder.apply(appended([{ name: '', marks: markBit('placeholder') }, { name: '', parent: 0, duration: 1 }, { name: 'a\u202Eb', parent: 0, duration: 1 }]));
    expect([0, 1, 2].map((row) => shownLabel(trace!, row))).toEqual(['waiting for parent', '(no name)', 'a\\u202eb']);
  });

  it('say which parent is waited for, until it comes', () => {
    const builder = new TraceBuilder(), awaited = [{ name: '', marks: markBit('placeholder') }, { name: 'child', parent: 0, duration: 1 }];
    expect(shownLabel(builder.apply({ ...appended(awaited), awaited: [[0, '8f2a41c0']] })!, 0)).toBe('waiting for parent 8f2a41c0');
    const come: RowsMessage = changed([{ name: 'agent', duration: 2 }, ...awaited.slice(1)], [0]);
    expect(shownLabel(builder.apply({ ...come, firstText: 2, texts: ['agent'] })!, 0)).toBe('agent');
  });

  it('say no length of a span that never ended once it goes on no more', () => {
    const trace = new TraceBuilder().apply(appended([{ name: 'running' }, { name: 'lost', marks: markBit('open') | markBit('lost') }, { name: 'ended', duration: 2 }]))!;
    const text = (column: 'duration' | 'self'): string[] => [0, 1, 2].map((row) => figureText(column, trace, row, 5e6).replaceAll(/\s/g, ' '));
    expect([text('duration'), text('self')]).toEqual([['5.00 ms …', 'no end', '2.00 ms'], ['5.00 ms', '', '2.00 ms']]);
  });

  it('are all void when they begin anew under another epoch', () => {
    const builder = new TraceBuilder();
    builder.apply(appended(run));
    const applied = builder.apply(appended(many(2), 0, 2, { epoch: 2 }));
    expect(applied).toMatchObject({ epoch: 2, step: { isReset: true } });
    expect(applied?.rows.count).toBe(2);
    expect(labelOf(applied!, 0)).toBe('s0');
  });

  it('are refused when some in between are missing', () => {
    const builder = new TraceBuilder();
    expect(builder.apply(appended(run, 1))).toBeUndefined();
    builder.apply(appended(run, 0, 1));
    expect(builder.apply(appended(run, 2))).toBeUndefined();
    expect(builder.apply(appended(run, 1, 2, { epoch: 9 }))).toBeUndefined();
  });

  it('ignore a change of a row that has never come', () => {
    const builder = new TraceBuilder();
    builder.apply(appended(run, 0, 1));
    expect(builder.apply({ ...changed(run, [2]), firstText: 0 })?.rows.count).toBe(1);
  });
});

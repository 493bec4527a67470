import { describe, expect, it } from 'vitest';
import { contextGrowth, workBelow } from '../../../../webview/details/relations.ts';
import { attemptsOf } from '../../../../webview/state/attempts.ts';
import { TraceBuilder } from '../../../../webview/state/trace.ts';
import type { Trace } from '../../../../webview/state/trace.ts';
import { appended, noFigures } from '../support.ts';
import type { TestSpan } from '../support.ts';

const spans: readonly TestSpan[] = [
  { name: 'coder', role: 'agent', duration: 100 },
  { name: 'step 1', role: 'chain', parent: 0, start: 0, duration: 40 },
  { name: 'tests', role: 'tool', parent: 1, start: 5, duration: 5, failed: true },
  { name: 'step 2', role: 'chain', parent: 0, start: 40, duration: 50 },
  { name: 'tests', role: 'tool', parent: 3, start: 50, duration: 6, failed: true },
  { name: 'tests', role: 'tool', parent: 3, start: 60, duration: 7 },
  { name: 'tests', role: 'tool', parent: 3, start: 70, duration: 8 },
  { name: 'model', role: 'llm', parent: 1, start: 1, duration: 2 },
  { name: 'model', role: 'llm', parent: 3, start: 41 },
  { name: 'helper', role: 'agent', parent: 0, start: 80, duration: 10 },
  { name: 'tests', role: 'tool', parent: 9, start: 81, duration: 1 },
  { name: 'model', role: 'llm', parent: 9, start: 82, duration: 1 },
];

/** Texts are one a row in the support, so equal names are given equal numbers here. */
function traceOf(): Trace {
  const message = appended(spans, 0, spans.length, {
    figures: [[7, { ...noFigures, inputTokens: 10 }], [8, { ...noFigures, inputTokens: 30 }], [11, { ...noFigures, inputTokens: 5 }]],
  });
  const trace = new TraceBuilder().apply(message)!;
  spans.forEach(({ name }, row) => { trace.rows.name[row] = spans.findIndex((span) => span.name === name) + 2; });
  return trace;
}

describe('the attempts of a tool', () => {
  it('are the calls of one agent that followed a failure, and the failures', () => {
    const trace = traceOf();
    expect([2, 4, 5].map((row) => [...attemptsOf(trace, row)])).toEqual([[2, 4, 5], [2, 4, 5], [2, 4, 5]]);
  });

  it('are not the calls that were made at the same time as the one that failed', () => {
    const trace = traceOf();
    // The second try begins while the first one is still at work.
    trace.rows.start[4] = 7e6;
    expect([2, 4, 5].map((row) => [...attemptsOf(trace, row)])).toEqual([[2, 5], [4, 6], [2, 5]]);
  });

  it('are none for a call after a success, of another agent, or of another role', () => {
    const trace = traceOf();
    expect([6, 10, 7, 0].map((row) => [...attemptsOf(trace, row)])).toEqual([[], [], [], []]);
  });
});

describe('the work below an agent', () => {
  it('is summed by role, open spans without time', () => {
    expect(workBelow(traceOf(), 0)).toEqual([
      { role: 'tool', count: 5, failed: 2, duration: 27e6 },
      { role: 'llm', count: 3, failed: 0, duration: 3e6 },
      { role: 'agent', count: 1, failed: 0, duration: 10e6 },
    ]);
  });

  it('has a call of a model once that two libraries recorded, one within the other', () => {
    const nested: readonly TestSpan[] = [
      { name: 'coder', role: 'agent', duration: 100 },
      { name: 'wrapper', role: 'llm', parent: 0, start: 0, duration: 40 },
      { name: 'call', role: 'llm', parent: 1, start: 5, duration: 30 },
    ];
    const trace = new TraceBuilder().apply(appended(nested, 0, 3, { figures: [[1, { ...noFigures, inputTokens: 10 }], [2, { ...noFigures, inputTokens: 10 }]] }))!;
    expect(workBelow(trace, 0)).toEqual([{ role: 'llm', count: 1, failed: 0, duration: 30e6 }]);
    expect(contextGrowth(trace, 0)).toEqual([{ row: 2, inputTokens: 10 }]);
  });

  it('shows how the context of its own model calls grew', () => {
    expect(contextGrowth(traceOf(), 0)).toEqual([{ row: 7, inputTokens: 10 }, { row: 8, inputTokens: 30 }]);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repeatedCalls } from '../../../../src/analysis/sameCalls.ts';
import { SameCalls } from '../../../../src/collector/store/sameCalls.ts';
import type { RowFigures } from '../../../../src/model/traceRows.ts';

const inOrder = (rows: Iterable<number>): number[] => [...rows].toSorted((a, b) => a - b);
const figuresOf = (inputTokens: number): RowFigures => ({ inputTokens, outputTokens: NaN, cacheReadTokens: NaN, costUsd: NaN });

it('the calls that another one counts for are those of all calls looked at together, whatever came in which order', () => {
  const told = fc.record({ row: fc.nat(7), id: fc.constantFrom('', 'a', 'a', 'b', 'c'), start: fc.nat(20), length: fc.nat(20), tokens: fc.nat(3), isSettled: fc.boolean() });
  fc.assert(fc.property(fc.array(told, { maxLength: 40 }), (all) => {
    const calls = new SameCalls(), repeated = new Set<number>(), ids = new Map<number, string>(), figures = new Map<number, RowFigures>();
    const rows = { start: new Float64Array(8), duration: new Float64Array(8) };
    const settle = (): void => {
      for (const row of calls.settle(rows, figures)) if (!repeated.delete(row)) repeated.add(row);
      expect(inOrder(repeated)).toEqual(inOrder(repeatedCalls(ids, rows, figures)));
    };
    for (const { row, id, start, length, tokens, isSettled } of all) {
      rows.start[row] = start;
      rows.duration[row] = length;
      figures.set(row, figuresOf(tokens));
      if (id === '') ids.delete(row); else ids.set(row, id);
      calls.set(row, id);
      if (isSettled) settle();
    }
    settle();
  }));
});

it('answers that all have one id count each, when they are very many', () => {
  const calls = new SameCalls(), count = 5_000, rows = { start: new Float64Array(count), duration: new Float64Array(count).fill(10) }, figures = new Map(Array.from({ length: count }, (_, row) => [row, figuresOf(1)]));
  const repeated = new Set<number>();
  for (let row = 0; row < count; row++) {
    calls.set(row, 'mock');
    if (row % 100 === 99) for (const changed of calls.settle(rows, figures)) if (!repeated.delete(changed)) repeated.add(changed);
    if (row === 199) expect(repeated.size).toBe(199);
  }
  expect(repeated.size).toBe(0);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FigureTable } from '../../../../src/collector/store/figureTable.ts';
import type { RowFigures } from '../../../../src/model/traceRows.ts';

describe('the figures of rows', () => {
  it('are what was set last for each row, in the order in which rows came', () => {
    const figures = fc.record({ inputTokens: fc.double(), outputTokens: fc.double(), cacheReadTokens: fc.double(), costUsd: fc.double() });
    const step = fc.tuple(fc.nat(200), fc.oneof({ weight: 4, arbitrary: figures }, { weight: 1, arbitrary: fc.constant(undefined) }));
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new FigureTable(), expected = new Map<number, RowFigures>();
      for (const [row, value] of steps) {
        if (value === undefined) {
          table.delete(row);
          expected.delete(row);
        } else {
          table.set(row, value);
          expected.set(row, value);
        }
      }
      expect([table.size, [...table.keys()], [...table.values()]]).toEqual([expected.size, [...expected.keys()], [...expected.values()]]);
      for (let row = 0; row < 210; row++) expect(table.get(row)).toEqual(expected.get(row));
    }));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepSums } from '../../../src/collector/store/stepSums.ts';
import { sumsOf } from '../../../src/export/figureSums.ts';
import { roles } from '../../../src/model/role.ts';
import { metaRole, packMeta } from '../../../src/model/traceRows.ts';
import type { RowFigures, TraceRows } from '../../../src/model/traceRows.ts';

describe('the sums of a document', () => {
  it('are those of the store', () => {
    const figure = fc.oneof(fc.constant(NaN), fc.nat({ max: 100 }));
    const row = fc.record({ parent: fc.integer({ min: -1, max: 12 }), role: fc.constantFrom('llm', 'tool', 'agent', 'chain', 'other'), inputTokens: figure, outputTokens: figure, costUsd: figure });
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (all) => {
      const n = all.length, zeros = new Uint32Array(n);
      const rows: TraceRows = {
        count: n, start: new Float64Array(n), duration: new Float64Array(n), parent: Int32Array.from(all, ({ parent }, i) => (parent < i ? parent : -1)),
        name: zeros, subject: zeros, service: new Uint16Array(n), meta: Uint16Array.from(all, ({ role }) => packMeta(roles.indexOf(role as 'llm'), 0, 0)), marks: new Uint16Array(n),
      };
      const figures = new Map<number, RowFigures>();
      const store = new StepSums();
      const stepRows = { count: n, parent: rows.parent, roleOf: (at: number) => metaRole(rows.meta[at] as number), isRepeated: () => false };
      all.forEach(({ inputTokens, outputTokens, costUsd }, i) => {
        if ([inputTokens, outputTokens, costUsd].every(Number.isNaN)) return;
        figures.set(i, { inputTokens, outputTokens, cacheReadTokens: NaN, costUsd });
      });
      for (let i = 0; i < n; i++) store.set(stepRows, i, roles.indexOf('other'), figures.get(i));
      store.settle(stepRows);
      const { llmCalls, toolCalls, inputTokens, outputTokens, costCount, costUsd } = store;
      expect(sumsOf(rows, figures)).toEqual({ llmCalls, toolCalls, inputTokens, outputTokens, costUsd: costCount > 0 ? costUsd : undefined });
    }));
  });
});

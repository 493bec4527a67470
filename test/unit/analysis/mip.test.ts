import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LaneMips, rowFlags } from '../../../src/analysis/mip.ts';
import { RowLists } from '../../../src/analysis/rowLists.ts';

const anySpan = fc.record({ length: fc.nat(50), flags: fc.constantFrom(0, 0, 0, rowFlags.error, rowFlags.open, rowFlags.match) });
type Span = typeof anySpan extends fc.Arbitrary<infer T> ? T : never;

const columnsOf = (spans: readonly Span[]): { start: Float64Array; duration: Float64Array; flags: Uint8Array } => ({
  start: Float64Array.from(spans, (_, i) => i * 10),
  duration: Float64Array.from(spans, ({ length, flags }) => ((flags & rowFlags.open) !== 0 ? NaN : length)),
  flags: Uint8Array.from(spans, ({ flags }) => flags),
});

const lengthOf = (span: Span | undefined): number => (span === undefined ? -1 : (span.flags & rowFlags.open) !== 0 ? Infinity : span.length);

function expectExact(mips: LaneMips, spans: readonly Span[], from: number, to: number): void {
  const part = spans.slice(from, to);
  // Spans begin ten nanoseconds after one another.
  expect(mips.gather(0, from, to * 10 - 5)).toBe(to);
  expect(mips.flags).toBe(part.reduce((all, { flags }) => all | flags, 0));
  expect(lengthOf(spans[mips.longest])).toBe(Math.max(-1, ...part.map(lengthOf)));
  for (const flag of Object.values(rowFlags)) {
    const having = part.filter(({ flags }) => (flags & flag) !== 0);
    expect(lengthOf(spans[mips.longestWith(flag, 0, from, to)])).toBe(Math.max(-1, ...having.map(lengthOf)));
  }
}

const listOf = (count: number): RowLists =>
  RowLists.build(Uint32Array.from({ length: count }, (_, i) => i), new Int32Array(count), 0, 1);

describe('mip of a lane', () => {
  test('finds the longest span and all flags of any range, as looking at every span does', () => {
    fc.assert(fc.property(fc.array(anySpan, { minLength: 1, maxLength: 900, size: 'max' }), fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 5 }), (spans, ranges) => {
      const mips = new LaneMips({ lists: listOf(spans.length), ...columnsOf(spans) });
      for (const [a, b] of ranges) expectExact(mips, spans, Math.min(a % spans.length, b % spans.length), Math.max(a % spans.length, b % spans.length) + 1);
    }), { numRuns: 60 });
  });

  test('stays exact while spans are added and changed', () => {
    fc.assert(fc.property(fc.array(fc.array(anySpan, { maxLength: 90, size: 'max' }), { minLength: 2, maxLength: 8 }), fc.nat(), anySpan, (batches, at, other) => {
      const spans: Span[] = [];
      const lists = listOf(0);
      const mips = new LaneMips({ lists, ...columnsOf(spans) });
      for (const batch of batches) {
        const from = spans.length;
        for (const span of batch) {
          lists.insert(0, spans.length, spans.length);
          spans.push(span);
        }
        mips.update({ lists, ...columnsOf(spans) }, 0, from);
        if (spans.length === 0) continue;
        spans[at % spans.length] = other;
        mips.update({ lists, ...columnsOf(spans) }, 0, at % spans.length, (at % spans.length) + 1);
        expectExact(mips, spans, 0, spans.length);
        expectExact(mips, spans, Math.floor(spans.length / 3), spans.length - Math.floor(spans.length / 5));
      }
    }), { numRuns: 60 });
  });
});

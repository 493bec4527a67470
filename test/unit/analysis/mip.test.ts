import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LaneMips, rowFlags } from '../../../src/analysis/mip.ts';
import type { MipColumns } from '../../../src/analysis/mip.ts';
import { RowLists } from '../../../src/analysis/rowLists.ts';

const anySpan = fc.record({ length: fc.nat(50), flags: fc.constantFrom(0, 0, 0, rowFlags.error, rowFlags.open, rowFlags.match) });
type Span = typeof anySpan extends fc.Arbitrary<infer T> ? T : never;

const columnsOf = (spans: readonly Span[]): Omit<MipColumns, 'lists'> => ({
  start: Float64Array.from(spans, (_, i) => i * 10),
  duration: Float64Array.from(spans, ({ length, flags }) => ((flags & rowFlags.open) !== 0 ? NaN : length)),
  flags: Uint8Array.from(spans, ({ flags }) => flags),
  paint: Uint8Array.from(spans, ({ length }) => length),
});

const lengthOf = (span: Span | undefined): number => (span === undefined ? -1 : (span.flags & rowFlags.open) !== 0 ? Infinity : span.length);

function expectExact(mips: LaneMips, spans: readonly Span[], from: number, to: number): void {
  const part = spans.slice(from, to);
  // Spans begin ten nanoseconds after one another.
  const { longest, flags: all, next } = mips.gather(0, from, to * 10 - 5);
  expect([next, all, lengthOf(spans[longest])]).toEqual([to, part.reduce((bits, { flags }) => bits | flags, 0), Math.max(-1, ...part.map(lengthOf))]);
  for (const flag of Object.values(rowFlags)) {
    const having = part.filter(({ flags }) => (flags & flag) !== 0);
    expect(lengthOf(spans[mips.longestWith(flag, 0, from, to)])).toBe(Math.max(-1, ...having.map(lengthOf)));
  }
}

/** Every bin that a lane is cut into holds what its spans hold. */
function expectExactBins(mips: LaneMips, spans: readonly Span[], limit: number): void {
  const bins = mips.binsOf(0);
  for (let i = 0; bins && i < spans.length;) {
    mips.limit = limit;
    const next = mips.bin(bins, spans.length, i), part = spans.slice(i, next), most = Math.max(...part.map(lengthOf));
    if (next > i) {
      expect((next - i) * 10).toBeLessThanOrEqual(limit);
      expect([mips.length, mips.flags]).toEqual([most, part.reduce((bits, { flags }) => bits | flags, 0)]);
      expect(part.filter((span) => lengthOf(span) === most).map(({ length }) => length)).toContain(mips.paint);
    }
    i = Math.max(next, i + 1);
  }
}

const listOf = (count: number): RowLists =>
  RowLists.build(Uint32Array.from({ length: count }, (_, i) => i), new Int32Array(count), 0, 1);

describe('mip of a lane', () => {
  test('finds the longest span and all flags of any range, as looking at every span does', () => {
    fc.assert(fc.property(fc.array(anySpan, { minLength: 1, maxLength: 900, size: 'max' }), fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 5 }), (spans, ranges) => {
      const mips = new LaneMips({ lists: listOf(spans.length), ...columnsOf(spans) });
      for (const limit of [70, 80, 170, 2_000, 1e6]) expectExactBins(mips, spans, limit);
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
        expectExactBins(mips, spans, 700);
        expectExact(mips, spans, 0, spans.length);
        expectExact(mips, spans, Math.floor(spans.length / 3), spans.length - Math.floor(spans.length / 5));
      }
    }), { numRuns: 60 });
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsByStart } from '../../../src/analysis/order.ts';

test('rows are ordered by start to the nanosecond, equal starts by row', () => {
  const anyStart = fc.oneof(fc.nat(20), fc.maxSafeNat(), fc.integer({ min: -1000, max: 1000 }));
  fc.assert(fc.property(fc.array(anyStart, { maxLength: 200 }), (starts) => {
    const start = Float64Array.from(starts);
    const expected = starts.map((_, row) => row).sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
    expect(Array.from(rowsByStart({ start, count: starts.length }))).toEqual(expected);
  }));
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceRows } from '../../../../src/model/traceRows.ts';
import { packChangedRows, packRows, unpackRows } from '../../../../src/protocol/rows.ts';
import { TraceColumns } from '../../../../webview/state/traceColumns.ts';

const columns = ['start', 'duration', 'parent', 'name', 'subject', 'service', 'meta', 'marks'] as const;

/** Any rows, whose columns are mostly zeros here and there. */
const anyRows = (count: number): fc.Arbitrary<TraceRows> => fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 0x2_0000 })).map(([seed, wide]) => {
  const valueOf = (row: number, column: number): number => ((row + seed * column) % 4 === 0 ? row + column : 0), rowNumbers = Array.from({ length: count }, (_, row) => row);
  return {
    count,
    start: Float64Array.from(rowNumbers, (row) => valueOf(row, 1)), duration: Float64Array.from(rowNumbers, (row) => (row % 5 === 0 ? NaN : valueOf(row, 2))), parent: Int32Array.from(rowNumbers, (row) => valueOf(row, 3) - 1),
    name: Uint32Array.from(rowNumbers, (row) => valueOf(row, 4) * wide), subject: new Uint32Array(count).fill(wide, count >> 1),
    service: Uint16Array.from(rowNumbers, (row) => valueOf(row, 5)), meta: new Uint16Array(count), marks: new Uint16Array(count).fill(1, count - 1),
  };
});

const shown = (rows: TraceRows): unknown => columns.map((column) => [...rows[column].subarray(0, rows.count)]);

describe('columns that grow', () => {
  it('hold every number as it was sent, however the rows come', () => {
    fc.assert(fc.property(fc.constantFrom(1, 700, 3000, 5000).chain((count) => fc.tuple(anyRows(count), fc.array(fc.nat(count), { maxLength: 3 }))), ([rows, cuts]) => {
      const grown = new TraceColumns(), ends = [...cuts.toSorted((a, b) => a - b), rows.count];
      ends.forEach((to, i) => {
        const from = ends[i - 1] ?? 0;
        grown.write(unpackRows({ buffer: packRows(rows, from, to), count: to - from, firstRow: from }), from);
      });
      expect(shown(grown)).toEqual(shown(rows));
    }), { numRuns: 30 });
  });

  it('take what comes in the place of known rows, zeros too', () => {
    fc.assert(fc.property(anyRows(3000), anyRows(3000), fc.uniqueArray(fc.nat(2999), { maxLength: 20 }), (before, after, changed) => {
      const again = new TraceColumns(), patched = new TraceColumns();
      again.write(before, 0);
      again.write(after, 0);
      expect(shown(again)).toEqual(shown(after));
      patched.write(before, 0);
      const patch = unpackRows({ buffer: packChangedRows(after, changed), count: changed.length, firstRow: -1 });
      patched.patch(patch, patch.rowNumbers);
      for (const column of columns) expect(changed.map((row) => patched[column][row])).toEqual(changed.map((row) => after[column][row]));
    }), { numRuns: 20 });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RowLists } from '../../../src/analysis/rowLists.ts';

const listCount = 5;
const anyChange = fc.record({ list: fc.nat(listCount), at: fc.nat(), row: fc.nat(1_000), isRemoved: fc.boolean(), isTrimmed: fc.nat(9).map((of10) => of10 === 0) });

describe('lists of rows', () => {
  test('hold what was put into them, in whatever order they grow and shrink', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1, max: listCount - 1 }), { maxLength: 40 }), fc.array(anyChange, { maxLength: 200 }), (listOf, changes) => {
      const lists = RowLists.build(Uint32Array.from(listOf.keys()), Int32Array.from(listOf), 0, listCount);
      const expected = Array.from({ length: listCount + 1 }, (_, list) => [...listOf.keys()].filter((row) => listOf[row] === list));
      lists.grow(listCount + 1);
      for (const { list, at, row, isRemoved, isTrimmed } of changes) {
        const rows = expected[list] as number[];
        if (isRemoved && rows.length > 0) {
          lists.remove(list, at % rows.length);
          rows.splice(at % rows.length, 1);
        } else {
          lists.insert(list, at % (rows.length + 1), row);
          rows.splice(at % (rows.length + 1), 0, row);
        }
        if (isTrimmed) lists.trim();
      }
      expect(Array.from(expected.keys(), (list) => [...lists.view(list)])).toEqual(expected);
      expected.forEach((rows, list) => expect(rows.map((_, i) => lists.at(list, i))).toEqual([...lists.view(list)]));
    }));
  });
});

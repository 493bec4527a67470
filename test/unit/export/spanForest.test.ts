import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parentsOf, treeOrder } from '../../../src/export/spanForest.ts';

const linked = (parents: readonly number[]): { readonly spanId: string; readonly parentSpanId: string }[] =>
  parents.map((parent, i) => ({ spanId: `s${i}`, parentSpanId: parent < 0 ? '' : `s${parent}` }));

describe('spans as trees', () => {
  it('reach every span once, whatever the parents say', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1, max: 40 }), { maxLength: 30 }), (parents) => {
      const order = [...treeOrder(parentsOf(linked(parents)))].map(({ place }) => place);
      expect(order.toSorted((a, b) => a - b)).toEqual(parents.map((_, i) => i));
    }));
  });

  it('are cut once where parents go in a circle', () => {
    expect([...parentsOf(linked([1, 2, 0, 0, 4]))]).toEqual([1, 2, -1, 0, -1]);
  });

  it('take 100,000 levels and 100,000 siblings', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) => i - 1), star = chain.map((_, i) => (i === 0 ? -1 : 0));
    expect([...treeOrder(parentsOf(linked(chain)))].at(-1)).toEqual({ place: 99_999, depth: 99_999, isLast: true });
    expect([...treeOrder(parentsOf(linked(star)))].at(-1)).toEqual({ place: 99_999, depth: 1, isLast: true });
  });
});

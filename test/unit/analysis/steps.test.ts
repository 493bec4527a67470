import { describe, expect, test } from 'vitest';
import { isFailed } from '../../../src/analysis/folds.ts';
import { ancestors, sibling, stepByTime } from '../../../src/analysis/steps.ts';
import { SpanTree } from '../../../src/analysis/tree.ts';
import { drawnTrace } from './drawn.ts';

const { rows } = drawnTrace(`
root  |------------|
 b!        |--|
 a      |-|
  x!     ||
 c!              |-|
`);
const tree = new SpanTree(rows);
const [root, b, a, x, c] = [0, 1, 2, 3, 4];

describe('steps from span to span', () => {
  test('siblings follow one another by time, not by row', () => {
    expect(sibling(tree, a, 1)).toBe(b);
    expect(sibling(tree, b, 1)).toBe(c);
    expect(sibling(tree, a, -1)).toBeUndefined();
    expect(sibling(tree, root, 1)).toBeUndefined();
  });

  test('ancestors come from the root down', () => {
    expect(ancestors(tree, x)).toEqual([root, a]);
    expect(ancestors(tree, root)).toEqual([]);
  });

  test('errors follow one another by time and go round at the end', () => {
    const failed = (row: number): boolean => isFailed(rows, row);
    expect(stepByTime(rows, undefined, 1, failed)).toBe(x);
    expect(stepByTime(rows, x, 1, failed)).toBe(b);
    expect(stepByTime(rows, c, 1, failed)).toBe(x);
    expect(stepByTime(rows, x, -1, failed)).toBe(c);
    expect(stepByTime(rows, root, 1, failed)).toBe(x);
  });

  test('only candidates are stepped through when there are some', () => {
    expect(stepByTime(rows, a, 1, () => true, Uint32Array.of(root, c))).toBe(c);
    expect(stepByTime(rows, c, 1, () => true, Uint32Array.of(c))).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selfTime } from '../../../src/analysis/selfTime.ts';
import { SpanTree } from '../../../src/analysis/tree.ts';
import { drawnTrace, traceOf } from './drawn.ts';

const selfOf = (text: string, now = 100): number => {
  const { rows } = drawnTrace(text);
  return selfTime(new SpanTree(rows), rows, 0, now);
};

describe('self time', () => {
  test('is the duration without the union of the children', () => {
    expect(selfOf(`
p|---------|
 a |--|
 b  |---|
 c        ||
`)).toBe(10 - 5 - 1);
  });

  test('counts only the part of a child that lies within the span', () => {
    expect(selfOf(`
p      |-----|
 a |-----|
 b         |------|
`)).toBe(6 - 2 - 2);
  });

  test('of an open span grows with the time', () => {
    const text = `
p|>
 a|--|
 b     |>
`;
    expect(selfOf(text, 5)).toBe(1);
    expect(selfOf(text, 20)).toBe(3);
  });

  test('equals counting the nanoseconds that no child covers', () => {
    const anyChild = fc.tuple(fc.nat(40), fc.nat(20));
    fc.assert(fc.property(fc.array(anyChild, { maxLength: 12 }), (children) => {
      const { rows } = traceOf([
        { name: 'p', parent: -1, start: 10, end: 40 },
        ...children.map(([start, length]) => ({ name: 'c', parent: 0, start, end: start + length })),
      ]);
      let free = 0;
      for (let t = 10; t < 40; t++) if (!children.some(([start, length]) => t >= start && t < start + length)) free++;
      expect(selfTime(new SpanTree(rows), rows, 0, 0)).toBe(free);
    }));
  });
});

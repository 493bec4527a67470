import { describe, expect, test } from 'vitest';
import { barOf, rowAt } from '../../../../webview/flame/hitTest.ts';
import { drawnTrace, traceOf } from '../../analysis/drawn.ts';
import { sceneOf, smallGeometry } from './support.ts';

describe('what is under the pointer', () => {
  const scene = sceneOf(drawnTrace(`
r |------------------------------|
 a|-------|
 b          |---------|
  c          |---|
`));
  // Ten pixels are one column of the drawing.
  const geometry = smallGeometry({ from: 2, to: 34 }, 336);
  const at = (column: number, lane: number): number => rowAt(scene, geometry, geometry.x(column + 0.5), geometry.y(lane) + 9);

  test('is the bar in the lane at the height', () => {
    expect([at(5, 0), at(5, 1), at(15, 1), at(15, 2)]).toEqual([0, 1, 2, 3]);
  });

  test('is nothing between bars, lanes, below them and on the ruler', () => {
    expect([at(11, 1), at(30, 2), at(5, 3)]).toEqual([-1, -1, -1]);
    expect(rowAt(scene, geometry, geometry.x(5), geometry.y(0) + 19)).toBe(-1);
    expect(rowAt(scene, geometry, geometry.x(5), 10)).toBe(-1);
  });

  test('has a bar whose rectangle a pointer finds again', () => {
    for (let row = 0; row < 4; row++) {
      const bar = barOf(scene, geometry, row);
      expect(bar && rowAt(scene, geometry, bar.x, bar.y)).toBe(row);
      expect(bar && rowAt(scene, geometry, bar.x + bar.width - 1, bar.y + bar.height)).toBe(row);
    }
  });

  test('is a bar of one pixel also from two pixels beside it', () => {
    const narrow = sceneOf(traceOf([{ name: 'p', parent: -1, start: 500, end: 501 }, { name: 'q', parent: -1, start: 0, end: 1 }, { name: 'z', parent: -1, start: 999, end: 1000 }]));
    const small = smallGeometry({ from: 0, to: 1000 });
    for (const beside of [-1.5, 0, 1.5]) expect(rowAt(narrow, small, small.x(500) + beside, small.y(0) + 5)).toBe(0);
    expect(rowAt(narrow, small, small.x(500) + 6, small.y(0) + 5)).toBe(-1);
  });

  test('is the failed span among those that share a pixel', () => {
    const spans = Array.from({ length: 1000 }, (_, i) => ({ name: 's', parent: -1, start: i * 10, end: i * 10 + (i % 10), failed: i === 503 }));
    const many = sceneOf(traceOf(spans)), small = smallGeometry({ from: 0, to: 10_000 });
    expect(rowAt(many, small, small.x(5_030), small.y(0) + 5)).toBe(503);
  });
});

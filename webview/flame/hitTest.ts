import { rowFlags } from '../../src/analysis/mip.ts';
import { rulerHeight } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import { endAsDrawn, firstEndingAfter } from './lanePainter.ts';
import type { Scene } from './scene.ts';

/** A pointer this far beside a bar, in CSS pixels, still means it. */
const slack = 2;

/** The row whose bar, or whose share of a pixel, is drawn at a point of the chart; -1 when there is none. */
export function rowAt(scene: Scene, geometry: Geometry, x: number, y: number): number {
  const lane = geometry.laneAt(y);
  if (y < rulerHeight || lane < 0 || lane >= scene.layout.laneCount || y - geometry.y(lane) > geometry.barHeight) return -1;
  const exact = rowBetween(scene, lane, geometry.timeAt(x), geometry.timeAt(x + 1 / geometry.dpr));
  return exact >= 0 ? exact : rowBetween(scene, lane, geometry.timeAt(x - slack), geometry.timeAt(x + slack));
}

/** The row that stands for a stretch of time in a lane: a failed one first, else the longest. */
export function rowBetween(scene: Scene, lane: number, from: number, to: number): number {
  const spans = scene.layout.lists.view(lane);
  let first = firstEndingAfter(scene, spans, from);
  // A span of no length that begins right here has ended right here.
  const before = spans[first - 1];
  if (before !== undefined && scene.rows.start[before] === from && endAsDrawn(scene, before) === from) first--;
  const { longest, flags, next } = scene.mips.gather(lane, first, to);
  return (flags & rowFlags.error) !== 0 ? scene.mips.longestWith(rowFlags.error, lane, first, next) : longest;
}

/** The rectangle of a row's bar in CSS pixels of the chart, at least a pixel wide; undefined when it is not drawn. */
export function barOf(scene: Scene, geometry: Geometry, row: number): { x: number; y: number; width: number; height: number } | undefined {
  const lane = scene.layout.lane[row] ?? -1;
  if (lane < 0) return undefined;
  const { dpr } = geometry;
  const left = Math.round(geometry.x(scene.rows.start[row] as number) * dpr) / dpr;
  const right = Math.round(geometry.x(endAsDrawn(scene, row)) * dpr) / dpr - 1;
  return { x: left, y: geometry.y(lane), width: Math.max(1, right - left), height: geometry.barHeight };
}

import type { TimeRange } from './chartTypes.ts';
import type { PixelAxis } from './lanePainter.ts';

/** CSS pixels that stay free at both sides of the chart. */
export const sidePadding = 8;
/** CSS pixels of the ruler at the top, which stays while lanes scroll, and of the line below it. */
export const rulerHeight = 20, rulerLine = 1;
/** CSS pixels above the first lane; some more are below the last one. */
export const lanesTop = rulerHeight + rulerLine + 4;
const bottomPadding = 6;

/** Height of a lane with the gap below its bar, for a font size: 20 for 13. */
export const laneHeightFor = (fontSize: number): number => Math.max(20, Math.round(fontSize * 1.54));

/** Height of the chart that shows every lane, ruler included, CSS pixels. */
export const contentHeight = (laneCount: number, laneHeight: number): number => lanesTop + laneCount * laneHeight + bottomPadding;

/** Turns times and lanes into CSS pixels of the chart and back. */
export class Geometry {
  readonly width: number;
  readonly height: number;
  readonly dpr: number;
  readonly range: TimeRange;
  readonly scrollTop: number;
  readonly laneHeight: number;
  /** CSS pixels per nanosecond. */
  readonly scale: number;

  constructor(size: { readonly width: number; readonly height: number; readonly dpr: number }, range: TimeRange, scrollTop: number, laneHeight: number) {
    this.width = size.width;
    this.height = size.height;
    this.dpr = size.dpr;
    this.range = range;
    this.scrollTop = scrollTop;
    this.laneHeight = laneHeight;
    this.scale = Math.max(1, size.width - 2 * sidePadding) / (range.to - range.from);
  }

  get barHeight(): number { return this.laneHeight - 2; }

  x(time: number): number { return sidePadding + (time - this.range.from) * this.scale; }

  timeAt(x: number): number { return this.range.from + (x - sidePadding) / this.scale; }

  /** Top of the bars of a lane. */
  y(lane: number): number { return lanesTop + lane * this.laneHeight - this.scrollTop; }

  /** The lane at a height, whether or not there is one. */
  laneAt(y: number): number { return Math.floor((y + this.scrollTop - lanesTop) / this.laneHeight); }

  /** The lanes of which something can be seen, the last one not included. */
  lanes(laneCount: number): readonly [first: number, end: number] {
    return [Math.max(0, this.laneAt(rulerHeight)), Math.min(laneCount, this.laneAt(this.height) + 1)];
  }

  axis(): PixelAxis {
    return { origin: this.timeAt(0), scale: this.scale * this.dpr, width: Math.max(1, Math.round(this.width * this.dpr)) };
  }
}

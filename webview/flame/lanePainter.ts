import { rowFlags } from '../../src/analysis/mip.ts';
import { loudest } from './palette.ts';
import type { Palette, Paint } from './palette.ts';
import type { Scene } from './scene.ts';

/** Which time the pixels of a row of the canvas show. */
export interface PixelAxis {
  /** Time at the left edge of the first pixel, nanoseconds. */
  readonly origin: number;
  /** Device pixels per nanosecond. */
  readonly scale: number;
  /** Device pixels. */
  readonly width: number;
}

/** Bars with room for more than their colour, in device pixels. Kept from frame to frame, so that nothing is allocated. */
export class BarList {
  row = new Int32Array(1024);
  lane = new Int32Array(1024);
  /** Where the bar begins (after what is left of it) and ends, not clamped to the canvas. */
  left = new Float64Array(1024);
  right = new Float64Array(1024);
  count = 0;

  push(row: number, lane: number, left: number, right: number): void {
    if (this.count === this.row.length) this.#grow();
    this.row[this.count] = row;
    this.lane[this.count] = lane;
    this.left[this.count] = left;
    this.right[this.count++] = right;
  }

  #grow(): void {
    const grown = <T extends Int32Array | Float64Array>(values: T, larger: T): T => {
      larger.set(values);
      return larger;
    };
    const room = this.row.length * 2;
    this.row = grown(this.row, new Int32Array(room));
    this.lane = grown(this.lane, new Int32Array(room));
    this.left = grown(this.left, new Float64Array(room));
    this.right = grown(this.right, new Float64Array(room));
  }
}

/** Place of the first span of a lane that ends after `time`; the number of spans when all have ended. */
export function firstEndingAfter(scene: Scene, spans: Uint32Array, time: number): number {
  const { start } = scene.rows;
  let low = 0, high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((start[spans[middle] as number] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low > 0 && endAsDrawn(scene, spans[low - 1] as number) > time ? low - 1 : low;
}

/** When a span ends on the chart: open ones reach to the present. */
export function endAsDrawn(scene: Scene, row: number): number {
  const start = scene.rows.start[row] as number, duration = scene.duration[row] as number;
  return duration === duration ? start + duration : Math.max(start, scene.now);
}

/**
 * Draws one lane into one row of pixels and collects the bars that are at least `barWidth` device pixels wide. Spans
 * narrower than a pixel share it: the longest of them gives its colour, unless one of them failed or matches a filter.
 * Where many share one, whole bins of the mip are taken that are no longer than a pixel, each for the pixel where it
 * begins. So the cost grows with the pixels and not with the spans.
 */
export class LanePainter {
  readonly #scene: Scene;
  readonly #palette: Palette;
  readonly #axis: PixelAxis;
  /** Device pixels of background after every bar. */
  readonly #gap: number;
  readonly #barWidth: number;
  #pixels: Uint32Array = new Uint32Array(0);
  /** The last pixel that was written, and how much what it shows matters. */
  #last = -1;
  #weight = 0;

  /** With a `barWidth` of infinity all is pixels, and containers are as loud as leaves. */
  constructor(scene: Scene, palette: Palette, axis: PixelAxis, gap: number, barWidth: number) {
    this.#scene = scene;
    this.#palette = palette;
    this.#axis = axis;
    this.#gap = gap;
    this.#barWidth = barWidth;
  }

  /** True when a pixel was written; `pixels` must be clear before. */
  paint(lane: number, pixels: Uint32Array, bars: BarList): boolean {
    const scene = this.#scene, { mips, duration, flags, now } = scene, { start } = scene.rows, { origin, scale, width } = this.#axis;
    const spans = scene.layout.lists.view(lane), bins = mips.binsOf(lane), onePixel = 1 / scale;
    this.#pixels = pixels;
    this.#last = -1;
    // What shares the pixel at hand: from which place on, the longest of it, all that is marked.
    let column = -1, since = 0, longest = -1, all = 0;
    let i = firstEndingAfter(scene, spans, origin);
    for (; i < spans.length;) {
      const row = spans[i] as number, begin = start[row] as number, left = (begin - origin) * scale;
      if (left >= width) break;
      const next = bins ? mips.bin(bins, i, onePixel) : i;
      let candidate = row, marks = 0;
      if (next > i) {
        candidate = mips.longest;
        marks = mips.flags;
      } else {
        const length = duration[row] as number, lengthDrawn = length === length ? length : Math.max(0, now - begin);
        if (lengthDrawn >= onePixel) {
          if (column >= 0) this.#share(lane, since, i, column, longest, all);
          column = -1;
          const right = left + lengthDrawn * scale;
          if (right - left >= this.#barWidth) bars.push(row, lane, left > -1 && left <= this.#last ? this.#last + 1 : left, right);
          else this.#fill(row, Math.round(left), Math.round(right) - this.#gap);
          i++;
          continue;
        }
        marks = flags[row] as number;
      }
      const at = left > 0 ? Math.floor(left) : 0;
      if (at !== column) {
        if (column >= 0) this.#share(lane, since, i, column, longest, all);
        column = at;
        since = i;
        longest = candidate;
        all = marks;
      } else {
        all |= marks;
        // An open span is the last of its lane, and longer than all.
        if (!((duration[candidate] as number) <= (duration[longest] as number))) longest = candidate;
      }
      i = next > i ? next : i + 1;
    }
    if (column >= 0) this.#share(lane, since, i, column, longest, all);
    return this.#last >= 0;
  }

  /** A bar of a few pixels. When others share its first pixel already, it goes beside them. */
  #fill(row: number, left: number, right: number): void {
    const flags = this.#scene.flags[row] as number, weight = this.#weigh(flags);
    const from = Math.max(0, left <= this.#last && weight <= this.#weight ? this.#last + 1 : left);
    const to = Math.min(Math.max(right, from + 1), this.#axis.width);
    this.#pixels.fill(this.#pixelOf(row, flags), from, to);
    this.#last = to - 1;
    this.#weight = weight;
  }

  /** Spans that share a pixel. What failed or matches is never hidden by what has not. */
  #share(lane: number, from: number, to: number, column: number, longest: number, all: number): void {
    const { mips, flags, matches } = this.#scene, weight = this.#weigh(all);
    if (column <= this.#last && weight <= this.#weight) return;
    const isMatch = matches !== undefined && (all & rowFlags.match) !== 0;
    const row = isMatch ? mips.longestWith(rowFlags.match, lane, from, to) : longest;
    this.#pixels[column] = this.#pixelOf(row, isMatch ? (flags[row] as number) : all);
    this.#last = column;
    this.#weight = weight;
  }

  #weigh(flags: number): number {
    const isMatch = this.#scene.matches !== undefined && (flags & rowFlags.match) !== 0;
    return (isMatch ? 2 : 0) + ((flags & rowFlags.error) !== 0 ? 1 : 0);
  }

  #pixelOf(row: number, flags: number): number {
    const isDim = this.#scene.matches !== undefined && (flags & rowFlags.match) === 0;
    if ((flags & rowFlags.error) !== 0) return isDim ? this.#palette.error.dimPixel : this.#palette.error.pixel;
    const index = this.#scene.colouring.paint[row] as number;
    const paint = this.#palette.paints[this.#barWidth === Infinity ? loudest(index) : index] as Paint;
    return isDim ? paint.dimPixel : paint.pixel;
  }
}

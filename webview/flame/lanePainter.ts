import { binBits, rowFlags } from '../../src/analysis/mip.ts';
import type { LaneBins, LaneMips } from '../../src/analysis/mip.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';

const inBin = (1 << binBits) - 1;

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
  /** 1 when all but what is written on the bar has been drawn. */
  hasShape = new Uint8Array(1024);
  count = 0;

  push(row: number, lane: number, left: number, right: number): void {
    if (this.count === this.row.length) this.#grow();
    this.row[this.count] = row;
    this.lane[this.count] = lane;
    this.left[this.count] = left;
    this.hasShape[this.count] = 0;
    this.right[this.count++] = right;
  }

  #grow(): void {
    const grown = <T extends Int32Array | Float64Array | Uint8Array>(values: T, larger: T): T => {
      larger.set(values);
      return larger;
    };
    const room = this.row.length * 2;
    this.row = grown(this.row, new Int32Array(room));
    this.lane = grown(this.lane, new Int32Array(room));
    this.left = grown(this.left, new Float64Array(room));
    this.right = grown(this.right, new Float64Array(room));
    this.hasShape = grown(this.hasShape, new Uint8Array(room));
  }
}

const noBars = new BarList();

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
  /** Pixel by paint, and when a filter is on for what it did not find. */
  readonly #colours: Uint32Array;
  readonly #dimColours: Uint32Array;
  // Copies of what lies deeper in the scene, which is asked for at every pixel.
  readonly #mips: LaneMips;
  readonly #start: Float64Array;
  readonly #duration: Float64Array;
  readonly #flags: Uint8Array;
  readonly #paint: Uint8Array;
  readonly #now: number;
  readonly #origin: number;
  readonly #scale: number;
  readonly #isFiltered: boolean;
  #pixels: Uint32Array = new Uint32Array(0);
  #bars = noBars;
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
    this.#mips = scene.mips;
    this.#start = scene.rows.start;
    this.#duration = scene.duration;
    this.#flags = scene.flags;
    this.#paint = scene.colouring.paint;
    this.#now = scene.now;
    this.#origin = axis.origin;
    this.#scale = axis.scale;
    this.#isFiltered = scene.matches !== undefined;
    this.#colours = barWidth === Infinity ? palette.loudPixels : palette.pixels;
    this.#dimColours = palette.dimPixels;
  }

  /** True when a pixel was written; `pixels` must be clear before. */
  paint(lane: number, pixels: Uint32Array, bars: BarList): boolean {
    const spans = this.#scene.layout.lists.view(lane), bins = this.#mips.binsOf(lane);
    this.#pixels = pixels;
    this.#bars = bars;
    this.#last = -1;
    this.#mips.limit = 1 / this.#scale;
    this.#walk(lane, spans, bins, firstEndingAfter(this.#scene, spans, this.#axis.origin));
    return this.#last >= 0;
  }

  /**
   * Column by column to the edge of the picture: in each the span that begins there, or all that do and are narrow. What
   * is asked for at every span is read before. Every row that is asked fetches lines of memory of its own, so bins are
   * asked first: when the span at their place begins, and whether anything is marked at all; and of the rows in a pixel
   * only the longest for its paint. Nothing comes after the loop: engines that replace it while it runs know nothing of
   * code they have not reached yet, and would fall back to slow code at every end of it.
   */
  #walk(lane: number, spans: Uint32Array, bins: LaneBins | undefined, from: number): void {
    const mips = this.#mips, start = this.#start, durations = this.#duration, flags = this.#flags, paints = this.#paint, now = this.#now;
    const origin = this.#origin, scale = this.#scale, onePixel = 1 / scale, edge = this.#axis.width, count = spans.length, starts = bins?.starts, marked = bins?.levels[0]?.flags;
    for (let i = from; i < count;) {
      const since = i;
      let begin = (starts && (i & inBin) === 0 ? starts[i >> binBits] : start[spans[i] as number]) as number;
      const left = (begin - origin) * scale;
      if (left >= edge) return;
      const column = left > 0 ? Math.floor(left) : 0, until = origin + (column + 1) * onePixel;
      // Length of the longest in this pixel with its row, or its paint when a bin has it; all that is marked.
      let most = -1, longest = -1, shown = 0, all = 0, wide = -1, width = 0;
      do {
        const next = bins ? mips.bin(bins, count, i) : i;
        if (next > i) {
          all |= mips.flags;
          if (mips.length > most) {
            most = mips.length;
            shown = mips.paint;
            longest = -1;
          }
          i = next;
          begin = mips.after;
        } else {
          const row = spans[i] as number, recorded = durations[row] as number, length = recorded === recorded ? recorded : Math.max(0, now - begin);
          if (length >= onePixel) {
            wide = row;
            width = length;
            break;
          }
          if (marked === undefined || marked[i >> binBits] !== 0) all |= flags[row] as number;
          if (length > most) {
            most = length;
            longest = row;
          }
          if (++i === count) break;
          begin = (starts && (i & inBin) === 0 ? starts[i >> binBits] : start[spans[i] as number]) as number;
        }
      } while (begin < until);
      if (most >= 0) this.#share(lane, since, i, column, longest < 0 ? shown : (paints[longest] as number), all);
      if (wide >= 0) {
        this.#beside(wide, lane, (begin - origin) * scale, width * scale);
        i++;
      }
    }
  }

  /** A bar of at least a pixel: for shapes when it is wide, else for pixels. */
  #beside(row: number, lane: number, left: number, width: number): void {
    if (width >= this.#barWidth) this.#bars.push(row, lane, left > -1 && Math.round(left) <= this.#last ? this.#last + 1 : left, left + width);
    else this.#fill(row, Math.round(left), Math.round(left + width) - this.#gap);
  }

  /** A bar of a few pixels. When others share its first pixel already, it goes beside them. */
  #fill(row: number, left: number, right: number): void {
    const flags = this.#flags[row] as number, weight = this.#weigh(flags);
    const from = Math.max(0, left <= this.#last && weight <= this.#weight ? this.#last + 1 : left);
    const to = Math.min(Math.max(right, from + 1), this.#axis.width);
    const pixels = this.#pixels, pixel = this.#pixelOf(row, flags);
    // A few at most: to call `fill` would take longer.
    for (let x = from; x < to; x++) pixels[x] = pixel;
    this.#last = to - 1;
    this.#weight = weight;
  }

  /** Spans that share a pixel. What failed or matches is never hidden by what has not. */
  #share(lane: number, from: number, to: number, column: number, paint: number, all: number): void {
    const weight = this.#weigh(all);
    if (column <= this.#last && weight <= this.#weight) return;
    this.#last = column;
    this.#weight = weight;
    if (!this.#isFiltered) {
      this.#pixels[column] = ((all & rowFlags.error) !== 0 ? this.#palette.error.pixel : this.#colours[paint]) as number;
    } else if ((all & rowFlags.match) === 0) {
      this.#pixels[column] = ((all & rowFlags.error) !== 0 ? this.#palette.error.dimPixel : this.#dimColours[paint]) as number;
    } else {
      const row = this.#mips.longestWith(rowFlags.match, lane, from, to);
      this.#pixels[column] = this.#pixelOf(row, this.#flags[row] as number);
    }
  }

  #weigh(flags: number): number {
    const isMatch = this.#isFiltered && (flags & rowFlags.match) !== 0;
    return (isMatch ? 2 : 0) + ((flags & rowFlags.error) !== 0 ? 1 : 0);
  }

  #pixelOf(row: number, flags: number): number {
    const isDim = this.#isFiltered && (flags & rowFlags.match) === 0;
    if ((flags & rowFlags.error) !== 0) return isDim ? this.#palette.error.dimPixel : this.#palette.error.pixel;
    return (isDim ? this.#dimColours : this.#colours)[this.#paint[row] as number] as number;
  }
}

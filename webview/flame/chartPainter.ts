import type { Numbers } from '../../src/analysis/numbers.ts';
import { BarPainter } from './bars.ts';
import type { CanvasSurface } from './canvasSurface.ts';
import { rulerHeight, rulerLine } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import { BarList, LanePainter } from './lanePainter.ts';
import { drawPaused, pausedBands } from './pausedBands.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';
import type { Surface } from './surface.ts';
import type { ChartTheme } from './theme.ts';
import { ticksOf } from './ticks.ts';

/** Narrower bars, in CSS pixels, are nothing but colour. */
const leastBar = 8;
/** Bars are drawn this far beyond the edges at most: canvases lose their precision with huge coordinates. */
const beyond = 100;

/** What is drawn with; stays the same from frame to frame. */
export interface PaintContext {
  readonly scene: Scene;
  readonly theme: ChartTheme;
  readonly palette: Palette;
  readonly numbers: Numbers;
}

/** Draws the chart below its overlay. Lanes of many spans become strips of pixels, and only what is wide becomes shapes. */
export class ChartPainter {
  readonly #bars = new BarList();
  #strip: OffscreenCanvas | undefined;
  #pixels = new Uint32Array(0);

  paint(surface: CanvasSurface, geometry: Geometry, context: PaintContext): void {
    const { scene, theme } = context;
    surface.begin();
    surface.rect(0, 0, geometry.width, geometry.height, theme.background);
    drawGrid(surface, geometry, context);
    this.#bars.count = 0;
    this.#strips(surface, geometry, context);
    surface.withTextsOnTop(() => drawBars(surface, geometry, context, this.#bars));
    drawPauses(surface, geometry, context);
    drawPresent(surface, geometry, scene, theme);
    drawRuler(surface, geometry, context);
  }

  /** The visible lanes as rows of an image, each of which is stretched to the height of a bar. */
  #strips(surface: CanvasSurface, geometry: Geometry, { scene, palette }: PaintContext): void {
    const { dpr, barHeight } = geometry, axis = geometry.axis(), { width } = axis;
    const [first, end] = geometry.lanes(scene.layout.laneCount);
    if (end <= first) return;
    const strip = this.#stripFor(width, end - first), painter = new LanePainter(scene, palette, axis, Math.max(1, Math.round(dpr)), leastBar * dpr);
    const pixels = this.#pixels.subarray(0, width * (end - first)).fill(0);
    const painted: number[] = [];
    for (let lane = first; lane < end; lane++) {
      if (painter.paint(lane, pixels.subarray((lane - first) * width, (lane - first + 1) * width), this.#bars)) painted.push(lane);
    }
    if (painted.length === 0 || !strip) return;
    strip.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength), width), 0, 0);
    const { context } = surface;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.imageSmoothingEnabled = false;
    for (const lane of painted) {
      const top = Math.round(geometry.y(lane) * dpr), bottom = Math.round((geometry.y(lane) + barHeight) * dpr);
      context.drawImage(strip.canvas, 0, lane - first, width, 1, 0, top, width, bottom - top);
    }
    surface.begin();
  }

  #stripFor(width: number, lanes: number): OffscreenCanvasRenderingContext2D | null {
    const room = Math.ceil(lanes / 16) * 16;
    if (!this.#strip || this.#strip.width !== width || this.#strip.height < room) {
      this.#strip = new OffscreenCanvas(width, room);
      this.#pixels = new Uint32Array(width * room);
    }
    return this.#strip.getContext('2d', { willReadFrequently: true });
  }
}

/** The same picture as vectors, without the shapes' neighbours being merged into an image. */
export function paintVectors(surface: Surface, geometry: Geometry, context: PaintContext): void {
  const { scene, theme, palette } = context, axis = geometry.axis(), bars = new BarList();
  surface.rect(0, 0, geometry.width, geometry.height, theme.background);
  drawGrid(surface, geometry, context);
  const painter = new LanePainter(scene, palette, axis, Math.max(1, Math.round(geometry.dpr)), leastBar * geometry.dpr);
  const pixels = new Uint32Array(axis.width);
  for (let lane = 0; lane < scene.layout.laneCount; lane++) {
    if (!painter.paint(lane, pixels.fill(0), bars)) continue;
    for (let from = 0, to = 1; from < axis.width; from = to, to++) {
      while (to < axis.width && pixels[to] === pixels[from]) to++;
      const pixel = pixels[from] as number;
      if (pixel !== 0) surface.rect(from / geometry.dpr, geometry.y(lane), (to - from) / geometry.dpr, geometry.barHeight, cssOf(pixel));
    }
  }
  drawBars(surface, geometry, context, bars);
  drawPauses(surface, geometry, context);
  drawPresent(surface, geometry, scene, theme);
  drawRuler(surface, geometry, context);
}

const cssOf = (pixel: number): string =>
  `#${[pixel, pixel >> 8, pixel >> 16].map((byte) => (byte & 255).toString(16).padStart(2, '0')).join('')}`;

function drawBars(surface: Surface, geometry: Geometry, context: PaintContext, bars: BarList): void {
  const { dpr, width, barHeight } = geometry;
  const painter = new BarPainter(context.scene, context.theme, context.palette, context.numbers);
  for (let i = 0; i < bars.count; i++) {
    const left = Math.max(-beyond, Math.round(bars.left[i] as number) / dpr);
    const right = Math.min(width + beyond, Math.round(bars.right[i] as number) / dpr - 1);
    painter.draw(surface, bars.row[i] as number, {
      x: left,
      y: geometry.y(bars.lane[i] as number),
      width: Math.max(1, right - left),
      height: barHeight,
      clipLeft: Math.max(0, left),
      clipRight: Math.min(width, right),
    });
  }
}

function drawGrid(surface: Surface, geometry: Geometry, { scene: { origin }, theme }: PaintContext): void {
  for (const time of ticksOf(geometry.range, geometry.width, origin).times) {
    const x = Math.round(geometry.x(origin + time)) + 0.5;
    surface.line(x, 0, x, geometry.height, theme.grid, 1);
  }
}

function drawPauses(surface: Surface, geometry: Geometry, { scene, theme, numbers }: PaintContext): void {
  const bands = pausedBands(scene, geometry.range, (time) => geometry.x(time));
  if (bands.length > 0) drawPaused(surface, bands, geometry, theme, numbers, scene.pauses?.isFolded === true);
}

/** A dotted line marks the present of a run that goes on. */
function drawPresent(surface: Surface, geometry: Geometry, scene: Scene, theme: ChartTheme): void {
  if (!scene.isRunning) return;
  const x = Math.round(geometry.x(scene.now)) + 0.5;
  if (x >= 0 && x <= geometry.width) surface.line(x, 0, x, geometry.height, theme.open, 1, [2, 2]);
}

/** The time axis: a mark at every round time, its name to the right of it. */
function drawRuler(surface: Surface, geometry: Geometry, { scene: { origin }, theme, numbers }: PaintContext): void {
  const { times, stepNs } = ticksOf(geometry.range, geometry.width, origin), font = { size: theme.fontSize - 2.5, weight: 400 } as const;
  surface.rect(0, 0, geometry.width, rulerHeight, theme.background);
  surface.rect(0, rulerHeight, geometry.width, rulerLine, theme.border);
  for (const time of times) {
    const x = Math.round(geometry.x(origin + time)) + 0.5, label = numbers.tick(time, stepNs);
    surface.line(x, 13, x, rulerHeight, theme.tick, 1);
    if (x + 4 + surface.measure(label, font) < geometry.width) surface.text(label, x + 4, 9, font, theme.description);
  }
}

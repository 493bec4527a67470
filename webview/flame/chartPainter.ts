import type { Numbers } from '../../src/analysis/numbers.ts';
import { BarPainter } from './bars.ts';
import type { CanvasSurface } from './canvasSurface.ts';
import { rulerHeight, rulerLine } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import { BarList, LanePainter } from './lanePainter.ts';
import { LaneStrips, gapOf, leastBar } from './laneStrips.ts';
import { drawPaused, pausedBands } from './pausedBands.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';
import type { Surface } from './surface.ts';
import type { ChartTheme } from './theme.ts';
import { TickNames, ticksOf } from './ticks.ts';
import type { Ticks } from './ticks.ts';

/** Bars are drawn this far beyond the edges at most: canvases lose their precision with huge coordinates. */
const beyond = 100;

/** What is drawn with; stays the same from frame to frame. */
export interface PaintContext {
  readonly scene: Scene;
  readonly theme: ChartTheme;
  readonly palette: Palette;
  readonly numbers: Numbers;
}

/** Draws the chart below its overlay: the lanes as strips of pixels, then what needs shapes and texts. */
export class ChartPainter {
  readonly #bars = new BarList();
  readonly #strips = new LaneStrips();
  readonly #names: TickNames;

  constructor(numbers: Numbers) {
    this.#names = new TickNames(numbers);
  }

  paint(surface: CanvasSurface, geometry: Geometry, context: PaintContext): void {
    const { scene, theme, palette, numbers } = context, painter = new BarPainter(scene, theme, palette, numbers), ticks = ticksOf(geometry.range, geometry.width, scene.origin);
    surface.begin();
    surface.rect(0, 0, geometry.width, geometry.height, theme.background);
    drawGrid(surface, geometry, context, ticks);
    this.#bars.count = 0;
    this.#strips.draw(surface, geometry, scene, context, painter, this.#bars);
    surface.withTextsOnTop(() => drawBars(surface, geometry, painter, this.#bars));
    drawPauses(surface, geometry, context);
    drawPresent(surface, geometry, scene, theme);
    drawRuler(surface, geometry, context, ticks, this.#names);
  }
}

/** The same picture as vectors, without the shapes' neighbours being merged into an image. */
export function paintVectors(surface: Surface, geometry: Geometry, context: PaintContext): void {
  const { scene, theme, palette, numbers } = context, axis = geometry.axis(), bars = new BarList(), ticks = ticksOf(geometry.range, geometry.width, scene.origin);
  surface.rect(0, 0, geometry.width, geometry.height, theme.background);
  drawGrid(surface, geometry, context, ticks);
  const painter = new LanePainter(scene, palette, axis, gapOf(geometry.dpr), leastBar * geometry.dpr);
  const pixels = new Uint32Array(axis.width);
  for (let lane = 0; lane < scene.layout.laneCount; lane++) {
    if (!painter.paint(lane, pixels.fill(0), bars)) continue;
    for (let from = 0, to = 1; from < axis.width; from = to, to++) {
      while (to < axis.width && pixels[to] === pixels[from]) to++;
      const pixel = pixels[from] as number;
      if (pixel !== 0) surface.rect(from / geometry.dpr, geometry.y(lane), (to - from) / geometry.dpr, geometry.barHeight, cssOf(pixel));
    }
  }
  drawBars(surface, geometry, new BarPainter(scene, theme, palette, numbers), bars);
  drawPauses(surface, geometry, context);
  drawPresent(surface, geometry, scene, theme);
  drawRuler(surface, geometry, context, ticks, new TickNames(numbers));
}

const cssOf = (pixel: number): string =>
  `#${[pixel, pixel >> 8, pixel >> 16].map((byte) => (byte & 255).toString(16).padStart(2, '0')).join('')}`;

function drawBars(surface: Surface, geometry: Geometry, painter: BarPainter, bars: BarList): void {
  const { dpr, width, barHeight } = geometry;
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
    }, bars.hasShape[i] === 1);
  }
}

function drawGrid(surface: Surface, geometry: Geometry, { scene: { origin }, theme }: PaintContext, { times }: Ticks): void {
  for (const time of times) surface.rect(Math.round(geometry.x(origin + time)), 0, 1, geometry.height, theme.grid);
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
function drawRuler(surface: Surface, geometry: Geometry, { scene: { origin }, theme }: PaintContext, { times, stepNs }: Ticks, names: TickNames): void {
  const font = { size: theme.fontSize - 2.5, weight: 400 } as const;
  surface.rect(0, 0, geometry.width, rulerHeight, theme.background);
  surface.rect(0, rulerHeight, geometry.width, rulerLine, theme.border);
  for (const time of times) {
    const x = Math.round(geometry.x(origin + time)), label = names.of(time, stepNs);
    surface.rect(x, 13, 1, rulerHeight - 13, theme.tick);
    if (x + 4.5 + surface.measure(label, font).width < geometry.width) surface.text(label, x + 4.5, 9, font, theme.description);
  }
}

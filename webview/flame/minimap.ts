import { brushX, select } from 'd3';
import type { BrushBehavior, D3BrushEvent, Selection } from 'd3';
import { rowFlags } from '../../src/analysis/mip.ts';
import { Calm } from './calm.ts';
import type { TimeRange } from './chartTypes.ts';
import type { FlameChart } from './flameChart.ts';
import { sidePadding } from './geometry.ts';
import { BarList, LanePainter } from './lanePainter.ts';
import { pausedBands } from './pausedBands.ts';

/** CSS pixels above the lanes, for ticks, and below them. */
const above = 6, below = 4;
/** So many lanes at most are looked at for one row of pixels. */
const mostLanesPerRow = 3;
/** Drawing takes this part of the time at most. */
const share = 0.1;
const pausedShade = 0.7, hatchStep = 6;
const gripWidth = 4, gripHeight = 18, tickSlack = 4;
const shade = 0.62, settledMs = 120;
/** Time that passes moves little in a narrow picture. */
const presentMs = 200;

/**
 * The overview strip of a chart: all of the run, a brush for the visible range, ticks for errors and matches. Fills
 * `host`. What can be seen is drawn on a canvas; the elements of the brush are only felt, and moved when nothing else
 * moves, since a change of elements in every frame would cost as much as the chart.
 */
export class Minimap {
  readonly #chart: FlameChart;
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d');
  /** All of the run, as it is without a brush. */
  readonly #picture = new OffscreenCanvas(1, 1);
  readonly #root = document.createElement('div');
  readonly #svg: Selection<SVGSVGElement, unknown, null, undefined>;
  readonly #brush: BrushBehavior<unknown>;
  readonly #brushed: Selection<SVGGElement, unknown, null, undefined>;
  readonly #observer: ResizeObserver;
  readonly #stop: () => void;
  #width = 0;
  #height = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #settled = new Calm(settledMs, () => this.#moveBrush());
  #cost = 0;
  /** Where the brush was drawn last. */
  #place: string | undefined = 'none yet';
  #drawnAt = -Infinity;
  #drawn: TimeRange = { from: 0, to: 1 };
  /** Where the run ends, CSS pixels: above its end in the chart, which may have a bar to scroll with beside it. */
  #right = 0;

  constructor(host: HTMLElement, chart: FlameChart) {
    this.#chart = chart;
    this.#root.className = 'flame-minimap';
    this.#root.setAttribute('aria-hidden', 'true');
    this.#root.append(this.#canvas);
    host.append(this.#root);
    this.#svg = select(this.#root).append('svg');
    this.#brush = brushX<unknown>().on('brush end', (event: D3BrushEvent<unknown>) => this.#onBrush(event));
    this.#brushed = this.#svg.append('g');
    this.#root.addEventListener('pointerenter', () => this.#moveBrush());
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.#root);
    this.#stop = chart.observe((aspect) => {
      if (aspect === 'frame') this.#showBrush();
      else if (aspect === 'range') this.#followRange();
      else this.#scheduleDraw(aspect === 'present' ? presentMs : 0);
    });
    this.#resize();
  }

  dispose(): void {
    this.#stop();
    this.#observer.disconnect();
    clearTimeout(this.#timer);
    this.#settled.stop();
    this.#root.remove();
  }

  #x(time: number): number {
    const { from, to } = this.#drawn;
    return sidePadding + ((time - from) / (to - from)) * (this.#right - sidePadding);
  }

  #timeAt(x: number): number {
    const { from, to } = this.#drawn;
    return from + ((x - sidePadding) / (this.#right - sidePadding)) * (to - from);
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#root;
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    this.#svg.attr('width', width).attr('height', height);
    this.#right = 0;
    this.#scheduleDraw();
  }

  /** A chart that is not shown has no width. */
  get #chartsRight(): number {
    const { width } = this.#chart;
    return Math.max(sidePadding + 1, (width > 0 ? Math.min(width, this.#width) : this.#width) - sidePadding);
  }

  #align(): void {
    if (this.#right === this.#chartsRight) return;
    this.#right = this.#chartsRight;
    this.#brush.extent([[sidePadding, 0.5], [this.#right, this.#height - 0.5]]);
    this.#brushed.call(this.#brush);
  }

  /** A long trace that grows is drawn less often. */
  #scheduleDraw(leastMs = 0): void {
    if (this.#timer !== undefined) return;
    const wait = this.#drawnAt + Math.max(leastMs, this.#cost / share) - performance.now();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
      this.#showBrush();
    }, Math.max(0, wait));
  }

  /** The brush moves with the next frame of the chart. */
  #followRange(): void {
    const { whole } = this.#chart;
    if (whole.from !== this.#drawn.from || whole.to !== this.#drawn.to || this.#right !== this.#chartsRight) this.#scheduleDraw();
  }

  #draw(): void {
    const begun = performance.now(), dpr = devicePixelRatio, width = Math.round(this.#width * dpr), height = Math.round(this.#height * dpr);
    if (width <= 0 || height <= 0) return;
    this.#drawn = this.#chart.whole;
    this.#align();
    for (const canvas of [this.#canvas, this.#picture]) {
      canvas.width = width;
      canvas.height = height;
    }
    this.#canvas.style.width = `${this.#width}px`;
    this.#canvas.style.height = `${this.#height}px`;
    const context = this.#picture.getContext('2d');
    if (!context) return;
    this.#drawLanes(context, dpr);
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    this.#drawPaused(context);
    this.#drawTicks(context);
    this.#place = 'none yet';
    this.#drawnAt = performance.now();
    this.#cost = this.#drawnAt - begun;
  }

  #drawLanes(context: OffscreenCanvasRenderingContext2D, dpr: number): void {
    const { scene, palette } = this.#chart.context, { laneCount } = scene.layout;
    if (laneCount === 0) return;
    const { width, height } = context.canvas, top = above * dpr, room = height - (above + below) * dpr;
    const rows = Math.min(laneCount, Math.floor(room)), lanesPerRow = laneCount / rows;
    const scale = ((this.#right - sidePadding) * dpr) / (this.#drawn.to - this.#drawn.from);
    const axis = { origin: this.#drawn.from - (sidePadding * dpr) / scale, scale, width };
    const painter = new LanePainter(scene, palette, axis, 1, Infinity), bars = new BarList();
    const strip = new OffscreenCanvas(width, rows), pixels = new Uint32Array(width * rows), one = new Uint32Array(width);
    for (let row = 0; row < rows; row++) {
      const target = pixels.subarray(row * width, (row + 1) * width);
      const first = Math.floor(row * lanesPerRow), end = Math.min(laneCount, Math.floor((row + 1) * lanesPerRow));
      const step = Math.max(1, Math.ceil((end - first) / mostLanesPerRow));
      for (let lane = first; lane < end; lane += step) {
        if (!painter.paint(lane, one.fill(0), bars)) continue;
        for (let x = 0; x < width; x++) if (target[x] === 0 || one[x] === palette.error.pixel) target[x] = one[x] as number;
      }
    }
    strip.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width), 0, 0);
    context.imageSmoothingEnabled = false;
    const rowHeight = Math.min(room / rows, 4 * dpr);
    for (let row = 0; row < rows; row++) {
      const y = Math.round(top + row * rowHeight), bottom = Math.round(top + (row + 1) * rowHeight);
      const gap = bottom - y > 2 ? Math.round(dpr * 0.6) : 0;
      context.drawImage(strip, 0, row, width, 1, 0, y, width, bottom - y - gap);
    }
  }

  #drawPaused(context: OffscreenCanvasRenderingContext2D): void {
    const { scene, theme } = this.#chart.context, bands = pausedBands(scene, this.#drawn, (time) => this.#x(time));
    for (const { left, right } of bands) {
      const x = Math.round(left), width = Math.max(1, Math.round(right) - x);
      context.globalAlpha = pausedShade;
      context.fillStyle = theme.background;
      context.fillRect(x, 0, width, this.#height);
      context.globalAlpha = 1;
      context.fillStyle = context.strokeStyle = theme.description;
      context.fillRect(x, 0, 1, this.#height);
      if (width > 1) context.fillRect(x + width - 1, 0, 1, this.#height);
      context.save();
      context.beginPath();
      context.rect(x, 0, width, this.#height);
      context.clip();
      context.beginPath();
      // As high as the picture at 45°, so that lines that begin left of the band cross it.
      for (let at = x - this.#height; at < x + width && width > hatchStep; at += hatchStep) {
        context.moveTo(at, this.#height);
        context.lineTo(at + this.#height, 0);
      }
      context.lineWidth = 0.4;
      context.stroke();
      context.restore();
    }
  }

  /** Failed spans as triangles that hang from the top, found ones as short bars. */
  #drawTicks(context: OffscreenCanvasRenderingContext2D): void {
    const { scene, theme } = this.#chart.context, { rows, flags, layout, matches } = scene;
    const taken = new Uint8Array(Math.ceil(this.#width / tickSlack) + 1);
    context.fillStyle = theme.error;
    for (let row = 0; row < rows.count; row++) {
      if (((flags[row] as number) & rowFlags.error) === 0 || (layout.lane[row] as number) < 0) continue;
      const x = this.#x(rows.start[row] as number), place = Math.floor(x / tickSlack);
      if (taken[place]) continue;
      taken[place] = 1;
      context.beginPath();
      context.moveTo(x - 3.5, 0);
      context.lineTo(x + 3.5, 0);
      context.lineTo(x, 5);
      context.fill();
    }
    context.fillStyle = theme.match;
    taken.fill(0);
    for (const row of matches ?? []) {
      const x = this.#x(rows.start[row] as number), place = Math.floor(x / tickSlack);
      if (!taken[place]) context.fillRect(x, 0, 2, 4);
      taken[place] = 1;
    }
  }

  /** The visible range in pixels; undefined while all of the run shows. */
  #shown(): readonly [from: number, to: number] | undefined {
    const { whole } = this.#chart, range = this.#chart.range();
    if (range.to - range.from > (whole.to - whole.from) * 0.999) return undefined;
    const clamp = (time: number): number => Math.min(Math.max(this.#x(time), sidePadding), this.#right);
    return [clamp(range.from), clamp(range.to)];
  }

  #showBrush(): void {
    const context = this.#context, shown = this.#shown(), { theme } = this.#chart, dpr = devicePixelRatio;
    const place = shown?.map((x) => Math.round(x * dpr)).join(' ');
    if (!context || this.#width === 0 || place === this.#place) return;
    this.#place = place;
    this.#settled.stir();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.drawImage(this.#picture, 0, 0);
    if (!shown) return;
    const [from, to] = shown, height = this.#height;
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    context.globalAlpha = shade;
    context.fillStyle = theme.background;
    context.fillRect(0, 0, from, height);
    context.fillRect(to, 0, this.#width - to, height);
    context.globalAlpha = 1;
    context.strokeStyle = context.fillStyle = theme.focus;
    context.strokeRect(Math.round(from) + 0.5, 0.5, Math.max(1, Math.round(to - from) - 1), height - 1);
    for (const x of shown) {
      context.beginPath();
      context.roundRect(x - gripWidth / 2, (height - gripHeight) / 2, gripWidth, gripHeight, 2);
      context.fill();
    }
  }

  /** Puts the elements that hear the pointer where the brush is seen. */
  #moveBrush(): void {
    const shown = this.#shown();
    this.#brushed.call(this.#brush.move, shown && shown[1] - shown[0] >= 1 ? [...shown] : null);
  }

  #onBrush({ selection, sourceEvent, type }: D3BrushEvent<unknown>): void {
    if (!sourceEvent) return;
    if (selection) {
      const [from, to] = selection as [number, number];
      this.#chart.showRange({ from: this.#timeAt(from), to: this.#timeAt(to) }, false);
    } else if (type === 'end' && sourceEvent instanceof MouseEvent) {
      this.#centre(sourceEvent.clientX - this.#root.getBoundingClientRect().left);
    }
  }

  /** A click beside the brush moves what is shown there. */
  #centre(x: number): void {
    const { from, to } = this.#chart.range(), at = this.#timeAt(x), half = (to - from) / 2;
    this.#chart.showRange({ from: at - half, to: at + half });
  }
}

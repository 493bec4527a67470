import { CanvasSurface } from './canvasSurface.ts';
import type { ChartTheme } from './theme.ts';

export interface ChartSurfaces { readonly chart: CanvasSurface; readonly overlay: CanvasSurface }

/**
 * The elements of the chart: a scrolling box in which two canvases stay in place, one for the chart and one over it for
 * what follows the pointer. The box scrolls, so rows scroll as everywhere else on the system.
 */
export class ChartView {
  readonly root = document.createElement('div');
  readonly scroller = document.createElement('div');
  /** What pointers act on. */
  readonly stage = document.createElement('div');
  readonly #content = document.createElement('div');
  readonly #chart = document.createElement('canvas');
  readonly #overlay = document.createElement('canvas');
  readonly #observer: ResizeObserver;
  #surfaces: ChartSurfaces | undefined;
  #size = { width: 0, height: 0, dpr: 1 };
  #contentHeight = 0;
  #fontFamily = '';

  constructor(host: HTMLElement, tree: HTMLElement, onResize: () => void) {
    this.root.className = 'flame';
    this.scroller.className = 'flame-scroller';
    // Where it scrolls it is a stop of the Tab key, which says what it is.
    this.scroller.setAttribute('role', 'group');
    this.scroller.setAttribute('aria-label', 'Lanes of the chart');
    this.#content.className = 'flame-content';
    this.stage.className = 'flame-stage';
    for (const canvas of [this.#chart, this.#overlay]) canvas.setAttribute('aria-hidden', 'true');
    this.stage.append(this.#chart, this.#overlay);
    this.#content.append(this.stage);
    this.scroller.append(this.#content);
    this.root.append(tree, this.scroller);
    host.append(this.root);
    this.#observer = new ResizeObserver(() => {
      if (this.#measure()) onResize();
    });
    this.#observer.observe(this.scroller);
    this.#measure();
  }

  /** Of the canvases: as high as the box, or as the lanes when they need less. */
  get size(): { readonly width: number; readonly height: number; readonly dpr: number } { return this.#size; }

  /** What to draw on, made anew when the size, the zoom of the window or the font has changed. */
  surfaces(theme: ChartTheme): ChartSurfaces | undefined {
    if (devicePixelRatio !== this.#size.dpr) this.#measure();
    if (theme.fontFamily !== this.#fontFamily) this.#surfaces = undefined;
    this.#fontFamily = theme.fontFamily;
    this.#surfaces ??= this.#makeSurfaces();
    return this.#surfaces;
  }

  setContentHeight(height: number): void {
    if (height === this.#contentHeight) return;
    this.#contentHeight = height;
    this.#content.style.height = `${height}px`;
    this.#measure();
  }

  /** An overlay with nothing on it would still be laid over the chart at every frame. */
  showOverlay(isShown: boolean): void {
    if (this.#overlay.hidden === isShown) this.#overlay.hidden = !isShown;
  }

  dispose(): void {
    this.#observer.disconnect();
    this.root.remove();
  }

  #measure(): boolean {
    const { clientWidth: width, clientHeight } = this.scroller, dpr = devicePixelRatio;
    // Below the lanes there is nothing to draw, and every pixel of a canvas costs in every frame.
    const height = Math.min(clientHeight, this.#contentHeight);
    this.stage.style.height = `${clientHeight}px`;
    this.scroller.tabIndex = this.#contentHeight > clientHeight ? 0 : -1;
    if (width === this.#size.width && height === this.#size.height && dpr === this.#size.dpr) return false;
    this.#size = { width, height, dpr };
    this.#surfaces = undefined;
    return true;
  }

  #makeSurfaces(): ChartSurfaces | undefined {
    const { width, height } = this.#size;
    if (width <= 0 || height <= 0) return undefined;
    const chart = this.#surface(this.#chart, height, false), overlay = this.#surface(this.#overlay, height, true);
    return chart && overlay && { chart, overlay };
  }

  #surface(canvas: HTMLCanvasElement, height: number, alpha: boolean): CanvasSurface | undefined {
    const { width, dpr } = this.#size;
    canvas.width = Math.round(width * dpr);
    canvas.height = Math.round(height * dpr);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext('2d', { alpha });
    return context ? new CanvasSurface(context, this.#fontFamily, dpr) : undefined;
  }
}

import { CanvasSurface } from './canvasSurface.ts';
import { ChartPainter, drawRuler, paintVectors } from './chartPainter.ts';
import type { PaintContext } from './chartPainter.ts';
import type { TimeRange } from './chartTypes.ts';
import { Geometry, contentHeight, rulerHeight } from './geometry.ts';
import { SvgSurface } from './svgSurface.ts';

/** Browsers refuse larger canvases. */
const mostPixels = 16_384;
const pngScale = 2;

/** The visible time range with all lanes, ruler above. */
export interface ExportRequest {
  readonly context: PaintContext;
  readonly range: TimeRange;
  /** CSS pixels. */
  readonly width: number;
  readonly laneHeight: number;
}

/** The chart as a PNG at twice the size of the screen; lanes beyond what a canvas can hold are cut off. */
export async function chartAsPng({ context, range, width, laneHeight }: ExportRequest): Promise<Blob> {
  const height = Math.min(contentHeight(context.scene.layout.laneCount, laneHeight), Math.floor(mostPixels / pngScale) - rulerHeight);
  const parts = [rulerHeight, height].map((part) => {
    const canvas = document.createElement('canvas');
    canvas.width = width * pngScale;
    canvas.height = part * pngScale;
    return canvas;
  });
  const [ruler, chart] = parts.map((canvas) => surfaceOf(canvas, context));
  const geometry = new Geometry({ width, height, dpr: pngScale }, range, 0, laneHeight);
  if (!ruler || !chart) throw new Error('This browser gives no canvas to draw on.');
  ruler.begin();
  drawRuler(ruler, geometry, context.theme, context.numbers);
  new ChartPainter().paint(chart, geometry, context);
  const whole = new OffscreenCanvas(width * pngScale, (rulerHeight + height) * pngScale), target = whole.getContext('2d');
  parts.forEach((canvas, i) => target?.drawImage(canvas, 0, i * rulerHeight * pngScale));
  return await whole.convertToBlob({ type: 'image/png' });
}

/** The chart as an SVG document whose texts are texts. */
export function chartAsSvg({ context, range, width, laneHeight }: ExportRequest): string {
  const height = contentHeight(context.scene.layout.laneCount, laneHeight) + rulerHeight;
  const ruler = surfaceOf(document.createElement('canvas'), context);
  const surface = new SvgSurface(context.theme.fontFamily, (text, font) => ruler?.measure(text, font) ?? 0);
  const geometry = new Geometry({ width, height, dpr: 1 }, range, -rulerHeight, laneHeight);
  paintVectors(surface, geometry, context);
  drawRuler(surface, geometry, context.theme, context.numbers);
  return surface.finish(width, height, 'Flame chart');
}

function surfaceOf(canvas: HTMLCanvasElement, { theme }: PaintContext): CanvasSurface | undefined {
  const context = canvas.getContext('2d', { alpha: false });
  return context ? new CanvasSurface(context, theme.fontFamily, pngScale) : undefined;
}

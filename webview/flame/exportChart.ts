import { CanvasSurface } from './canvasSurface.ts';
import { ChartPainter, paintVectors } from './chartPainter.ts';
import type { PaintContext } from './chartPainter.ts';
import type { TimeRange } from './chartTypes.ts';
import { Geometry, contentHeight } from './geometry.ts';
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
  const canvas = document.createElement('canvas');
  const height = Math.min(contentHeight(context.scene.layout.laneCount, laneHeight), Math.floor(mostPixels / pngScale));
  canvas.width = width * pngScale;
  canvas.height = height * pngScale;
  const surface = surfaceOf(canvas, context);
  if (surface) new ChartPainter(context.numbers).paint(surface, new Geometry({ width, height, dpr: pngScale }, range, 0, laneHeight), context);
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('This browser cannot make a picture of this size.'))), 'image/png');
  });
}

/** The chart as an SVG document whose texts are texts. */
export function chartAsSvg({ context, range, width, laneHeight }: ExportRequest): string {
  const height = contentHeight(context.scene.layout.laneCount, laneHeight);
  const ruler = surfaceOf(document.createElement('canvas'), context);
  const surface = new SvgSurface(context.theme.fontFamily, (text, font) => ruler?.measure(text, font).width ?? 0);
  paintVectors(surface, new Geometry({ width, height, dpr: 1 }, range, 0, laneHeight), context);
  return surface.finish(width, height, 'Flame chart');
}

function surfaceOf(canvas: HTMLCanvasElement, { theme }: PaintContext): CanvasSurface | undefined {
  const context = canvas.getContext('2d', { alpha: false });
  return context ? new CanvasSurface(context, theme.fontFamily, pngScale) : undefined;
}

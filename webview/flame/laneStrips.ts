import { BarSprites } from './barSprites.ts';
import { isEven } from './barShapes.ts';
import type { ShapeColours } from './barShapes.ts';
import type { BarPainter } from './bars.ts';
import type { CanvasSurface } from './canvasSurface.ts';
import type { Geometry } from './geometry.ts';
import { LanePainter } from './lanePainter.ts';
import type { BarList } from './lanePainter.ts';
import type { Scene } from './scene.ts';

/** Narrower bars, in CSS pixels, are nothing but colour. */
export const leastBar = 8;
/** Device pixels of background after every bar. */
export const gapOf = (dpr: number): number => Math.max(1, Math.round(dpr));

/** One lane: where it stands in the image, and on the canvas in device pixels. */
interface Strip {
  readonly row: number;
  readonly top: number;
  readonly bottom: number;
  /** It has rows of its own for tops and bottoms of bars. */
  readonly hasBars: boolean;
}

/**
 * The visible lanes as rows of an image: one for a lane, stretched to the height of a bar, and where there are bars also
 * those of their tops and bottoms. What a lane costs grows with its pixels, whatever is in it.
 */
export class LaneStrips {
  #image = new ImageData(1, 1);
  #pixels = new Uint32Array(this.#image.data.buffer);
  #canvas: OffscreenCanvasRenderingContext2D | undefined;
  #sprites: BarSprites | undefined;

  /** Draws all that is even along its length, and collects the bars with their shapes marked that are drawn so. */
  draw(surface: CanvasSurface, geometry: Geometry, scene: Scene, { theme, palette }: ShapeColours, painter: BarPainter, bars: BarList): void {
    const { dpr, barHeight } = geometry, axis = geometry.axis(), { width } = axis, [first, end] = geometry.lanes(scene.layout.laneCount);
    if (end <= first) return;
    if (this.#sprites?.colours.palette !== palette || this.#sprites.dpr !== dpr) this.#sprites = new BarSprites({ theme, palette }, dpr);
    const sprites = this.#sprites, canvas = this.#canvasFor(width, (end - first) * sprites.rows);
    const lanes = new LanePainter(scene, palette, axis, gapOf(dpr), leastBar * dpr), strips: Strip[] = [];
    let row = 0;
    for (let lane = first; lane < end; lane++) {
      const at = row * width, since = bars.count;
      const isPainted = lanes.paint(lane, this.#pixels.subarray(at, at + width).fill(0), bars), hasBars = this.#addBars(sprites, painter, bars, since, at, width, gapOf(dpr));
      if (!isPainted && !hasBars) continue;
      strips.push({ row, hasBars, top: Math.round(geometry.y(lane) * dpr), bottom: Math.round((geometry.y(lane) + barHeight) * dpr) });
      row += hasBars ? sprites.rows : 1;
    }
    if (row === 0 || !canvas) return;
    canvas.putImageData(this.#image, 0, 0, 0, 0, width, row);
    surface.context.setTransform(1, 0, 0, 1, 0, 0);
    surface.context.imageSmoothingEnabled = false;
    for (const strip of strips) drawStrip(surface.context, canvas.canvas, strip, sprites.reach);
    surface.begin();
  }

  /** Adds the bars of a lane since place `since` whose shape is even to its row, from which it makes as many as they need; false when there are none. */
  #addBars(sprites: BarSprites, painter: BarPainter, bars: BarList, since: number, at: number, width: number, gap: number): boolean {
    let hasBars = false;
    for (let i = since; i < bars.count; i++) {
      const look = painter.lookOf(bars.row[i] as number);
      if (!isEven(look)) continue;
      for (let row = 1; row < sprites.rows && !hasBars; row++) this.#pixels.copyWithin(at + row * width, at, at + width);
      hasBars = true;
      bars.hasShape[i] = 1;
      sprites.draw(look, Math.round(bars.left[i] as number), Math.round(bars.right[i] as number) - gap, this.#pixels, at, width);
    }
    return hasBars;
  }

  #canvasFor(width: number, rows: number): OffscreenCanvasRenderingContext2D | undefined {
    if (this.#canvas === undefined || this.#image.width !== width || this.#image.height < rows) {
      this.#image = new ImageData(width, Math.ceil(rows / 16) * 16);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
      this.#canvas = new OffscreenCanvas(width, this.#image.height).getContext('2d', { willReadFrequently: true }) ?? undefined;
    }
    return this.#canvas;
  }
}

function drawStrip(context: CanvasRenderingContext2D, image: OffscreenCanvas, { row, top, bottom, hasBars }: Strip, reach: number): void {
  const { width } = image, draw = (from: number, count: number, y: number, height: number): void => context.drawImage(image, 0, from, width, count, 0, y, width, height);
  if (!hasBars) {
    draw(row, 1, top, bottom - top);
    return;
  }
  draw(row, reach, top, reach);
  draw(row + reach, 1, top + reach, bottom - top - 2 * reach);
  draw(row + reach + 1, reach, bottom - reach, reach);
}

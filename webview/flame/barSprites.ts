import { drawShape } from './barShapes.ts';
import type { BarLook, ShapeColours } from './barShapes.ts';
import { CanvasSurface } from './canvasSurface.ts';
import type { Paint } from './palette.ts';
import { isHighContrast } from './theme.ts';

/** Corners and outlines reach this far into a bar, CSS pixels; in high contrast the edge at its beginning, and the outline at its end. */
const cornerReach = 3, edgeReach = 5, outlineReach = 1;

/**
 * Bars as pixels, each look drawn once as a shape: its corners, and one row and column of what is between them. The
 * shapes of hundreds of bars, one by one, would be most of what a picture costs.
 */
export class BarSprites {
  readonly colours: ShapeColours;
  readonly dpr: number;
  /** Rows of pixels at the top and at the bottom that are not as those in the middle. */
  readonly reach: number;
  /** Rows of pixels a bar needs: those at the top, one for the middle, those at the bottom. */
  readonly rows: number;
  readonly #begin: number;
  readonly #end: number;
  readonly #columns: number;
  readonly #bright = new Map<Paint, Uint32Array>();
  readonly #dim = new Map<Paint, Uint32Array>();

  constructor(colours: ShapeColours, dpr: number) {
    this.colours = colours;
    this.dpr = dpr;
    this.reach = Math.ceil(cornerReach * dpr);
    this.rows = 2 * this.reach + 1;
    const [begin, end] = isHighContrast(colours.theme) ? [edgeReach, outlineReach] : [cornerReach, cornerReach];
    this.#begin = Math.ceil(begin * dpr);
    this.#end = Math.ceil(end * dpr);
    this.#columns = this.#begin + 1 + this.#end;
  }

  /** Draws an even bar from pixel `from` to before pixel `to` of the `rows` rows of `width` pixels that begin at `at`. */
  draw(look: BarLook, from: number, to: number, pixels: Uint32Array, at: number, width: number): void {
    const sprite = this.#spriteOf(look), columns = this.#columns, begin = Math.max(0, from), end = Math.min(to, width);
    const rightFrom = Math.max(from, to - this.#end), leftTo = Math.min(from + this.#begin, rightFrom);
    for (let row = 0; row < this.rows; row++) {
      const line = at + row * width, source = row * columns;
      for (let x = begin; x < leftTo && x < end; x++) pixels[line + x] = sprite[source + x - from] as number;
      if (leftTo < end && rightFrom > begin) pixels.fill(sprite[source + this.#begin] as number, line + Math.max(begin, leftTo), line + Math.min(rightFrom, end));
      for (let x = Math.max(begin, rightFrom); x < end; x++) pixels[line + x] = sprite[source + columns - to + x] as number;
    }
  }

  #spriteOf(look: BarLook): Uint32Array {
    const sprites = look.isDim ? this.#dim : this.#bright;
    let sprite = sprites.get(look.paint);
    if (sprite === undefined) sprites.set(look.paint, (sprite = this.#drawn(look)));
    return sprite;
  }

  #drawn(look: BarLook): Uint32Array {
    const canvas = document.createElement('canvas'), context = canvas.getContext('2d', { willReadFrequently: true });
    canvas.width = this.#columns;
    canvas.height = this.rows;
    if (!context) return new Uint32Array(this.#columns * this.rows);
    const surface = new CanvasSurface(context, this.colours.theme.fontFamily, this.dpr);
    surface.begin();
    drawShape(surface, look, { x: 0, y: 0, width: this.#columns / this.dpr, height: this.rows / this.dpr }, this.colours);
    return new Uint32Array(context.getImageData(0, 0, this.#columns, this.rows).data.buffer);
  }
}

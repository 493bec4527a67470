import { glyphOf } from '../components/glyphs.ts';
import type { IconName } from '../components/glyphs.ts';
import type { Font, RoundRectStyle, Surface } from './surface.ts';
import { TextWidths } from './textWidths.ts';

const hatchStep = 6;

interface HeldText { readonly text: string; readonly x: number; readonly y: number; readonly colour: string }

export class CanvasSurface implements Surface {
  readonly hasIcons = true;
  readonly context: CanvasRenderingContext2D;
  readonly #family: string;
  readonly #dpr: number;
  readonly #widths: TextWidths;
  readonly #hatches = new Map<string, CanvasPattern>();
  #font = '';
  /** Texts that wait, by their font. */
  #held: Map<string, HeldText[]> | undefined;

  constructor(context: CanvasRenderingContext2D, fontFamily: string, dpr: number) {
    this.context = context;
    this.#family = fontFamily;
    this.#dpr = dpr;
    this.#widths = new TextWidths((text, font) => {
      this.#useFont(this.#cssFont(font));
      return context.measureText(text).width;
    });
  }

  /** Begins a frame on a context whose state others may have changed. */
  begin(): void {
    this.context.setTransform(this.#dpr, 0, 0, this.#dpr, 0, 0);
    this.context.textBaseline = 'middle';
    this.context.textAlign = 'left';
    this.#font = '';
  }

  rect(x: number, y: number, width: number, height: number, fill: string): void {
    this.context.fillStyle = fill;
    this.context.fillRect(x, y, width, height);
  }

  roundRect(x: number, y: number, width: number, height: number, radius: number, style: RoundRectStyle): void {
    const { context } = this, { fill, stroke, lineWidth = 1, dash, fade } = style;
    if (fill !== undefined) {
      context.beginPath();
      context.roundRect(x, y, width, height, Math.min(radius, width / 2));
      context.fillStyle = fade ? this.#gradient(x, width, fill, fade) : fill;
      context.fill();
    }
    if (stroke === undefined) return;
    const inset = lineWidth / 2;
    context.beginPath();
    context.roundRect(x + inset, y + inset, Math.max(0, width - lineWidth), height - lineWidth, Math.min(radius, width / 2));
    context.strokeStyle = fade ? this.#gradient(x, width, stroke, fade) : stroke;
    context.lineWidth = lineWidth;
    if (dash) context.setLineDash([...dash]);
    context.stroke();
    if (dash) context.setLineDash([]);
  }

  hatch(x: number, y: number, width: number, height: number, colour: string, falling: boolean): void {
    const pattern = this.#hatch(colour, falling);
    if (!pattern) return;
    this.context.fillStyle = pattern;
    this.context.fillRect(x, y, width, height);
  }

  line(x0: number, y0: number, x1: number, y1: number, colour: string, width: number, dash?: readonly number[]): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    if (dash) context.setLineDash([...dash]);
    context.stroke();
    if (dash) context.setLineDash([]);
  }

  text(text: string, x: number, y: number, font: Font, colour: string): void {
    this.#write(text, x, y, this.#cssFont(font), colour);
  }

  measure(text: string, font: Font): number { return this.#widths.of(text, font); }

  icon(name: IconName, x: number, y: number, size: number, colour: string): void {
    this.#write(glyphOf(name), x - size / 2, y, `${size}px codicon`, colour);
  }

  /** Draws what `draw` does with its texts on top, font by font: to change the font for every bar takes longer than its text. */
  withTextsOnTop(draw: () => void): void {
    const held = this.#held = new Map<string, HeldText[]>();
    draw();
    this.#held = undefined;
    for (const [font, texts] of held) for (const { text, x, y, colour } of texts) this.#write(text, x, y, font, colour);
  }

  #write(text: string, x: number, y: number, font: string, colour: string): void {
    if (this.#held === undefined) {
      this.#useFont(font);
      this.context.fillStyle = colour;
      this.context.fillText(text, x, y + 0.5);
      return;
    }
    const texts = this.#held.get(font);
    if (texts === undefined) this.#held.set(font, [{ text, x, y, colour }]); else texts.push({ text, x, y, colour });
  }

  #cssFont({ size, weight }: Font): string { return `${weight} ${size}px ${this.#family}`; }

  #useFont(font: string): void {
    if (font !== this.#font) this.context.font = this.#font = font;
  }

  #gradient(x: number, width: number, from: string, fade: { from: number; to: string }): CanvasGradient {
    const gradient = this.context.createLinearGradient(x, 0, x + width, 0);
    gradient.addColorStop(0, from);
    gradient.addColorStop(fade.from, from);
    gradient.addColorStop(1, fade.to);
    return gradient;
  }

  #hatch(colour: string, falling: boolean): CanvasPattern | undefined {
    const key = `${colour} ${falling}`;
    const known = this.#hatches.get(key);
    if (known) return known;
    const size = Math.round(hatchStep * this.#dpr), tile = new OffscreenCanvas(size, size), context = tile.getContext('2d');
    if (!context) return undefined;
    context.strokeStyle = colour;
    context.lineWidth = this.#dpr;
    context.beginPath();
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift - size, falling ? -size : size * 2);
      context.lineTo(shift + size * 2, falling ? size * 2 : -size);
    }
    context.stroke();
    const pattern = this.context.createPattern(tile, 'repeat');
    pattern?.setTransform(new DOMMatrix().scale(1 / this.#dpr));
    if (pattern) this.#hatches.set(key, pattern);
    return pattern ?? undefined;
  }
}

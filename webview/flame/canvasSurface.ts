import { glyphOf } from '../components/glyphs.ts';
import type { IconName } from '../components/glyphs.ts';
import type { RoundRectStyle, Surface } from './surface.ts';
import { TextWidths, fontKey } from './textWidths.ts';
import type { Font, MeasuredText } from './textWidths.ts';

const hatchStep = 6;

/** A font as canvases know it, and the texts in it that wait to be drawn. */
interface UsedFont {
  readonly css: string;
  readonly texts: string[];
  readonly colours: string[];
  /** x and y of every text. */
  readonly places: number[];
}

export class CanvasSurface implements Surface {
  readonly hasIcons = true;
  readonly context: CanvasRenderingContext2D;
  readonly #family: string;
  readonly #dpr: number;
  readonly #widths: TextWidths;
  readonly #hatches = new Map<string, CanvasPattern>();
  readonly #fonts = new Map<number, UsedFont>();
  #font = '';
  /** Whether texts wait. */
  #isHolding = false;

  constructor(context: CanvasRenderingContext2D, fontFamily: string, dpr: number) {
    this.context = context;
    this.#family = fontFamily;
    this.#dpr = dpr;
    this.#widths = new TextWidths((text, font) => {
      this.#useFont(this.#fontOf(font).css);
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
    this.#write(text, x, y, this.#fontOf(font), colour);
  }

  measure(text: string, font: Font): MeasuredText { return this.#widths.of(text, font); }

  icon(name: IconName, x: number, y: number, size: number, colour: string): void {
    this.#write(glyphOf(name), x - size / 2, y, this.#iconFont(size), colour);
  }

  /** Draws what `draw` does with its texts on top, font by font: to change the font for every bar takes longer than its text. */
  withTextsOnTop(draw: () => void): void {
    this.#isHolding = true;
    draw();
    this.#isHolding = false;
    for (const font of this.#fonts.values()) {
      const { texts, places, colours } = font;
      for (let i = 0; i < texts.length; i++) this.#write(texts[i] as string, places[2 * i] as number, places[2 * i + 1] as number, font, colours[i] as string);
      texts.length = places.length = colours.length = 0;
    }
  }

  #write(text: string, x: number, y: number, font: UsedFont, colour: string): void {
    if (this.#isHolding) {
      font.texts.push(text);
      font.places.push(x, y);
      font.colours.push(colour);
      return;
    }
    this.#useFont(font.css);
    this.context.fillStyle = colour;
    this.context.fillText(text, x, y + 0.5);
  }

  #fontOf(font: Font): UsedFont {
    const key = fontKey(font);
    return this.#fonts.get(key) ?? this.#addFont(key, `${font.weight} ${font.size}px ${this.#family}`);
  }

  #iconFont(size: number): UsedFont { return this.#fonts.get(size) ?? this.#addFont(size, `${size}px codicon`); }

  #addFont(key: number, css: string): UsedFont {
    const font: UsedFont = { css, texts: [], colours: [], places: [] };
    this.#fonts.set(key, font);
    return font;
  }

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

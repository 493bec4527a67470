import type { RoundRectStyle, Surface } from './surface.ts';
import { TextWidths } from './textWidths.ts';
import type { Font, MeasuredText } from './textWidths.ts';

/** Collects drawing as SVG elements. Texts stay texts; icons are left out, since their font does not travel with the picture. */
export class SvgSurface implements Surface {
  readonly hasIcons = false;
  readonly #parts: string[] = [];
  readonly #defs: string[] = [];
  readonly #ids = new Map<string, string>();
  readonly #family: string;
  readonly #widths: TextWidths;

  /** `measure` tells text widths, which an SVG document cannot. */
  constructor(fontFamily: string, measure: (text: string, font: Font) => number) {
    this.#family = fontFamily;
    this.#widths = new TextWidths(measure);
  }

  rect(x: number, y: number, width: number, height: number, fill: string): void {
    this.#parts.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${escape(fill)}"/>`);
  }

  roundRect(x: number, y: number, width: number, height: number, radius: number, style: RoundRectStyle): void {
    const { fill, stroke, lineWidth = 1, dash, fade } = style;
    const shape = (inset: number): string =>
      `<rect x="${round(x + inset)}" y="${round(y + inset)}" width="${round(Math.max(0, width - 2 * inset))}" height="${round(height - 2 * inset)}" rx="${round(Math.min(radius, width / 2))}"`;
    const paint = (colour: string): string => escape(fade ? this.#gradient(colour, fade) : colour);
    if (fill !== undefined) this.#parts.push(`${shape(0)} fill="${paint(fill)}"/>`);
    if (stroke === undefined) return;
    const dashes = dash ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    this.#parts.push(`${shape(lineWidth / 2)} fill="none" stroke="${paint(stroke)}" stroke-width="${lineWidth}"${dashes}/>`);
  }

  hatch(x: number, y: number, width: number, height: number, colour: string, falling: boolean): void {
    const turn = falling ? -45 : 45;
    const id = this.#define(`hatch ${colour} ${turn}`, (name) =>
      `<pattern id="${name}" width="4.24" height="4.24" patternUnits="userSpaceOnUse" patternTransform="rotate(${turn})"><rect width="1" height="4.24" fill="${escape(colour)}"/></pattern>`);
    this.rect(x, y, width, height, `url(#${id})`);
  }

  line(x0: number, y0: number, x1: number, y1: number, colour: string, width: number, dash?: readonly number[]): void {
    const dashes = dash ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    this.#parts.push(`<path d="M${round(x0)} ${round(y0)}L${round(x1)} ${round(y1)}" stroke="${escape(colour)}" stroke-width="${width}"${dashes}/>`);
  }

  text(text: string, x: number, y: number, font: Font, colour: string): void {
    this.#parts.push(`<text x="${round(x)}" y="${round(y)}" font-size="${font.size}" font-weight="${font.weight}" fill="${escape(colour)}">${escape(text)}</text>`);
  }

  measure(text: string, font: Font): MeasuredText { return this.#widths.of(text, font); }

  icon(): void {
    // A glyph of the icon font would be a box anywhere else.
  }

  /** The whole document, `width` by `height` CSS pixels. */
  finish(width: number, height: number, title: string): string {
    const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
    const style = `font-family="${escape(this.#family)}" dominant-baseline="central" xml:space="preserve"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n<title>${escape(title)}</title>\n`
      + `<defs>${this.#defs.join('')}</defs>\n${this.#parts.join('\n')}\n</svg>\n`;
  }

  #gradient(colour: string, fade: { from: number; to: string }): string {
    const id = this.#define(`fade ${colour} ${round(fade.from)} ${fade.to}`, (name) =>
      `<linearGradient id="${name}"><stop offset="${round(fade.from)}" stop-color="${escape(colour)}"/><stop offset="1" stop-color="${escape(fade.to)}"/></linearGradient>`);
    return `url(#${id})`;
  }

  #define(key: string, element: (id: string) => string): string {
    let id = this.#ids.get(key);
    if (id === undefined) {
      this.#ids.set(key, (id = `d${this.#ids.size}`));
      this.#defs.push(element(id));
    }
    return id;
  }
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

const entities = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;']]);

/** Text as SVG holds it; characters that XML does not allow become the replacement character. */
function escape(text: string): string {
  return text.toWellFormed().replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"]/g, (character) => entities.get(character) ?? character);
}

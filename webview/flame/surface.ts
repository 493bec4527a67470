import type { IconName } from '../components/glyphs.ts';
import type { Font, MeasuredText } from './textWidths.ts';

export interface RoundRectStyle {
  readonly fill?: string;
  readonly stroke?: string;
  readonly lineWidth?: number;
  readonly dash?: readonly number[];
  /** Fades from `fill` to `to` between these parts of the width. */
  readonly fade?: { readonly from: number; readonly to: string };
}

/** What the chart is drawn on: a canvas, or an SVG document. Everything in CSS pixels. */
export interface Surface {
  /** Whether icons can be drawn on it; where not, labels take their room. */
  readonly hasIcons: boolean;
  rect(x: number, y: number, width: number, height: number, fill: string): void;
  /** Strokes lie inside of the rectangle. */
  roundRect(x: number, y: number, width: number, height: number, radius: number, style: RoundRectStyle): void;
  /** Lines at 45°, rising to the right or (`falling`) the other way. */
  hatch(x: number, y: number, width: number, height: number, colour: string, falling: boolean): void;
  line(x0: number, y0: number, x1: number, y1: number, colour: string, width: number, dash?: readonly number[]): void;
  /** `y` is the middle of the text. */
  text(text: string, x: number, y: number, font: Font, colour: string): void;
  measure(text: string, font: Font): MeasuredText;
  /** `x` and `y` are the middle of the icon. */
  icon(name: IconName, x: number, y: number, size: number, colour: string): void;
}

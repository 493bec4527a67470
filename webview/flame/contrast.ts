import { rgb } from 'd3';

/** Red, green, blue from 0 to 255, and alpha from 0 to 1. */
export interface Rgba { readonly r: number; readonly g: number; readonly b: number; readonly a: number }

const dark = '#101010', bright = '#FFFFFF';

/** Any CSS colour but `color-mix`; what cannot be read is a middle grey. */
export function parseColour(text: string): Rgba {
  const { r, g, b, opacity } = rgb(text);
  return Number.isNaN(r) ? { r: 128, g: 128, b: 128, a: 1 } : { r, g, b, a: opacity };
}

export function toCss({ r, g, b }: Rgba): string {
  const hex = (value: number): string => Math.round(value).toString(16).padStart(2, '0');
  return `#${hex(r)}${hex(g)}${hex(b)}`;
}

/** `share` (0 to 1) of one colour over another; alphas are left out. */
export function mix(over: string, under: string, share: number): string {
  const a = parseColour(over), b = parseColour(under);
  const channel = (x: number, y: number): number => x * share + y * (1 - share);
  return toCss({ r: channel(a.r, b.r), g: channel(a.g, b.g), b: channel(a.b, b.b), a: 1 });
}

/** What a colour looks like on an opaque background. */
export function flatten(colour: string, background: string): string {
  return mix(colour, background, parseColour(colour).a);
}

/** A colour that lets through what is below it. */
export const translucent = (colour: string, share: number): string => `${mix(colour, colour, 1)}${Math.round(share * 255).toString(16).padStart(2, '0')}`;

/** Relative luminance by WCAG 2. */
function luminance(colour: string): number {
  const linear = (value: number): number => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const { r, g, b } = parseColour(colour);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Contrast ratio by WCAG 2, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The text colour that can be read on a fill: near black or white, whichever contrasts more. */
export const labelOn = (fill: string): string => (contrast(dark, fill) >= contrast(bright, fill) ? dark : bright);

/** The outline that a fill needs when it is too faint against the background; undefined when it is not. */
export function outlineOf(fill: string, icon: string, background: string): string | undefined {
  if (contrast(fill, background) >= 3) return undefined;
  // Most icon colours carry an outline at 80%; where that is still too faint, all of it is taken.
  const soft = mix(icon, fill, 0.8);
  return contrast(soft, background) >= 3 ? soft : icon;
}

/** The bytes of a pixel as canvas image data holds them on a little-endian machine. */
export function toPixel(colour: string): number {
  const { r, g, b } = parseColour(colour);
  return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

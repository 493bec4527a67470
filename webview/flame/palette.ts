import { interpolateLab, piecewise } from 'd3';
import { roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import type { ColourBy } from '../../src/protocol/panel.ts';
import { flatten, labelOn, mix, outlineOf, toPixel } from './contrast.ts';
import { isHighContrast, isLight } from './theme.ts';
import type { ChartTheme } from './theme.ts';

/** How loud a bar is: leaves carry full colour, containers are tinted. */
export const tints = { full: 0, agent: 1, step: 2 } as const;
const tintCount = 3;
/** Where the paint of a colour and a tint stands in a palette. */
export const paintIndex = (colour: number, tint: number): number => colour * tintCount + tint;
/** The paint of the same colour as leaves have it. */
export const loudest = (paint: number): number => paint - (paint % tintCount);

/** The twelve colours that agents, services, models and names take in turn. */
export const cycle: readonly Role[] = [
  'agent', 'llm', 'tool', 'retriever', 'embedding', 'memory', 'decision', 'chain', 'guardrail', 'evaluator', 'human', 'other',
];
/** The colour, after those of the cycle, of spans that the way of colouring says nothing about. */
export const noColour = cycle.length;
export const selfTimeSteps = 24;
export const statusColours = { failed: 0, open: 1, ok: 2, unset: 3 } as const;

/** Everything that a bar of one colour and tint is drawn with. */
export interface Paint {
  readonly fill: string;
  readonly label: string;
  readonly icon: string;
  /** The left edge of containers; in high contrast of all bars. */
  readonly edge: string;
  readonly outline: string | undefined;
  readonly dim: string;
  /** The end of an open bar. */
  readonly faded: string;
  /** Bars without room for an outline, as canvas pixels. */
  readonly pixel: number;
  readonly dimPixel: number;
}

export interface Palette {
  readonly paints: readonly Paint[];
  /** Canvas pixels by paint: as they are, of what a filter did not find, and without tints. */
  readonly pixels: Uint32Array;
  readonly dimPixels: Uint32Array;
  readonly loudPixels: Uint32Array;
  readonly error: { readonly fill: string; readonly hatch: string; readonly pixel: number; readonly dimPixel: number };
}

/** The fill and icon colours of one way of colouring, in the order of its colour numbers. */
export function coloursOf(theme: ChartTheme, colourBy: ColourBy): readonly { readonly fill: string; readonly icon: string }[] {
  const plain = (colour: string): { fill: string; icon: string } => ({ fill: colour, icon: colour });
  const ofRole = (role: Role): { fill: string; icon: string } => ({ fill: theme.roleFill[role], icon: theme.roleIcon[role] });
  switch (colourBy) {
    case 'role': return roles.map(ofRole);
    case 'status': return [theme.error, theme.open, theme.passed].map(plain).concat(ofRole('other'));
    case 'selfTime': return Array.from({ length: selfTimeSteps }, (_, i) => plain(selfTimeColour(theme, i / (selfTimeSteps - 1))));
    case 'agent': case 'model': case 'service': case 'name':
      return [...cycle.map(ofRole), plain(mix(theme.description, theme.background, 0.45))];
  }
}

/** From dark blue over grey to yellow, a scale that all kinds of colour vision see. Labels cannot be read on its middle. */
const darkHalf = piecewise(interpolateLab, ['#00204d', '#31446b', '#636770']), brightHalf = piecewise(interpolateLab, ['#958f78', '#cab969', '#ffea46']);

/** From what has no time of its own to what has most, away from the background. */
export function selfTimeColour(theme: ChartTheme, part: number): string {
  return flatten(isLight(theme) ? darkHalf(1 - part) : brightHalf(part), theme.background);
}

/** All paints of a way of colouring. Made when the theme or the way changes, for any theme. */
export function paletteOf(theme: ChartTheme, colourBy: ColourBy): Palette {
  const paint = isHighContrast(theme) ? highContrastPaint : normalPaint;
  const paints = coloursOf(theme, colourBy).flatMap(({ fill, icon }) => Object.values(tints).map((tint) => paint(theme, fill, icon, tint)));
  const { error, background } = theme, light = isLight(theme);
  return {
    paints,
    pixels: Uint32Array.from(paints, ({ pixel }) => pixel),
    dimPixels: Uint32Array.from(paints, ({ dimPixel }) => dimPixel),
    loudPixels: Uint32Array.from(paints, (_, index) => (paints[loudest(index)] as Paint).pixel),
    error: {
      fill: isHighContrast(theme) ? background : mix(error, background, light ? 0.13 : 0.26),
      hatch: isHighContrast(theme) ? error : mix(error, background, light ? 0.3 : 0.46),
      pixel: toPixel(error),
      dimPixel: toPixel(mix(error, background, 0.24)),
    },
  };
}

function normalPaint(theme: ChartTheme, full: string, icon: string, tint: number): Paint {
  const { background } = theme, light = isLight(theme);
  const share = [1, light ? 0.55 : 0.36, light ? 0.45 : 0.24][tint] as number;
  const fill = mix(full, background, share), quiet = tint !== tints.full;
  const label = quiet ? theme.strong : labelOn(fill);
  // The edge makes dark containers stand out; in light themes they are outlined as well.
  const outline = quiet && !light ? undefined : outlineOf(quiet ? full : fill, icon, background);
  return {
    fill,
    label,
    icon: !quiet ? label : light ? icon : full,
    edge: full,
    outline,
    dim: mix(full, background, 0.24),
    faded: mix(fill, background, 0.25),
    pixel: toPixel(outline ?? fill),
    dimPixel: toPixel(mix(full, background, 0.24)),
  };
}

function highContrastPaint(theme: ChartTheme, full: string): Paint {
  const { background, foreground } = theme, dim = mix(full, background, 0.45);
  return { fill: background, label: foreground, icon: foreground, edge: full, outline: full, dim, faded: full, pixel: toPixel(full), dimPixel: toPixel(dim) };
}

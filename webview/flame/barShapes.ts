import { mix } from './contrast.ts';
import type { Paint, Palette } from './palette.ts';
import type { Surface } from './surface.ts';
import { isHighContrast } from './theme.ts';
import type { ChartTheme } from './theme.ts';

const radius = 2;

/** A rectangle in CSS pixels; of a bar with the gap after it taken off. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the shape of a bar says about its span. */
export interface BarLook {
  readonly paint: Paint;
  readonly isDim: boolean;
  readonly isError: boolean;
  readonly isOpen: boolean;
  readonly isPlaceholder: boolean;
  /** Containers are tinted, and have an edge in full colour. */
  readonly isQuiet: boolean;
  /** Folded spans, 1 for a plain one. */
  readonly count: number;
}

/** What all shapes are drawn with. */
export interface ShapeColours { readonly theme: ChartTheme; readonly palette: Palette }

/** Draws a bar of at least 8 pixels, without what is written on it. */
export function drawShape(surface: Surface, look: BarLook, box: Box, colours: ShapeColours): void {
  if (look.isPlaceholder) surface.roundRect(box.x, box.y, box.width, box.height, radius, { stroke: colours.theme.description, dash: [3, 3] });
  else if (isHighContrast(colours.theme)) highContrastShape(surface, look, box, colours);
  else shape(surface, look, box, colours);
}

/** Whether all that a shape is lies at its ends, so that it looks the same anywhere between them. */
export const isEven = ({ isError, isOpen, isPlaceholder, count }: BarLook): boolean => !isError && !isOpen && !isPlaceholder && count === 1;

function shape(surface: Surface, look: BarLook, { x, y, width, height }: Box, { theme, palette }: ShapeColours): void {
  const { paint } = look, { error } = palette;
  if (look.isError) {
    surface.roundRect(x, y, width, height, radius, { fill: error.fill });
    surface.hatch(x, y, width, height, error.hatch, false);
    surface.roundRect(x, y, width, height, radius, { stroke: theme.error, lineWidth: 1.5 });
    if (width > 10) surface.rect(x, y, 4, height, paint.edge);
  } else if (look.isDim) {
    surface.roundRect(x, y, width, height, radius, { fill: paint.dim });
  } else {
    const fade = look.isOpen ? { from: 1 - fadeWidth(width) / width, to: paint.faded } : undefined;
    surface.roundRect(x, y, width, height, radius, { fill: paint.fill, ...(fade && { fade }) });
    if (fade) surface.hatch(x + width * fade.from, y, width * (1 - fade.from), height, mix(theme.background, paint.fill, 0.35), true);
    if (paint.outline !== undefined) {
      const faint = fade && { from: 0.8, to: theme.background };
      surface.roundRect(x, y, width, height, radius, { stroke: paint.outline, ...(faint && { fade: faint }) });
    }
    if (look.isQuiet) surface.roundRect(x, y, 3, height, radius, { fill: paint.edge });
  }
  // Between this lane and the next one, whose bars are drawn before.
  if (look.count > 1 && !look.isDim) {
    surface.rect(x + 2, y + height, Math.max(0, width - 4), 1.2, mix(paint.fill, theme.background, 0.55));
    surface.rect(x + 4, y + height + 1.2, Math.max(0, width - 8), 0.8, mix(paint.fill, theme.background, 0.32));
  }
}

function highContrastShape(surface: Surface, look: BarLook, { x, y, width, height }: Box, { theme: { error, background } }: ShapeColours): void {
  const line = look.isDim ? look.paint.dim : look.paint.edge;
  surface.rect(x, y, width, height, background);
  if (look.isError) {
    surface.hatch(x, y, width, height, error, false);
    surface.rect(x + 4, y + 3, Math.max(0, width - 8), height - 6, background);
  }
  if (look.isOpen) {
    const tail = Math.min(38, width * 0.28), end = x + width - 8;
    surface.line(x, y + 0.5, end, y + 0.5, line, 1);
    surface.line(x, y + height - 0.5, end, y + height - 0.5, line, 1);
    surface.hatch(x + width - tail, y + 1, tail, height - 2, line, true);
  } else {
    surface.roundRect(x, y, width, height, 0, { stroke: look.isError ? error : line, lineWidth: look.isError ? 2 : 1 });
  }
  surface.rect(x, y, Math.min(5, width), height, line);
  if (look.count > 1) surface.rect(x + 3, y + height + 1, Math.max(0, width - 6), 1, line);
}

export const fadeWidth = (width: number): number => Math.min(56, width * 0.28);

import type { CanvasSurface } from './canvasSurface.ts';
import type { Stands } from './chartTypes.ts';
import { translucent } from './contrast.ts';
import { rulerHeight, rulerLine } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import { barOf } from './hitTest.ts';
import type { Scene } from './scene.ts';
import { isHighContrast, isLight } from './theme.ts';
import type { ChartTheme } from './theme.ts';

export interface Marked {
  readonly hovered: number | undefined;
  readonly selected: number | undefined;
  /** Where somebody drags out a range, CSS pixels. */
  readonly dragged: readonly [from: number, to: number] | undefined;
  /** Where the program stands in the debugger. */
  readonly stands: Stands | undefined;
}

/** Draws what changes without the chart below it: the pointer's bar, the selection with its ancestors, a range. */
export function drawOverlay(surface: CanvasSurface, geometry: Geometry, scene: Scene, theme: ChartTheme, { hovered, selected, dragged, stands }: Marked): void {
  const { context } = surface, { width, height } = geometry;
  surface.begin();
  context.clearRect(0, 0, width, height);
  if (dragged) {
    const [from, to] = dragged;
    surface.rect(from, 0, to - from, height, translucent(theme.focus, 0.18));
    surface.rect(from, 0, 1, height, theme.focus);
    surface.rect(to - 1, 0, 1, height, theme.focus);
  }
  // The lanes scroll, and what stands above them does not.
  context.save();
  context.beginPath();
  context.rect(0, rulerHeight + rulerLine, width, height);
  context.clip();
  if (selected !== undefined) {
    for (let up = scene.tree.parent(selected); up >= 0; up = scene.tree.parent(up)) ancestorLine(surface, geometry, scene, theme, up);
  }
  if (hovered !== undefined) {
    const bar = clamped(scene, geometry, hovered);
    if (bar) surface.roundRect(bar.x, bar.y, bar.width, bar.height, 2, { fill: isLight(theme) ? 'rgba(0,0,0,0.13)' : 'rgba(255,255,255,0.22)' });
  }
  if (selected !== undefined) ring(surface, geometry, scene, theme, selected);
  if (stands !== undefined) {
    for (const row of stands.above) standsBelow(surface, geometry, scene, theme, row);
    for (const row of stands.at) standsHere(surface, geometry, scene, theme, row);
  }
  context.restore();
}

const standsText = 'stands here', standsIcon = 14, dash = [5, 3] as const;

/** Of what the program stands in: a dashed line along the top, as the line of the debugger leads down to it. */
function standsBelow(surface: CanvasSurface, geometry: Geometry, scene: Scene, theme: ChartTheme, row: number): void {
  const bar = clamped(scene, geometry, row);
  if (bar) surface.line(bar.x, bar.y - 0.5, bar.x + bar.width, bar.y - 0.5, theme.stands, 2, dash);
}

/** Where it stands: a dashed frame, and a flag with the debugger's arrow and the words where there is room beside the bar. */
function standsHere(surface: CanvasSurface, geometry: Geometry, scene: Scene, theme: ChartTheme, row: number): void {
  const bar = clamped(scene, geometry, scene.layout.shownFor(row));
  if (!bar) return;
  const { x, y, width, height } = bar, font = { size: theme.fontSize - 2, weight: 600 } as const;
  surface.roundRect(x - 2, y - 2, width + 4, height + 4, isHighContrast(theme) ? 0 : 4, { stroke: theme.background, lineWidth: 2 });
  surface.roundRect(x - 2, y - 2, width + 4, height + 4, isHighContrast(theme) ? 0 : 4, { stroke: theme.stands, lineWidth: 2, dash });
  const end = Math.min(x + width, geometry.width), middle = y + height / 2, words = surface.measure(standsText, font).width + 8;
  // Beside the bar, else in it: its end is what is nearest to the present.
  const isBeside = end + 6 + standsIcon + words <= geometry.width, hasWords = isBeside || width >= standsIcon + words + 12;
  const flag = standsIcon + 6 + (hasWords ? words : 0), left = isBeside ? end + 4 : Math.max(0, Math.min(end, geometry.width) - flag - 4);
  surface.roundRect(left, y + 1, flag, height - 2, 2, { fill: theme.background });
  surface.roundRect(left, y + 1, flag, height - 2, 2, { stroke: theme.stands });
  surface.icon('debug-stackframe', left + 3 + standsIcon / 2, middle, standsIcon, theme.stands);
  if (hasWords) surface.text(standsText, left + standsIcon + 6, middle, font, theme.foreground);
}

function ancestorLine(surface: CanvasSurface, geometry: Geometry, scene: Scene, theme: ChartTheme, row: number): void {
  const bar = clamped(scene, geometry, row), thickness = isHighContrast(theme) ? 2 : 1.25;
  if (bar) surface.rect(bar.x, bar.y + bar.height - thickness, bar.width, thickness, theme.strong);
}

function ring(surface: CanvasSurface, geometry: Geometry, scene: Scene, theme: ChartTheme, row: number): void {
  const bar = clamped(scene, geometry, scene.layout.shownFor(row));
  if (!bar) return;
  const { x, y, width, height } = bar, high = isHighContrast(theme);
  if (!high) surface.roundRect(x, y, width, height, 2, { stroke: theme.background });
  surface.roundRect(x - 2, y - 2, width + 4, height + 4, high ? 0 : 4, { stroke: high ? theme.activeBorder : theme.strong, lineWidth: 2 });
}

/** A bar of which not more than a little lies outside of the canvas. */
function clamped(scene: Scene, geometry: Geometry, row: number): { x: number; y: number; width: number; height: number } | undefined {
  const bar = barOf(scene, geometry, row);
  if (!bar || bar.y + bar.height < 0 || bar.y > geometry.height) return undefined;
  const left = Math.max(-10, bar.x), right = Math.min(geometry.width + 10, bar.x + bar.width);
  return right <= left ? undefined : { ...bar, x: left, width: right - left };
}

import type { Numbers } from '../../src/analysis/numbers.ts';
import { translucent } from './contrast.ts';
import { lanesTop, rulerHeight, rulerLine } from './geometry.ts';
import type { Scene } from './scene.ts';
import type { Surface } from './surface.ts';
import { isHighContrast } from './theme.ts';
import type { ChartTheme } from './theme.ts';
import type { TimeRange } from './chartTypes.ts';

/** CSS pixels: how wide folded time is drawn, how near bands are drawn as one, and from where on a band is hatched. */
const breakWidth = 12, nearest = 3, hatchedFrom = 6;
const iconSize = 12;

/** Paused time as it is drawn, in CSS pixels: one pause, or several that lie close together. */
export interface PausedBand {
  readonly left: number;
  readonly right: number;
  /** How long it stood, nanoseconds. */
  readonly ns: number;
  /** It still does. */
  readonly isOpen: boolean;
}

/** The bands of which something can be seen in a range of shown time; `x` gives the place of a shown time. */
export function pausedBands(scene: Scene, range: TimeRange, x: (time: number) => number): readonly PausedBand[] {
  const { pauses } = scene;
  if (pauses === undefined || pauses.paused.isEmpty) return [];
  const { paused, isFolded } = pauses, half = breakWidth / 2, bands: PausedBand[] = [];
  // A folded pause is wider than nothing, so one at the left edge reaches into the picture.
  const slack = isFolded ? (range.to - range.from) * (breakWidth / Math.max(1, x(range.to) - x(range.from))) : 0;
  const from = isFolded ? paused.unfolded(range.from - slack) : range.from;
  for (let i = paused.firstEndingAfter(from); i < paused.intervals.length; i++) {
    const { from: start, to } = paused.intervals[i] as { from: number; to: number }, isOpen = to === Infinity;
    const end = isOpen ? Math.max(start, scene.recordedNow) : to, at = scene.shown(start);
    if (at >= range.to + slack) break;
    const left = isFolded ? x(at) - half : x(start), right = isFolded ? x(at) + half : x(end), last = bands.at(-1);
    if (last !== undefined && left - last.right < nearest) bands[bands.length - 1] = { left: last.left, right: Math.max(last.right, right), ns: last.ns + end - start, isOpen };
    else bands.push({ left, right, ns: end - start, isOpen });
  }
  return bands;
}

/** What a band says. */
export const pausedText = ({ ns, isOpen }: Pick<PausedBand, 'ns' | 'isOpen'>, numbers: Numbers): string => `paused ${isOpen ? numbers.running(ns) : numbers.duration(ns)}`;

/** Draws paused time over all lanes: a hatched column between two lines, with how long it was where there is room to say it. */
export function drawPaused(surface: Surface, bands: readonly PausedBand[], area: { readonly width: number; readonly height: number; readonly laneHeight: number }, theme: ChartTheme, numbers: Numbers, isFolded: boolean): void {
  // Most of a run that stands may be paused, and its names must be readable below that.
  const colours = { veil: translucent(theme.background, isFolded ? 0.3 : 0.4), hatch: translucent(theme.description, isHighContrast(theme) ? 0.6 : 0.4), line: theme.description };
  const top = rulerHeight + rulerLine, font = { size: theme.fontSize - 2.5, weight: 500 } as const;
  for (const band of bands) {
    const left = Math.max(-1, Math.round(band.left)), right = Math.min(area.width + 1, Math.round(band.right));
    if (right < 0 || left > area.width) continue;
    drawColumn(surface, left, right, top, area.height - top, colours);
    const text = pausedText(band, numbers), width = surface.measure(text, font).width, middle = (Math.max(0, left) + Math.min(area.width, right)) / 2;
    const y = lanesTop + (area.laneHeight - 2) / 2;
    if (right - left >= width + 16) {
      surface.rect(middle - width / 2 - 4, y - 8, width + 8, 16, theme.background);
      surface.text(text, middle - width / 2, y, font, theme.foreground);
    } else if (surface.hasIcons && right - left >= iconSize) {
      surface.rect(middle - iconSize / 2, y - iconSize / 2, iconSize, iconSize, theme.background);
      surface.icon('debug-pause', middle, y, iconSize, theme.foreground);
    }
  }
}

interface ColumnColours { readonly veil: string; readonly hatch: string; readonly line: string }

function drawColumn(surface: Surface, left: number, right: number, top: number, height: number, { veil, hatch, line }: ColumnColours): void {
  const width = Math.max(1, right - left);
  surface.rect(left, top, width, height, veil);
  if (width >= hatchedFrom) surface.hatch(left, top, width, height, hatch, false);
  surface.rect(left, top, 1, height, line);
  if (width > 1) surface.rect(right - 1, top, 1, height, line);
}

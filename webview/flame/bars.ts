import { durationText, isLost, isRunning } from '../../src/analysis/ending.ts';
import { labelOf } from '../../src/analysis/folds.ts';
import { rowFlags } from '../../src/analysis/mip.ts';
import type { Numbers } from '../../src/analysis/numbers.ts';
import { shownLabel } from '../../src/analysis/shownLabel.ts';
import { roleIcons, roles } from '../../src/model/role.ts';
import { markBit } from '../../src/model/span.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import type { IconName } from '../components/glyphs.ts';
import { mix } from './contrast.ts';
import { fitLabel, iconGap, iconSizeFor } from './labels.ts';
import { endAsDrawn } from './lanePainter.ts';
import type { Paint, Palette } from './palette.ts';
import { tints } from './palette.ts';
import type { Scene } from './scene.ts';
import type { Font, Surface } from './surface.ts';
import { isHighContrast } from './theme.ts';
import type { ChartTheme } from './theme.ts';

const placeholderMark = markBit('placeholder');
const agentRole = roles.indexOf('agent'), llmRole = roles.indexOf('llm');
const radius = 2;

/** Where a bar stands, in CSS pixels; `clipLeft` and `clipRight` are the ends of the part that can be seen. */
export interface BarBox {
  readonly x: number;
  readonly y: number;
  /** With the gap after it taken off. */
  readonly width: number;
  readonly height: number;
  readonly clipLeft: number;
  readonly clipRight: number;
}

/** What there is to say about a bar. */
interface BarState {
  readonly row: number;
  readonly paint: Paint;
  readonly isDim: boolean;
  readonly isError: boolean;
  readonly isOpen: boolean;
  readonly isPlaceholder: boolean;
  readonly isQuiet: boolean;
  /** Folded spans, 1 for a plain one. */
  readonly count: number;
}

/** Draws bars of at least 8 pixels in every state of the design. */
export class BarPainter {
  readonly #scene: Scene;
  readonly #theme: ChartTheme;
  readonly #palette: Palette;
  readonly #numbers: Numbers;

  constructor(scene: Scene, theme: ChartTheme, palette: Palette, numbers: Numbers) {
    this.#scene = scene;
    this.#theme = theme;
    this.#palette = palette;
    this.#numbers = numbers;
  }

  draw(surface: Surface, row: number, box: BarBox): void {
    const state = this.#stateOf(row);
    if (state.isPlaceholder) this.#placeholder(surface, box);
    else if (isHighContrast(this.#theme)) this.#highContrastShape(surface, state, box);
    else this.#shape(surface, state, box);
    if (box.clipRight - box.clipLeft >= 18) this.#label(surface, state, box);
  }

  #stateOf(row: number): BarState {
    const { flags, matches, colouring, layout, rows } = this.#scene;
    const bits = flags[row] as number, paint = colouring.paint[row] as number;
    const isDim = matches !== undefined && (bits & rowFlags.match) === 0;
    return {
      row,
      paint: this.#palette.paints[paint] as Paint,
      isDim,
      isError: (bits & rowFlags.error) !== 0 && !isDim,
      isOpen: (bits & rowFlags.open) !== 0,
      isPlaceholder: ((rows.marks[row] as number) & placeholderMark) !== 0,
      isQuiet: paint % Object.keys(tints).length !== tints.full && !isDim,
      count: layout.groups.get(row)?.members.length ?? 1,
    };
  }

  #placeholder(surface: Surface, { x, y, width, height }: BarBox): void {
    surface.roundRect(x, y, width, height, radius, { stroke: this.#theme.description, dash: [3, 3] });
  }

  #shape(surface: Surface, state: BarState, box: BarBox): void {
    const { x, y, width, height } = box, { paint } = state, { error } = this.#palette;
    if (state.isError) {
      surface.roundRect(x, y, width, height, radius, { fill: error.fill });
      surface.hatch(x, y, width, height, error.hatch, false);
      surface.roundRect(x, y, width, height, radius, { stroke: this.#theme.error, lineWidth: 1.5 });
      if (width > 10) surface.rect(x, y, 4, height, paint.edge);
    } else if (state.isDim) {
      surface.roundRect(x, y, width, height, radius, { fill: paint.dim });
    } else {
      const fade = state.isOpen ? { from: 1 - fadeWidth(width) / width, to: paint.faded } : undefined;
      surface.roundRect(x, y, width, height, radius, { fill: paint.fill, ...(fade && { fade }) });
      if (fade) surface.hatch(x + width * fade.from, y, width * (1 - fade.from), height, mix(this.#theme.background, paint.fill, 0.35), true);
      if (paint.outline !== undefined) {
        const faint = fade && { from: 0.8, to: this.#theme.background };
        surface.roundRect(x, y, width, height, radius, { stroke: paint.outline, ...(faint && { fade: faint }) });
      }
      if (state.isQuiet) surface.roundRect(x, y, 3, height, radius, { fill: paint.edge });
    }
    if (state.count > 1 && !state.isDim) {
      surface.rect(x + 2, y + height, Math.max(0, width - 4), 1.2, mix(paint.fill, this.#theme.background, 0.55));
      surface.rect(x + 4, y + height + 1.6, Math.max(0, width - 8), 0.8, mix(paint.fill, this.#theme.background, 0.32));
    }
  }

  #highContrastShape(surface: Surface, state: BarState, { x, y, width, height }: BarBox): void {
    const line = state.isDim ? state.paint.dim : state.paint.edge, { error, background } = this.#theme;
    surface.rect(x, y, width, height, background);
    if (state.isError) {
      surface.hatch(x, y, width, height, error, false);
      surface.rect(x + 4, y + 3, Math.max(0, width - 8), height - 6, background);
    }
    if (state.isOpen) {
      const tail = Math.min(38, width * 0.28), end = x + width - 8;
      surface.line(x, y + 0.5, end, y + 0.5, line, 1);
      surface.line(x, y + height - 0.5, end, y + height - 0.5, line, 1);
      surface.hatch(x + width - tail, y + 1, tail, height - 2, line, true);
    } else {
      surface.roundRect(x, y, width, height, 0, { stroke: state.isError ? error : line, lineWidth: state.isError ? 2 : 1 });
    }
    surface.rect(x, y, Math.min(5, width), height, line);
    if (state.count > 1) surface.rect(x + 3, y + height + 1, Math.max(0, width - 6), 1, line);
  }

  #label(surface: Surface, state: BarState, box: BarBox): void {
    const { row } = state, { theme, font, extraFont } = this.#fonts(row), high = isHighContrast(theme);
    const colour = this.#textColour(state), icon = this.#iconOf(state);
    const iconColour = state.isError ? theme.errorText : state.isDim || state.isPlaceholder ? colour : state.paint.icon;
    // The edge is part of the bar only while the bar's beginning can be seen.
    const isWhole = box.clipLeft <= box.x + 1;
    const inset = !isWhole ? 5 : high ? 10 : state.isError && box.width > 10 ? 8 : state.isQuiet ? 7 : 5;
    const fade = state.isOpen && box.clipRight >= box.x + box.width - 1 ? fadeWidth(box.width) * 0.8 : 0;
    const visible = box.clipRight - box.clipLeft;
    const iconSize = iconSizeFor(theme.fontSize), retry = state.count > 1 ? 0 : this.#scene.retryOf(row);
    const text = { label: this.#labelOf(state), ...(retry > 0 ? { note: ` · retry ${retry}` } : {}), count: state.count, icon: !surface.hasIcons ? 'never' : state.isError || high ? 'stays' : 'leaves', iconSize } as const;
    const fit = fitLabel(text, visible, visible - inset - 4 - fade, (part) => surface.measure(part, font));
    const middle = box.y + box.height / 2;
    let x = box.clipLeft + inset;
    if (fit.icon === 'centre') surface.icon(icon, box.clipLeft + visible / 2, middle, iconSize, iconColour);
    if (fit.icon === 'left') {
      surface.icon(icon, x + iconSize / 2, middle, iconSize, iconColour);
      x += iconSize + iconGap;
    }
    if (fit.text === '') return;
    if (fit.isCentred) x = box.clipLeft + (visible - surface.measure(fit.text, font)) / 2;
    surface.text(fit.text, x, middle, font, colour);
    if (!state.isPlaceholder && fit.free > 0) this.#extra(surface, state, box, x + surface.measure(fit.text, font), fit.free, extraFont, colour);
  }

  /** Duration and tokens at the right end; of an open bar beside the label, since its end is hatched. */
  #extra(surface: Surface, state: BarState, box: BarBox, textEnd: number, free: number, font: Font, colour: string): void {
    const { row } = state, scene = this.#scene, numbers = this.#numbers;
    const duration = durationAsDrawn(scene, row, numbers, 'running');
    const figures = scene.figures.get(row);
    const hasTokens = figures && metaRole(scene.rows.meta[row] as number) === llmRole && !(Number.isNaN(figures.inputTokens) && Number.isNaN(figures.outputTokens));
    const both = hasTokens ? `${numbers.tokenFlow(figures.inputTokens, figures.outputTokens)}\u2003${duration}` : duration;
    const text = surface.measure(both, font) + 18 < free ? both : duration, width = surface.measure(text, font);
    if (width + 14 > free) return;
    surface.text(text, state.isOpen ? textEnd + 12 : box.clipRight - width - 6, box.y + box.height / 2, font, colour);
  }

  #fonts(row: number): { theme: ChartTheme; font: Font; extraFont: Font } {
    const size = this.#theme.fontSize - 2, isAgent = metaRole(this.#scene.rows.meta[row] as number) === agentRole;
    return { theme: this.#theme, font: { size, weight: isAgent ? 600 : 500 }, extraFont: { size: size - 0.5, weight: 400 } };
  }

  #textColour(state: BarState): string {
    const theme = this.#theme;
    if (state.isPlaceholder) return theme.description;
    if (isHighContrast(theme)) return state.isDim ? mix(theme.foreground, theme.background, 0.6) : state.isError ? theme.errorText : theme.foreground;
    if (state.isDim) return theme.description;
    return state.isError ? theme.strong : state.paint.label;
  }

  #iconOf(state: BarState): IconName {
    if (state.isPlaceholder) return 'question';
    if (state.isError) return 'error';
    return roleIcons[roles[metaRole(this.#scene.rows.meta[state.row] as number)] ?? 'other'] as IconName;
  }

  #labelOf({ row, count }: BarState): string {
    const label = labelText(this.#scene, row);
    return count > 1 ? `×${count} ${label}` : label;
  }
}

/** What a span is about, else its recorded name, to the letter. */
export const exactLabel = (scene: Scene, row: number): string => scene.texts[labelOf(scene.rows, row)] ?? '';

/** The same as it is drawn and read out, where nothing stays unseen or turns other text around. */
export const labelText = (scene: Scene, row: number): string => shownLabel(exactLabel(scene, row), ((scene.rows.marks[row] as number) & placeholderMark) !== 0, scene.awaitedId(row));

/** How long a bar takes in words; a folded group goes on while one of its spans does, and has no end when one of them has none. */
export function durationAsDrawn(scene: Scene, row: number, numbers: Numbers, growing: 'running' | 'soFar'): string {
  const ns = endAsDrawn(scene, row) - (scene.rows.start[row] as number), members = scene.layout.groups.get(row)?.members;
  const telling = members?.find((member) => isRunning(scene.rows, member)) ?? members?.find((member) => isLost(scene.rows, member)) ?? row;
  return durationText(scene.rows, telling, ns, numbers, growing);
}

const fadeWidth = (width: number): number => Math.min(56, width * 0.28);


import { durationText, isLost, isRunning } from '../../src/analysis/ending.ts';
import { labelOf } from '../../src/analysis/folds.ts';
import { rowFlags } from '../../src/analysis/mip.ts';
import type { Numbers } from '../../src/analysis/numbers.ts';
import { shownLabel } from '../../src/analysis/shownLabel.ts';
import { roleIcons, roles } from '../../src/model/role.ts';
import { markBit } from '../../src/model/span.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import type { IconName } from '../components/glyphs.ts';
import { drawShape, fadeWidth } from './barShapes.ts';
import type { BarLook, Box } from './barShapes.ts';
import { mix } from './contrast.ts';
import { fitLabel, iconGap, iconSizeFor, leastForCentredIcon as leastForLabel } from './labels.ts';
import { endAsDrawn } from './lanePainter.ts';
import type { Paint, Palette } from './palette.ts';
import { tints } from './palette.ts';
import type { Scene } from './scene.ts';
import type { Surface } from './surface.ts';
import type { Font } from './textWidths.ts';
import { isHighContrast } from './theme.ts';
import type { ChartTheme } from './theme.ts';

const placeholderMark = markBit('placeholder');
const agentRole = roles.indexOf('agent'), llmRole = roles.indexOf('llm');
const tintCount = Object.keys(tints).length;

/** Where a bar stands; `clipLeft` and `clipRight` are the ends of the part that can be seen. */
export interface BarBox extends Box {
  readonly clipLeft: number;
  readonly clipRight: number;
}

/** What there is to say about a bar. */
interface BarState extends BarLook { readonly row: number }

/** Draws bars of at least 8 pixels in every state of the design. Made for one picture. */
export class BarPainter {
  readonly #scene: Scene;
  readonly #theme: ChartTheme;
  readonly #palette: Palette;
  readonly #numbers: Numbers;
  readonly #fonts: Readonly<Record<'agent' | 'label' | 'extra', Font>>;

  constructor(scene: Scene, theme: ChartTheme, palette: Palette, numbers: Numbers) {
    this.#scene = scene;
    this.#theme = theme;
    this.#palette = palette;
    this.#numbers = numbers;
    const size = theme.fontSize - 2;
    this.#fonts = { agent: { size, weight: 600 }, label: { size, weight: 500 }, extra: { size: size - 0.5, weight: 400 } };
  }

  /** `hasShape` when all but what is written on the bar has been drawn before. */
  draw(surface: Surface, row: number, box: BarBox, hasShape = false): void {
    const hasLabel = box.clipRight - box.clipLeft >= leastForLabel;
    if (hasShape && !hasLabel) return;
    const state = this.lookOf(row);
    if (!hasShape) drawShape(surface, state, box, { theme: this.#theme, palette: this.#palette });
    if (hasLabel) this.#label(surface, state, box);
  }

  lookOf(row: number): BarState {
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
      isQuiet: paint % tintCount !== tints.full && !isDim,
      count: layout.groups.get(row)?.members.length ?? 1,
    };
  }

  #label(surface: Surface, state: BarState, box: BarBox): void {
    const { row } = state, theme = this.#theme, font = this.#fonts[metaRole(this.#scene.rows.meta[row] as number) === agentRole ? 'agent' : 'label'], high = isHighContrast(theme);
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
    if (fit.isCentred) x = box.clipLeft + (visible - surface.measure(fit.text, font).width) / 2;
    surface.text(fit.text, x, middle, font, colour);
    if (!state.isPlaceholder && fit.free > 0) this.#extra(surface, state, box, x + surface.measure(fit.text, font).width, fit.free, colour);
  }

  /** Duration and tokens at the right end; of an open bar beside the label, since its end is hatched. */
  #extra(surface: Surface, state: BarState, box: BarBox, textEnd: number, free: number, colour: string): void {
    const { row } = state, scene = this.#scene, numbers = this.#numbers, font = this.#fonts.extra;
    const duration = durationAsDrawn(scene, row, numbers, 'running');
    const figures = scene.figures.get(row);
    const hasTokens = figures && metaRole(scene.rows.meta[row] as number) === llmRole && !(Number.isNaN(figures.inputTokens) && Number.isNaN(figures.outputTokens));
    const both = hasTokens ? `${numbers.tokenFlow(figures.inputTokens, figures.outputTokens)}\u2003${duration}` : duration;
    const text = surface.measure(both, font).width + 18 < free ? both : duration, { width } = surface.measure(text, font);
    if (width + 14 > free) return;
    surface.text(text, state.isOpen ? textEnd + 12 : box.clipRight - width - 6, box.y + box.height / 2, font, colour);
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


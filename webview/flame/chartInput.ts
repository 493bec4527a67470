import type { Numbers } from '../../src/analysis/numbers.ts';
import { isMenuKey, openMenuAt } from '../components/menuKey.ts';
import { labelText } from './bars.ts';
import type { ChartOptions, PanelRequest, SpanFacts, StepMode, TimeRange } from './chartTypes.ts';
import { stepModes } from './chartTypes.ts';
import type { ChartView } from './chartView.ts';
import type { Geometry } from './geometry.ts';
import { barOf, rowAt } from './hitTest.ts';
import { actionOf } from './keys.ts';
import type { KeyAction } from './keys.ts';
import { RangeChip } from './rangeChip.ts';
import { rangeFigures, rangeText } from './rangeFigures.ts';
import type { Navigator } from './navigator.ts';
import type { Scene } from './scene.ts';
import { Tooltip, linesOf } from './tooltip.ts';
import { walk } from './walk.ts';

/** What keys and pointers act on. */
export interface InputTarget {
  readonly scene: Scene;
  readonly geometry: Geometry;
  readonly selected: number | undefined;
  readonly numbers: Numbers;
  readonly options: ChartOptions;
  select(row: number | undefined): void;
  readonly navigator: Navigator;
  toggleFollow(): void;
  toggleFold(row: number): void;
  /** Leaves the zoom or the part that is laid out; false when all of the run shows. */
  leaveZoom(): boolean;
  redrawOverlay(): void;
}

/** How much faster a held key gets with every repeat, and at most. */
const speedUp = 0.12, mostSpeed = 3;
const zoomStep = 1.3, panStep = 0.08, refreshMs = 500;

/** Hears keys and pointers over the chart, and shows what is under the pointer. */
export class ChartInput {
  readonly #target: InputTarget;
  readonly #view: ChartView;
  readonly #tooltip: Tooltip;
  readonly #chip: RangeChip;
  readonly #stop = new AbortController();
  readonly #facts = new Map<number, SpanFacts>();
  #stepMode: StepMode = 'time';
  #speed = 1;
  #pointerX: number | undefined;
  #refreshedAt = 0;
  #chipRange: TimeRange | undefined;
  hovered: number | undefined;
  /** Where somebody drags out a range, CSS pixels. */
  dragged: readonly [from: number, to: number] | undefined;

  constructor(target: InputTarget, view: ChartView, focusElement: HTMLElement) {
    this.#target = target;
    this.#view = view;
    this.#tooltip = new Tooltip(view.root, target.numbers, (row) => this.#facts.get(row));
    this.#chip = new RangeChip(view.root, () => {
      target.navigator.show(this.#chipRange);
      this.#leaveRange();
    });
    const { stage } = view, { signal } = this.#stop;
    focusElement.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    focusElement.addEventListener('contextmenu', (event) => this.#onMenuKey(event), { signal });
    focusElement.addEventListener('copy', (event) => this.#onCopy(event), { signal });
    stage.addEventListener('pointermove', (event) => this.#onPointerMove(event), { signal });
    stage.addEventListener('pointerleave', () => this.#leavePointer(), { signal });
    stage.addEventListener('pointerdown', (event) => this.#onPointerDown(event, focusElement), { signal });
    stage.addEventListener('click', (event) => this.#onClick(event), { signal });
    stage.addEventListener('dblclick', (event) => this.#onDoubleClick(event), { signal });
  }

  dispose(): void {
    this.#stop.abort();
    this.#tooltip.dispose();
  }

  setFacts(row: number, facts: SpanFacts): void {
    this.#facts.set(row, facts);
    const bar = this.#barRect(row);
    if (bar) this.#tooltip.refresh(this.#target.scene, row, bar);
  }

  /** Open spans go on: what the tooltip says of one is told anew, but not at every frame. */
  refreshTooltip(): void {
    const row = this.hovered, at = performance.now();
    if (row === undefined || !this.#tooltip.isShown || at - this.#refreshedAt < refreshMs) return;
    this.#refreshedAt = at;
    const bar = this.#barRect(row);
    if (bar) this.#tooltip.refresh(this.#target.scene, row, bar);
  }

  setStepMode(mode: StepMode): void {
    this.#stepMode = mode;
  }

  /** The rows or the chart moved away below the pointer. */
  forgetPointer(): void {
    if (this.hovered === undefined) return;
    this.hovered = undefined;
    this.#tooltip.hide();
    this.#target.options.events?.onHover?.(undefined, undefined);
  }

  /** Rows were numbered anew. */
  reset(): void {
    this.#facts.clear();
    this.#leaveRange();
    this.forgetPointer();
  }

  /** Somebody drags out a range; at the end a chip tells what is in it. */
  drag(from: number, to: number, done: boolean): void {
    const { scene, geometry, numbers } = this.#target;
    this.dragged = to - from > 3 ? [from, to] : undefined;
    this.#chip.hide();
    if (done && this.dragged) {
      this.#chipRange = { from: geometry.timeAt(from), to: geometry.timeAt(to) };
      this.#chip.show(rangeText(rangeFigures(scene, this.#chipRange), this.#chipRange, numbers));
    }
    this.#target.redrawOverlay();
  }

  #leaveRange(): boolean {
    const had = this.dragged !== undefined;
    this.dragged = this.#chipRange = undefined;
    this.#chip.hide();
    this.#target.redrawOverlay();
    return had;
  }

  #onKey(event: KeyboardEvent): void {
    const action = actionOf(event);
    if (!action) return;
    this.#speed = event.repeat ? Math.min(mostSpeed, this.#speed + speedUp) : 1;
    event.preventDefault();
    event.stopPropagation();
    this.#do(action);
  }

  #do(action: KeyAction): void {
    const target = this.#target, { selected, options, navigator } = target, events = options.events ?? {};
    switch (action) {
      case 'openSource': case 'openSourceBeside':
        if (selected !== undefined) events.onOpenSource?.(selected, action === 'openSourceBeside');
        return;
      case 'fold':
        if (selected !== undefined) target.toggleFold(selected);
        return;
      case 'zoomIn': navigator.zoom(zoomStep ** this.#speed, this.#zoomCentre()); return;
      case 'zoomOut': navigator.zoom(zoomStep ** -this.#speed, this.#zoomCentre()); return;
      case 'panLeft': navigator.pan(-panStep * this.#speed); return;
      case 'panRight': navigator.pan(panStep * this.#speed); return;
      case 'fitSelection':
        if (selected !== undefined) navigator.fit(selected);
        return;
      case 'fitAll': navigator.show(undefined); return;
      case 'zoomBack': navigator.step(-1); return;
      case 'zoomForward': navigator.step(1); return;
      case 'follow': target.toggleFollow(); return;
      case 'escape': this.#escape(); return;
      case 'changeStepMode': {
        this.#stepMode = stepModes[(stepModes.indexOf(this.#stepMode) + 1) % stepModes.length] ?? 'time';
        events.onStepModeChange?.(this.#stepMode);
        return;
      }
      case 'find': case 'showKeys': case 'foldPaused': case 'view1': case 'view2': case 'view3': case 'view4':
        events.onRequest?.(action satisfies PanelRequest);
        return;
      default: {
        const row = walk(target.scene, selected, action, this.#stepMode);
        if (row !== undefined) target.select(row);
      }
    }
  }

  /** Tooltip or range first, then the filter, the zoom, the selection. */
  #escape(): void {
    if (this.#tooltip.isShown) this.#tooltip.hide();
    else if (!this.#leaveRange() && !this.#target.options.events?.onClearFilter?.() && !this.#target.leaveZoom()) this.#target.select(undefined);
  }

  /** At the pointer, else at the selection, else in the middle. */
  #zoomCentre(): number {
    const { geometry, scene, selected } = this.#target;
    if (this.#pointerX !== undefined) return this.#pointerX;
    const bar = selected === undefined ? undefined : barOf(scene, geometry, selected);
    const from = Math.max(0, bar?.x ?? 0), to = Math.min(geometry.width, bar ? bar.x + bar.width : geometry.width);
    return to > from ? (from + to) / 2 : geometry.width / 2;
  }

  #onPointerMove(event: PointerEvent): void {
    this.#pointerX = event.offsetX;
    if (event.buttons !== 0) {
      this.forgetPointer();
      return;
    }
    const { scene, geometry } = this.#target, row = rowAt(scene, geometry, event.offsetX, event.offsetY);
    const bar = row < 0 ? undefined : this.#barRect(row);
    if (!bar) {
      this.forgetPointer();
    } else if (row !== this.hovered) {
      this.hovered = row;
      this.#tooltip.show(scene, row, bar);
      this.#target.options.events?.onHover?.(row, bar);
    } else {
      return;
    }
    this.#view.stage.style.cursor = this.hovered === undefined ? 'default' : 'pointer';
    this.#target.redrawOverlay();
  }

  #leavePointer(): void {
    this.#pointerX = undefined;
    this.forgetPointer();
    this.#target.redrawOverlay();
  }

  #onPointerDown(event: PointerEvent, focusElement: HTMLElement): void {
    focusElement.focus({ preventScroll: true });
    const row = this.#rowUnder(event), { options } = this.#target, isMenu = event.button === 2;
    if (isMenu && row !== undefined) this.#target.select(row);
    // The editor reads this when it makes the context menu.
    const context = row === undefined ? '{"webviewSection":"chart","preventDefaultContextMenuItems":true}' : options.contextOf?.(row);
    if (isMenu && context !== undefined) this.#view.stage.dataset['vscodeContext'] = context;
  }

  #onMenuKey(event: MouseEvent): void {
    const { selected, options } = this.#target, { stage } = this.#view;
    const bar = selected === undefined ? undefined : this.#barRect(selected), context = selected === undefined ? undefined : options.contextOf?.(selected);
    if (!isMenuKey(event) || bar === undefined || context === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    stage.dataset['vscodeContext'] = context;
    const { left, top } = this.#view.root.getBoundingClientRect();
    openMenuAt(stage, { left: left + bar.left, bottom: top + bar.bottom });
  }

  #onClick(event: MouseEvent): void {
    if (event.shiftKey) return;
    this.#leaveRange();
    const row = this.#rowUnder(event);
    this.#target.select(row);
    if (row !== undefined && event.altKey) this.#target.options.events?.onOpenSource?.(row, true);
  }

  #onDoubleClick(event: MouseEvent): void {
    const row = this.#rowUnder(event);
    if (row !== undefined && !event.altKey) this.#target.options.events?.onOpenSource?.(row, false);
  }

  #rowUnder(event: MouseEvent): number | undefined {
    const row = rowAt(this.#target.scene, this.#target.geometry, event.offsetX, event.offsetY);
    return row < 0 ? undefined : row;
  }

  #onCopy(event: ClipboardEvent): void {
    const { selected, scene, numbers } = this.#target;
    if (selected === undefined || !event.clipboardData) return;
    const lines = linesOf(scene, selected, numbers, this.#facts.get(selected)).map((line) => line.join('\t'));
    event.clipboardData.setData('text/plain', [labelText(scene, selected), ...lines].join('\n'));
    event.preventDefault();
  }

  /** The visible part of a bar in CSS pixels of the chart's root. */
  #barRect(row: number): DOMRect | undefined {
    const { scene, geometry } = this.#target, bar = barOf(scene, geometry, row);
    if (!bar) return undefined;
    const left = Math.max(0, bar.x), right = Math.min(geometry.width, bar.x + bar.width);
    return new DOMRect(left, bar.y + this.#view.scroller.offsetTop, Math.max(1, right - left), bar.height);
  }
}

import { equalRuns, labelOf } from '../../src/analysis/folds.ts';
import type { TraceLayout } from '../../src/analysis/layout.ts';
import { Numbers } from '../../src/analysis/numbers.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';
import type { ChartCommand, ColourBy } from '../../src/protocol/panel.ts';
import { AccessibleTree } from './accessibleTree.ts';
import { labelText } from './bars.ts';
import { ChartInput } from './chartInput.ts';
import { ChartPainter } from './chartPainter.ts';
import type { PaintContext } from './chartPainter.ts';
import type { ChartOptions, Figures, Legend, SpanFacts, StepMode, TimeRange, TraceChange } from './chartTypes.ts';
import { ChartView } from './chartView.ts';
import { chartAsPng, chartAsSvg } from './exportChart.ts';
import type { ExportRequest } from './exportChart.ts';
import { Geometry, contentHeight, laneHeightFor, rulerHeight } from './geometry.ts';
import { Gestures } from './gestures.ts';
import { barOf } from './hitTest.ts';
import { legendOf } from './legend.ts';
import { drawOverlay } from './overlay.ts';
import { Packer } from './packer.ts';
import { paletteOf } from './palette.ts';
import { Scene } from './scene.ts';
import { readTheme } from './theme.ts';
import type { ChartTheme } from './theme.ts';
import { Timeline } from './timeline.ts';
import { walk } from './walk.ts';

/** What changed, for those that draw along with the chart. */
export type ChartAspect = 'scene' | 'range' | 'theme';

/** Time without anything new after which a range counts as settled. */
const settledMs = 150;
/** The legend of a longer trace is counted at most once in this time. */
const manyRows = 50_000, legendMs = 1_000;
/** A growing trace is read to nobody more often than this. */
const treeMs = 1_000;
/** A run of equal siblings that is worth folding. */
const leastRepeats = 3;

/** The flame chart with its ruler, tooltip, keyboard and accessible tree. Fills `host`, whose size it follows. */
export class FlameChart {
  readonly scene = new Scene('role');
  readonly numbers: Numbers;
  readonly options: ChartOptions;
  readonly #timeline: Timeline;
  readonly #tree: AccessibleTree;
  readonly #view: ChartView;
  readonly #input: ChartInput;
  readonly #gestures: Gestures;
  readonly #packer: Packer;
  readonly #painter = new ChartPainter();
  readonly #listeners = new Set<(aspect: ChartAspect) => void>();
  #theme = readTheme(document.body);
  #palette = paletteOf(this.#theme, 'role');
  #selected: number | undefined;
  #folded: readonly string[] = [];
  #legend: { readonly made: number; readonly legend: Legend } | undefined;
  #contentHeight = 0;
  /** Asking the element would make it lay out the page. */
  #scrollTop = 0;
  #frame: number | undefined;
  #isChartStale = true;
  #settleTimer: ReturnType<typeof setTimeout> | undefined;
  #treeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, options: ChartOptions = {}) {
    this.options = options;
    this.numbers = new Numbers(options.locale);
    this.#tree = new AccessibleTree(options.label ?? 'Flame chart');
    this.#timeline = new Timeline(() => this.scene, () => this.#changed('range'));
    this.#view = new ChartView(host, this.#tree.element, () => this.#changed('range'));
    this.#input = new ChartInput(this, this.#view, this.#tree.element);
    this.#packer = new Packer(this.scene, () => this.#changed('scene'));
    this.#gestures = new Gestures(this.#view.stage, {
      scroller: this.#view.scroller,
      wheelZooms: options.wheel === 'zoom',
      width: () => this.#view.size.width,
      whole: () => this.whole,
      shown: () => this.range(),
      move: (range) => this.showRange(range, false),
      drag: (from, to, done) => this.#input.drag(from, to, done),
    });
    this.#view.scroller.addEventListener('scroll', () => {
      this.#scrollTop = this.#view.scroller.scrollTop;
      this.#input.forgetPointer();
      this.#schedule(true);
    });
    // Icons are drawn as letters of this font.
    void document.fonts.load('16px codicon').then(() => this.#schedule(true));
  }

  get theme(): ChartTheme { return this.#theme; }

  get context(): PaintContext { return { scene: this.scene, theme: this.#theme, palette: this.#palette, numbers: this.numbers }; }

  get selected(): number | undefined { return this.#selected; }

  get follow(): boolean { return this.#timeline.follow; }

  /** All that can be shown, nanoseconds after the base; while the run goes on it reaches a little ahead. */
  get whole(): TimeRange { return this.#timeline.whole; }

  get geometry(): Geometry {
    return new Geometry(this.#view.size, this.range(), this.#scrollTop, laneHeightFor(this.#theme.fontSize));
  }

  /** The rows of the trace; columns may be longer than `rows.count`. `texts` is indexed by `name`, `subject` and `service`. */
  setTrace(rows: TraceRows, texts: readonly string[], figures: Figures, change: TraceChange): void {
    const before = this.scene.rows.count, textsBefore = this.scene.texts.length;
    this.scene.setTrace(rows, texts, figures, change);
    if (change.reset) {
      this.#selected = undefined;
      this.#timeline.reset();
      this.#input.reset();
    }
    if (this.#folded.length > 0 && (change.reset || texts.length > textsBefore)) this.#layOut();
    this.#changed('scene');
    this.#timeline.keepUp();
    if (this.follow && this.scene.isRunning && rows.count > before && before > 0) this.#scrollTo(rows.count - 1);
    this.#packer.consider();
  }

  /** Where the present is; open spans reach to it. Undefined when the run is over. */
  setNow(ns: number | undefined): void {
    this.scene.present = ns;
    this.#timeline.keepUp();
    if (this.scene.openCount === 0) return;
    this.#input.refreshTooltip();
    this.#schedule(true);
  }

  /** Selects without telling `onSelect`; `reveal` scrolls and pans so that it can be seen. */
  setSelection(row: number | undefined, reveal = false): void {
    this.#selected = row;
    this.#updateTree();
    if (reveal && row !== undefined) this.#reveal(row);
    this.#schedule(false);
  }

  /** Selects because a person asked for it. */
  select(row: number | undefined): void {
    this.setSelection(row, true);
    this.options.events?.onSelect?.(row);
  }

  /** Rows that a filter found, ascending; undefined = no filter. */
  setMatches(rows: Uint32Array | undefined): void {
    if (rows === this.scene.matches) return;
    this.scene.setMatches(rows);
    this.#changed('scene');
  }

  setTheme(theme: ChartTheme): void {
    this.#theme = theme;
    this.#palette = paletteOf(theme, this.scene.colouring.colourBy);
    this.#changed('theme');
  }

  setColourBy(colourBy: ColourBy): void {
    if (colourBy === this.scene.colouring.colourBy) return;
    this.scene.setColourBy(colourBy);
    this.#palette = paletteOf(this.#theme, colourBy);
    this.#changed('theme');
  }

  setFollow(follow: boolean): void {
    this.#timeline.setFollow(follow, performance.now());
    this.#timeline.keepUp();
  }

  toggleFollow(): void {
    this.#tellFollow(!this.follow);
  }

  /** Undefined = all of the run. */
  setRange(range: TimeRange | undefined, animate = false): void {
    this.#timeline.set(range, animate && !isStill() ? performance.now() : undefined);
  }

  /** Shows a range because a person asked for it: follow mode ends, and there is a way back. */
  showRange(range: TimeRange | undefined, tween = true): void {
    if (range !== undefined) this.#leaveFollow();
    this.#input.forgetPointer();
    this.#packer.moved();
    this.#timeline.go(range, performance.now(), tween && !isStill());
    this.#settle();
  }

  /** The tooltip's lines that only the host knows. */
  setFacts(row: number, facts: SpanFacts): void {
    this.#input.setFacts(row, facts);
  }

  /** Lays out only this span and what is below it. */
  showSubtree(row: number | undefined): void {
    this.scene.setLayout({ ...this.scene.layout.options, root: row ?? -1 });
    this.#timeline.reset();
    this.#changed('scene');
    this.options.events?.onSubtreeChange?.(row);
  }

  /** Folds or unfolds runs of siblings with this label. */
  foldName(name: string): void {
    this.#fold(this.#folded.includes(name) ? this.#folded.filter((known) => known !== name) : [...this.#folded, name]);
  }

  setFolded(names: readonly string[]): void {
    if (names.length === 0 && this.#folded.length === 0) return;
    this.#folded = names;
    this.#layOut();
    this.#changed('scene');
  }

  /** Folds every run of three or more equal siblings; unfolds all when something is folded. */
  toggleFoldRepeats(): void {
    const { rows, tree, texts } = this.scene;
    const labels = new Set(equalRuns(tree, rows, leastRepeats, () => true).map(([leader]) => labelOf(rows, leader as number)));
    this.#fold(this.#folded.length > 0 ? [] : Array.from(labels, (label) => texts[label] ?? ''));
  }

  /** Folds the run that a span stands in, or unfolds it. */
  toggleFold(row: number): void {
    const { rows, tree } = this.scene, label = labelOf(rows, row), name = labelText(this.scene, row);
    if (this.#folded.includes(name) || equalRuns(tree, rows, 2, (known) => known === label).length > 0) this.foldName(name);
  }

  setStepMode(mode: StepMode): void {
    this.#input.setStepMode(mode);
  }

  /** True when the chart did it; the others are the panel's. */
  command(command: ChartCommand): boolean {
    switch (command) {
      case 'zoomToSpan': this.fitSelection(); return true;
      case 'fitAll': this.showRange(undefined); return true;
      case 'toggleFollow': this.toggleFollow(); return true;
      case 'showSubtree': this.showSubtree(this.#selected); return true;
      case 'nextError': case 'previousError': {
        const row = walk(this.scene, this.#selected, command, 'error');
        if (row !== undefined) this.select(row);
        return true;
      }
      case 'foldName':
        if (this.#selected !== undefined) this.foldName(labelText(this.scene, this.#selected));
        return true;
      default: return false;
    }
  }

  /** Zooms by a factor around a place of the chart, in CSS pixels. */
  zoom(factor: number, x: number): void {
    const { geometry } = this, at = geometry.timeAt(x), { from, to } = geometry.range;
    this.showRange({ from: at - (at - from) / factor, to: at + (to - at) / factor }, false);
  }

  /** Pans by a part of what is shown. */
  pan(part: number): void {
    const { from, to } = this.range(), ns = (to - from) * part;
    this.showRange({ from: from + ns, to: to + ns }, false);
  }

  step(direction: -1 | 1): void {
    this.#leaveFollow();
    this.#timeline.step(direction, performance.now(), !isStill());
    this.#settle();
  }

  fitSelection(): void {
    const { rows, duration, now } = this.scene, row = this.#selected === undefined ? -1 : this.scene.layout.shownFor(this.#selected);
    if (row < 0) return;
    const start = rows.start[row] as number, length = Number.isNaN(duration[row] as number) ? now - start : (duration[row] as number);
    this.showRange({ from: start, to: start + Math.max(length, 1) });
    this.#scrollTo(row);
  }

  /** Leaves the zoom, then the part that is laid out; false when all of the run shows. */
  leaveZoom(): boolean {
    if (this.#timeline.asked !== undefined) this.showRange(undefined);
    else if (this.scene.layout.options.root >= 0) this.showSubtree(undefined);
    else return false;
    return true;
  }

  focus(): void {
    this.#tree.element.focus({ preventScroll: true });
  }

  layout(): TraceLayout { return this.scene.layout; }

  legend(): Legend {
    const at = performance.now();
    if (!this.#legend || this.scene.rows.count < manyRows || at - this.#legend.made > legendMs) {
      this.#legend = { made: at, legend: legendOf(this.scene, this.#theme) };
    }
    return this.#legend.legend;
  }

  /** What is shown now. */
  range(): TimeRange { return this.#timeline.shown(performance.now()); }

  /** Calls the listener whenever something changes that a drawing along with the chart shows. The result stops that. */
  observe(listener: (aspect: ChartAspect) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  redrawOverlay(): void {
    this.#schedule(false);
  }

  async toPng(): Promise<Blob> { return await chartAsPng(this.#exportRequest()); }

  toSvg(): string { return chartAsSvg(this.#exportRequest()); }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#settleTimer);
    clearTimeout(this.#treeTimer);
    this.#packer.dispose();
    this.#listeners.clear();
    this.#input.dispose();
    this.#gestures.dispose();
    this.#view.dispose();
  }

  #exportRequest(): ExportRequest {
    return { context: this.context, range: this.range(), width: this.#view.size.width, laneHeight: laneHeightFor(this.#theme.fontSize) };
  }

  #tellFollow(follow: boolean): void {
    this.setFollow(follow);
    this.options.events?.onFollowChange?.(follow);
  }

  #leaveFollow(): void {
    if (this.follow && this.scene.isRunning) this.#tellFollow(false);
  }

  #fold(names: readonly string[]): void {
    this.setFolded(names);
    this.options.events?.onFoldChange?.(names);
  }

  #layOut(): void {
    const wanted = new Set(this.#folded), folded = new Set<number>();
    this.scene.texts.forEach((text, i) => {
      if (wanted.has(text)) folded.add(i);
    });
    this.scene.setLayout({ ...this.scene.layout.options, folded });
  }

  /** Scrolls and, unless the present is followed, pans until a span can be seen. */
  #reveal(row: number): void {
    const shown = this.scene.layout.shownFor(row), { geometry } = this, bar = shown < 0 ? undefined : barOf(this.scene, geometry, shown);
    if (!bar) return;
    this.#scrollTo(shown);
    const isInSight = bar.x < geometry.width - 4 && bar.x + bar.width > 4;
    if (isInSight || (this.follow && this.scene.isRunning)) return;
    const span = geometry.range.to - geometry.range.from, start = this.scene.rows.start[shown] as number;
    this.showRange({ from: start - span * 0.1, to: start + span * 0.9 });
  }

  #scrollTo(row: number): void {
    const lane = this.scene.layout.lane[row] ?? -1, { geometry } = this, { scroller } = this.#view;
    if (lane < 0) return;
    const top = geometry.y(lane);
    if (top < rulerHeight) scroller.scrollTop += top - rulerHeight - geometry.laneHeight;
    else if (top + geometry.laneHeight > geometry.height) scroller.scrollTop += top + 2 * geometry.laneHeight - geometry.height;
  }

  /** Tells the range once nothing has moved for a moment. */
  #settle(): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = setTimeout(() => this.options.events?.onRangeChange?.(this.#timeline.asked), settledMs);
  }

  #changed(aspect: ChartAspect): void {
    if (aspect === 'theme') this.#legend = undefined;
    if (aspect !== 'range') this.#followContent();
    if (aspect === 'scene') this.#treeTimer ??= setTimeout(() => this.#updateTree(), treeMs);
    for (const listener of this.#listeners) listener(aspect);
    this.#schedule(true);
  }

  #followContent(): void {
    const height = contentHeight(this.scene.layout.laneCount, laneHeightFor(this.#theme.fontSize));
    this.#view.setContentHeight(height);
    if (height === this.#contentHeight) return;
    this.#contentHeight = height;
    this.options.events?.onContentHeight?.(height);
  }

  #schedule(isChartStale: boolean): void {
    this.#isChartStale ||= isChartStale;
    this.#frame ??= requestAnimationFrame((at) => this.#draw(at));
  }

  #draw(at: number): void {
    this.#frame = undefined;
    const isMoving = this.#timeline.advance(at), surfaces = this.#view.surfaces(this.#theme);
    if (isMoving) this.#changed('range');
    if (!surfaces) return;
    const { geometry } = this;
    this.#gestures.sync();
    if (this.#isChartStale) this.#painter.paint(surfaces.chart, geometry, this.context);
    const marked = { hovered: this.#input.hovered, selected: this.#selected, dragged: this.#input.dragged };
    const isMarked = Object.values(marked).some((mark) => mark !== undefined);
    this.#view.showOverlay(isMarked);
    if (isMarked) drawOverlay(surfaces.overlay, geometry, this.scene, this.#theme, marked);
    this.#isChartStale = isMoving;
  }

  #updateTree(): void {
    clearTimeout(this.#treeTimer);
    this.#treeTimer = undefined;
    this.#tree.update(this.scene, this.#selected, this.numbers);
  }
}

/** Whether the person wants no motion. */
const isStill = (): boolean => document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches;

import type { TraceLayout } from '../../src/analysis/layout.ts';
import { Numbers } from '../../src/analysis/numbers.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';
import type { ChartCommand, ColourBy } from '../../src/protocol/panel.ts';
import { AccessibleTree } from './accessibleTree.ts';
import { exactLabel } from './bars.ts';
import { ChartInput } from './chartInput.ts';
import { ChartPainter } from './chartPainter.ts';
import type { PaintContext } from './chartPainter.ts';
import type { ChartOptions, Figures, Legend, SpanFacts, Stands, StepMode, TimeRange, TraceChange } from './chartTypes.ts';
import { ChartView } from './chartView.ts';
import { chartAsPng, chartAsSvg } from './exportChart.ts';
import type { ExportRequest } from './exportChart.ts';
import { Folding } from './folding.ts';
import { Geometry, contentHeight, laneHeightFor } from './geometry.ts';
import { Gestures } from './gestures.ts';
import { legendOf } from './legend.ts';
import { Navigator, isStill } from './navigator.ts';
import { drawOverlay } from './overlay.ts';
import { Packer } from './packer.ts';
import { paletteOf } from './palette.ts';
import { Scene } from './scene.ts';
import { readTheme } from './theme.ts';
import type { ChartTheme } from './theme.ts';
import { Timeline } from './timeline.ts';
import { walk } from './walk.ts';

/** What changed, for those that draw along with the chart; `frame` when it draws what changed before. */
export type ChartAspect = 'scene' | 'range' | 'theme' | 'present' | 'frame';

/** The legend of a longer trace is counted at most once in this time. */
const manyRows = 50_000, legendMs = 1_000;
/** A growing trace is read to nobody more often than this. */
const treeMs = 1_000;

/** The flame chart with its ruler, tooltip, keyboard and accessible tree. Fills `host`, whose size it follows. */
export class FlameChart {
  readonly scene = new Scene('role');
  readonly numbers: Numbers;
  readonly options: ChartOptions;
  readonly navigator: Navigator;
  readonly #timeline: Timeline;
  readonly #tree: AccessibleTree;
  readonly #view: ChartView;
  readonly #input: ChartInput;
  readonly #gestures: Gestures;
  readonly #packer: Packer;
  readonly #painter: ChartPainter;
  readonly #folding = new Folding(this.scene);
  readonly #listeners = new Set<(aspect: ChartAspect) => void>();
  #theme = readTheme(document.body);
  #palette = paletteOf(this.#theme, 'role');
  #selected: number | undefined;
  #stands: Stands | undefined;
  #legend: { readonly made: number; readonly legend: Legend } | undefined;
  #contentHeight = 0;
  /** Asking the element would make it lay out the page. */
  #scrollTop = 0;
  #frame: number | undefined;
  #isChartStale = true;
  #treeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, options: ChartOptions = {}) {
    this.options = options;
    this.numbers = new Numbers(options.locale);
    this.#painter = new ChartPainter(this.numbers);
    if (options.retryOf !== undefined) this.scene.retryOf = options.retryOf;
    this.#tree = new AccessibleTree(options.label ?? 'Flame chart');
    this.#timeline = new Timeline(() => this.scene, () => this.#changed('range'));
    this.#view = new ChartView(host, this.#tree.element, () => this.#changed('range'));
    this.#input = new ChartInput(this, this.#view, this.#tree.element);
    this.navigator = new Navigator({
      scene: this.scene,
      timeline: this.#timeline,
      scroller: this.#view.scroller,
      geometry: () => this.geometry,
      onMove: (isAway) => this.#onMove(isAway),
      onSettled: (range) => options.events?.onRangeChange?.(range),
    });
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

  /** Of what is drawn, CSS pixels; a bar to scroll with is beside it. */
  get width(): number { return this.#view.size.width; }

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
    } else if (change.retimed) {
      this.#timeline.reset();
      this.#input.reset();
    }
    if (this.#folding.names.length > 0 && (change.reset || texts.length > textsBefore)) this.#folding.apply();
    this.#changed('scene');
    this.#timeline.keepUp();
    if (this.follow && this.scene.isRunning && rows.count > before && before > 0) this.navigator.scrollTo(rows.count - 1);
    this.#packer.consider();
  }

  /** Where the present is; open spans reach to it. Undefined when the run is over. `recordedNs` has the time that is folded away. */
  setNow(ns: number | undefined, recordedNs = ns): void {
    this.scene.present = ns;
    this.scene.recordedNow = recordedNs ?? this.scene.now;
    this.#timeline.keepUp();
    if (this.scene.openCount === 0) return;
    this.#input.refreshTooltip();
    for (const listener of this.#listeners) listener('present');
    this.#schedule(true);
  }

  /** Selects without telling `onSelect`; `reveal` scrolls and pans so that it can be seen. */
  setSelection(row: number | undefined, reveal = false): void {
    this.#selected = row;
    this.#updateTree();
    if (reveal && row !== undefined) this.navigator.reveal(row);
    this.#schedule(false);
  }

  /** Marks where the program stands in the debugger. */
  setStands(stands: Stands): void {
    const isAny = stands.at.size > 0;
    if (!isAny && this.#stands === undefined) return;
    this.#stands = isAny ? stands : undefined;
    this.scene.standsAt = stands.at;
    this.#updateTree();
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

  /** What has ended cannot be followed. */
  toggleFollow(): void {
    if (this.scene.isRunning) this.#tellFollow(!this.follow);
  }

  /** Undefined = all of the run. */
  setRange(range: TimeRange | undefined, animate = false): void {
    this.#timeline.set(range, animate && !isStill() ? performance.now() : undefined);
  }

  /** Shows a range because a person asked for it: follow mode ends, and there is a way back. */
  showRange(range: TimeRange | undefined, tween = true): void {
    this.navigator.show(range, tween);
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
    this.#fold(this.#folding.toggled(name));
  }

  setFolded(names: readonly string[]): void {
    if (this.#folding.set(names)) this.#changed('scene');
  }

  /** Folds every run of three or more equal siblings; unfolds all when something is folded. */
  toggleFoldRepeats(): void {
    this.#fold(this.#folding.repeats());
  }

  /** Folds the run that a span stands in, or unfolds it. */
  toggleFold(row: number): void {
    if (this.#folding.canToggle(row)) this.foldName(exactLabel(this.scene, row));
  }

  setStepMode(mode: StepMode): void {
    this.#input.setStepMode(mode);
  }

  /** True when the chart did it; the others are the panel's. */
  command(command: ChartCommand): boolean {
    switch (command) {
      case 'zoomToSpan':
        if (this.#selected !== undefined) this.navigator.fit(this.#selected);
        return true;
      case 'fitAll': this.showRange(undefined); return true;
      case 'toggleFollow': this.toggleFollow(); return true;
      case 'showSubtree': this.showSubtree(this.#selected); return true;
      case 'nextError': case 'previousError': {
        const row = walk(this.scene, this.#selected, command, 'error');
        if (row !== undefined) this.select(row);
        return true;
      }
      case 'foldName':
        if (this.#selected !== undefined) this.foldName(exactLabel(this.scene, this.#selected));
        return true;
      default: return false;
    }
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

  redraw(): void {
    this.#schedule(true);
  }

  redrawOverlay(): void {
    this.#schedule(false);
  }

  async toPng(): Promise<Blob> { return await chartAsPng(this.#exportRequest()); }

  toSvg(): string { return chartAsSvg(this.#exportRequest()); }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.navigator.dispose();
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

  #onMove(isAway: boolean): void {
    if (isAway && this.follow && this.scene.isRunning) this.#tellFollow(false);
    this.#input.forgetPointer();
    this.#packer.moved();
  }

  #fold(names: readonly string[]): void {
    this.setFolded(names);
    this.options.events?.onFoldChange?.(names);
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
    for (const listener of this.#listeners) listener('frame');
    if (!surfaces) return;
    const { geometry } = this;
    this.#gestures.sync();
    if (this.#isChartStale) this.#painter.paint(surfaces.chart, geometry, this.context);
    const marked = { hovered: this.#input.hovered, selected: this.#selected, dragged: this.#input.dragged, stands: this.#stands };
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

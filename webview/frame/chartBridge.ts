import { FlameChart } from '../flame/flameChart.ts';
import { Minimap } from '../flame/minimap.ts';
import type { ChartEvents, Legend, PanelRequest, StepMode } from '../flame/chartTypes.ts';
import type { ChartTheme } from '../flame/theme.ts';
import { locale } from '../components/numbers.ts';
import { attemptsOf } from '../state/attempts.ts';
import { failureOf } from '../details/failure.ts';
import type { Panel } from '../state/panel.ts';
import { Signal } from '../state/signal.ts';
import { spanContext } from '../state/spanContext.ts';
import { shownTime } from '../state/trace.ts';
import type { Trace } from '../state/trace.ts';
import type { SpanDetails } from '../../src/protocol/panel.ts';

/** The legend of a growing run is read anew this long after a change, and later where there is more to count. */
const legendPauseMs = 1100, legendPauseMsPerRow = 0.004;
/** Tries of tools in a growing run are looked for at most this often, and seldom in one of a million spans: all are looked through. */
const triesPauseMs = 200, triesPauseMsPerRow = 0.02;
/** The pointer rests this long on a bar before the host is asked about it: a little longer than the tooltip takes to show. */
const hoverPauseMs = 350;

/** Keeps the chart and its overview at what the panel knows, and the panel at what people do in the chart. */
export class ChartBridge {
  readonly chart: FlameChart;
  readonly legend = new Signal<Legend | undefined>(undefined);
  /** Height in CSS pixels that would show every lane. */
  readonly contentHeight = new Signal(0);
  readonly stepMode = new Signal<StepMode>('time');
  /** Rows that there were when somebody moved away from the present; undefined while following. */
  readonly pausedAt = new Signal<number | undefined>(undefined);
  readonly #panel: Panel;
  readonly #minimap: Minimap;
  readonly #keyTarget: Element | null;
  readonly #stops: (() => void)[] = [];
  #hoverTimer: ReturnType<typeof setTimeout> | undefined;
  #legendTimer: ReturnType<typeof setTimeout> | undefined;
  /** The trace as it was when the tries of tools were looked for. */
  #tried: Trace | undefined;
  #triesTimer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;

  constructor(panel: Panel, hosts: { readonly chart: HTMLElement; readonly overview: HTMLElement }, theme: Signal<ChartTheme>, onRequest: (request: PanelRequest) => void) {
    this.#panel = panel;
    this.chart = new FlameChart(hosts.chart, { events: this.#events(onRequest), label: 'Flame chart of the run', retryOf: (row) => this.#retryOf(row), contextOf: (row) => (panel.trace.value === undefined ? '' : spanContext(panel.trace.value, row)), ...(locale === undefined ? {} : { locale }) });
    this.#keyTarget = hosts.chart.querySelector('[role=tree]');
    this.#minimap = new Minimap(hosts.overview, this.chart);
    const { view } = panel;
    this.chart.setFolded(view.foldedNames.value);
    this.#showTrace(panel.trace.value, true);
    this.#follow(theme, () => { this.chart.setTheme(theme.value); this.#readLegend(); });
    this.#follow(view.colourBy, () => { this.chart.setColourBy(view.colourBy.value); this.#readLegend(); });
    this.#stops.push(panel.trace.subscribe(() => this.#showTrace(panel.trace.value, false)));
    this.#follow(view.follow, () => this.#followChanged());
    this.#showRange();
    this.#follow(panel.selection, () => this.chart.setSelection(panel.selectedRow < 0 ? undefined : panel.selectedRow, true));
    this.#follow(panel.search.state, () => this.chart.setMatches(panel.search.state.value.matches?.toSorted()));
    this.#follow(panel.clock.tick, () => this.#showNow());
    this.#follow(panel.summary, () => this.#showNow());
    this.#follow(panel.stands, () => this.chart.setStands(panel.stands.value));
    this.#follow(panel.details.state, () => this.#showFacts(panel.details.state.value.details));
    this.#follow(panel.peek, () => this.#showFacts(panel.peek.value));
  }

  /** Does in the chart what a key that was pressed elsewhere means there; false when it means nothing. */
  press({ key, code, shiftKey, altKey, ctrlKey, metaKey, repeat }: KeyboardEvent): boolean {
    const heard = new KeyboardEvent('keydown', { key, code, shiftKey, altKey, ctrlKey, metaKey, repeat, cancelable: true });
    return this.#keyTarget?.dispatchEvent(heard) === false;
  }

  /** Whether open spans grow with every frame: only while somebody follows the run and wants motion. */
  animate(isSmooth: boolean): void {
    if (isSmooth === (this.#frame !== undefined)) return;
    if (!isSmooth) {
      cancelAnimationFrame(this.#frame ?? 0);
      this.#frame = undefined;
      return;
    }
    const grow = (): void => {
      this.#showNow();
      this.#frame = requestAnimationFrame(grow);
    };
    this.#frame = requestAnimationFrame(grow);
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#hoverTimer);
    clearTimeout(this.#legendTimer);
    clearTimeout(this.#triesTimer);
    this.animate(false);
    this.#minimap.dispose();
    this.chart.dispose();
  }

  #events(onRequest: (request: PanelRequest) => void): ChartEvents {
    const panel = this.#panel, { view } = panel;
    return {
      onSelect: (row) => panel.select(row ?? -1),
      onOpenSource: (row, beside) => panel.openSource(row, beside),
      onRangeChange: (range) => { view.range.value = range === undefined ? undefined : [range.from, range.to]; },
      onFollowChange: (follow) => { view.follow.value = follow; },
      onHover: (row) => this.#hover(row),
      onFoldChange: (names) => { view.foldedNames.value = names; },
      onContentHeight: (height) => { this.contentHeight.value = height; },
      onStepModeChange: (mode) => { this.stepMode.value = mode; },
      onRequest,
      onClearFilter: () => {
        const had = panel.search.state.value.query !== '';
        panel.search.setQuery('');
        return had;
      },
    };
  }

  /** Runs now and after every change. */
  #follow(signal: Signal<unknown>, run: () => void): void {
    run();
    this.#stops.push(signal.subscribe(run));
  }

  #showTrace(trace: Trace | undefined, isFirst: boolean): void {
    if (trace === undefined) return;
    const { isReset, isRetimed, appendedFrom, changed } = trace.step, { paused, isFolded, recorded, origin, tree } = trace;
    const pauses = paused.isEmpty ? {} : { pauses: { paused, isFolded, recorded: recorded.rows } };
    this.#showNow();
    this.chart.setTrace(trace.rows, trace.texts, trace.figures, { origin, tree, awaited: trace.awaited, ...pauses, ...(isFirst || isReset ? { reset: true } : isRetimed ? { retimed: true } : { appendedFrom, changed }) });
    if (isRetimed) this.#showRange();
    if (isReset && !isFirst) this.chart.setSelection(this.#panel.selectedRow < 0 ? undefined : this.#panel.selectedRow, true);
    this.#legendTimer ??= setTimeout(() => this.#readLegend(), legendPauseMs + trace.rows.count * legendPauseMsPerRow);
    if (isFirst || isReset) this.#tried = trace;
    else this.#triesTimer ??= setTimeout(() => this.#lookForTries(), triesPauseMs + trace.rows.count * triesPauseMsPerRow);
  }

  #showRange(): void {
    const { value: range } = this.#panel.view.range;
    if (range !== undefined) this.chart.setRange({ from: range[0], to: range[1] });
  }

  #lookForTries(): void {
    this.#triesTimer = undefined;
    this.#tried = this.#panel.trace.value;
    this.chart.redraw();
  }

  #retryOf(row: number): number {
    return this.#tried === undefined || row >= this.#tried.rows.count ? 0 : attemptsOf(this.#tried, row).indexOf(row);
  }

  #showNow(): void {
    const { trace, summary, clock } = this.#panel;
    if (trace.value === undefined) return;
    const recorded = clock.now(trace.value.baseUnixNano), isRunning = summary.value !== undefined && summary.value.openCount > 0 && Number.isFinite(recorded);
    this.chart.setNow(isRunning ? shownTime(trace.value, recorded) : undefined, recorded);
  }

  #followChanged(): void {
    const { trace, view } = this.#panel;
    this.chart.setFollow(view.follow.value);
    this.pausedAt.value = view.follow.value ? undefined : trace.value?.rows.count;
  }

  /** Counts all spans, so not with every message. */
  #readLegend(): void {
    clearTimeout(this.#legendTimer);
    this.#legendTimer = undefined;
    if (this.#panel.trace.value !== undefined) this.legend.value = this.chart.legend();
  }

  #hover(row: number | undefined): void {
    clearTimeout(this.#hoverTimer);
    const trace = this.#panel.trace.value;
    if (row === undefined || trace === undefined) return;
    this.#hoverTimer = setTimeout(() => this.#panel.look({ epoch: trace.epoch, row }), hoverPauseMs);
  }

  #showFacts(details: SpanDetails | undefined): void {
    const trace = this.#panel.trace.value;
    if (details === undefined || trace === undefined || details.ref.epoch !== trace.epoch) return;
    const failure = failureOf(details), [source] = details.sources, firstTokenNs = details.record.agent?.timeToFirstTokenNs;
    this.chart.setFacts(details.ref.row, {
      ...(failure === undefined ? {} : { errorMessage: failure.title }),
      ...(source === undefined ? {} : { source: source.label }),
      ...(firstTokenNs === undefined ? {} : { firstTokenNs }),
    });
  }
}

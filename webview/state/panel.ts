import type { ChartCommand, FileAction, FileStatus, PanelAction, PanelSummary, PausedSpans, ReceiverStatus, RowRef, SpanDetails, Standing, ToPanel } from '../../src/protocol/panel.ts';
import { PausedTime } from '../../src/analysis/pausedTime.ts';
import type { RowsMessage } from '../../src/protocol/rows.ts';
import { Clock } from './clock.ts';
import { DetailsLoader, sameRef } from './detailsLoader.ts';
import type { Host } from './host.ts';
import { PausedFold, pausedTimeOf } from './pausedFold.ts';
import { present, readSavedState } from './savedState.ts';
import { Search } from './search.ts';
import { Signal } from './signal.ts';
import { noStands, standsOf } from './stands.ts';
import { TraceBuilder, shownTime } from './trace.ts';
import type { Trace } from './trace.ts';
import { ViewSettings } from './viewSettings.ts';

/** A selected span that changes is read anew this often. */
const liveDetailsMs = 300;

/** Sums of a run that goes on are shown anew this often: with every frame they would cost more than the chart. */
const summaryPauseMs = 100;

/** Runs something soon, once a frame at most. */
export type NextFrame = (run: () => void) => void;

/**
 * What the panel knows and can ask for. Messages of the host are applied together, at most once a frame, and then
 * acknowledged; views read the signals.
 */
export class Panel {
  readonly status = new Signal<ReceiverStatus | undefined>(undefined);
  readonly traceId: Signal<string | undefined>;
  readonly trace = new Signal<Trace | undefined>(undefined);
  readonly summary = new Signal<PanelSummary | undefined>(undefined);
  /** True when the shown trace was deleted or evicted. */
  readonly gone = new Signal(false);
  /** Why the panel cannot go on, in words. */
  readonly failure = new Signal<string | undefined>(undefined);
  /** Details of a span that somebody only looked at. */
  readonly peek = new Signal<SpanDetails | undefined>(undefined);
  /** What the last request that failed said. */
  readonly notice = new Signal<string | undefined>(undefined);
  /** How the file stands that the trace is from, when there is something to say about it. */
  readonly file = new Signal<FileStatus | undefined>(undefined);
  /** Where the program stands in the debugger. */
  readonly stands = new Signal(noStands);
  readonly clock = new Clock();
  readonly details: DetailsLoader;
  readonly search: Search;
  readonly view: ViewSettings;
  /** Does what a command of the editor asks the views for. */
  onCommand: (command: ChartCommand) => void = () => {};

  readonly #host: Host;
  readonly #nextFrame: NextFrame;
  readonly #builder = new TraceBuilder();
  readonly #selection = new Signal<RowRef | undefined>(undefined);
  readonly #fold = new PausedFold();
  #recorded: Trace | undefined;
  #pausedSpans: PausedSpans = [];
  #paused = PausedTime.none;
  #standing: Standing | undefined;
  #queue: ToPanel[] = [];
  #looksAt: RowRef | undefined;
  /** Rows were missing, and everything has been asked for. */
  #startsAnew = false;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #newSummary: PanelSummary | undefined;
  #summaryTimer: ReturnType<typeof setTimeout> | undefined;
  #summaryShownAt = -Infinity;

  constructor(host: Host, nextFrame: NextFrame) {
    const saved = readSavedState(host.readState());
    this.#host = host;
    this.#nextFrame = nextFrame;
    this.traceId = new Signal(saved.traceId);
    this.details = new DetailsLoader((message) => host.post(message));
    this.search = new Search((message) => host.post(message), () => this.trace.value);
    this.view = new ViewSettings(saved);
    this.search.setQuery(saved.query);
    this.view.foldsPaused.subscribe(() => this.#refold());
    host.onMessage((message) => this.#receive(message));
  }

  get selection(): Signal<RowRef | undefined> {
    return this.#selection;
  }

  /** The selected row of the shown trace, -1 when there is none. */
  get selectedRow(): number {
    const trace = this.trace.value, ref = this.#selection.value;
    return trace !== undefined && ref?.epoch === trace.epoch && ref.row < trace.rows.count ? ref.row : -1;
  }

  /** The present as it is shown, in nanoseconds after the base. */
  now(trace: Trace): number {
    return shownTime(trace, this.clock.now(trace.baseUnixNano));
  }

  /** Tells the host that the panel is there, and asks for everything. */
  start(): void {
    this.failure.value = undefined;
    this.#host.post({ type: 'panel.ready', ...present('traceId', this.traceId.value) });
  }

  /** Selects a row for all views and the editor; a negative one selects nothing. */
  select(row: number): void {
    const trace = this.trace.value;
    const ref = trace === undefined || row < 0 || row >= trace.rows.count ? undefined : { epoch: trace.epoch, row };
    if (sameRef(ref, this.#selection.value)) return;
    this.#selection.value = ref;
    this.details.want(ref);
    this.#host.post({ type: 'selection.changed', ref: ref ?? null });
  }

  /** Asks for the details of a span without selecting it, unless the host is still busy with those of the selection. */
  look(ref: RowRef): void {
    if (sameRef(ref, this.#looksAt) || sameRef(ref, this.#selection.value) || this.details.isPending) return;
    this.#looksAt = ref;
    this.#host.post({ type: 'details.get', ref });
  }

  run(action: PanelAction): void {
    this.#host.post({ type: 'action.run', action });
  }

  runOnFile(action: FileAction): void {
    this.#host.post({ type: 'file.run', action });
  }

  copy(text: string): void {
    this.#host.post({ type: 'value.copy', text });
  }

  /** Opens the line of a row's code; without an index the host takes the best candidate. */
  openSource(row: number, beside: boolean, index?: number): void {
    const trace = this.trace.value;
    if (trace === undefined || row < 0) return;
    this.#host.post({ type: 'source.open', ref: { epoch: trace.epoch, row }, beside, ...present('index', index) });
  }

  post: Host['post'] = (message) => this.#host.post(message);

  /** Keeps what a reload of this page should bring back. */
  save(): void {
    const spanId = this.details.state.value.details?.record.spanId;
    this.#host.writeState(this.view.toSaved({ traceId: this.traceId.value, spanId, query: this.search.state.value.query }));
  }

  #receive(message: ToPanel): void {
    this.#queue.push(message);
    if (this.#queue.length === 1) this.#nextFrame(() => this.#applyAll());
  }

  #applyAll(): void {
    const queue = this.#queue;
    this.#queue = [];
    const before = this.trace.value;
    try {
      for (const message of queue) this.#apply(message);
    } catch (error) {
      this.failure.value = 'The view lost its data source. Nothing stored is lost.';
      this.#host.post({ type: 'failure.report', message: error instanceof Error ? error.message : String(error) });
      return;
    }
    const trace = this.trace.value;
    if (trace !== undefined && trace !== before) this.#host.post({ type: 'rows.ack', revision: trace.revision });
  }

  #apply(message: ToPanel): void {
    switch (message.type) {
      case 'panel.show': this.#show(message); break;
      case 'trace.rows':
        if (message.rows.traceId === this.traceId.value) this.#applyRows(message.rows);
        break;
      case 'trace.summary':
        if (message.summary.traceId !== this.traceId.value) break;
        // A run that is over stands at its last sign of life, also for spans whose end was never told.
        this.clock.set(message.summary.openCount === 0 ? message.summary.endUnixNano ?? message.nowUnixNano : message.nowUnixNano);
        this.#takeSummary(message.summary);
        break;
      case 'trace.gone':
        if (message.traceId === this.traceId.value) this.gone.value = true;
        break;
      case 'receiver.status': this.status.value = message.status; break;
      case 'file.status': this.file.value = message.file; break;
      case 'selection.set': this.#selectQuietly(message.ref); break;
      case 'paused.set':
        if (message.traceId === this.traceId.value) this.#setPaused(message.paused);
        break;
      case 'standing.set':
        this.#standing = message.traceId === this.traceId.value ? message.standing : undefined;
        this.#showStands();
        break;
      case 'span.details':
        if (sameRef(message.details.ref, this.#looksAt)) this.peek.value = message.details;
        this.details.take(message.details);
        break;
      case 'search.result': this.search.take(message); break;
      case 'chart.command': this.onCommand(message.command); break;
      case 'request.failed':
        if (message.request === 'details.get') this.details.failed(message.message);
        else this.notice.value = message.message;
        break;
    }
  }

  /** Shows the sums at once when the run has begun or ended. */
  #takeSummary(summary: PanelSummary): void {
    const shown = this.summary.value, wait = this.#summaryShownAt + summaryPauseMs - performance.now();
    this.#newSummary = summary;
    if (wait <= 0 || shown?.traceId !== summary.traceId || (shown.openCount === 0) !== (summary.openCount === 0)) this.#showSummary();
    else this.#summaryTimer ??= setTimeout(() => this.#showSummary(), wait);
  }

  #showSummary(): void {
    clearTimeout(this.#summaryTimer);
    this.#summaryTimer = undefined;
    this.#summaryShownAt = performance.now();
    if (this.#newSummary?.traceId === this.traceId.value) this.summary.value = this.#newSummary;
  }

  #show(message: Extract<ToPanel, { type: 'panel.show' }>): void {
    this.status.value = message.status;
    this.gone.value = false;
    // Everything begins anew; what was asked before may never be answered.
    this.details.restart();
    const isOther = message.traceId !== this.traceId.value;
    if (isOther) {
      this.traceId.value = message.traceId;
      this.#builder.clear();
      this.#fold.forget();
      this.trace.value = this.#recorded = undefined;
      this.#pausedSpans = [];
      this.#paused = PausedTime.none;
      this.#standing = undefined;
      this.#showStands();
      this.summary.value = undefined;
      this.view.showOther();
    }
    const ref = message.spanRow ?? (isOther ? undefined : this.#selection.value);
    this.#selection.value = ref;
    this.details.want(ref);
  }

  #applyRows(message: RowsMessage): void {
    const recorded = this.#builder.apply(message);
    if (recorded === undefined) {
      if (!this.#startsAnew) this.start();
      this.#startsAnew = true;
      return;
    }
    if (this.#recorded?.baseUnixNano !== recorded.baseUnixNano) this.#paused = pausedTimeOf(this.#pausedSpans, recorded.baseUnixNano);
    this.#recorded = recorded;
    const trace = this.#fold.apply(recorded, this.#paused, this.view.foldsPaused.value);
    const { isReset, changed } = trace.step;
    if (isReset) this.#startsAnew = false;
    this.trace.value = trace;
    if (this.#standing !== undefined) this.#showStands();
    this.view.folds.traceChanged(trace, isReset);
    this.search.traceChanged(isReset);
    const ref = this.#selection.value;
    if (isReset) {
      if (ref?.epoch !== trace.epoch) this.details.want(undefined);
    } else if (ref !== undefined && changed.includes(ref.row)) {
      this.#refreshSoon();
    }
  }

  #setPaused(spans: PausedSpans): void {
    this.#pausedSpans = spans;
    if (this.#recorded === undefined) return;
    this.#paused = pausedTimeOf(spans, this.#recorded.baseUnixNano);
    this.#refold();
  }

  /** Shows the trace with or without paused time; what is shown of it stays the same part. */
  #refold(): void {
    const before = this.trace.value;
    if (this.#recorded === undefined || before === undefined) return;
    const nothing = { isReset: false, appendedFrom: this.#recorded.rows.count, changed: new Uint32Array(0), isRetimed: false };
    const trace = this.#fold.apply({ ...this.#recorded, step: nothing }, this.#paused, this.view.foldsPaused.value);
    const { value: range } = this.view.range;
    if (trace.step.isRetimed && range !== undefined) {
      const [from, to] = range.map((time) => shownTime(trace, before.isFolded ? before.paused.unfolded(time) : time)) as [number, number];
      this.view.range.value = to > from ? [from, to] : undefined;
    }
    this.trace.value = trace;
  }

  #showStands(): void {
    this.stands.value = standsOf(this.trace.value, this.#standing, this.stands.value);
  }

  /** The selected span changed: reads it anew, but not with every frame. */
  #refreshSoon(): void {
    if (this.#refreshTimer !== undefined) return;
    this.#refreshTimer = setTimeout(() => {
      this.#refreshTimer = undefined;
      this.details.want(this.#selection.value);
    }, liveDetailsMs);
  }

  #selectQuietly(ref: RowRef | undefined): void {
    if (sameRef(ref, this.#selection.value)) return;
    this.#selection.value = ref;
    this.details.want(ref);
  }
}

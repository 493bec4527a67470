import { EventEmitter } from 'vscode';
import type { TraceOverview } from '../../model/records.ts';
import type { Collector, CollectorHost, TracesEvent } from '../collector/collectorHost.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';
import { Throttle } from '../throttle.ts';
import { isRunning } from './traceGroups.ts';

export const pageSize = 500;
const refreshMs = 250;

/** What the Traces view shows of what the collector holds. */
export interface TraceListing {
  /** Newest first, at most `limit`. */
  readonly traces: readonly TraceOverview[];
  /** How many traces match the filter. */
  readonly matching: number;
  /** How many traces there are. */
  readonly total: number;
}

/**
 * The newest traces that match the filter, kept up to date while spans arrive. Summaries come with the collector's
 * events; only with a filter, or when traces go, is it asked again.
 */
export class TraceIndex {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  /** Ids of traces that have more failed spans than before. */
  readonly #failed = new EventEmitter<readonly string[]>();
  readonly onDidFail = this.#failed.event;

  readonly #collector: Collector;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  readonly #refresh: Throttle;
  /** The newest traces of all, newest first, whatever the filter. */
  readonly #newest = new Map<string, TraceOverview>();
  readonly #errors = new Map<string, number>();
  #listing: TraceListing = { traces: [], matching: 0, total: 0 };
  #filter = '';
  #limit = pageSize;
  #isLoaded = false;

  constructor(collector: CollectorHost, log: Log) {
    this.#collector = collector;
    this.#log = log;
    this.#refresh = this.#disposables.add(new Throttle(refreshMs, () => this.#load()));
    this.#disposables.add(this.#changed);
    this.#disposables.add(this.#failed);
    this.#disposables.add(collector.onDidChangeTraces((event) => this.#take(event)));
    this.#disposables.add(collector.onDidStart(() => this.#refresh.request()));
  }

  get listing(): TraceListing { return this.#listing; }
  get filter(): string { return this.#filter; }
  get isLoaded(): boolean { return this.#isLoaded; }
  get running(): number { return [...this.#newest.values()].filter(isRunning).length; }

  /** Whether some of the newest traces were made in tests. */
  get hasTests(): boolean { return [...this.#newest.values()].some(({ test }) => test !== undefined); }

  /** The newest trace of all, whatever the filter. */
  get latest(): TraceOverview | undefined {
    return this.#newest.values().next().value;
  }

  summaryOf(traceId: string): TraceOverview | undefined {
    return this.#newest.get(traceId) ?? this.#listing.traces.find((trace) => trace.traceId === traceId);
  }

  /** Shows what matches. Rejects with what is wrong with the query, and then keeps the former one. */
  async setFilter(query: string): Promise<void> {
    const listing = await this.#list(query);
    this.#filter = query;
    this.#show(listing);
  }

  /** Asks the collector, and starts it when it does not run. */
  load(): void {
    this.#refresh.request();
  }

  showMore(): void {
    this.#limit += pageSize;
    this.#refresh.request();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #list(filter: string): Promise<TraceListing> {
    const page = { offset: 0, limit: this.#limit };
    const all = await this.#collector.call('listTraces', '', filter === '' ? page : { offset: 0, limit: pageSize });
    this.#newest.clear();
    for (const trace of all.traces) this.#newest.set(trace.traceId, trace);
    if (filter === '') return { traces: all.traces, matching: all.total, total: all.total };
    const { traces, total } = await this.#collector.call('listTraces', filter, page);
    return { traces, matching: total, total: all.total };
  }

  async #load(): Promise<void> {
    try {
      this.#show(await this.#list(this.#filter));
    } catch (error) {
      this.#log.error('The traces could not be listed', error);
    }
  }

  #show(listing: TraceListing): void {
    this.#isLoaded = true;
    this.#listing = listing;
    for (const { traceId, errorCount } of listing.traces) if (!this.#errors.has(traceId)) this.#errors.set(traceId, errorCount);
    this.#changed.fire();
  }

  #take({ summaries, removed }: TracesEvent): void {
    this.#noteFailures(summaries, removed);
    const isNew = summaries.some(({ traceId }) => !this.#newest.has(traceId));
    for (const summary of summaries) if (this.#newest.has(summary.traceId)) this.#newest.set(summary.traceId, summary);
    if (isNew || removed.length > 0 || this.#filter !== '' || !this.#isLoaded) this.#refresh.request();
    if (this.#filter !== '' || !this.#isLoaded) return;
    const gone = new Set(removed);
    const traces = this.#listing.traces.filter(({ traceId }) => !gone.has(traceId)).map((trace) => this.#newest.get(trace.traceId) ?? trace);
    this.#listing = { ...this.#listing, traces };
    this.#changed.fire();
  }

  #noteFailures(summaries: readonly TraceOverview[], removed: readonly string[]): void {
    for (const traceId of removed) this.#errors.delete(traceId);
    const failed = summaries.filter(({ traceId, errorCount }) => errorCount > (this.#errors.get(traceId) ?? 0));
    for (const { traceId, errorCount } of summaries) this.#errors.set(traceId, errorCount);
    if (failed.length > 0) this.#failed.fire(failed.map(({ traceId }) => traceId));
  }
}

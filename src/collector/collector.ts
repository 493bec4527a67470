import type { TraceOverview } from '../model/records.ts';
import { receivedSource, traceKeyOf } from '../model/traceKey.ts';
import type { CollectorCalls, CollectorOptions, CollectorStats } from '../protocol/collector.ts';
import type { RowRef } from '../protocol/panel.ts';
import { CodeUses } from './code/codeUse.ts';
import { importFile } from './fileImport.ts';
import { OpenedFiles } from './files/openedFiles.ts';
import { PauseKeeper } from './pauses/pauseKeeper.ts';
import { pausesIn } from './pauses/recordedPauses.ts';
import { Ingest } from './ingest.ts';
import { LogLimit } from './logLimit.ts';
import { Ports } from './ports.ts';
import type { PortsOptions, WantedPorts } from './ports.ts';
import { defaultLimits } from './receivers/admission.ts';
import { ControlChannel } from './receivers/controlChannel.ts';
import { SpanTrees } from './spanTrees.ts';
import { rowsInOrder, spanRecordOf } from './store/spanRecords.ts';
import type { TraceColumns } from './store/traceColumns.ts';
import { TraceStore } from './store/traceStore.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Emit } from './subscriptions.ts';
import { exportKinds, RunningExports } from './traceExport.ts';
import { searchRows, searchTraces } from './traceSearch.ts';
import { keyed, TraceSources } from './traceSources.ts';

const announceMs = 50, tickMs = 1000;
const ticksBetweenAgeChecks = 60;
/** What is received keeps at least this part of the memory, however large the opened files are. */
const receivedShare = 0.5;

/** The handlers of all calls: results as they are, or as promises. */
export type CallHandlers = { [K in keyof CollectorCalls]: (...args: Parameters<CollectorCalls[K]>) => ReturnType<CollectorCalls[K]> | Promise<ReturnType<CollectorCalls[K]>> };

/**
 * Everything that the worker does, without the worker: takes in what arrives, keeps it, and answers the host. Calls that
 * fail throw errors with messages for the user.
 */
export class Collector implements CallHandlers {
  private readonly emit: Emit;
  private readonly logLimit: LogLimit;
  private store: TraceStore | undefined;
  private files: OpenedFiles | undefined;
  private sources: TraceSources | undefined;
  private codeUses: CodeUses | undefined;
  private pauses: PauseKeeper | undefined;
  private ingest: Ingest | undefined;
  private ports: Ports | undefined;
  private subscriptions: Subscriptions | undefined;
  private readonly trees = new SpanTrees();
  private readonly exports = new RunningExports();
  private readonly control = new ControlChannel((hit) => this.emit({ type: 'breakpoint.hit', hit }), (count) => this.emit({ type: 'programs.changed', count }), (report) => this.emit({ type: 'program.seen', report }));
  private options: CollectorOptions | undefined;
  private opened: Promise<void> = Promise.resolve();
  private listening: WantedPorts | undefined;
  private readonly changedIds = new Set<string>();
  private readonly removedIds = new Set<string>();
  private announcing: NodeJS.Timeout | undefined;
  private lastAnnounced = 0;
  private ticking: NodeJS.Timeout | undefined;
  private ticks = 0;
  private spansBefore = 0;
  private spansPerSecond = 0;
  private lastStats = '';

  constructor(emit: Emit) {
    this.emit = emit;
    this.logLimit = new LogLimit((level, message) => this.emit({ type: 'log.line', level, message }));
  }

  async configure(options: CollectorOptions): Promise<void> {
    const before = this.options;
    this.options = options;
    if (this.store === undefined) this.build(options);
    else this.shareMemory();
    await this.opened;
    const isAdmissionChanged = before !== undefined
      && JSON.stringify(admissionOf(before)) !== JSON.stringify(admissionOf(options));
    if (!isAdmissionChanged) return;
    await this.ports?.stop();
    this.ports = this.portsOf(options);
    if (this.listening !== undefined) await this.ports.start(this.listening);
  }

  async start(ports: WantedPorts): ReturnType<Ports['start']> {
    await this.opened;
    const result = await this.need(this.ports).start(ports);
    this.listening = ports;
    return result;
  }

  async stop(): Promise<void> {
    this.listening = undefined;
    await this.ports?.stop();
  }

  controlToken(): string { return this.control.token; }

  setBreakpoints(items: Parameters<CollectorCalls['setBreakpoints']>[0]): void { this.control.setBreakpoints(items); }

  async listTraces(query: string, page?: { readonly offset: number; readonly limit: number }, source = receivedSource): ReturnType<typeof searchTraces> {
    const store = (await this.openSources()).storeOf(source);
    if (store === undefined) return { traces: [], total: 0 };
    const { traces, total } = await searchTraces(store, query, page);
    return { traces: traces.map((summary) => keyed(source, summary)), total };
  }

  async summaryOf(traceId: string): Promise<TraceOverview | undefined> { return (await this.openSources()).summaryOf(traceId); }

  async getTrace(traceId: string): Promise<ReturnType<CollectorCalls['getTrace']>> {
    const trace = await this.trace(traceId);
    return trace === undefined ? [] : rowsInOrder(trace).map((row) => spanRecordOf(trace, row));
  }

  async spanAt(traceId: string, { epoch, row }: Parameters<CollectorCalls['spanAt']>[1]): Promise<ReturnType<CollectorCalls['spanAt']>> {
    const trace = await this.trace(traceId);
    return trace === undefined || trace.epoch !== epoch || row < 0 || row >= trace.count ? undefined : spanRecordOf(trace, row);
  }

  async spanById(traceId: string, spanId: string): Promise<ReturnType<CollectorCalls['spanById']>> {
    const trace = await this.trace(traceId);
    const row = trace?.rowOf(spanId) ?? -1;
    return trace === undefined || row < 0 ? undefined : spanRecordOf(trace, row);
  }

  async rowOf(traceId: string, spanId: string): Promise<ReturnType<CollectorCalls['rowOf']>> {
    const trace = await this.trace(traceId);
    trace?.settle();
    const row = trace?.rowOf(spanId) ?? -1;
    return trace === undefined || row < 0 ? undefined : { epoch: trace.epoch, row };
  }

  async childrenOf(traceId: string, spanId: string | undefined, page: { readonly offset: number; readonly limit: number }): Promise<ReturnType<CollectorCalls['childrenOf']>> {
    const trace = await this.trace(traceId);
    const row = spanId === undefined ? -1 : trace?.rowOf(spanId) ?? -1;
    return trace === undefined || (spanId !== undefined && row < 0) ? { nodes: [], total: 0 } : this.trees.children(trace, row, page);
  }

  async pathTo(traceId: string, spanId: string): Promise<readonly string[]> {
    const trace = await this.trace(traceId);
    const path: string[] = [];
    if (trace !== undefined) for (let row = trace.rowOf(spanId); row >= 0; row = trace.parent[row] as number) path.push(trace.spanIdOf(row));
    return path.reverse();
  }

  async searchRows(traceId: string, query: string, from?: RowRef): ReturnType<typeof searchRows> {
    const trace = await this.trace(traceId);
    return trace === undefined ? { epoch: 0, rows: new ArrayBuffer(0) } : searchRows(trace, query, from);
  }

  async codeUse(question: Parameters<CollectorCalls['codeUse']>[0]): Promise<ReturnType<CollectorCalls['codeUse']>> { return (await this.openCodeUses()).use(question); }

  async codeSpans(question: Parameters<CollectorCalls['codeSpans']>[0]): Promise<ReturnType<CollectorCalls['codeSpans']>> { return (await this.openCodeUses()).spans(question); }

  async notePauses(told: Parameters<CollectorCalls['notePauses']>[0]): Promise<void> {
    await this.openStore();
    this.need(this.pauses).note(told);
  }

  async pausesOf(traceId: string): Promise<ReturnType<CollectorCalls['pausesOf']>> {
    const trace = await this.trace(traceId);
    return trace === undefined ? [] : pausesIn(trace);
  }

  async codeProblems(): Promise<ReturnType<CollectorCalls['codeProblems']>> { return (await this.openCodeUses()).failures(); }

  async subscribe(subscription: number, traceId: string): Promise<void> {
    await this.openStore();
    this.subscriptions?.add(subscription, traceId);
  }

  acknowledge(subscription: number, revision: number): void { this.subscriptions?.acknowledge(subscription, revision); }

  unsubscribe(subscription: number): void { this.subscriptions?.remove(subscription); }

  async importFile(input: Parameters<CollectorCalls['importFile']>[0]): ReturnType<typeof importFile> {
    return importFile(await this.openStore(), this.fileBundle(), input);
  }

  async openFile(...[source, input, options = {}]: Parameters<CollectorCalls['openFile']>): Promise<void> {
    await this.openStore();
    this.need(this.files).open(source, input, options);
  }

  stopFile(source: string): void { this.files?.stop(source); }

  closeFile(source: string): void {
    this.files?.close(source);
    this.shareMemory();
  }

  async keepFile(source: string): Promise<ReturnType<CollectorCalls['keepFile']>> {
    await this.openStore();
    return this.need(this.files).keep(source);
  }

  listFiles(): ReturnType<CollectorCalls['listFiles']> { return this.files?.list() ?? []; }

  async exportTrace(traceId: string, format: string): Promise<ArrayBuffer> {
    return (await this.exportSpans({ traceIds: [traceId], format })).bytes;
  }

  async exportSpans(request: Parameters<CollectorCalls['exportSpans']>[0]): ReturnType<RunningExports['run']> {
    return this.exports.run(await this.openSources(), request, this.options?.pageFolder);
  }

  exportProgress(exportId: number): ReturnType<CollectorCalls['exportProgress']> { return this.exports.progressOf(exportId); }

  stopExport(exportId: number): void { this.exports.stop(exportId); }

  exportKinds(): ReturnType<CollectorCalls['exportKinds']> { return exportKinds(); }

  async deleteTraces(traceIds: readonly string[]): Promise<void> { (await this.openSources()).delete(traceIds); }

  async clear(): Promise<void> { (await this.openStore()).clear(); }

  stats(): CollectorStats {
    const { store, ingest } = this;
    const spansInMemory = store?.memory.values().reduce((sum, trace) => sum + trace.totals.spanCount, 0) ?? 0;
    return {
      receivedSpans: ingest?.counts.spans ?? 0, rejectedSpans: ingest?.counts.rejected ?? 0,
      receivedLogs: ingest?.counts.logs ?? 0, receivedMetricPoints: ingest?.counts.metricPoints ?? 0,
      spansPerSecond: this.spansPerSecond,
      tracesInMemory: store?.memory.size ?? 0, spansInMemory,
      memoryBytes: (store?.usedBytes ?? 0) + (this.files?.usedBytes ?? 0), memoryLimitBytes: this.options?.memoryBytes ?? 0,
      storedTraces: store?.catalogue.size ?? 0, storedBytes: store?.storedBytes ?? 0,
      ...(store?.storageProblem === undefined ? {} : { storageProblem: store.storageProblem }),
    };
  }

  async metrics(): Promise<ReturnType<CollectorCalls['metrics']>> { return (await this.openStore()).metrics(); }

  async shutdown(): Promise<void> {
    this.ingest?.close();
    this.pauses?.close();
    this.files?.dispose();
    // First what must not be lost: the host may not wait for connections to end.
    this.store?.flush();
    await this.ports?.stop();
    await this.opened;
    clearTimeout(this.announcing);
    clearInterval(this.ticking);
    this.subscriptions?.dispose();
    this.store?.close();
  }

  private build(options: CollectorOptions): void {
    const store = new TraceStore(options, {
      changed: (traceId) => {
        const key = traceKeyOf(receivedSource, traceId);
        this.codeUses?.changed(key);
        this.pauses?.changed(traceId);
        this.noteChanged(key);
      },
      removed: (traceIds) => this.noteRemoved(traceIds.map((traceId) => traceKeyOf(receivedSource, traceId))),
      log: (level, message) => this.logLimit.write(level, message),
    });
    this.store = store;
    this.pauses = new PauseKeeper(store);
    this.files = this.filesBeside(store);
    this.sources = new TraceSources(store, this.files);
    this.ingest = new Ingest(store, (message) => this.logLimit.write('error', message));
    this.subscriptions = new Subscriptions(this.sources, this.emit);
    this.ports = this.portsOf(options);
    this.opened = this.open(store, options.storageDirectory);
    this.ticking = setInterval(() => this.tick(), tickMs).unref();
  }

  private async open(store: TraceStore, directory: string | undefined): Promise<void> {
    if (directory !== undefined) await store.open(directory);
    this.ingest?.open();
  }

  private filesBeside(received: TraceStore): OpenedFiles {
    return new OpenedFiles({
      bundle: () => this.fileBundle(), mostBytes: () => this.options?.memoryBytes ?? 0, received, emit: this.emit,
      changed: (key) => {
        this.codeUses?.changed(key);
        this.subscriptions?.changed(key);
      },
      removed: (keys) => this.subscriptions?.removed(keys),
      log: (level, message) => this.logLimit.write(level, message),
    });
  }

  private fileBundle(): string { return this.need(this.options).fileBundle; }

  /** Received traces give way to those of opened files where they can be read from disk again. */
  private shareMemory(): void {
    const { options, store, files } = this;
    if (options === undefined || store === undefined) return;
    const isOnDisk = options.storageDirectory !== undefined && store.storageProblem === undefined;
    const memoryBytes = isOnDisk ? Math.max(options.memoryBytes * receivedShare, options.memoryBytes - (files?.usedBytes ?? 0)) : options.memoryBytes;
    store.configure({ ...options, memoryBytes });
  }

  private portsOf(options: CollectorOptions): Ports {
    return new Ports({
      sink: this.need(this.ingest), control: this.control, grpcBundle: options.grpcBundle, ...admissionOf(options),
      report: (message) => this.logLimit.write('warn', message),
    });
  }

  private async openStore(): Promise<TraceStore> {
    await this.opened;
    return this.need(this.store);
  }

  private async openCodeUses(): Promise<CodeUses> {
    const store = await this.openStore();
    return this.codeUses ??= new CodeUses(store, () => this.files?.stores() ?? []);
  }

  private async openSources(): Promise<TraceSources> {
    await this.opened;
    return this.need(this.sources);
  }

  private async trace(traceId: string): Promise<TraceColumns | undefined> { return (await this.openSources()).trace(traceId); }

  private need<T>(part: T | undefined): T {
    if (part === undefined) throw new Error('The collector has not been configured yet.');
    return part;
  }

  private noteChanged(traceId: string): void {
    this.changedIds.add(traceId);
    this.removedIds.delete(traceId);
    this.subscriptions?.changed(traceId);
    this.announceSoon();
  }

  private noteRemoved(traceIds: readonly string[]): void {
    for (const traceId of traceIds) {
      this.changedIds.delete(traceId);
      this.removedIds.add(traceId);
    }
    this.subscriptions?.removed(traceIds);
    this.announceSoon();
  }

  private announceSoon(): void {
    const wait = Math.max(0, this.lastAnnounced + announceMs - performance.now());
    this.announcing ??= setTimeout(() => {
      this.announcing = undefined;
      this.lastAnnounced = performance.now();
      this.announce();
    }, wait);
  }

  private announce(): void {
    const summaries = [...this.changedIds].flatMap((traceId) => this.sources?.summaryOf(traceId) ?? []).filter(({ spanCount }) => spanCount > 0);
    const removed = [...this.removedIds];
    this.changedIds.clear();
    this.removedIds.clear();
    if (summaries.length === 0 && removed.length === 0) return;
    this.emit({ type: 'traces.changed', traceIds: summaries.map(({ traceId }) => traceId), summaries, removed });
  }

  private tick(): void {
    this.ticks++;
    this.store?.maintain(this.ticks % ticksBetweenAgeChecks === 1);
    this.files?.maintain();
    this.shareMemory();
    this.ingest?.tick();
    const spans = this.ingest?.counts.spans ?? 0;
    this.spansPerSecond = spans - this.spansBefore;
    this.spansBefore = spans;
    const stats = this.stats(), text = JSON.stringify(stats);
    if (text === this.lastStats) return;
    this.lastStats = text;
    this.emit({ type: 'stats.changed', stats });
  }
}

/** Who may send what. Two requests of the largest size always find room. */
function admissionOf({ allowedHosts, allowedOrigins, bodyBytes = defaultLimits.bodyBytes, grpcMessageBytes = defaultLimits.grpcMessageBytes }: CollectorOptions): Pick<PortsOptions, 'allowedHosts' | 'allowedOrigins' | 'limits'> {
  return { allowedHosts, allowedOrigins, limits: { bodyBytes, grpcMessageBytes, heldBytes: Math.max(defaultLimits.heldBytes, 2 * bodyBytes, 2 * grpcMessageBytes) } };
}

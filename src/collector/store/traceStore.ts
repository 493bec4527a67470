import { existsSync } from 'node:fs';
import type { TraceOverview } from '../../model/records.ts';
import type { SpanBatch } from '../../model/spanBatch.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { TraceCatalogue } from './catalogue.ts';
import { databaseErrorOf } from './database.ts';
import type { DatabaseError, TraceDatabase } from './database.ts';
import { removeFiles, setAside } from './databaseFiles.ts';
import { DiskWriter } from './diskWriter.ts';
import type { PendingBatch } from './diskWriter.ts';
import { MetricStore } from './metrics.ts';
import { damageNotice, openDatabase, reopenDatabase } from './openDatabase.ts';
import { OriginTable } from './origins.ts';
import { OutlineKeeper } from './outlines.ts';
import type { RowSource } from './outlines.ts';
import { decodeBatch, readTrace } from './readTrace.ts';
import { tooMany, tooOld } from './retention.ts';
import type { RetentionRules } from './retention.ts';
import { encodeLost, lostFormat, withoutTraces } from './storedBatches.ts';
import type { LostSpan } from './storedBatches.ts';
import { parseSummary, summaryOf } from './summaries.ts';
import { takeBatch } from './takeBatch.ts';
import { takeOverLeft } from './takeOver.ts';
import { TraceColumns } from './traceColumns.ts';
import { TraceMemory } from './traceMemory.ts';

/** Of the memory that the store may use: where whole traces begin to go, and where no more is taken. */
const evictionShare = 0.7, softShare = 0.8;
/** What one trace may take of it, together with those that somebody looks at; the rest of it is on disk alone. */
const largestShare = 0.5;
/** A window that is being reloaded lets go of its database within this time. */
const waitForDatabaseMs = 5000;
const metricBytesRead = 16 * 1024 * 1024;
/** Bytes written between two looks at the size of the database. */
const sizeCheckBytes = 16 * 1024 * 1024;

export interface StoreOptions extends RetentionRules { readonly memoryBytes: number }

/** Who is told what happens in the store, at once and often. */
export interface StoreListener {
  changed(traceId: string): void;
  /** Deleted, or dropped because there is no disk to keep them on. */
  removed(traceIds: readonly string[]): void;
  log(level: 'error' | 'warn' | 'info', message: string): void;
}

/** Bytes as they arrived, with how to read them. */
export type Arrived = Pick<PendingBatch, 'format' | 'signal' | 'bytes'>;

/**
 * All traces: columns in memory within a budget, everything on disk as it arrived. A trace that is not in memory is
 * built from its batches when somebody asks for it.
 */
export class TraceStore {
  readonly memory = new TraceMemory();
  readonly catalogue = new TraceCatalogue();
  private readonly metricStore = new MetricStore();
  private readonly origins = new OriginTable();
  private readonly listener: StoreListener;
  private options: StoreOptions;
  private directory: string | undefined;
  private database: TraceDatabase | undefined;
  private writer: DiskWriter | undefined;
  /** Traces whose entry in the catalogue is not of now. */
  private readonly stale = new Set<TraceColumns>();
  /** Traces that grew since the last maintenance, and in the time before it. */
  private growing = new Set<TraceColumns>();
  private grown = new Set<TraceColumns>();
  private readonly outlines = new OutlineKeeper({
    isInMemory: (trace) => this.memory.get(trace.traceId) === trace,
    write: (traceId, bytes) => this.writeOutline(traceId, bytes),
  });
  /** How often everything was deleted. */
  private clearings = 0;
  private areMetricsRead = true;
  private bytesSinceSizeCheck = 0;
  private isClosed = false;
  /** Why nothing can be written at the moment. */
  storageProblem: string | undefined;
  /** Traces that went without being on disk, because there is none. */
  droppedTraces = 0;

  constructor(options: StoreOptions, listener: StoreListener) {
    this.options = options;
    this.listener = listener;
  }

  get usedBytes(): number {
    return this.memory.byteLength + this.catalogue.byteLength + this.metricStore.byteLength + (this.writer?.waitingBytes ?? 0);
  }
  get isOverSoftLimit(): boolean { return this.usedBytes > this.options.memoryBytes * softShare; }
  get storedBytes(): number { return this.database?.usedBytes ?? 0; }

  configure(options: StoreOptions): void {
    this.options = options;
    this.evict();
  }

  /** Opens the traces of a directory. When that fails everything is kept in memory until it works. */
  async open(directory: string, waitMs = waitForDatabaseMs): Promise<void> {
    this.directory = directory;
    let window = 0;
    try {
      const opened = await openDatabase(directory, waitMs);
      this.database = opened.database;
      window = opened.window;
      for (const notice of opened.notices) this.listener.log('warn', notice);
      for (const trace of opened.database.traces()) this.catalogue.restore(trace);
      this.areMetricsRead = false;
    } catch (thrown) {
      const error = this.meet(thrown);
      if (this.database === undefined) this.noteProblem(error.message);
    }
    this.writer = new DiskWriter(this.database, {
      reopen: () => this.reopen(),
      onDamage: (error) => this.replaceDatabase(error),
      beforeWrite: () => this.refresh(),
      afterWrite: (bytes) => { this.bytesSinceSizeCheck += bytes; },
      onProblem: (problem) => this.noteProblem(problem),
    });
    if (this.database === undefined) this.writer.lose(this.storageProblem ?? '');
    if (window === 1) this.inherit(directory);
  }

  /** Takes in a batch; resolves when it is on disk, or in memory where there is no disk. */
  append(batch: SpanBatch, arrived: Arrived): Promise<void> {
    const traces = takeBatch(batch, this.origins, { traceOf: (traceId) => this.memory.get(traceId) ?? this.peek(traceId) ?? new TraceColumns(traceId), beforeSpans: (trace) => this.cutLarge(trace) });
    this.metricStore.add(batch);
    const entries = traces.map((trace) => this.noteArrival(trace));
    const isNothing = traces.length === 0 && batch.logs.length === 0 && batch.metrics.length === 0;
    const written = isNothing ? undefined : this.writer?.add({ format: arrived.format, signal: arrived.signal, bytes: arrived.bytes, entries });
    this.evict();
    return written ?? Promise.resolve();
  }

  /** Marks spans of live connections that have ended, and keeps that. */
  connectionEnded(spans: Iterable<LostSpan>): void {
    const lost: LostSpan[] = [];
    const traces = new Set<TraceColumns>();
    for (const span of spans) {
      const trace = this.trace(span.traceId);
      const row = trace?.rowOf(span.spanId) ?? -1;
      if (trace === undefined || row < 0 || !trace.markLost(row, true, span.heardUntil)) continue;
      lost.push(span);
      traces.add(trace);
    }
    if (lost.length === 0) return;
    const entries = [...traces].map((trace) => this.noteArrival(trace));
    void this.writer?.add({ format: lostFormat, signal: 'traces', bytes: encodeLost(lost), entries });
  }

  /** Those who reported spans that were marked as lost go on; not to be used where there is a disk, which would not know. */
  connectionGoesOn(spans: Iterable<{ readonly traceId: string; readonly spanId: string }>): void {
    const traces = new Set<TraceColumns>();
    for (const { traceId, spanId } of spans) {
      const trace = this.memory.get(traceId), row = trace?.rowOf(spanId) ?? -1;
      if (row >= 0 && trace?.markLost(row, false) === true) traces.add(trace);
    }
    for (const trace of traces) this.noteArrival(trace);
  }

  /** A trace, read from disk when it is not in memory; undefined when there is none. */
  trace(traceId: string): TraceColumns | undefined {
    const known = this.memory.get(traceId);
    if (known !== undefined) return known;
    const read = this.peek(traceId);
    if (read === undefined) return undefined;
    this.memory.use(read);
    this.evict(traceId);
    return read;
  }

  /**
   * A stored trace that is not in memory as it was left, with the numbers that its rows have when it is read; undefined
   * when that is not known without reading it.
   */
  outlineOf(traceId: string): RowSource | undefined {
    const entry = this.catalogue.get(traceId);
    if (entry === undefined || entry.unsavedBatches > 0 || this.memory.get(traceId) !== undefined) return undefined;
    try {
      const bytes = this.database?.outlineOf(entry.key);
      return bytes && this.outlines.give(traceId, bytes);
    } catch (error) {
      this.complain(`The outline of a trace could not be read: ${this.meet(error).message}`);
      return undefined;
    }
  }

  /** A trace without keeping it in memory when it is not there already. */
  peek(traceId: string): TraceColumns | undefined {
    const known = this.memory.get(traceId);
    if (known !== undefined) return known;
    const entry = this.catalogue.get(traceId);
    if (entry === undefined || this.database === undefined) return undefined;
    const spans = this.summaryOf(traceId)?.spanCount ?? 0;
    try {
      const read = readTrace(this.database, { traceId, key: entry.key, spans, isTooLarge: this.isTooLarge }, this.origins, this.complain);
      if (read !== undefined) this.outlines.wasRead(read);
      return read;
    } catch (thrown) {
      const error = this.meet(thrown);
      if (error.reason !== 'damaged') throw error;
      return undefined;
    }
  }

  pin(traceId: string): void { this.memory.pin(traceId); }

  unpin(traceId: string): void {
    this.memory.unpin(traceId);
    if (!this.memory.isPinned(traceId)) this.outlines.forget(traceId);
    this.evict();
  }

  summaryOf(traceId: string): TraceOverview | undefined {
    const trace = this.memory.get(traceId);
    if (trace !== undefined) return summaryOf(trace);
    const entry = this.catalogue.get(traceId);
    return entry === undefined || entry.packed === '' ? undefined : parseSummary(traceId, entry.packed);
  }

  /** Traces of which a span was received, newest first, with summaries of now. */
  newestFirst(): readonly CatalogueEntry[] {
    this.refresh();
    return this.catalogue.newestFirst();
  }

  /** The metrics of this run and the last ones of earlier runs. */
  metrics(): ReturnType<MetricStore['records']> {
    if (!this.areMetricsRead && this.database !== undefined) {
      this.areMetricsRead = true;
      this.readMetrics(this.database);
    }
    return this.metricStore.records();
  }

  /** Deletes traces, from the files too. Throws when the disk fails; they are gone from memory then. */
  delete(traceIds: readonly string[]): void {
    const ids = new Set(traceIds);
    this.flush();
    this.writer?.forget(ids);
    const keys = traceIds.flatMap((id) => this.catalogue.get(id)?.key ?? []);
    this.forget(traceIds);
    if (this.directory === undefined) return;
    if (this.database === undefined) throw new Error(`The traces could not be deleted from disk: ${this.storageProblem ?? ''}`);
    try {
      this.database.rewriteBatches(this.database.sharedBatchesOf(keys), (batch) => withoutTraces(batch, ids));
      this.database.deleteTraces(keys);
      this.database.shrink();
    } catch (thrown) {
      const error = this.meet(thrown);
      throw new Error(error.reason === 'damaged'
        ? 'The file that held the traces was damaged. It was put aside, as the log says where: remove it to delete what is in it.'
        : `The traces could not be deleted from disk: ${error.message}`);
    }
  }

  /** Deletes everything, from the files too. Throws when the disk fails; everything is gone from memory then. */
  clear(): void {
    this.clearings++;
    const traceIds = [...this.catalogue.oldestFirst()].map(({ traceId }) => traceId);
    this.writer?.drop();
    this.forget(traceIds);
    this.metricStore.clear();
    this.areMetricsRead = true;
    if (this.directory === undefined) return;
    if (this.database === undefined) throw new Error(`The traces could not be deleted from disk: ${this.storageProblem ?? ''}`);
    try {
      this.database.clear();
    } catch (thrown) {
      // Damaged, or the disk is full: nothing of it is wanted any more, so the file goes as a whole, and its room is there again.
      this.replaceDatabase(databaseErrorOf(thrown), removeFiles);
    }
  }

  /** Trims, checks and enforces what was promised about sizes; to be called about every second. */
  maintain(isAgeChecked: boolean): void {
    this.trimQuiet();
    this.evict();
    if (this.database !== undefined && !existsSync(this.database.path)) this.loseDatabase('The folder of the stored traces is gone.');
    if (this.storageProblem !== undefined) return;
    this.outlines.keep((trace) => this.growing.has(trace) || this.grown.has(trace));
    const { database } = this;
    if (database === undefined) return;
    try {
      if (isAgeChecked) this.deleteOld(database);
      if (isAgeChecked || this.bytesSinceSizeCheck > sizeCheckBytes) this.deleteMany(database);
    } catch (error) {
      this.complain(`Old traces could not be deleted: ${this.meet(error).message}`);
    }
  }

  /** Writes what is pending. */
  flush(): void { this.writer?.flush(); }

  /** Writes what is pending and closes the database. */
  close(): void {
    this.isClosed = true;
    this.writer?.close();
    this.outlines.keep(() => false, Infinity);
    try {
      this.database?.close();
    } catch (error) {
      this.listener.log('error', `The database could not be closed: ${databaseErrorOf(error).message}`);
    }
    this.database = undefined;
  }

  private readonly complain = (message: string): void => this.listener.log('error', message);

  private inherit(directory: string): void {
    const { clearings } = this;
    takeOverLeft(directory, {
      append: (batch, arrived) => this.append(batch, arrived),
      connectionEnded: (spans) => this.connectionEnded(spans),
      runningSpansOf: (traceId) => this.trace(traceId)?.runningSpans() ?? [],
      saveAll: () => {
        this.flush();
        return this.storageProblem === undefined;
      },
      wish: () => (this.isClosed ? 'nothing' : clearings === this.clearings ? 'all' : 'deleted'),
    }, this.complain).catch((error: unknown) => this.complain(`Traces of another window could not be taken over: ${String(error)}`));
  }

  private readonly isTooLarge = (trace: TraceColumns): boolean => this.memory.bytesWithPinned(trace) > this.options.memoryBytes * largestShare;

  /** From now on a trace that is too large takes in only what completes its spans; without a disk all there is is in memory. */
  private cutLarge(trace: TraceColumns): void {
    if (trace.isCut || this.database === undefined || !this.isTooLarge(trace)) return;
    trace.isCut = true;
    this.listener.log('warn', `A trace is too large for the memory that may be used: its first ${trace.count.toLocaleString('en')} spans are shown, and all of it is on disk. The setting spanscope.memory.maxMegabytes allows more.`);
  }

  private noteArrival(trace: TraceColumns): CatalogueEntry {
    this.memory.use(trace);
    this.stale.add(trace);
    this.growing.add(trace);
    this.outlines.changed(trace);
    this.listener.changed(trace.traceId);
    return this.catalogue.arrived(trace.traceId);
  }

  /** Brings the summaries in the catalogue up to date. */
  private refresh(): void {
    for (const trace of this.stale) {
      const entry = this.catalogue.get(trace.traceId);
      if (entry !== undefined) this.catalogue.update(entry, summaryOf(trace));
    }
    this.stale.clear();
  }

  private evict(kept?: string): void {
    const others = this.usedBytes - this.memory.byteLength;
    const budget = this.options.memoryBytes * evictionShare - others;
    if (this.memory.byteLength <= budget) return;
    this.refresh();
    if (this.directory !== undefined) {
      const isSaved = (traceId: string): boolean => this.database !== undefined && this.catalogue.get(traceId)?.unsavedBatches === 0;
      this.memory.evict(budget, ({ traceId }) => traceId !== kept && isSaved(traceId));
      return;
    }
    const gone = this.memory.evict(budget, ({ traceId }) => traceId !== kept);
    this.droppedTraces += gone.length;
    this.forget(gone.map(({ traceId }) => traceId));
  }

  /** Writes the outline of a trace that is on disk completely; false when it is not. */
  private writeOutline(traceId: string, bytes: () => Uint8Array): boolean {
    const entry = this.catalogue.get(traceId);
    if (this.database === undefined || entry === undefined || entry.unsavedBatches > 0) return false;
    try {
      this.database.keepOutline(entry.key, bytes());
    } catch (error) {
      this.complain(`The outline of a trace could not be kept: ${this.meet(error).message}`);
    }
    return true;
  }

  /** Traces that grow no more give back the room they kept for growing. */
  private trimQuiet(): void {
    for (const trace of this.grown) {
      if (this.growing.has(trace) || this.memory.get(trace.traceId) !== trace) continue;
      trace.trim();
      this.memory.measure(trace);
    }
    this.grown = this.growing;
    this.growing = new Set();
  }

  private forget(traceIds: readonly string[]): void {
    for (const traceId of traceIds) {
      const trace = this.memory.get(traceId);
      if (trace !== undefined) this.stale.delete(trace);
      this.outlines.forget(traceId);
      this.memory.remove(traceId);
      this.catalogue.delete(traceId);
    }
    if (traceIds.length > 0) this.listener.removed(traceIds);
  }

  private deleteOld(database: TraceDatabase): void {
    const { entries, lastBatch } = tooOld(this.catalogue, database, this.options, this.mayGo);
    this.deleteEntries(database, entries);
    if (lastBatch > 0) database.deleteLooseBatches(lastBatch);
    if (entries.length > 0) database.shrink();
  }

  private deleteMany(database: TraceDatabase): void {
    this.bytesSinceSizeCheck = 0;
    // The space is left in the file, because what comes next will take it.
    for (;;) {
      const entries = tooMany(this.catalogue, database, this.options, this.mayGo);
      if (entries.length === 0) break;
      this.deleteEntries(database, entries);
      database.deleteLooseBatches(entries.at(-1)?.lastBatch ?? 0);
    }
    if (database.usedBytes > this.options.databaseBytes) database.deleteLooseBatches(Number.MAX_SAFE_INTEGER);
  }

  /** Not a trace that somebody looks at. */
  private readonly mayGo = ({ traceId, unsavedBatches }: CatalogueEntry): boolean => unsavedBatches === 0 && !this.memory.isPinned(traceId);

  private deleteEntries(database: TraceDatabase, entries: readonly CatalogueEntry[]): void {
    if (entries.length === 0) return;
    database.deleteTraces(entries.map(({ key }) => key));
    this.forget(entries.map(({ traceId }) => traceId));
  }

  private noteProblem(problem: string | undefined): void {
    if (problem !== undefined && this.storageProblem === undefined) this.listener.log('error', `Traces cannot be saved and are kept in memory only: ${problem}`);
    if (problem === undefined && this.storageProblem !== undefined) this.listener.log('info', 'Traces are saved again.');
    this.storageProblem = problem;
  }

  private loseDatabase(message: string): void {
    this.database?.abandon();
    this.database = undefined;
    this.writer?.lose(message);
  }

  private readMetrics(database: TraceDatabase): void {
    try {
      for (const stored of database.metricBatches(metricBytesRead)) decodeBatch(stored, this.complain, (batch) => this.metricStore.add(batch));
    } catch (error) {
      this.complain(`Stored metrics could not be read: ${this.meet(error).message}`);
    }
  }

  /** The database failed: one that is damaged is replaced. */
  private meet(thrown: unknown): DatabaseError {
    const error = databaseErrorOf(thrown);
    if (error.reason === 'damaged') this.replaceDatabase(error);
    return error;
  }

  /** The database is damaged: it is put aside, and a new one takes what comes. */
  private replaceDatabase(error: DatabaseError, getRidOf: (path: string) => string | undefined = (path) => damageNotice(error, setAside(path, Date.now()))): void {
    const path = this.database?.path;
    this.database?.abandon();
    this.database = undefined;
    try {
      const notice = path === undefined ? undefined : getRidOf(path);
      if (notice !== undefined) this.complain(notice);
    } finally {
      const database = this.reopen();
      if (database === undefined) this.writer?.lose(error.message);
      else this.writer?.use(database);
    }
  }

  /** What is neither in memory nor in the new database is gone. */
  private reopen(): TraceDatabase | undefined {
    if (this.directory === undefined || this.isClosed) return undefined;
    this.database = reopenDatabase(this.directory);
    const stored = new Set(this.database?.traces().map(({ id }) => id));
    if (this.database !== undefined) {
      this.forget([...this.catalogue.oldestFirst()].map(({ traceId }) => traceId).filter((id) => !stored.has(id) && this.memory.get(id) === undefined));
    }
    return this.database;
  }
}

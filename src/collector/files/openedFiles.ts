import { basename } from 'node:path';
import type { SpanBatch } from '../../model/spanBatch.ts';
import { traceKeyOf, receivedSource } from '../../model/traceKey.ts';
import type { FileEvent, FileInput, FileState, OpenedFile, OpenOptions } from '../../protocol/files.ts';
import { encodeBatch, rowsFormat } from '../store/batchRows.ts';
import { spansWithoutEnd } from '../store/openSpans.ts';
import type { SpanName } from '../store/openSpans.ts';
import { batchesOf } from '../store/traceBatch.ts';
import { TraceStore } from '../store/traceStore.ts';
import { FileJob } from './fileJob.ts';
import type { FileProgress } from './fileMessages.ts';

const announceMs = 100;
/** A followed file to which nothing was written for so long: what has no end in it is not taken for running any more. */
const usualQuietMs = 5 * 60_000;
/** Times before the year 2000 count from anywhere else. */
const firstClockMs = Date.UTC(2000, 0);
const noBytes = new Uint8Array(0);
const sourcePattern = /^[\w-]{1,128}$/;

export interface FilesContext {
  /** The absolute path of the worker's bundle. */
  readonly bundle: () => string;
  /** What the traces of all opened files together may take. */
  readonly mostBytes: () => number;
  /** Where kept traces go. */
  readonly received: TraceStore;
  readonly emit: (event: FileEvent) => void;
  /** Keys of traces that changed, and of those that are gone. */
  readonly changed: (key: string) => void;
  readonly removed: (keys: readonly string[]) => void;
  readonly log: (level: 'error' | 'warn' | 'info', message: string) => void;
  /** Tests make it shorter. */
  readonly quietMs?: number;
}

/** Files whose traces are shown without being stored. */
export class OpenedFiles {
  private readonly context: FilesContext;
  private readonly files = new Map<string, OpenedTraceFile>();

  constructor(context: FilesContext) { this.context = context; }

  get usedBytes(): number { return [...this.files.values()].reduce((sum, { store }) => sum + store.usedBytes, 0); }

  /** Begins to read a file. Throws when the name of its source is none. */
  open(source: string, input: FileInput, { follow = false }: OpenOptions): void {
    if (!sourcePattern.test(source)) throw new Error('A source has a name of letters, digits and "-".');
    this.close(source);
    const file = new OpenedTraceFile(source, input, this.context, () => this.usedBytes);
    this.files.set(source, file);
    file.begin(input, follow);
  }

  stop(source: string): void { this.files.get(source)?.stop(); }

  close(source: string): void {
    const file = this.files.get(source);
    this.files.delete(source);
    file?.close();
  }

  /** Puts the traces of a file into the store; gives their keys there when they are safe. */
  async keep(source: string): Promise<{ readonly traceIds: readonly string[]; readonly spanCount: number }> {
    const file = this.files.get(source);
    if (file === undefined) throw new Error('The file is not open any more.');
    return file.keep();
  }

  list(): OpenedFile[] { return [...this.files.values()].map((file) => file.state); }

  storeOf(source: string): TraceStore | undefined { return this.files.get(source)?.store; }

  stores(): { readonly source: string; readonly name: string; readonly store: TraceStore }[] {
    return [...this.files].map(([source, { name, store }]) => ({ source, name, store }));
  }

  /** To be called about every second. */
  maintain(): void { for (const { store } of this.files.values()) store.maintain(false); }

  dispose(): void { for (const source of this.files.keys()) this.close(source); }
}

class OpenedTraceFile {
  readonly store: TraceStore;
  readonly name: string;
  private readonly source: string;
  private readonly context: FilesContext;
  private readonly usedByAll: () => number;
  private readonly changedIds = new Set<string>();
  private job: FileJob | undefined;
  private progress: FileProgress = { state: 'reading', bytesRead: 0, bytesTotal: 0, report: { parts: [], morePartsCount: 0, problems: [] } };
  private fileState: FileState = 'reading';
  private problem: string | undefined;
  private isKept = false;
  private announcing: NodeJS.Timeout | undefined;
  private hasTraces = false;
  private quiet: NodeJS.Timeout | undefined;
  /** How much of a followed file was there when it was opened. */
  private bytesAtFirst: number | undefined;
  /** Spans that were taken for ended because the followed file was quiet. */
  private restingSpans: readonly SpanName[] = [];

  constructor(source: string, input: FileInput, context: FilesContext, usedByAll: () => number) {
    this.source = source;
    this.name = 'path' in input ? basename(input.path) : input.name;
    this.context = context;
    this.usedByAll = usedByAll;
    // What is open never makes room for something else.
    this.store = new TraceStore({ memoryBytes: Infinity, databaseBytes: 0, retentionDays: 0 }, {
      changed: (traceId) => {
        this.changedIds.add(traceId);
        context.changed(this.keyOf(traceId));
        // Somebody waits for the first one to show it.
        this.announceSoon(this.hasTraces ? announceMs : 0);
        this.hasTraces = true;
      },
      removed: (traceIds) => context.removed(traceIds.map((traceId) => this.keyOf(traceId))),
      log: context.log,
    });
  }

  get state(): OpenedFile {
    const { bytesRead, bytesTotal, report } = this.progress, { problem } = this;
    return {
      source: this.source, name: this.name, state: this.fileState, bytesRead, ...(bytesTotal === 0 ? {} : { bytesTotal }),
      traceCount: this.store.catalogue.size, spanCount: spansOf(this.store), memoryBytes: this.store.usedBytes, isKept: this.isKept,
      ...(problem === undefined ? {} : { problem }), report,
    };
  }

  begin(input: FileInput, follow: boolean): void {
    this.job = new FileJob(this.context.bundle(), input, follow, {
      rows: (batch) => this.take(batch),
      progress: (progress) => {
        this.progress = progress;
        this.enter(progress.state, progress.problem);
      },
      lost: (reason) => this.enter('failed', `${this.name} was not read to its end: ${reason}.`),
    });
    this.announceSoon();
  }

  stop(): void {
    if (this.fileState !== 'reading' && this.fileState !== 'following') return;
    this.job?.stop();
    this.enter('stopped');
  }

  close(): void {
    this.job?.stop();
    const keys = [...this.store.catalogue.oldestFirst()].map(({ traceId }) => this.keyOf(traceId));
    this.store.clear();
    this.store.close();
    this.changedIds.clear();
    this.fileState = 'closed';
    clearTimeout(this.announcing);
    clearTimeout(this.quiet);
    this.context.emit({ type: 'file.changed', file: this.state, traceIds: keys });
  }

  async keep(): Promise<{ readonly traceIds: readonly string[]; readonly spanCount: number }> {
    const traceIds: string[] = [], written: Promise<void>[] = [];
    // What arrives from now on goes there by itself.
    this.isKept = true;
    for (const { traceId } of [...this.store.catalogue.oldestFirst()]) {
      const trace = this.store.trace(traceId);
      if (trace === undefined) continue;
      traceIds.push(traceKeyOf(receivedSource, traceId));
      for (const batch of batchesOf(trace)) {
        written.push(this.context.received.append(batch, { format: rowsFormat, signal: 'traces', bytes: encodeBatch(batch) }));
        await new Promise(setImmediate);
      }
    }
    await Promise.all(written);
    this.context.received.connectionEnded(this.spansWithoutEnd(true));
    this.announceSoon();
    return { traceIds, spanCount: spansOf(this.store) };
  }

  private keyOf(traceId: string): string { return traceKeyOf(this.source, traceId); }

  private async take(batch: SpanBatch): Promise<void> {
    this.store.connectionGoesOn(this.restingSpans);
    this.restingSpans = [];
    // Nothing of it is on disk.
    await this.store.append(batch, { format: rowsFormat, signal: 'traces', bytes: noBytes });
    if (this.isKept) await this.context.received.append(batch, { format: rowsFormat, signal: signalOf(batch), bytes: encodeBatch(batch) });
    const limit = this.context.mostBytes();
    if (this.usedByAll() <= limit) return;
    this.job?.stop();
    this.enter('stopped', `${this.name} was read in part only: opened files may take ${Math.floor(limit / 1e6)} MB of memory in all. Close others, or allow more in the settings, and open it again.`);
  }

  private enter(state: FileState, problem?: string): void {
    this.fileState = state;
    this.problem = problem;
    clearTimeout(this.quiet);
    if (state === 'following') this.quiet = setTimeout(() => { this.restingSpans = this.endOpenSpans(); }, this.untilQuiet());
    else if (state !== 'reading') this.endOpenSpans();
    this.announceSoon();
  }

  /** In how many ms a followed file is quiet when nothing comes. What was there at first may tell of long ago, as copies of old files do. */
  private untilQuiet(): number {
    const { quietMs = usualQuietMs } = this.context, { bytesRead } = this.progress;
    this.bytesAtFirst ??= bytesRead;
    if (bytesRead > this.bytesAtFirst) return quietMs;
    const last = this.store.memory.values().reduce((latest, { times, totals }) => Math.max(latest, Number(times.base) / 1e6 + totals.lastEnd / 1e6), -Infinity);
    return last < firstClockMs ? quietMs : Math.max(0, Math.min(quietMs, quietMs - (Date.now() - last)));
  }

  /** Nothing more is to come for now: spans without an end reach to the last time that the file tells, and do not go on. */
  private endOpenSpans(): readonly SpanName[] {
    const spans = this.spansWithoutEnd(false);
    this.store.connectionEnded(spans);
    if (this.isKept) this.context.received.connectionEnded(spans);
    return spans;
  }

  private spansWithoutEnd(areLost: boolean): SpanName[] { return this.store.memory.values().flatMap((trace) => spansWithoutEnd(trace, areLost)); }

  private announceSoon(ms = announceMs): void {
    if (this.fileState === 'closed') return;
    if (ms === 0) {
      clearTimeout(this.announcing);
      this.announcing = undefined;
    }
    this.announcing ??= setTimeout(() => {
      this.announcing = undefined;
      const traceIds = [...this.changedIds].map((traceId) => this.keyOf(traceId));
      this.changedIds.clear();
      this.context.emit({ type: 'file.changed', file: this.state, traceIds });
    }, ms);
  }
}

const spansOf = (store: TraceStore): number => store.memory.values().reduce((sum, { totals }) => sum + totals.spanCount, 0);
const signalOf = (batch: SpanBatch): 'traces' | 'metrics' => (batch.count + batch.logs.length === 0 ? 'metrics' : 'traces');

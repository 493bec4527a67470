import type { CatalogueEntry } from './catalogue.ts';
import { databaseErrorOf } from './database.ts';
import type { DatabaseError, NewBatch, TraceDatabase } from './database.ts';
import { withoutTraces } from './storedBatches.ts';

/** A transaction holds at most so much, so that no answer waits long for others. */
const mostBatches = 128, mostBytes = 8 * 1024 * 1024;
const firstRetryMs = 1000, lastRetryMs = 30_000;

export interface PendingBatch {
  readonly format: string;
  readonly signal: string;
  readonly bytes: Uint8Array;
  readonly entries: readonly CatalogueEntry[];
}

interface WaitingBatch extends PendingBatch { readonly resolve: () => void }

export interface WriterOptions {
  /** Opens the database again after it was lost; undefined when that is not possible yet. */
  readonly reopen: () => TraceDatabase | undefined;
  /** The database turned out to be damaged while it was written: it must be replaced by another. */
  readonly onDamage: (error: DatabaseError) => void;
  /** Called before a transaction, so that the summaries it writes are those of now. */
  readonly beforeWrite: () => void;
  readonly afterWrite: (bytes: number) => void;
  /** Called when writing begins to fail, and with undefined when it works again. */
  readonly onProblem: (problem: string | undefined) => void;
}

/**
 * Writes batches to the database in groups: everything that arrives within one turn of the event loop goes into one
 * transaction, and is answered after it. While the disk fails, batches wait in memory and are answered at once; they are
 * written as soon as that works again.
 */
export class DiskWriter {
  private database: TraceDatabase | undefined;
  private readonly options: WriterOptions;
  private readonly waiting: WaitingBatch[] = [];
  private isScheduled = false;
  private lastArrival = 0;
  private retryMs = 0;
  private retryTimer: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** Bytes that wait to be written. */
  waitingBytes = 0;

  /** Without a database, because it cannot be opened, everything waits until it can. */
  constructor(database: TraceDatabase | undefined, options: WriterOptions) {
    this.database = database;
    this.options = options;
  }

  get isFailing(): boolean { return this.retryMs > 0; }

  /** Takes a batch; resolves when it is on disk, or kept in memory because the disk fails. */
  add(batch: PendingBatch): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.push({ ...batch, resolve });
    this.waitingBytes += batch.bytes.length;
    for (const entry of batch.entries) entry.unsavedBatches++;
    if (this.isFailing || this.isClosed) resolve();
    else this.schedule();
    return promise;
  }

  /** Writes everything that waits now. What cannot be written goes on waiting. */
  flush(): void {
    while (this.waiting.length > 0 && this.writeSome());
  }

  /** Takes traces out of what waits. */
  forget(traceIds: ReadonlySet<string>): void {
    for (const [i, batch] of this.waiting.entries()) {
      if (!batch.entries.some((entry) => traceIds.has(entry.traceId))) continue;
      const rest = withoutTraces({ ...batch, id: 0, run: 0 }, traceIds);
      this.waiting[i] = { ...batch, ...rest, entries: batch.entries.filter((entry) => !traceIds.has(entry.traceId)) };
      this.waitingBytes += rest.bytes.length - batch.bytes.length;
    }
  }

  /** Drops everything that waits. */
  drop(): void {
    for (const batch of this.waiting) settle(batch);
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  /** The database is lost: what arrives waits until it can be opened again. */
  lose(message: string): void {
    this.database = undefined;
    this.fail(message);
  }

  /** Writes to another database from now on. */
  use(database: TraceDatabase): void {
    this.database = database;
    this.recover();
    if (this.waiting.length > 0) this.schedule();
  }

  /** Writes what can be written and takes no more. */
  close(): void {
    this.flush();
    this.isClosed = true;
    clearTimeout(this.retryTimer);
  }

  /** One transaction a turn, so that what arrives in the meantime is read and joins the next. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      if (!this.isClosed && this.writeSome() && this.waiting.length > 0) this.schedule();
    });
  }

  /** False when the disk fails. */
  private writeSome(): boolean {
    const batches = this.nextBatches();
    if (batches.length === 0) return true;
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
    try {
      this.database ??= this.options.reopen();
      if (this.database === undefined) throw new Error('the database cannot be opened');
      this.options.beforeWrite();
      this.writeBatches(this.database, batches);
    } catch (thrown) {
      const error = databaseErrorOf(thrown);
      if (error.reason === 'damaged') this.options.onDamage(error);
      else this.fail(error.message);
      return false;
    }
    this.waiting.splice(0, batches.length);
    this.waitingBytes -= bytes;
    for (const batch of batches) settle(batch);
    this.recover();
    this.options.afterWrite(bytes);
    return true;
  }

  private recover(): void {
    if (!this.isFailing) return;
    this.retryMs = 0;
    clearTimeout(this.retryTimer);
    this.options.onProblem(undefined);
  }

  private nextBatches(): WaitingBatch[] {
    let count = 0;
    for (let bytes = 0; count < this.waiting.length && count < mostBatches; count++) {
      bytes += (this.waiting[count] as WaitingBatch).bytes.length;
      if (count > 0 && bytes > mostBytes) break;
    }
    return this.waiting.slice(0, count);
  }

  private writeBatches(database: TraceDatabase, batches: readonly PendingBatch[]): void {
    // Never backwards, also when the clock is set: age follows the order of arrival.
    this.lastArrival = Math.max(this.lastArrival || database.lastArrival(), Date.now());
    const entries = new Set(batches.flatMap((batch) => batch.entries));
    const rows = batches.map(({ format, signal, bytes, entries: of }): NewBatch =>
      ({ format, signal, bytes, arrivedUnixMilli: this.lastArrival, traceKeys: of.map((entry) => entry.key) }));
    const traces = [...entries].map(({ key, traceId, start, isListed, packed }) =>
      ({ key, id: traceId, start, listed: isListed ? 1 : 0, summary: packed }));
    const lastBatch = database.write(rows, traces);
    for (const entry of entries) entry.lastBatch = lastBatch;
  }

  private fail(message: string): void {
    if (!this.isFailing) this.options.onProblem(message);
    for (const { resolve } of this.waiting) resolve();
    this.retryMs = Math.min(lastRetryMs, Math.max(firstRetryMs, this.retryMs * 2));
    clearTimeout(this.retryTimer);
    if (!this.isClosed) this.retryTimer = setTimeout(() => this.flush(), this.retryMs).unref();
  }
}

function settle({ entries, resolve }: WaitingBatch): void {
  for (const entry of entries) entry.unsavedBatches--;
  resolve();
}

import type { TraceOverview } from '../../model/records.ts';
import type { StoredTrace } from './database.ts';
import { packSummary } from './summaries.ts';

/** Map entry, strings and numbers of one entry. */
const bytesPerEntry = 400;

/** What is known of a trace without reading it. */
export interface CatalogueEntry {
  readonly traceId: string;
  /** Its number in the database. */
  readonly key: number;
  /** The last batch on disk that holds something of it; 0 when there is none yet. */
  lastBatch: number;
  /** Batches that hold something of it and are not on disk yet. */
  unsavedBatches: number;
  /** The packed summary. */
  packed: string;
  /** Start in nanoseconds, exact enough to sort by. */
  start: number;
  isListed: boolean;
}

/**
 * All traces, in memory or on disk, with their summaries. They are held in order of last arrival, because the oldest go
 * first; lists show them by their start.
 */
export class TraceCatalogue {
  private readonly entries = new Map<string, CatalogueEntry>();
  private byStart: CatalogueEntry[] | undefined;
  private nextKey = 1;

  get size(): number { return this.entries.size; }
  get byteLength(): number { return this.entries.size * bytesPerEntry; }

  get(traceId: string): CatalogueEntry | undefined { return this.entries.get(traceId); }

  /** Entries from the one that something arrived for longest ago. */
  oldestFirst(): IterableIterator<CatalogueEntry> { return this.entries.values(); }

  /** Takes over a trace from the index on disk; to be called in order of arrival. */
  restore({ id, key, lastBatch, start, listed, summary }: StoredTrace): void {
    this.entries.set(id, { traceId: id, key, lastBatch, unsavedBatches: 0, packed: summary, start, isListed: listed === 1 });
    this.nextKey = Math.max(this.nextKey, key + 1);
    this.byStart = undefined;
  }

  /** The entry of a trace for which something arrived, made when there is none. */
  arrived(traceId: string): CatalogueEntry {
    let entry = this.entries.get(traceId);
    if (entry === undefined) entry = { traceId, key: this.nextKey++, lastBatch: 0, unsavedBatches: 0, packed: '', start: 0, isListed: false };
    else this.entries.delete(traceId);
    this.entries.set(traceId, entry);
    return entry;
  }

  /** Takes over a trace's figures of now. */
  update(entry: CatalogueEntry, summary: TraceOverview): void {
    const start = Number(summary.startUnixNano), isListed = summary.spanCount > 0;
    entry.packed = packSummary(summary);
    if (start === entry.start && isListed === entry.isListed) return;
    entry.start = start;
    entry.isListed = isListed;
    this.byStart = undefined;
  }

  delete(traceId: string): void {
    if (this.entries.delete(traceId)) this.byStart = undefined;
  }

  clear(): void {
    this.entries.clear();
    this.byStart = undefined;
  }

  /** Traces of which a span was received, newest first. */
  newestFirst(): readonly CatalogueEntry[] {
    this.byStart ??= [...this.entries.values()].filter((entry) => entry.isListed).sort((a, b) => b.start - a.start || b.key - a.key);
    return this.byStart;
  }
}

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
  private byStart: CatalogueEntry[] = [];
  /** Entries that are not in `byStart`, or not in their place. */
  private readonly moved = new Set<CatalogueEntry>();
  private nextKey = 1;

  get size(): number { return this.entries.size; }
  get byteLength(): number { return this.entries.size * bytesPerEntry; }

  get(traceId: string): CatalogueEntry | undefined { return this.entries.get(traceId); }

  /** Entries from the one that something arrived for longest ago. */
  oldestFirst(): IterableIterator<CatalogueEntry> { return this.entries.values(); }

  /** Takes over a trace from the index on disk; to be called in order of arrival. */
  restore({ id, key, lastBatch, start, listed, summary }: StoredTrace): void {
    const entry = { traceId: id, key, lastBatch, unsavedBatches: 0, packed: summary, start, isListed: listed === 1 };
    this.entries.set(id, entry);
    this.nextKey = Math.max(this.nextKey, key + 1);
    this.moved.add(entry);
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
    this.moved.add(entry);
  }

  delete(traceId: string): void {
    const entry = this.entries.get(traceId);
    if (entry === undefined) return;
    this.entries.delete(traceId);
    entry.isListed = false;
    this.moved.add(entry);
  }

  /** Traces of which a span was received, newest first. Costs little when few have come, gone or moved since the last time. */
  newestFirst(): readonly CatalogueEntry[] {
    if (this.moved.size === 0) return this.byStart;
    const rest = this.byStart.filter((entry) => !this.moved.has(entry));
    const news = [...this.moved].filter(({ isListed }) => isListed).sort(compareStarts);
    this.moved.clear();
    this.byStart = merged(rest, news);
    return this.byStart;
  }
}

const compareStarts = (a: CatalogueEntry, b: CatalogueEntry): number => b.start - a.start || b.key - a.key;

function merged(left: readonly CatalogueEntry[], right: readonly CatalogueEntry[]): CatalogueEntry[] {
  const all: CatalogueEntry[] = [];
  let i = 0, j = 0;
  while (i < left.length && j < right.length) {
    const [a, b] = [left[i] as CatalogueEntry, right[j] as CatalogueEntry];
    if (compareStarts(a, b) <= 0) { all.push(a); i++; } else { all.push(b); j++; }
  }
  for (; i < left.length; i++) all.push(left[i] as CatalogueEntry);
  for (; j < right.length; j++) all.push(right[j] as CatalogueEntry);
  return all;
}

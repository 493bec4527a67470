import type { CatalogueEntry, TraceCatalogue } from './catalogue.ts';
import type { TraceDatabase } from './database.ts';

/** More traces than this are not kept on disk, because all their summaries are in memory. */
const mostTraces = 200_000;
/** Of the space that is too much and of the number of traces, so much more goes at one time. */
const share = 0.05;
const msPerDay = 24 * 60 * 60 * 1000;

export interface RetentionRules {
  readonly databaseBytes: number;
  /** 0 = traces do not get too old. */
  readonly retentionDays: number;
}

type Test = (entry: CatalogueEntry) => boolean;

/**
 * The traces that are too old: nothing arrived for them in so many days before the last arrival of all. Age goes by the
 * order of arrival, so a clock that was set wrong deletes nothing by itself.
 */
export function tooOld(catalogue: TraceCatalogue, database: TraceDatabase, { retentionDays }: RetentionRules, mayGo: Test): { readonly entries: CatalogueEntry[]; readonly lastBatch: number } {
  if (retentionDays <= 0) return { entries: [], lastBatch: 0 };
  const lastBatch = database.lastBatchBefore(database.lastArrival() - retentionDays * msPerDay);
  const entries: CatalogueEntry[] = [];
  for (const entry of catalogue.oldestFirst()) {
    if (entry.lastBatch > lastBatch) break;
    if (mayGo(entry)) entries.push(entry);
  }
  return { entries, lastBatch };
}

/** The oldest traces, some at a time, while the database is too large or they are too many. */
export function tooMany(catalogue: TraceCatalogue, database: TraceDatabase, { databaseBytes }: RetentionRules, mayGo: Test): CatalogueEntry[] {
  if (database.usedBytes <= databaseBytes && catalogue.size <= mostTraces) return [];
  const entries: CatalogueEntry[] = [];
  for (const entry of catalogue.oldestFirst()) {
    if (entries.length > catalogue.size * share) break;
    if (mayGo(entry)) entries.push(entry);
  }
  return entries;
}

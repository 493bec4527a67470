import type { TraceOverview } from '../model/records.ts';
import type { FoundRows } from '../protocol/collector.ts';
import type { RowRef } from '../protocol/panel.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query, QueryTrace } from '../query/query.ts';
import { RowSpan } from './rowSpan.ts';
import { parseSummary } from './store/summaries.ts';
import type { TraceColumns } from './store/traceColumns.ts';
import type { TraceStore } from './store/traceStore.ts';

/** After this time a search lets others have a turn. */
const turnMs = 20;
const rowsBetweenLooks = 256;
/** A part of an answer has what was found in this time: at first soon, so that there is something to see. */
const firstPartMs = 25, partMs = 500;

export interface Page { readonly offset: number; readonly limit: number }

/** Traces that match a query, newest first, one page of them. Rejects with words for the user when the query cannot be read. */
export async function searchTraces(store: TraceStore, text: string, page: Page | undefined): Promise<{ traces: TraceOverview[]; total: number }> {
  const query = queryOf(text);
  const { offset, limit } = page ?? { offset: 0, limit: Infinity };
  const entries = store.newestFirst();
  if (query.isEmpty) {
    return { traces: entries.slice(offset, offset + limit).map(({ traceId, packed }) => parseSummary(traceId, packed)), total: entries.length };
  }
  const traces: TraceOverview[] = [];
  const turns = new Turns();
  let total = 0;
  for (const { traceId, packed } of entries) {
    const summary = parseSummary(traceId, packed);
    if (query.matchesTrace(new SearchedTrace(store, summary)) && total++ >= offset && traces.length < limit) traces.push(summary);
    await turns.next();
  }
  return { traces, total };
}

/**
 * Rows of a trace whose spans match a query, ascending: as many as are found in a short time, from a row on. Begins anew
 * when the rows were numbered anew since. Rejects with words for the user when the query cannot be read.
 */
export async function searchRows(trace: TraceColumns, text: string, from?: RowRef, ms = from === undefined ? firstPartMs : partMs): Promise<FoundRows> {
  const query = queryOf(text);
  const turns = new Turns(), end = performance.now() + ms;
  for (;;) {
    trace.settle();
    const { epoch } = trace, span = new RowSpan(trace, nowUnixNano());
    const rows: number[] = [];
    const first = from?.epoch === epoch ? from.row : 0;
    let row = first;
    for (; row < trace.count && trace.epoch === epoch; row++) {
      if (row % rowsBetweenLooks === 0 && row > first) {
        if (performance.now() > end) break;
        await turns.next();
      }
      if (!trace.isPlaceholder(row) && query.matchesSpan(span.at(row))) rows.push(row);
    }
    if (trace.epoch === epoch) return { epoch, rows: Uint32Array.from(rows).buffer, ...(row < trace.count ? { next: row } : {}) };
  }
}

/** Now, in nanoseconds since 1970, as exact as the clock is. */
export const nowUnixNano = (): bigint => BigInt(Date.now()) * 1_000_000n;

function queryOf(text: string): Query {
  const { query, problem } = parseQuery(text);
  if (query === undefined) throw new Error(problem.message);
  return query;
}

/** A trace as queries see it: its spans are read, from disk too, only when the summary does not answer. */
class SearchedTrace implements QueryTrace {
  readonly summary: TraceOverview;
  private readonly store: TraceStore;

  constructor(store: TraceStore, summary: TraceOverview) {
    this.store = store;
    this.summary = summary;
  }

  get durationNs(): number {
    const { startUnixNano, endUnixNano } = this.summary;
    return Number((endUnixNano === undefined ? nowUnixNano() : BigInt(endUnixNano)) - BigInt(startUnixNano));
  }

  someSpan(test: (span: RowSpan) => boolean): boolean {
    const trace = this.store.peek(this.summary.traceId);
    if (trace === undefined) return false;
    trace.settle();
    const span = new RowSpan(trace, nowUnixNano());
    for (let row = 0; row < trace.count; row++) if (!trace.isPlaceholder(row) && test(span.at(row))) return true;
    return false;
  }
}

/** Lets others have a turn when one has lasted long enough. */
export class Turns {
  private began = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.began < turnMs) return;
    await new Promise(setImmediate);
    this.began = performance.now();
  }
}

import type { TraceOverview } from '../model/records.ts';
import { receivedSource, traceKeyOf, traceNameOf } from '../model/traceKey.ts';
import type { OpenedFiles } from './files/openedFiles.ts';
import type { RowSource } from './store/outlines.ts';
import type { TraceColumns } from './store/traceColumns.ts';
import type { TraceStore } from './store/traceStore.ts';

/** Received traces and those of opened files by their keys, each in its own store. */
export class TraceSources {
  private readonly received: TraceStore;
  private readonly files: OpenedFiles;

  constructor(received: TraceStore, files: OpenedFiles) {
    this.received = received;
    this.files = files;
  }

  /** The store of a source; undefined when no such file is open. */
  storeOf(source: string): TraceStore | undefined { return source === receivedSource ? this.received : this.files.storeOf(source); }

  trace(key: string): TraceColumns | undefined { return this.at(key, (store, traceId) => store.trace(traceId)); }

  outlineOf(key: string): RowSource | undefined { return this.at(key, (store, traceId) => store.outlineOf(traceId)); }

  summaryOf(key: string): TraceOverview | undefined {
    const summary = this.at(key, (store, traceId) => store.summaryOf(traceId));
    return summary && keyed(traceNameOf(key).source, summary);
  }

  pin(key: string): void { this.at(key, (store, traceId) => { store.pin(traceId); }); }

  unpin(key: string): void { this.at(key, (store, traceId) => { store.unpin(traceId); }); }

  delete(keys: readonly string[]): void {
    const bySource = Map.groupBy(keys.map(traceNameOf), ({ source }) => source);
    for (const [source, names] of bySource) this.storeOf(source)?.delete(names.map(({ traceId }) => traceId));
  }

  private at<T>(key: string, use: (store: TraceStore, traceId: string) => T): T | undefined {
    const { source, traceId } = traceNameOf(key), store = this.storeOf(source);
    return store && use(store, traceId);
  }
}

/** A summary with the key of its trace in place of the id. */
export function keyed(source: string, summary: TraceOverview): TraceOverview {
  const key = traceKeyOf(source, summary.traceId);
  return key === summary.traceId ? summary : { ...summary, traceId: key };
}

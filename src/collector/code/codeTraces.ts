import type { TraceOverview } from '../../model/records.ts';
import { receivedSource, traceKeyOf, traceNameOf } from '../../model/traceKey.ts';
import { parseSummary } from '../store/summaries.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { TraceStore } from '../store/traceStore.ts';
import type { TraceOrigin } from './placedSpans.ts';

/** Received traces that are looked at, the newest, and spans in them; the newest trace always. */
const mostTraces = 200, mostSpans = 300_000;
/** The same of each opened file, and of all of them together. Whoever opens a file that is larger looks at it elsewhere. */
const mostFileTraces = 200, mostFileSpans = 1_000_000;

/** The traces of an opened file. */
export interface FileTraces {
  readonly source: string;
  readonly name: string;
  readonly store: TraceStore;
}

export interface CodeTrace extends TraceOrigin {
  readonly store: TraceStore;
  readonly summary: TraceOverview;
}

/** The traces whose spans are shown in code: the newest received ones, and those of opened files that were not received as well. */
export class CodeTraces {
  private readonly received: TraceStore;
  private readonly files: () => readonly FileTraces[];

  constructor(received: TraceStore, files: () => readonly FileTraces[]) {
    this.received = received;
    this.files = files;
  }

  /** With the names of files that have traces too large to be among them. */
  newestFirst(): { readonly traces: readonly CodeTrace[]; readonly tooLarge: readonly string[] } {
    const received = this.newestReceived(), files = this.files(), tooLarge = new Set<string>();
    if (files.length === 0) return { traces: received, tooLarge: [] };
    // An export of what was received, or what was kept of a file, is there twice.
    const seen = new Set(received.map(({ summary }) => summary.traceId));
    let left = mostFileSpans;
    const opened = files.flatMap(({ source, name, store }) => store.newestFirst().slice(0, mostFileTraces).flatMap(({ traceId, packed }): CodeTrace[] => {
      const summary = parseSummary(traceId, packed);
      if (seen.has(traceId)) return [];
      if (summary.spanCount > left) {
        tooLarge.add(name);
        return [];
      }
      seen.add(traceId);
      left -= summary.spanCount;
      return [{ key: traceKeyOf(source, traceId), source, file: name, store, summary }];
    }));
    const traces = [...received, ...opened].sort((a, b) => Number(BigInt(b.summary.startUnixNano) - BigInt(a.summary.startUnixNano)));
    return { traces, tooLarge: [...tooLarge] };
  }

  /** A trace by its key. One that is not in memory is not kept there. */
  read(key: string): TraceColumns | undefined {
    const { source, traceId } = traceNameOf(key);
    const store = source === receivedSource ? this.received : this.files().find((file) => file.source === source)?.store, trace = store?.peek(traceId);
    trace?.settle();
    return trace;
  }

  private newestReceived(): CodeTrace[] {
    const found: CodeTrace[] = [];
    let left = mostSpans;
    for (const { traceId, packed } of this.received.newestFirst().slice(0, mostTraces)) {
      const summary = parseSummary(traceId, packed);
      if (left < summary.spanCount && left < mostSpans) break;
      left -= summary.spanCount;
      found.push({ key: traceKeyOf(receivedSource, traceId), source: receivedSource, store: this.received, summary });
    }
    return found;
  }
}

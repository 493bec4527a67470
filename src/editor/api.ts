import type { Event, Location, Uri } from 'vscode';
import type { ImportReport, SpanRecord, TraceSummary } from '../model/records.ts';

/** A place in the code that may have made a span, and how it was found. */
export interface SourceCandidate {
  readonly location: Location;
  readonly origin: string;
}

/** What the extension exports to other extensions. */
export interface SpanscopeApi {
  readonly apiVersion: 1;
  /** Where spans can be sent now, e.g. http://127.0.0.1:4318, 127.0.0.1:4317, ws://127.0.0.1:4318/v1/spans. */
  readonly endpoints: { readonly http?: string; readonly grpc?: string; readonly webSocket?: string };
  /** Listens; port 0 takes any free one, a port that is left out comes from the settings. */
  startReceiver(options?: { httpPort?: number; grpcPort?: number }): Promise<SpanscopeApi['endpoints']>;
  stopReceiver(): Promise<void>;
  /** Newest first; `query` is the filter language of the views. */
  listTraces(query?: string): Promise<TraceSummary[]>;
  /** By start time, parents before children at equal times. */
  getTrace(traceId: string): Promise<SpanRecord[]>;
  importFile(uri: Uri): Promise<ImportReport>;
  exportTrace(traceId: string, format: string): Promise<Uint8Array>;
  showTrace(traceId: string, spanId?: string): Promise<void>;
  /** Best first. */
  sourceOf(traceId: string, spanId: string): Promise<SourceCandidate[]>;
  /** Deletes all traces, without asking. */
  clear(): Promise<void>;
  readonly onDidChangeTraces: Event<{ readonly traceIds: readonly string[] }>;
}

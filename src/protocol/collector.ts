import type { RecordedPause } from '../model/recordedPauses.ts';
import type { ImportReport, SpanRecord, TraceOverview } from '../model/records.ts';
import type { CodeProblem, CodeSpan, CodeSpansQuestion, CodeUseAnswer, CodeUseQuestion } from './codeUse.ts';
import type { BreakpointHit, ProgramReport, SpanBreakpoint } from './live.ts';
import type { FileEvent, FileInput, OpenedFile, OpenOptions } from './files.ts';
import type { ExportKind, ExportProgress, ExportReport, ExportRequest } from './export.ts';
import type { RowRef } from './panel.ts';
import type { SessionPauses } from './pauses.ts';
import type { RowsMessage } from './rows.ts';

/** Settings of the collector worker; all from user scope. */
export interface CollectorOptions {
  /** Directory of the database; undefined keeps everything in memory. */
  readonly storageDirectory: string | undefined;
  readonly memoryBytes: number;
  readonly databaseBytes: number;
  /** Traces older than this are deleted from disk; 0 = never. */
  readonly retentionDays: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** The largest body over HTTP and the largest gRPC message that is taken; the usual ones when absent. */
  readonly bodyBytes?: number;
  readonly grpcMessageBytes?: number;
  /** Absolute path of the bundle that holds the gRPC receiver, loaded only when it is started. */
  readonly grpcBundle: string;
  /** Absolute path of the folder with the panel's page, which HTML documents are made of. */
  readonly pageFolder?: string;
  /** Absolute path of the bundle that reads files, each in a thread of its own. */
  readonly fileBundle: string;
}

export interface Endpoints { readonly http?: string; readonly grpc?: string; readonly webSocket?: string }

/** Who seems to hold a port. */
export interface PortProblem {
  readonly wantedPort: number;
  readonly port: number | undefined;
  readonly holder: 'spanscope' | 'stranger';
  /** Name and process id of the holder, where the system tells. */
  readonly description?: string;
  readonly receiver: 'http' | 'grpc';
}

export interface StartResult { readonly endpoints: Endpoints; readonly problems: readonly PortProblem[] }

export interface CollectorStats {
  readonly receivedSpans: number;
  readonly rejectedSpans: number;
  readonly receivedLogs: number;
  readonly receivedMetricPoints: number;
  readonly spansPerSecond: number;
  readonly tracesInMemory: number;
  readonly spansInMemory: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly storedTraces: number;
  readonly storedBytes: number;
  /** Set once when the database cannot be written; spans are then kept in memory only. */
  readonly storageProblem?: string;
}

export interface MetricSeries {
  readonly service: string;
  readonly instrument: string;
  readonly unit: string;
  readonly description: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly lastValue: number | string;
  readonly points: readonly { readonly timeUnixNano: string; readonly value: number }[];
}

/** Row numbers of spans that match, ascending, as a Uint32 buffer; with `next` only those before that row. */
export interface FoundRows { readonly epoch: number; readonly rows: ArrayBuffer; readonly next?: number }

/** A node of the spans tree as the native tree view needs it. */
export interface SpanNode {
  readonly spanId: string;
  readonly row: number;
  readonly label: string;
  readonly name: string;
  readonly role: number;
  readonly status: number;
  readonly marks: number;
  /** Nanoseconds; undefined while open. */
  readonly durationNs: number | undefined;
  /** Nanoseconds since 1970 as far as a number holds them: good for how long an open span runs. */
  readonly startNs: number;
  readonly selfNs: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly childCount: number;
}

/**
 * The calls that the host may make; results arrive as promises, failures as errors with a message for the user. A `traceId`
 * of a call, of a summary, and of a message about rows is the key of a trace (`model/traceKey.ts`), in which the ids of
 * traces of opened files differ from those of received ones. Records of spans have the id as it is in the trace.
 */
export interface CollectorCalls {
  configure(options: CollectorOptions): void;
  start(ports: { readonly httpPort: number; readonly grpcPort: number }): StartResult;
  stop(): void;
  /**
   * What a program that we start shows to be told breakpoints, in its environment as SPANSCOPE_TOKEN, or in the file that
   * SPANSCOPE_TOKEN_FILE names. It is another one after every start of the worker, and is logged and exported nowhere.
   */
  controlToken(): string;
  /** Replaces all span breakpoints, and tells those who have shown the token. A new worker has none. */
  setBreakpoints(items: readonly SpanBreakpoint[]): void;
  /** Of what was received, or of an opened file: newest first. `offset` and `limit` page through; limit defaults to all. Rejects when the query cannot be read. */
  listTraces(query: string, page?: { readonly offset: number; readonly limit: number }, source?: string): { readonly traces: readonly TraceOverview[]; readonly total: number };
  summaryOf(traceId: string): TraceOverview | undefined;
  getTrace(traceId: string): readonly SpanRecord[];
  spanAt(traceId: string, ref: { readonly epoch: number; readonly row: number }): SpanRecord | undefined;
  spanById(traceId: string, spanId: string): SpanRecord | undefined;
  rowOf(traceId: string, spanId: string): { readonly epoch: number; readonly row: number } | undefined;
  /** Children of a span for the native tree, by start; `spanId` undefined = roots. */
  childrenOf(traceId: string, spanId: string | undefined, page: { readonly offset: number; readonly limit: number }): { readonly nodes: readonly SpanNode[]; readonly total: number };
  /** Ids from the root down to the span, for revealing it in a tree. */
  pathTo(traceId: string, spanId: string): readonly string[];
  /** Spans of a trace that match, as many as are found soon; to be asked for the rest with the row to go on from. Rejects when the query cannot be read. */
  searchRows(traceId: string, query: string, from?: RowRef): FoundRows;
  /**
   * Where in code the spans of the newest runs were made, and figures of such places. Reads what has come since the last
   * question, for a short time; `isPartial` says when there is more.
   */
  codeUse(question: CodeUseQuestion): CodeUseAnswer;
  /** The newest spans that were made at some places, newest first. */
  codeSpans(question: CodeSpansQuestion): readonly CodeSpan[];
  /** Keeps with the traces of a debug session when its programs stood in the debugger: all that is known of it now. */
  notePauses(told: SessionPauses): void;
  /** When programs of a trace stood in a debugger, as it says itself. */
  pausesOf(traceId: string): readonly RecordedPause[];
  /** What failed in the newest run of each program, newest first; 100 at most. */
  codeProblems(): readonly CodeProblem[];
  /** Begins sending `rows` events of a trace to this subscription; a subscription keeps its trace in memory. */
  subscribe(subscription: number, traceId: string): void;
  acknowledge(subscription: number, revision: number): void;
  unsubscribe(subscription: number): void;
  /** Reads all of a file into the store. Rejects when nothing of it can be read. */
  importFile(input: FileInput): ImportReport;
  /**
   * Begins to read a file, whose traces are then there beside the others until it is closed; `file.changed` tells how far it
   * is. `source` names it in all that follows: a short text of letters, digits and "-", which the same file should get
   * again, so that what was saved about its traces still fits. A source that is open is closed first.
   */
  openFile(source: string, input: FileInput, options?: OpenOptions): void;
  /** Reads no more of it; what was read stays. */
  stopFile(source: string): void;
  /** Its traces go, except from the store where they were kept. */
  closeFile(source: string): void;
  /** Puts its traces into the store, and what is still to be read of it. Gives their keys there. */
  keepFile(source: string): { readonly traceIds: readonly string[]; readonly spanCount: number };
  listFiles(): readonly OpenedFile[];
  exportTrace(traceId: string, format: string): ArrayBuffer;
  /** Writes what a request names as one file, with a report of what was masked and lost. */
  exportSpans(request: ExportRequest): ExportReport;
  /** How far an export is that still goes on. */
  exportProgress(exportId: number): ExportProgress | undefined;
  /** Stops an export: its call rejects, and nothing stays of its file. Harmless when it is over. */
  stopExport(exportId: number): void;
  /** What traces can be written as. */
  exportKinds(): readonly ExportKind[];
  deleteTraces(traceIds: readonly string[]): void;
  clear(): void;
  stats(): CollectorStats;
  metrics(): readonly MetricSeries[];
  /** Writes what is pending and closes the database; the worker then ends by itself. */
  shutdown(): void;
}

/** What the worker tells without being asked. */
export type CollectorEvent =
  /** At most every 50 ms, of what was received or stored. */
  | { readonly type: 'traces.changed'; readonly traceIds: readonly string[]; readonly summaries: readonly TraceOverview[]; readonly removed: readonly string[] }
  | FileEvent
  | { readonly type: 'rows.changed'; readonly subscription: number; readonly rows: RowsMessage; readonly summary: TraceOverview; readonly nowUnixNano: string }
  | { readonly type: 'trace.gone'; readonly subscription: number; readonly traceId: string }
  /** Told once the spans that its program had sent before are stored. */
  | { readonly type: 'breakpoint.hit'; readonly hit: BreakpointHit }
  /** How many connected programs are told the span breakpoints. */
  | { readonly type: 'programs.changed'; readonly count: number }
  | { readonly type: 'program.seen'; readonly report: ProgramReport }
  | { readonly type: 'stats.changed'; readonly stats: CollectorStats }
  | { readonly type: 'log.line'; readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly message: string };

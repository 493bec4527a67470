import type { SpanRecord, TraceOverview, TraceSummary } from '../model/records.ts';
import type { RowsMessage } from './rows.ts';

/** The view that a panel shows. */
export type PanelView = 'timeline';

/** A span in the rows of the trace that a panel shows. Messages from a webview never carry paths, URLs or commands. */
export interface RowRef { readonly epoch: number; readonly row: number }

export interface ReceiverStatus {
  readonly state: 'off' | 'starting' | 'listening' | 'failed';
  readonly http?: string;
  readonly grpc?: string;
  readonly webSocket?: string;
  readonly sinceUnixMilli?: number;
  /** What went wrong or differs from what was wanted, in words for the user: a port in use and who holds it. */
  readonly problem?: string;
  readonly receivedSpans: number;
}

/** Where the code of a span is, as shown in the details; `index` is what the webview sends back to open it. */
export interface SourceLink {
  readonly index: number;
  /** Path relative to the workspace folder where possible, with line, e.g. `agent/coder.py:71`. */
  readonly label: string;
  readonly functionName?: string;
  /** How it was found, in words. */
  readonly origin: string;
}

export interface SpanDetails {
  readonly ref: RowRef;
  readonly record: SpanRecord;
  /** Keys of attributes whose value was shortened for display, with the full length in characters. */
  readonly shortened: Readonly<Record<string, number>>;
  readonly sources: readonly SourceLink[];
  /** Why there is no source, when there is none; '' where there is no editor to go to one. */
  readonly noSource?: string;
  /** A path was recorded that is not here, so that mapping its folder may help. */
  readonly isMappable?: boolean;
  /** Links to source found in texts (stack traces of exceptions), by text line. */
  readonly frames: readonly StackFrameLink[];
}

export interface StackFrameLink extends SourceLink {
  /** Which event of the record the frame stands in, and which line (0-based) of its stack trace. */
  readonly event: number;
  readonly line: number;
}

/** What can be done with the file that a trace is from. */
export type FileAction = 'stop' | 'follow' | 'keep' | 'report' | 'pickTrace' | 'openText' | 'openAgain';

/** How the file of the shown trace stands, in words. */
export interface FileStatus {
  readonly text: string;
  readonly tone: 'plain' | 'busy' | 'warning';
  /** How much of it is read, 0 to 1, where that is known. */
  readonly fraction?: number;
  readonly actions: readonly { readonly action: FileAction; readonly label: string }[];
}

/** The figures of the shown trace. */
export type PanelSummary = TraceSummary & Pick<TraceOverview, 'leftOut'>;

/** When the programs of a trace's run stood in a debugger, as decimal nanoseconds since 1970; a pause without an end goes on. */
export type PausedSpans = readonly (readonly [from: string, to?: string])[];

/** Where a program stands in the debugger now: the rows of the innermost active span of each thread that stands. */
export interface Standing { readonly epoch: number; readonly rows: readonly number[] }

/** Host → webview. Complete snapshots or row changes with a revision. */
export type ToPanel =
  | { readonly type: 'panel.show'; readonly traceId: string | undefined; readonly status: ReceiverStatus; readonly spanRow?: RowRef }
  | { readonly type: 'trace.rows'; readonly rows: RowsMessage }
  | { readonly type: 'trace.summary'; readonly summary: PanelSummary; readonly revision: number; readonly nowUnixNano: string }
  | { readonly type: 'trace.gone'; readonly traceId: string }
  | { readonly type: 'receiver.status'; readonly status: ReceiverStatus }
  | { readonly type: 'file.status'; readonly file: FileStatus | undefined }
  | { readonly type: 'selection.set'; readonly ref: RowRef | undefined }
  | { readonly type: 'paused.set'; readonly traceId: string; readonly paused: PausedSpans }
  | { readonly type: 'standing.set'; readonly traceId: string; readonly standing: Standing | undefined }
  | { readonly type: 'span.details'; readonly details: SpanDetails }
  /** Uint32 row numbers, ascending. With `next` they are a part, and those from that row on are to be asked for. */
  | { readonly type: 'search.result'; readonly id: number; readonly epoch: number; readonly rows: ArrayBuffer; readonly next?: number; readonly problem?: string }
  | { readonly type: 'chart.command'; readonly command: ChartCommand }
  | { readonly type: 'request.failed'; readonly request: string; readonly message: string };

/** What commands of the editor (palette, context menu) ask the focused chart to do. */
export type ChartCommand =
  | 'zoomToSpan' | 'fitAll' | 'find' | 'nextError' | 'previousError' | 'toggleFollow' | 'showKeys' | 'savePng' | 'saveSvg'
  | 'showSubtree' | 'foldName' | 'foldPaused' | 'filterByName' | 'filterByRole' | 'exclude';

/** Webview → host. Validated by a schema before use. */
export type FromPanel =
  | { readonly type: 'panel.ready'; readonly traceId?: string }
  | { readonly type: 'rows.ack'; readonly revision: number }
  | { readonly type: 'selection.changed'; readonly ref: RowRef | null }
  | { readonly type: 'details.get'; readonly ref: RowRef }
  | { readonly type: 'source.open'; readonly ref: RowRef; readonly index?: number; readonly beside: boolean }
  | { readonly type: 'frame.open'; readonly ref: RowRef; readonly event: number; readonly line: number; readonly beside: boolean }
  | { readonly type: 'link.open'; readonly ref: RowRef; readonly link: number }
  | { readonly type: 'search.run'; readonly id: number; readonly query: string; readonly from?: RowRef }
  | { readonly type: 'value.copy'; readonly text: string }
  | { readonly type: 'value.open'; readonly ref: RowRef; readonly what: 'json' | 'attribute'; readonly key?: string }
  | { readonly type: 'image.save'; readonly kind: 'png' | 'svg'; readonly data: string }
  | { readonly type: 'file.run'; readonly action: FileAction }
  | { readonly type: 'action.run'; readonly action: PanelAction }
  | { readonly type: 'failure.report'; readonly message: string };

/** The commands a webview may ask for, by name of ours; the host maps them to its commands. */
export type PanelAction = 'runDemo' | 'copyEnvironment' | 'copyHttp' | 'copyGrpc' | 'copyWebSocket' | 'startReceiver' | 'openFile' | 'exportTrace' | 'showLog' | 'useOtherPort' | 'mapPath';

/** What a webview keeps in its saved state, so that it survives a reload. */
export interface PanelState {
  readonly version: 1;
  readonly traceId: string | undefined;
  readonly spanId?: string;
  readonly view: PanelView;
  /** Visible range in nanoseconds after the trace's base; undefined = all. */
  readonly range?: readonly [number, number];
  readonly follow: boolean;
  readonly query: string;
  readonly colourBy: ColourBy;
  readonly detailsWidth?: number;
  readonly chartHeight?: number;
  readonly detailsTab?: string;
  /** What stands below the chart at medium width. */
  readonly lower?: LowerPart;
  /** Labels whose runs of equal siblings the chart draws as one bar. */
  readonly folded?: readonly string[];
  /** Times are shown without those that the program stood in a debugger. */
  readonly foldsPaused?: boolean;
  /** Rows of the span table whose children are hidden, by keys that outlive a renumbering. */
  readonly collapsed?: readonly string[];
}

export type LowerPart = 'details' | 'spans';

export type ColourBy = 'role' | 'service' | 'name' | 'status' | 'selfTime' | 'agent' | 'model';

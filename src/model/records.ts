import type { Role } from './role.ts';
import type { SpanKind, StatusCode } from './span.ts';

/** The plain-object forms that the extension exports to others. 64-bit integers are decimal strings where they may exceed 2^53. */
export interface TraceSummary {
  readonly traceId: string;
  readonly name: string;
  readonly services: readonly string[];
  readonly startUnixNano: string;
  readonly endUnixNano?: string;
  /** Spans received; placeholders for parents that have not been seen do not count. */
  readonly spanCount: number;
  readonly errorCount: number;
  readonly openCount: number;
  readonly rootCount: number;
  readonly orphanCount: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd?: number;
}

/** A summary with what lists of traces show besides; not exported to others. Its `traceId` is the key of the trace (`traceKey.ts`). */
export interface TraceOverview extends TraceSummary {
  /** What the root is about (its agent, tool or model), else its name. */
  readonly label: string;
  /** The part that the root plays. */
  readonly role: Role;
  /** The debug session or run of the editor that its spans belong to, when they say so. */
  readonly session?: { readonly id: string; readonly name: string };
  /** The test of a test runner that its root was made in, as the hook in the program saw it. */
  readonly test?: TestRef;
  /** About how many more spans are on disk alone, because the trace is too large for the memory. */
  readonly leftOut?: number;
}

/** A test: its name with the suites around it, the file that it stands in, and how it ended (`passed`, `failed`, `skipped`) once that is known. */
export interface TestRef { readonly name: string; readonly file?: string; readonly status?: string }

export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startUnixNano: string;
  readonly endUnixNano?: string;
  readonly status: { readonly code: StatusCode; readonly message?: string };
  readonly service: string;
  readonly scope?: { readonly name: string; readonly version?: string; readonly attributes?: Readonly<Record<string, unknown>> };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly events: readonly EventRecord[];
  readonly links: readonly LinkRecord[];
  readonly logs: readonly LogEntry[];
  readonly marks: readonly string[];
  readonly agent?: AgentRecord;
  /** What attributes tell of a failure when no status was sent; such a span counts as failed. `message` may be ''. */
  readonly failure?: { readonly message: string; readonly source: string };
}

export interface EventRecord { readonly name: string; readonly timeUnixNano: string; readonly attributes: Readonly<Record<string, unknown>> }

export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface LogEntry {
  readonly timeUnixNano: string;
  readonly severity?: string;
  readonly severityNumber?: number;
  readonly eventName?: string;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface AgentRecord {
  readonly role: Role;
  readonly model?: string;
  readonly provider?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  readonly costUsd?: number;
  readonly agentName?: string;
  readonly toolName?: string;
  readonly toolCallId?: string;
  readonly toolArguments?: unknown;
  readonly toolResult?: unknown;
  readonly inputMessages?: unknown;
  readonly outputMessages?: unknown;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly documents?: unknown;
  readonly evaluations?: unknown;
  readonly conversationId?: string;
  readonly userId?: string;
  readonly responseId?: string;
  readonly finishReason?: string;
  readonly options?: readonly string[];
  readonly chosen?: string;
  readonly timeToFirstTokenNs?: number;
  /** Field of this record → attribute key that it came from. */
  readonly sources: Readonly<Record<string, string>>;
}

/** What reading a file or a message gave. */
export interface ImportReport {
  readonly format: string;
  readonly traceIds: readonly string[];
  readonly spanCount: number;
  readonly warnings: readonly string[];
}

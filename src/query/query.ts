import type { AttributeValue } from '../model/attributes.ts';
import type { AgentView } from '../model/agent.ts';
import type { TraceOverview, TraceSummary } from '../model/records.ts';
import type { Role } from '../model/role.ts';
import type { SpanKind, StatusCode } from '../model/span.ts';

/** A text that is looked for in many others, with what a quick search needs to know of it. */
export interface WantedText {
  readonly test: (text: string) => boolean;
  /** ASCII in lower case that stands in the lower case of every text that passes the test; '' when nothing is known. */
  readonly part: string;
  /** Whether every text whose lower case has `part` in it passes. */
  readonly isWhole: boolean;
}

/** What a query looks at in a span. Implementations answer lazily: most queries never ask for attributes. */
export interface QuerySpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  /** What the span is about (tool, agent or model), '' when its name says it. */
  readonly subject: string;
  readonly service: string;
  readonly role: Role;
  readonly kind: SpanKind;
  readonly status: StatusCode;
  readonly statusMessage: string;
  /** Nanoseconds; so far, while the span is open. */
  readonly durationNs: number;
  /** Mark bits (model/span.ts). */
  readonly marks: number;
  /** The span's attribute, else its resource's, else undefined. */
  attribute(key: string): AttributeValue | undefined;
  /** The agent step without its messages. */
  step(): AgentView | undefined;
  /** Whether the span has this id. */
  hasId(spanId: string): boolean;
  /** Whether free text is in what is searched beside names: attribute values, event names and values, log bodies. */
  someText(wanted: WantedText): boolean;
}

/** What a query looks at in a trace. */
export interface QueryTrace {
  readonly summary: TraceSummary & Pick<TraceOverview, 'test'>;
  /** Nanoseconds from the first start to the last end (or now). */
  readonly durationNs: number;
  someSpan(test: (span: QuerySpan) => boolean): boolean;
}

export interface Query {
  /** True for a query without any term. */
  readonly isEmpty: boolean;
  matchesSpan(span: QuerySpan): boolean;
  /** Each term may be met by another span of the trace; `duration`, `tokens` and `cost` are the trace's own. */
  matchesTrace(trace: QueryTrace): boolean;
}

/** Why a text is no query: where (in characters) and in words for the user. */
export interface QueryProblem { readonly message: string; readonly start: number; readonly end: number }

export type ParsedQuery =
  | { readonly query: Query; readonly problem?: undefined }
  | { readonly query?: undefined; readonly problem: QueryProblem };

/** One thing that a query demands. */
export interface Term {
  span(span: QuerySpan): boolean;
  trace(trace: QueryTrace): boolean;
}

/** The longest query that is read, in characters. */
export const maxQueryLength = 1024;

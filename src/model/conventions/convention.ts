import type { AgentView } from '../agent.ts';
import type { Attributes } from '../attributes.ts';
import type { Role } from '../role.ts';
import type { LogRecord, SpanEvent, SpanKind } from '../span.ts';

/** Attributes that may have one object for all that have the same keys in the same order, by which is remembered what follows from the keys. */
export type KeyedAttributes = Attributes & { readonly sequence?: object };

/** What a convention may look at. Logs are those that name this span. */
export interface ConventionInput {
  readonly name: string;
  readonly kind: SpanKind;
  readonly scopeName: string;
  /** Only where the whole step is asked for. */
  readonly startUnixNano?: bigint;
  readonly attributes: KeyedAttributes;
  readonly events: readonly SpanEvent[];
  readonly logs: readonly LogRecord[];
}

/** Fields that hold whole messages, arguments and results: read only when somebody looks at the span. */
export type ContentField =
  | 'toolArguments' | 'toolResult' | 'inputMessages' | 'outputMessages' | 'input' | 'output' | 'documents' | 'options' | 'chosen' | 'evaluations';

/** The fields that lists, charts and sums need; read for every span when it arrives, so they must be cheap. */
export type StepField = Exclude<keyof AgentView, ContentField | 'sources' | 'role'>;

/** A value with the attribute key (or `span name`, `scope name`, `event:NAME`, `log:NAME`) that it was read from. */
export interface Sourced<T> { readonly value: T; readonly source: string }

type SourcedFields<K extends keyof AgentView> = { readonly [F in K]?: Sourced<NonNullable<AgentView[F]>> | undefined };
export type StepFields = SourcedFields<StepField>;
export type ContentFields = SourcedFields<ContentField>;

/**
 * One way in which libraries write agent steps into spans. Several conventions may claim one span; each field is taken
 * from the first that has it, in the registry's order.
 */
export interface Convention {
  readonly id: string;
  /** Attribute key prefixes that make a span worth a look; a span with none of any convention's and no telling name is passed over. */
  readonly keyPrefixes: readonly string[];
  /** Span names that are telling without any attribute. No backtracking patterns. */
  readonly namePattern?: RegExp;
  /** Only asked where a key has one of the prefixes, the convention has a pattern for names, or there are events or logs. */
  claims(input: ConventionInput): boolean;
  /** The role, and how much the statement is worth: of several conventions' the lowest rank wins (`roleRank`). */
  role(input: ConventionInput): RoleClaim | undefined;
  step(input: ConventionInput): StepFields;
  content(input: ConventionInput): ContentFields;
  /** What people call the step, where that is neither its name nor the tool, agent or model that it stands for. */
  label?(input: ConventionInput): string | undefined;
}

export interface RoleClaim extends Sourced<Role> { readonly rank: number }

/** Which statement of a role beats which, when one span carries several (lowest first). */
export const roleRank = {
  vendor: 1, openInference: 2, operation: 3, traceloop: 4, requestType: 5, vercelAi: 6, genkit: 7, mcp: 8, spanName: 9, toolName: 10, modelKey: 11,
} as const;

/** The event, or the log record, that says what an evaluation gave. */
export const evaluationEvent = 'gen_ai.evaluation.result';

import type { AttributeValue } from './attributes.ts';
import type { Role } from './role.ts';

/**
 * What a span says about an agent's step, whatever library wrote it. Every field but `role` is absent when the span
 * does not say it. `sources` names, for each field that is present, the attribute key (or `event:NAME`, `span name`,
 * `scope name`) it was read from.
 */
export interface AgentView {
  readonly role: Role;
  readonly model?: string;
  readonly provider?: string;
  /** All input tokens: cache reads and writes are parts of it. */
  readonly inputTokens?: number;
  /** All output tokens: reasoning is a part of it. */
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  readonly costUsd?: number;
  /** Nanoseconds from the span's start to the first token of a streamed answer. */
  readonly timeToFirstTokenNs?: number;
  readonly agentName?: string;
  readonly toolName?: string;
  readonly toolCallId?: string;
  readonly toolArguments?: AttributeValue;
  readonly toolResult?: AttributeValue;
  readonly inputMessages?: readonly AgentMessage[];
  readonly outputMessages?: readonly AgentMessage[];
  /** Generic input and output of a step that is not a conversation. */
  readonly input?: AttributeValue;
  readonly output?: AttributeValue;
  readonly documents?: readonly RetrievedDocument[];
  /** What evaluators or people said of the step: a list of maps with `name`, `score`, `label`, `explanation`. */
  readonly evaluations?: AttributeValue;
  readonly conversationId?: string;
  readonly userId?: string;
  /** The id that the provider gave to the answer. */
  readonly responseId?: string;
  readonly finishReason?: string;
  /** Options that a decision had, and the one that it took. */
  readonly options?: readonly string[];
  readonly chosen?: string;
  readonly sources: ReadonlyMap<AgentField, string>;
}

export type AgentField = Exclude<keyof AgentView, 'sources'>;

/** One message of a conversation, in the shape of OpenTelemetry's GenAI conventions. */
export interface AgentMessage {
  /** system, user, assistant, tool, or any other word that was recorded. */
  readonly role: string;
  readonly name?: string;
  readonly finishReason?: string;
  readonly parts: readonly MessagePart[];
}

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'toolCall'; readonly id?: string; readonly name: string; readonly arguments?: AttributeValue }
  | { readonly type: 'toolResult'; readonly id?: string; readonly result?: AttributeValue }
  | { readonly type: 'media'; readonly mediaType: string; readonly uri?: string; readonly data?: string }
  /** Anything else is kept as it came. */
  | { readonly type: 'other'; readonly kind: string; readonly value: AttributeValue };

export interface RetrievedDocument {
  readonly id?: string;
  readonly content?: string;
  readonly score?: number;
  readonly metadata?: AttributeValue;
}

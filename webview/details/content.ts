import type { AgentRecord, SpanRecord } from '../../src/model/records.ts';
import { isRecord, readMessages, sentBefore } from './messages.ts';
import type { Message } from './messages.ts';

/** A part of the content of a span. `attribute` is the one that it came from. */
export type Section =
  | { readonly kind: 'tokens'; readonly parts: readonly TokenPart[]; readonly attribute: string }
  | { readonly kind: 'messages'; readonly messages: readonly Message[]; readonly before: number; readonly keys: readonly string[] }
  | { readonly kind: 'body'; readonly title: string; readonly value: unknown; readonly attribute: string | undefined }
  | { readonly kind: 'documents'; readonly documents: readonly RetrievedText[]; readonly attribute: string | undefined }
  | { readonly kind: 'options'; readonly options: readonly string[]; readonly chosen: string | undefined; readonly attribute: string | undefined }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [key: string, value: unknown])[] };

export interface TokenPart { readonly name: 'cached' | 'new input' | 'output' | 'reasoning'; readonly count: number }

export interface RetrievedText {
  readonly id: string | undefined;
  readonly score: number | undefined;
  readonly content: string | undefined;
  readonly metadata: unknown;
}

type BodyField = 'toolArguments' | 'toolResult' | 'input' | 'output' | 'inputMessages' | 'outputMessages' | 'documents' | 'evaluations';

/** What the Content tab shows below the error box, by the role of the span. */
export function contentOf(record: SpanRecord): readonly Section[] {
  const agent = record.agent;
  if (agent === undefined) return factsOf(record);
  const isTask = agent.role === 'agent' || agent.role === 'human';
  const sections = [
    ...tokensOf(agent),
    ...optionsOf(agent),
    ...messagesOf(agent),
    ...body(agent, 'toolArguments', 'Arguments'),
    ...body(agent, 'toolResult', 'Result'),
    ...body(agent, 'input', isTask ? 'Task' : agent.role === 'retriever' || agent.role === 'reranker' ? 'Query' : 'Input'),
    ...documentsOf(agent),
    ...body(agent, 'output', isTask ? 'Result' : 'Output'),
    ...body(agent, 'evaluations', 'Evaluations'),
  ];
  return sections.some(({ kind }) => kind !== 'tokens') ? sections : [...sections, ...factsOf(record)];
}

function tokensOf(agent: AgentRecord): Section[] {
  const { inputTokens, outputTokens, cacheReadTokens = 0, reasoningTokens = 0, sources } = agent;
  if (inputTokens === undefined && outputTokens === undefined) return [];
  // Cache reads are part of the input and reasoning is part of the output, whatever the numbers claim.
  const parts: TokenPart[] = [
    { name: 'cached', count: Math.min(cacheReadTokens, inputTokens ?? 0) },
    { name: 'new input', count: Math.max(0, (inputTokens ?? 0) - cacheReadTokens) },
    { name: 'output', count: Math.max(0, (outputTokens ?? 0) - reasoningTokens) },
    { name: 'reasoning', count: Math.min(reasoningTokens, outputTokens ?? 0) },
  ];
  const keys = [sources['inputTokens'], sources['outputTokens']].filter((key) => key !== undefined);
  return [{ kind: 'tokens', parts: parts.filter(({ count }) => count > 0), attribute: sharedKey(keys) }];
}

/** Several keys of one family as `family.*`. */
export function sharedKey(keys: readonly string[]): string {
  const [first, ...rest] = [...new Set(keys)];
  if (first === undefined || rest.length === 0) return first ?? '';
  const family = first.slice(0, first.lastIndexOf('.') + 1);
  return family !== '' && rest.every((key) => key.startsWith(family)) ? `${family}*` : [first, ...rest].join(', ');
}

function messagesOf(agent: AgentRecord): Section[] {
  const input = readMessages(agent.inputMessages), output = readMessages(agent.outputMessages);
  const sections: Section[] = [];
  if (input !== undefined || output !== undefined) {
    const keys = [agent.sources['inputMessages'], agent.sources['outputMessages']].filter((key) => key !== undefined);
    sections.push({ kind: 'messages', messages: [...input ?? [], ...output ?? []], before: sentBefore(input ?? []), keys });
  }
  if (input === undefined) sections.push(...body(agent, 'inputMessages', 'Input'));
  if (output === undefined) sections.push(...body(agent, 'outputMessages', 'Output'));
  return sections;
}

function body(agent: AgentRecord, field: BodyField, title: string): Section[] {
  const value = agent[field];
  return value === undefined ? [] : [{ kind: 'body', title, value, attribute: agent.sources[field] }];
}

function optionsOf(agent: AgentRecord): Section[] {
  const { options, chosen, sources } = agent;
  if (options === undefined && chosen === undefined) return [];
  return [{ kind: 'options', options: options ?? [], chosen, attribute: sources['options'] ?? sources['chosen'] }];
}

function documentsOf(agent: AgentRecord): Section[] {
  const { documents } = agent;
  if (documents === undefined) return [];
  if (!Array.isArray(documents) || !documents.every(isRecord)) return body(agent, 'documents', 'Documents');
  const texts = documents.map((document): RetrievedText => ({
    id: typeof document['id'] === 'string' ? document['id'] : undefined,
    score: typeof document['score'] === 'number' ? document['score'] : undefined,
    content: typeof document['content'] === 'string' ? document['content'] : undefined,
    metadata: document['metadata'],
  }));
  return [{ kind: 'documents', documents: texts, attribute: agent.sources['documents'] }];
}

/** Attributes that tell most about a span of no known role, best first; the later half are the older names. */
const telling = [
  'http.request.method', 'url.full', 'http.route', 'http.response.status_code', 'db.system.name', 'db.query.text', 'db.operation.name',
  'rpc.service', 'rpc.method', 'messaging.destination.name', 'messaging.operation.name', 'process.command_line', 'process.exit.code',
  'server.address', 'error.type', 'session.id', 'user.id',
  'http.method', 'http.url', 'http.target', 'http.status_code', 'db.system', 'db.statement', 'net.peer.name', 'peer.service',
];
const untelling = /^(code\.|thread\.|telemetry\.|otel\.|exception\.|service\.|process\.runtime|spanscope\.)/;
const mostFacts = 5;

function factsOf({ attributes }: SpanRecord): Section[] {
  const known = telling.filter((key) => Object.hasOwn(attributes, key));
  const others = Object.keys(attributes).filter((key) => !known.includes(key) && !untelling.test(key));
  const facts = [...known, ...others].slice(0, mostFacts).map((key) => [key, attributes[key]] as const);
  return facts.length === 0 ? [] : [{ kind: 'facts', facts }];
}

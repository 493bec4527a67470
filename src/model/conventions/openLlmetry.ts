import type { AgentMessage, MessagePart } from '../agent.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { ContentFields, Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { partsOf } from './messages.ts';
import { answerContent, callArguments } from './payload.ts';
import { at, figure, firstOf, hasPrefix, listOf, nested, structured, text } from './read.ts';

/** `traceloop.span.kind` → role. */
const kindRoles: ReadonlyMap<string, Role> = new Map<string, Role>([['agent', 'agent'], ['workflow', 'chain'], ['task', 'chain'], ['tool', 'tool'], ['handoff', 'handoff']]);
/** `llm.request.type` → role. */
const requestRoles: ReadonlyMap<string, Role> = new Map<string, Role>([['chat', 'llm'], ['completion', 'llm'], ['embedding', 'embedding'], ['rerank', 'reranker']]);

/** OpenLLMetry (Traceloop): `traceloop.*` for the program's own steps, indexed `gen_ai.prompt.N.*` keys for messages. */
export const openLlmetry: Convention = {
  id: 'openLlmetry',
  keyPrefixes: ['traceloop.', 'llm.request.type', 'llm.usage.', 'gen_ai.prompt.', 'gen_ai.completion.', 'llm.prompts.', 'llm.completions.'],
  claims: (input) => input.attributes.has('llm.request.type') || hasPrefix(input, 'traceloop.', 'gen_ai.prompt.', 'gen_ai.completion.', 'llm.prompts.', 'llm.completions.', 'llm.usage.') || input.events.some(isResult),
  role(input) {
    const kind = kindRoles.get(kindOf(input));
    if (kind !== undefined) return { value: kind, source: 'traceloop.span.kind', rank: roleRank.traceloop };
    const request = requestRoles.get(text(input.attributes.get('llm.request.type'))?.toLowerCase() ?? '');
    if (request !== undefined) return { value: request, source: 'llm.request.type', rank: roleRank.requestType };
    const result = input.events.find(isResult);
    return result && { value: 'retriever', source: `event:${result.name}`, rank: roleRank.toolName };
  },
  step,
  content,
  label: (input) => (['workflow', 'task'].includes(kindOf(input)) ? text(input.attributes.get('traceloop.entity.name')) : undefined),
};

const kindOf = ({ attributes }: ConventionInput): string => text(attributes.get('traceloop.span.kind'))?.toLowerCase() ?? '';

function step(input: ConventionInput): StepFields {
  const kind = kindOf(input);
  const entity = firstOf(input, ['traceloop.entity.name'], text);
  const association = (name: string): string => `traceloop.association.properties.${name}`;
  return {
    inputTokens: firstOf(input, ['llm.usage.prompt_tokens'], figure),
    outputTokens: firstOf(input, ['llm.usage.completion_tokens'], figure),
    reasoningTokens: firstOf(input, ['llm.usage.reasoning_tokens'], figure),
    agentName: kind === 'agent' ? entity : undefined,
    toolName: kind === 'tool' ? entity : undefined,
    conversationId: firstOf(input, [association('conversation_id'), association('session_id'), association('thread_id')], text),
    finishReason: firstOf(input, ['gen_ai.completion.0.finish_reason', 'llm.completions.0.finish_reason'], text),
  };
}

/** What a vector database has found, an event each. */
const isResult = ({ name }: { readonly name: string }): boolean => name === 'db.query.result' || name === 'db.search.result';

function documents({ events }: ConventionInput): ContentFields['documents'] {
  const found = events.filter(isResult).map(({ name, attributes }) => {
    const id = text(attributes.get(`${name}.id`)), body = text(attributes.get(`${name}.document`)) ?? text(attributes.get(`${name}.entity`));
    const score = figure(attributes.get(`${name}.score`)), metadata = structured(attributes.get(`${name}.metadata`));
    return { ...(id === undefined ? {} : { id }), ...(body === undefined ? {} : { content: body }), ...(score === undefined ? {} : { score }), ...(metadata === undefined ? {} : { metadata }) };
  });
  return found.length > 0 ? { value: found, source: `event:${events.find(isResult)?.name ?? ''}` } : undefined;
}

function content(input: ConventionInput): ContentFields {
  const isTool = kindOf(input) === 'tool';
  const given = firstOf(input, ['traceloop.entity.input'], structured);
  const result = firstOf(input, ['traceloop.entity.output'], structured);
  return {
    ...(isTool ? { toolArguments: callArguments(given), toolResult: answerContent(result) } : { input: given, output: result }),
    inputMessages: messages(input, ['gen_ai.prompt', 'llm.prompts'], 'user'),
    outputMessages: messages(input, ['gen_ai.completion', 'llm.completions'], 'assistant'),
    documents: documents(input),
  };
}

function messages(input: ConventionInput, prefixes: readonly string[], defaultRole: string): Sourced<readonly AgentMessage[]> | undefined {
  for (const prefix of prefixes) {
    const list = listOf(nested(input, prefix));
    if (list.length > 0) return { value: list.map((node) => message(node, defaultRole)), source: `${prefix}.N` };
  }
  return undefined;
}

function message(node: Parameters<typeof at>[0], defaultRole: string): AgentMessage {
  const role = text(at(node, 'role')) ?? defaultRole;
  const answers = text(at(node, 'tool_call_id'));
  const body = at(node, 'content');
  const parts: MessagePart[] = answers !== undefined && role === 'tool'
    ? [{ type: 'toolResult', id: answers, ...(body === undefined ? {} : { result: structured(body) ?? body }) }]
    : partsOf(body);
  for (const call of listOf(at(node, 'tool_calls'))) {
    const id = text(at(call, 'id')), args = structured(at(call, 'arguments'));
    parts.push({ type: 'toolCall', name: text(at(call, 'name')) ?? '', ...(id === undefined ? {} : { id }), ...(args === undefined ? {} : { arguments: args }) });
  }
  const called = text(at(node, 'function_call.name')), given = structured(at(node, 'function_call.arguments'));
  if (called !== undefined) parts.push({ type: 'toolCall', name: called, ...(given === undefined ? {} : { arguments: given }) });
  const finishReason = text(at(node, 'finish_reason'));
  return { role, parts, ...(finishReason === undefined ? {} : { finishReason }) };
}

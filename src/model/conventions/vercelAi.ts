import type { AgentMessage, MessagePart } from '../agent.ts';
import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { ContentFields, Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { messagesOf } from './messages.ts';
import { at, figure, firstOf, hasPrefix, listOf, structured, text } from './read.ts';

/** Vercel AI SDK's own spans (scope `ai`); version 7 writes OpenTelemetry's GenAI keys beside a few `ai.*` ones. */
export const vercelAi: Convention = {
  id: 'vercelAi',
  keyPrefixes: ['ai.', 'operation.name'],
  claims: (input) => operation(input) !== undefined || (hasPrefix(input, 'ai.') && (input.scopeName === 'ai' || input.scopeName === 'gen_ai')),
  role(input) {
    const found = operation(input);
    const role = found === undefined ? undefined : roleOf(found.value);
    return role === undefined || found === undefined ? undefined : { value: role, source: found.source, rank: roleRank.vercelAi };
  },
  step,
  content,
};

/** The operation id, e.g. `ai.generateText.doGenerate`; `operation.name` has the function id after a blank. */
function operation(input: ConventionInput): Sourced<string> | undefined {
  const id = firstOf(input, ['ai.operationId'], text);
  if (id !== undefined) return id;
  const name = text(input.attributes.get('operation.name'));
  return name?.startsWith('ai.') === true ? { value: name.split(' ', 1)[0] ?? name, source: 'operation.name' } : undefined;
}

function roleOf(id: string): Role | undefined {
  if (id === 'ai.toolCall') return 'tool';
  if (/\.(doGenerate|doStream)$/.test(id)) return 'llm';
  if (id.endsWith('.doEmbed')) return 'embedding';
  if (id.startsWith('ai.embed')) return 'embedding';
  if (id.startsWith('ai.rerank')) return 'reranker';
  return /^ai\.(generate|stream)/.test(id) ? 'agent' : undefined;
}

function step(input: ConventionInput): StepFields {
  const milliseconds = firstOf(input, ['ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk'], figure);
  const role = roleOf(operation(input)?.value ?? ''), metadata = structured(input.attributes.get(metadataKey));
  return {
    model: firstOf(input, ['ai.response.model', 'ai.model.id'], text),
    provider: firstOf(input, ['ai.model.provider'], text),
    inputTokens: firstOf(input, ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'], figure),
    outputTokens: firstOf(input, ['ai.usage.outputTokens', 'ai.usage.completionTokens'], figure),
    cacheReadTokens: firstOf(input, ['ai.usage.cachedInputTokens', 'ai.usage.inputTokenDetails.cacheReadTokens'], figure) ?? told(metadata, cacheReads),
    cacheWriteTokens: firstOf(input, ['ai.usage.inputTokenDetails.cacheWriteTokens'], figure) ?? told(metadata, cacheWrites),
    reasoningTokens: firstOf(input, ['ai.usage.reasoningTokens', 'ai.usage.outputTokenDetails.reasoningTokens'], figure) ?? told(metadata, reasonings),
    timeToFirstTokenNs: milliseconds && { value: Math.round(milliseconds.value * 1e6), source: milliseconds.source },
    agentName: role === 'agent' ? firstOf(input, ['ai.telemetry.functionId', 'resource.name'], text) : undefined,
    toolName: firstOf(input, ['ai.toolCall.name'], text),
    toolCallId: firstOf(input, ['ai.toolCall.id'], text),
    conversationId: firstOf(input, ['ai.telemetry.metadata.sessionId'], text),
    responseId: firstOf(input, ['ai.response.id'], text),
    finishReason: firstOf(input, ['ai.response.finishReason', 'ai.finishReason'], text),
  };
}

const metadataKey = 'ai.response.providerMetadata';
/** Where providers tell what the usage of older releases has no member for. */
const cacheReads = ['anthropic.usage.cache_read_input_tokens', 'anthropic.cacheReadInputTokens', 'openai.cachedPromptTokens', 'bedrock.usage.cacheReadInputTokens'];
const cacheWrites = ['anthropic.usage.cache_creation_input_tokens', 'anthropic.cacheCreationInputTokens', 'bedrock.usage.cacheWriteInputTokens', 'bedrock.usage.cacheCreationInputTokens'];
const reasonings = ['openai.reasoningTokens'];

function told(metadata: AttributeValue | undefined, paths: readonly string[]): Sourced<number> | undefined {
  const value = paths.map((path) => figure(at(metadata, path))).find((found) => found !== undefined);
  return value === undefined ? undefined : { value, source: metadataKey };
}

function content(input: ConventionInput): ContentFields {
  return {
    toolArguments: firstOf(input, ['ai.toolCall.args', 'ai.toolCall.input'], structured),
    toolResult: firstOf(input, ['ai.toolCall.result', 'ai.toolCall.output'], structured),
    inputMessages: fromKey(input, 'ai.prompt.messages') ?? fromPrompt(input),
    outputMessages: answer(input),
    input: firstOf(input, ['ai.value'], structured) ?? firstOf(input, ['ai.values'], texts),
  };
}

/** Each value is JSON text. */
const texts = (value: AttributeValue | undefined): readonly AttributeValue[] => listOf(structured(value)).map((item) => structured(item) ?? null);

function fromKey(input: ConventionInput, key: string): Sourced<readonly AgentMessage[]> | undefined {
  const messages = messagesOf(input.attributes.get(key), 'user');
  return messages && { value: messages, source: key };
}

/** `ai.prompt` is `{system?, prompt?, messages?}`. */
function fromPrompt(input: ConventionInput): Sourced<readonly AgentMessage[]> | undefined {
  const prompt = structured(input.attributes.get('ai.prompt'));
  if (prompt === undefined) return undefined;
  if (at(prompt, 'messages') !== undefined) return fromKey(input, 'ai.prompt');
  const system = text(at(prompt, 'system'));
  const body = at(prompt, 'prompt') ?? (prompt instanceof Map ? undefined : prompt);
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', parts: [{ type: 'text', text: system }] } as const]),
    ...(messagesOf(body, 'user') ?? []),
  ];
  return messages.length > 0 ? { value: messages, source: 'ai.prompt' } : undefined;
}

function answer(input: ConventionInput): Sourced<readonly AgentMessage[]> | undefined {
  const said = firstOf(input, ['ai.response.text', 'ai.result.text'], text);
  const made = firstOf(input, ['ai.response.object', 'ai.result.object'], structured);
  const calls = firstOf(input, ['ai.response.toolCalls', 'ai.result.toolCalls'], structured);
  const thought = firstOf(input, ['ai.response.reasoning'], text);
  const source = (said ?? made ?? calls ?? thought)?.source;
  if (source === undefined) return undefined;
  const parts: MessagePart[] = [];
  if (thought !== undefined) parts.push({ type: 'reasoning', text: thought.value });
  if (said !== undefined) parts.push({ type: 'text', text: said.value });
  if (made !== undefined) parts.push({ type: 'other', kind: 'object', value: made.value });
  if (Array.isArray(calls?.value)) for (const call of calls.value as readonly AttributeValue[]) parts.push(toolCall(call));
  return { value: [{ role: 'assistant', parts }], source };
}

function toolCall(call: AttributeValue): MessagePart {
  const id = text(at(call, 'toolCallId')), args = structured(at(call, 'input') ?? at(call, 'args'));
  return { type: 'toolCall', name: text(at(call, 'toolName')) ?? '', ...(id === undefined ? {} : { id }), ...(args === undefined ? {} : { arguments: args }) };
}

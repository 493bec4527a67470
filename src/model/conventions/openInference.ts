import type { AgentMessage, MessagePart, RetrievedDocument } from '../agent.ts';
import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { ContentFields, Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { answerContent } from './payload.ts';
import { at, figure, firstOf, hasPrefix, listOf, nested, provider, structured, sumOf, text } from './read.ts';

/** `openinference.span.kind` → role. */
const kindRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['AGENT', 'agent'], ['CHAIN', 'chain'], ['LLM', 'llm'], ['TOOL', 'tool'], ['RETRIEVER', 'retriever'], ['RERANKER', 'reranker'],
  ['EMBEDDING', 'embedding'], ['GUARDRAIL', 'guardrail'], ['EVALUATOR', 'evaluator'], ['PROMPT', 'chain'], ['UNKNOWN', 'other'],
]);

/** OpenInference (Arize Phoenix and its instrumentations): flattened keys, `input.value` and `output.value`. */
export const openInference: Convention = {
  id: 'openInference',
  keyPrefixes: ['openinference.', 'llm.input_messages.', 'llm.output_messages.', 'llm.token_count.', 'llm.model_name', 'input.value', 'retrieval.documents.'],
  claims: (input) => input.attributes.has('openinference.span.kind') || hasPrefix(input, 'llm.input_messages.', 'llm.output_messages.', 'llm.token_count.'),
  role(input) {
    const kind = text(input.attributes.get('openinference.span.kind'))?.toUpperCase();
    const role = kind === undefined ? undefined : kindRoles.get(kind);
    if (role !== undefined) return { value: role, source: 'openinference.span.kind', rank: roleRank.openInference };
    return input.attributes.has('llm.model_name') ? { value: 'llm', source: 'llm.model_name', rank: roleRank.modelKey } : undefined;
  },
  step,
  content,
};

function step(input: ConventionInput): StepFields {
  const isTool = text(input.attributes.get('openinference.span.kind'))?.toUpperCase() === 'TOOL';
  const isAgent = text(input.attributes.get('openinference.span.kind'))?.toUpperCase() === 'AGENT';
  return {
    model: firstOf(input, ['llm.response.model_name', 'llm.request.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name'], text) ?? askedModel(input),
    provider: firstOf(input, ['llm.provider', 'llm.system'], provider),
    inputTokens: firstOf(input, ['llm.token_count.prompt'], figure),
    outputTokens: firstOf(input, ['llm.token_count.completion'], figure),
    cacheReadTokens: firstOf(input, ['llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input'], figure),
    cacheWriteTokens: firstOf(input, ['llm.token_count.prompt_details.cache_write'], figure),
    reasoningTokens: firstOf(input, ['llm.token_count.completion_details.reasoning'], figure),
    costUsd: firstOf(input, ['llm.cost.total'], figure) ?? sumOf(input, ['llm.cost.prompt', 'llm.cost.completion']),
    agentName: firstOf(input, ['agent.name'], text) ?? (isAgent ? firstOf(input, ['graph.node.name'], text) ?? spanName(input) : undefined),
    toolName: firstOf(input, ['tool.name'], text) ?? (isTool ? spanName(input) : undefined),
    toolCallId: firstOf(input, ['tool.id', 'tool_call.id'], text),
    conversationId: firstOf(input, ['session.id'], text),
    finishReason: firstOf(input, ['llm.finish_reason'], text),
  };
}

/** A call that failed has no answer to tell the model. */
function askedModel(input: ConventionInput): Sourced<string> | undefined {
  const model = text(at(structured(input.attributes.get('llm.invocation_parameters')), 'model'));
  return model === undefined ? undefined : { value: model, source: 'llm.invocation_parameters' };
}

const spanName = (input: ConventionInput): Sourced<string> | undefined => input.name === '' ? undefined : { value: input.name, source: 'span name' };

function content(input: ConventionInput): ContentFields {
  const isTool = text(input.attributes.get('openinference.span.kind'))?.toUpperCase() === 'TOOL';
  const given = firstOf(input, ['input.value', 'reranker.query'], structured) ?? embeddedTexts(input);
  const result = firstOf(input, ['output.value'], structured);
  return {
    ...(isTool ? { toolArguments: given ?? firstOf(input, ['tool.parameters'], structured), toolResult: answerContent(result) } : { input: given, output: result }),
    inputMessages: messages(input, 'llm.input_messages', 'user') ?? prompts(input),
    outputMessages: messages(input, 'llm.output_messages', 'assistant'),
    documents: documents(input),
  };
}

/** The texts of embeddings, without their vectors. */
function embeddedTexts(input: ConventionInput): ContentFields['input'] {
  const list = input.attributes.has('embedding.model_name') ? listOf(nested(input, 'embedding.embeddings')) : [];
  const texts = list.flatMap((item) => text(at(item, 'embedding.text')) ?? []);
  return texts.length > 0 ? { value: texts, source: 'embedding.embeddings' } : undefined;
}

function messages(input: ConventionInput, prefix: string, defaultRole: string): Sourced<readonly AgentMessage[]> | undefined {
  const structuredForm = input.attributes.get(prefix);
  const tree = structuredForm === undefined ? nested(input, prefix) : structured(structuredForm);
  const list = listOf(tree);
  if (list.length === 0) return undefined;
  return { value: list.map((item) => message(at(item, 'message') ?? item, defaultRole)), source: prefix };
}

function message(node: AttributeValue, defaultRole: string): AgentMessage {
  const role = text(at(node, 'role')) ?? defaultRole;
  const answers = text(at(node, 'tool_call_id'));
  const body = text(at(node, 'content'));
  const parts: MessagePart[] = role === 'tool' && answers !== undefined
    ? [{ type: 'toolResult', id: answers, ...(body === undefined ? {} : { result: structured(body) ?? body }) }]
    : body === undefined ? [] : [{ type: 'text', text: body }];
  const contents = listOf(at(node, 'contents')).map((item) => {
    // A call among the parts, which other releases write beside them.
    const call = at(item, 'tool_call');
    return call === undefined ? contentPart(at(item, 'message_content') ?? item) : toolCall(call);
  });
  // Some releases write the text of an answer in both forms.
  if (parts[0]?.type === 'text' && contents.some((part) => part.type === 'text' && part.text === body)) parts.pop();
  parts.push(...contents);
  if (!contents.some(({ type }) => type === 'toolCall')) for (const item of listOf(at(node, 'tool_calls'))) parts.push(toolCall(at(item, 'tool_call') ?? item));
  const functionName = text(at(node, 'function_call_name'));
  if (functionName !== undefined) {
    const args = structured(at(node, 'function_call_arguments_json'));
    parts.push({ type: 'toolCall', name: functionName, ...(args === undefined ? {} : { arguments: args }) });
  }
  const name = text(at(node, 'name'));
  return { role: role === 'model' ? 'assistant' : role, parts, ...(name === undefined ? {} : { name }) };
}

function contentPart(node: AttributeValue): MessagePart {
  const type = text(at(node, 'type')) ?? 'text';
  const body = text(at(node, 'text'));
  if (type === 'reasoning') return { type: 'reasoning', text: body ?? '' };
  if (body !== undefined) return { type: 'text', text: body };
  const uri = text(at(node, 'image.image.url')) ?? text(at(node, 'image.url')) ?? text(at(node, 'audio.url'));
  if (uri !== undefined) return { type: 'media', mediaType: text(at(node, 'audio.mime_type')) ?? type, uri };
  return { type: 'other', kind: type, value: node };
}

function toolCall(node: AttributeValue): MessagePart {
  const id = text(at(node, 'id')), args = structured(at(node, 'function.arguments'));
  return { type: 'toolCall', name: text(at(node, 'function.name')) ?? '', ...(id === undefined ? {} : { id }), ...(args === undefined ? {} : { arguments: args }) };
}

/** Completion-style models have prompts without roles. */
function prompts(input: ConventionInput): Sourced<readonly AgentMessage[]> | undefined {
  const list = listOf(structured(input.attributes.get('llm.prompts')) ?? nested(input, 'llm.prompts'));
  const texts = list.map((item) => text(item) ?? text(at(item, 'prompt.text'))).filter((each) => each !== undefined);
  return texts.length > 0 ? { value: texts.map((each) => ({ role: 'user', parts: [{ type: 'text', text: each }] })), source: 'llm.prompts' } : undefined;
}

function documents(input: ConventionInput): Sourced<readonly RetrievedDocument[]> | undefined {
  for (const prefix of ['retrieval.documents', 'reranker.output_documents']) {
    const list = listOf(structured(input.attributes.get(prefix)) ?? nested(input, prefix));
    if (list.length > 0) return { value: list.map((item) => document(at(item, 'document') ?? item)), source: prefix };
  }
  return undefined;
}

function document(node: AttributeValue): RetrievedDocument {
  const id = text(at(node, 'id')), body = text(at(node, 'content')), score = Number(at(node, 'score') ?? NaN), metadata = structured(at(node, 'metadata'));
  return { ...(id === undefined ? {} : { id }), ...(body === undefined ? {} : { content: body }), ...(Number.isNaN(score) ? {} : { score }), ...(metadata === undefined ? {} : { metadata }) };
}

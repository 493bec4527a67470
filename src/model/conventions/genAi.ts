import type { AgentMessage } from '../agent.ts';
import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import type { LogRecord } from '../span.ts';
import { evaluationEvent, roleRank } from './convention.ts';
import type { ContentFields, Convention, ConventionInput, RoleClaim, Sourced, StepFields } from './convention.ts';
import { messagesIn, messagesOf, partsOf } from './messages.ts';
import { answerContent, callArguments } from './payload.ts';
import { figure, firstOf, hasPrefix, provider, stepReader, structured, sumOf, text } from './read.ts';

/** `gen_ai.operation.name` (compared in lower case) → role. */
const operationRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['invoke_agent', 'agent'], ['create_agent', 'agent'], ['agent_call', 'agent'], ['agent', 'agent'], ['user_prompt', 'agent'],
  ['invoke_workflow', 'chain'], ['agent_step', 'chain'], ['execute_task', 'chain'], ['schedule_tool_calls', 'chain'], ['framework', 'chain'], ['system_prompt', 'chain'],
  ['chat', 'llm'], ['generate_content', 'llm'], ['text_completion', 'llm'], ['completion', 'llm'], ['generate', 'llm'],
  ['llm_call', 'llm'], ['llm_request', 'llm'], ['realtime', 'llm'],
  ['execute_tool', 'tool'], ['tool_call', 'tool'],
  ['retrieval', 'retriever'], ['vector_db_retrieve', 'retriever'], ['vectordb', 'retriever'], ['embeddings', 'embedding'], ['rerank', 'reranker'],
  ['create_memory_store', 'memory'], ['delete_memory_store', 'memory'], ['create_memory', 'memory'], ['update_memory', 'memory'],
  ['upsert_memory', 'memory'], ['delete_memory', 'memory'], ['search_memory', 'memory'],
  ['plan', 'decision'], ['handoff', 'handoff'],
]);

const finishReason = (value: AttributeValue | undefined): string | undefined => {
  const read = structured(value);
  return Array.isArray(read) ? text((read as readonly AttributeValue[]).filter((each) => typeof each === 'string').join(', ')) : text(read);
};

const nanoseconds = (seconds: AttributeValue | undefined): number | undefined => {
  const read = figure(seconds);
  return read === undefined ? undefined : Math.round(read * 1e9);
};

const fieldsOf = stepReader({
  model: [['gen_ai.response.model', 'gen_ai.request.model'], text],
  provider: [['gen_ai.provider.name', 'gen_ai.system'], provider],
  inputTokens: [['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'], figure],
  outputTokens: [['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'], figure],
  cacheReadTokens: [['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens', 'gen_ai.usage.cache_read_tokens',
    'gen_ai.usage.details.cache_read_tokens', 'gen_ai.usage.details.cache_read_input_tokens', 'gen_ai.usage.input_tokens.cached'], figure],
  cacheWriteTokens: [['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens', 'gen_ai.usage.cache_write_tokens', 'gen_ai.usage.details.cache_write_tokens',
    'gen_ai.usage.input_tokens.cache_write'], figure],
  reasoningTokens: [['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.details.reasoning_tokens', 'gen_ai.usage.output_tokens.reasoning', 'codex.usage.reasoning_output_tokens'], figure],
  costUsd: [['gen_ai.usage.cost', 'gen_ai.usage.cost.usd', 'operation.cost', 'gen_ai.cost.total_cost', 'gen_ai.cost.total_tokens'], figure],
  timeToFirstTokenNs: [['gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk'], nanoseconds],
  agentName: [['gen_ai.agent.name'], text],
  toolName: [['gen_ai.tool.name'], text],
  toolCallId: [['gen_ai.tool.call.id'], text],
  conversationId: [['gen_ai.conversation.id', 'copilot_chat.session_id', 'conversation.id', 'session.id'], text],
  responseId: [['gen_ai.response.id'], text],
  finishReason: [['gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason', 'gen_ai.response.stop_reason'], finishReason],
});

/** Copilot Chat has it in milliseconds. */
const copilotFirstToken = 'copilot_chat.time_to_first_token';
const instructionsKey = 'gen_ai.system_instructions';
const costParts = ['gen_ai.usage.input_cost', 'gen_ai.usage.output_cost'];

function step(input: ConventionInput): StepFields {
  let fields = fieldsOf(input);
  const firstMs = fields.timeToFirstTokenNs === undefined && input.attributes.has(copilotFirstToken) ? figure(input.attributes.get(copilotFirstToken)) : undefined;
  if (fields.toolName === undefined && fields.agentName === undefined) fields = { ...fields, ...namedIn(input) };
  if (firstMs !== undefined) fields = { ...fields, timeToFirstTokenNs: { value: Math.round(firstMs * 1e6), source: copilotFirstToken } };
  return fields.costUsd === undefined && costParts.some((key) => input.attributes.has(key)) ? { ...fields, costUsd: sumOf(input, costParts) } : fields;
}

/** Names of spans are an operation and what it is done to; some write what it is done to nowhere else. */
function namedIn({ name, attributes }: ConventionInput): Pick<StepFields, 'toolName' | 'agentName'> {
  const operation = operationOf(attributes.get('gen_ai.operation.name')), field = operation === 'execute_tool' ? 'toolName' : operation === 'invoke_agent' ? 'agentName' : undefined;
  const value = field !== undefined && name.startsWith(`${operation} `) ? name.slice(operation.length + 1) : '';
  return field === undefined || value === '' ? {} : { [field]: { value, source: 'span name' } };
}

/**
 * OpenTelemetry's GenAI conventions, current and older forms: attributes of every version since 1.27, and messages as
 * attributes, as one event for all, or as one event (or log record) a message.
 */
export const genAi: Convention = {
  id: 'genAi',
  keyPrefixes: ['gen_ai.', 'mcp.'],
  claims: (input) => hasPrefix(input, 'gen_ai.', 'mcp.') || input.events.some(isGenAiEvent) || input.logs.some((log) => eventNameOf(log).startsWith('gen_ai.')),
  role,
  step,
  content,
  label: ({ attributes }) => (operationOf(attributes.get('gen_ai.operation.name')) === 'invoke_workflow' ? text(attributes.get('gen_ai.workflow.name')) : undefined),
};

const operationOf = (value: AttributeValue | undefined): string => text(value)?.toLowerCase().replace(/^gen_ai\./, '') ?? '';

/** Before log records had a field for it, the name of an event was an attribute. */
const eventNameOf = ({ eventName, attributes }: LogRecord): string => text(eventName) ?? text(attributes.get('event.name')) ?? '';
const isGenAiEvent = (event: { readonly name: string }): boolean => event.name.startsWith('gen_ai.');

function role(input: ConventionInput): RoleClaim | undefined {
  for (const key of ['gen_ai.operation.name', 'sentry.op']) {
    const named = operationRoles.get(operationOf(input.attributes.get(key)));
    if (named !== undefined) return { value: named, source: key, rank: roleRank.operation };
  }
  const method = text(input.attributes.get('mcp.method.name'));
  if (method !== undefined) return { value: method === 'tools/call' ? 'tool' : 'other', source: 'mcp.method.name', rank: roleRank.mcp };
  if (input.attributes.has('gen_ai.guardrail.name')) return { value: 'guardrail', source: 'gen_ai.guardrail.name', rank: roleRank.toolName };
  if (input.attributes.has('gen_ai.handoff.to_agent')) return { value: 'handoff', source: 'gen_ai.handoff.to_agent', rank: roleRank.toolName };
  if (input.attributes.has('gen_ai.tool.name')) return { value: 'tool', source: 'gen_ai.tool.name', rank: roleRank.toolName };
  for (const key of ['gen_ai.request.model', 'gen_ai.response.model']) {
    if (input.attributes.has(key)) return { value: 'llm', source: key, rank: roleRank.modelKey };
  }
  const where = input.events.some(({ name }) => name === evaluationEvent) ? 'event' : input.logs.some((log) => eventNameOf(log) === evaluationEvent) ? 'log' : undefined;
  return where && { value: 'evaluator', source: `${where}:${evaluationEvent}`, rank: roleRank.modelKey };
}

function content(input: ConventionInput): ContentFields {
  const told = toolEvents(input);
  return {
    toolArguments: callArguments(firstOf(input, ['gen_ai.tool.call.arguments', 'gen_ai.tool.input', 'gen_ai.tool.args', 'tool_arguments', 'mcp.request.argument'], structured)) ?? told.toolArguments,
    toolResult: answerContent(firstOf(input, ['gen_ai.tool.call.result', 'gen_ai.tool.output', 'tool_response', 'mcp.response.value'], structured)) ?? told.toolResult,
    ...(told.toolResult === undefined ? { inputMessages: inputMessages(input), outputMessages: outputMessages(input) } : {}),
    input: firstOf(input, ['gen_ai.retrieval.query.text', 'gen_ai.memory.query.text', 'gen_ai.guardrail.input', 'gen_ai.task.input'], structured),
    output: firstOf(input, ['gen_ai.guardrail.output', 'gen_ai.task.output', 'gen_ai.memory.records'], structured),
    documents: documents(input),
  };
}

/** Events of a tool's span: what it was given and its answer, or its answer alone. */
function toolEvents(input: ConventionInput): Pick<ContentFields, 'toolArguments' | 'toolResult'> {
  const said = (name: string, key: string): ContentFields['toolResult'] => {
    const value = structured(input.events.find((event) => event.name === name)?.attributes.get(key));
    return value === undefined ? undefined : { value, source: `event:${name}` };
  };
  if (input.events.length === 0 || role(input)?.value !== 'tool') return {};
  const message = said('gen_ai.tool.message', 'content'), choice = said('gen_ai.choice', 'message');
  return choice === undefined ? { toolResult: message } : { toolArguments: message, toolResult: choice };
}

const detailsEvent = 'gen_ai.client.inference.operation.details';

function inputMessages(input: ConventionInput): Sourced<readonly AgentMessage[]> | undefined {
  for (const carrier of carriers(input)) {
    const key = ['gen_ai.input.messages', 'gen_ai.request.messages'].find((name) => carrier.values.has(name));
    const messages = key === undefined ? undefined : messagesOf(carrier.values.get(key), 'user');
    if (messages !== undefined && key !== undefined) return { value: [...(systemMessages(input)?.value ?? []), ...messages], source: carrier.label(key) };
  }
  return fromMessageEvents(input, inputEventRoles) ?? fromContentEvent(input, 'gen_ai.content.prompt', 'gen_ai.prompt', 'user')
    ?? whole(input, 'gen_ai.prompt', 'user');
}

/** The instructions, which stand apart from the messages. */
function systemMessages(input: ConventionInput): Sourced<readonly AgentMessage[]> | undefined {
  const carrier = carriers(input).find(({ values }) => values.has(instructionsKey));
  const parts = partsOf(structured(carrier?.values.get(instructionsKey)));
  return carrier === undefined || parts.length === 0 ? undefined : { value: [{ role: 'system', parts }], source: carrier.label(instructionsKey) };
}

/** Instructions where no convention finds messages: comes after all that may. */
export const genAiInstructions: Convention = {
  id: 'genAiInstructions',
  keyPrefixes: [instructionsKey],
  claims: ({ attributes }) => attributes.has(instructionsKey),
  role: () => undefined,
  step: () => ({}),
  content: (input) => ({ inputMessages: systemMessages(input) }),
};

function outputMessages(input: ConventionInput): Sourced<readonly AgentMessage[]> | undefined {
  for (const carrier of carriers(input)) {
    const messages = messagesOf(carrier.values.get('gen_ai.output.messages'), 'assistant');
    // Where none says anything, it may stand elsewhere: LiteLLM writes calls of tools so.
    if (messages?.some(({ parts }) => parts.length > 0) === true) return { value: messages, source: carrier.label('gen_ai.output.messages') };
  }
  return fromMessageEvents(input, outputEventRoles) ?? fromContentEvent(input, 'gen_ai.content.completion', 'gen_ai.completion', 'assistant')
    ?? whole(input, 'gen_ai.completion', 'assistant') ?? sentryAnswer(input);
}

/** Text and calls of tools in an attribute each. */
function sentryAnswer({ attributes }: ConventionInput): Sourced<readonly AgentMessage[]> | undefined {
  const keys = ['gen_ai.response.text', 'gen_ai.response.tool_calls'] as const;
  const [said, calls] = keys.map((key) => structured(attributes.get(key)));
  const value = calls === undefined ? messagesIn(said, 'assistant')
    : messagesOf(new Map<string, AttributeValue>([...(said === undefined ? [] : [['content', said] as const]), ['tool_calls', calls]]), 'assistant');
  return value && { value, source: keys.filter((key) => attributes.has(key)).join(' + ') };
}

interface Carrier { readonly values: ReadonlyMap<string, AttributeValue>; label(key: string): string }

/** Where messages may be: on the span, on the details event, or in a log record of the span. */
function carriers(input: ConventionInput): Carrier[] {
  const found: Carrier[] = [{ values: input.attributes, label: (key) => key }];
  for (const event of input.events) if (event.name === detailsEvent) found.push({ values: event.attributes, label: () => `event:${detailsEvent}` });
  for (const log of input.logs) {
    if (eventNameOf(log) !== detailsEvent) continue;
    found.push({ values: log.attributes, label: () => `log:${detailsEvent}` });
    if (log.body instanceof Map) found.push({ values: log.body as ReadonlyMap<string, AttributeValue>, label: () => `log:${detailsEvent}` });
  }
  return found;
}

const inputEventRoles: ReadonlyMap<string, string> = new Map([
  ['gen_ai.system.message', 'system'], ['gen_ai.user.message', 'user'], ['gen_ai.assistant.message', 'assistant'], ['gen_ai.tool.message', 'tool'],
]);
const outputEventRoles: ReadonlyMap<string, string> = new Map([['gen_ai.choice', 'assistant']]);

/** One event or log record a message, the form up to version 1.36. */
function fromMessageEvents(input: ConventionInput, eventRoles: ReadonlyMap<string, string>): Sourced<readonly AgentMessage[]> | undefined {
  const messages: AgentMessage[] = [];
  let source = '';
  const add = (name: string, body: AttributeValue | undefined, where: string): void => {
    const eventRole = eventRoles.get(name);
    const read = eventRole === undefined ? undefined : messagesOf(body, eventRole);
    if (read === undefined) return;
    messages.push(...read);
    source ||= `${where}:${name}`;
  };
  for (const event of input.events) add(event.name, event.attributes.get('gen_ai.event.content') ?? event.attributes, 'event');
  for (const log of [...input.logs].sort(byTime)) add(eventNameOf(log), log.body, 'log');
  return messages.length > 0 ? { value: messages, source } : undefined;
}

const byTime = (a: { readonly timeUnixNano: bigint }, b: { readonly timeUnixNano: bigint }): number =>
  a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0;

function fromContentEvent(input: ConventionInput, name: string, key: string, defaultRole: string): Sourced<readonly AgentMessage[]> | undefined {
  const event = input.events.find((each) => each.name === name);
  const messages = messagesOf(event?.attributes.get(key), defaultRole);
  return messages && { value: messages, source: `event:${name}` };
}

/** One attribute with everything in it, which may be anything. */
function whole(input: ConventionInput, key: string, defaultRole: string): Sourced<readonly AgentMessage[]> | undefined {
  const messages = messagesIn(input.attributes.get(key), defaultRole);
  return messages && { value: messages, source: key };
}

function documents(input: ConventionInput): ContentFields['documents'] {
  const list = structured(input.attributes.get('gen_ai.retrieval.documents'));
  if (!Array.isArray(list)) return undefined;
  const found = (list as readonly AttributeValue[]).filter((each) => each instanceof Map).map((each) => {
    const node = each as ReadonlyMap<string, AttributeValue>;
    const id = text(node.get('id')), body = text(node.get('content')) ?? text(node.get('text')), score = Number(node.get('score') ?? NaN);
    return { ...(id === undefined ? {} : { id }), ...(body === undefined ? {} : { content: body }), ...(Number.isNaN(score) ? {} : { score }), metadata: node };
  });
  return { value: found, source: 'gen_ai.retrieval.documents' };
}

import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { objectIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { momentIn, put } from './recordSpans.ts';

const prefix = 'openai.agents.';
export const conversationKey = 'gen_ai.conversation.id';

/** Members of an item that have a place of their own. */
const itemKeys: ReadonlySet<string> = new Set(['object', 'id', 'trace_id', 'parent_id', 'started_at', 'ended_at', 'span_data', 'error']);

/** What a kind of span data is in OpenTelemetry's conventions: its operation, and the attributes that its members are. */
interface KindOfData { readonly operation?: string; readonly names: Readonly<Record<string, string>> }

const kinds: ReadonlyMap<string, KindOfData> = new Map<string, KindOfData>([
  ['agent', { operation: 'invoke_agent', names: { name: 'gen_ai.agent.name' } }],
  ['generation', { operation: 'chat', names: { model: 'gen_ai.request.model', input: 'gen_ai.input.messages', output: 'gen_ai.output.messages' } }],
  ['response', { operation: 'chat', names: { model: 'gen_ai.request.model', response_id: 'gen_ai.response.id', input: 'gen_ai.input.messages', output: 'gen_ai.output.messages' } }],
  ['function', { operation: 'execute_tool', names: { name: 'gen_ai.tool.name', input: 'gen_ai.tool.call.arguments', output: 'gen_ai.tool.call.result' } }],
  ['handoff', { operation: 'handoff', names: { from_agent: 'gen_ai.handoff.from_agent', to_agent: 'gen_ai.handoff.to_agent' } }],
  ['guardrail', { names: { name: 'gen_ai.guardrail.name' } }],
  ['mcp_tools', { names: { server: 'openai.agents.mcp.server' } }],
]);

/** The SDK's own steps are custom spans. */
const ownSteps: ReadonlyMap<string, string> = new Map([['task', 'invoke_workflow'], ['turn', 'agent_step']]);

/** The name in the span data, or the kind of it; turns have numbers. */
export function spanName(span: JsonObject): string {
  const data = objectIn(span.get('span_data')), own = objectIn(data?.get('data')), step = textIn(own?.get('sdk_span_type'));
  if (step === 'turn') return `turn ${textIn(own?.get('turn'))}`.trimEnd();
  return (step === 'task' ? textIn(own?.get('name')) : '') || textIn(data?.get('name')) || textIn(data?.get('type'));
}

/**
 * The attributes of a span: what OpenTelemetry's conventions have a name for goes by it, everything else stands behind
 * `openai.agents.`. Processors that write files add copies of the data's members to the item (`span_data_input`); those
 * that say something new are kept, too.
 */
export function spanAttributes(span: JsonObject, conversation: AttributeValue | undefined, start: bigint | undefined): Attributes {
  const attributes = new Map<string, AttributeValue>(), data = withCopies(span), type = textIn(data.get('type'));
  const step = textIn(objectIn(data.get('data'))?.get('sdk_span_type')), kind = kinds.get(type);
  put(attributes, 'gen_ai.operation.name', kind?.operation ?? ownSteps.get(step));
  if (type === 'mcp_tools') attributes.set('mcp.method.name', 'tools/list');
  for (const [key, value] of data) put(attributes, (kind === undefined || !Object.hasOwn(kind.names, key) ? undefined : kind.names[key]) ?? prefix + key, value);
  putUsage(attributes, objectIn(data.get('usage')) ?? objectIn(objectIn(data.get('data'))?.get('usage')));
  put(attributes, conversationKey, conversation);
  for (const [key, value] of span) if (!itemKeys.has(key) && !key.startsWith('span_data_') && !data.has(key)) put(attributes, prefix + key, value);
  put(attributes, `${prefix}error.data`, objectIn(span.get('error'))?.get('data'));
  const first = momentIn(data.get('first_content_at'));
  if (first !== undefined && start !== undefined && first >= start) attributes.set('gen_ai.response.time_to_first_chunk', Number(first - start) / 1e9);
  return attributes;
}

/** The span data, with members that only its copies in the item have. */
function withCopies(span: JsonObject): JsonObject {
  const data: JsonObject = new Map(objectIn(span.get('span_data')));
  for (const [key, value] of span) {
    const name = key.startsWith('span_data_') ? key.slice('span_data_'.length) : '';
    if (name !== '' && !data.has(name)) data.set(name, value);
  }
  return data;
}

function putUsage(attributes: Map<string, AttributeValue>, usage: JsonObject | undefined): void {
  const details = (...names: readonly string[]): JsonObject | undefined => names.map((name) => objectIn(usage?.get(name))).find((found) => found !== undefined);
  const add = (key: string, ...values: readonly (JsonValue | undefined)[]): void => { put(attributes, `gen_ai.usage.${key}`, values.find((value) => value !== undefined && value !== null)); };
  add('input_tokens', usage?.get('input_tokens'), usage?.get('prompt_tokens'));
  add('output_tokens', usage?.get('output_tokens'), usage?.get('completion_tokens'));
  add('cache_read.input_tokens', details('input_tokens_details', 'prompt_tokens_details')?.get('cached_tokens'), usage?.get('cached_input_tokens'));
  add('reasoning.output_tokens', details('output_tokens_details', 'completion_tokens_details')?.get('reasoning_tokens'), usage?.get('reasoning_tokens'));
}

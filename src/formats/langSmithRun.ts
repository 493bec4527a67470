import type { AttributeValue } from '../model/attributes.ts';
import type { SpanEvent } from '../model/span.ts';
import { nanosIn, objectIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { momentIn, put, putMembers } from './recordSpans.ts';

/**
 * Where the members of a run go: to the attributes with which LangSmith's OpenTelemetry exporter writes them
 * (langsmith/_internal/otel/_otel_exporter.py), '' when they have a place of their own, and else behind `langsmith.`.
 */
const names: ReadonlyMap<string, string> = new Map([
  ...['id', 'trace_id', 'parent_run_id', 'name', 'start_time', 'end_time', 'error', 'events', 'extra', 'child_runs'].map((key) => [key, ''] as const),
  ['run_type', 'langsmith.span.kind'], ['dotted_order', 'langsmith.span.dotted_order'], ['tags', 'langsmith.span.tags'], ['session_id', 'langsmith.trace.session_id'],
  ['session_name', 'langsmith.trace.session_name'], ['inputs', 'gen_ai.prompt'], ['outputs', 'gen_ai.completion'],
  ['prompt_tokens', 'gen_ai.usage.input_tokens'], ['completion_tokens', 'gen_ai.usage.output_tokens'], ['total_tokens', 'gen_ai.usage.total_tokens'],
  ['total_cost', 'gen_ai.usage.cost'],
]);

const firstTokenKey = 'gen_ai.response.time_to_first_chunk';

/** The attributes of a run that began at `start`. */
export function runAttributes(run: JsonObject, start: bigint | undefined): ReadonlyMap<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  putMembers(attributes, run, 'langsmith.', names);
  const extra = objectIn(run.get('extra')), metadata = objectIn(extra?.get('metadata')), invocation = objectIn(extra?.get('invocation_params'));
  for (const [key, value] of metadata ?? []) put(attributes, `langsmith.metadata.${key}`, value);
  for (const [key, value] of extra ?? []) if (key !== 'metadata' && key !== 'runtime') put(attributes, `langsmith.${key}`, value);
  const isModel = ['llm', 'embedding'].includes(textIn(run.get('run_type')));
  if (isModel) {
    put(attributes, 'gen_ai.request.model', metadata?.get('ls_model_name') ?? invocation?.get('model') ?? invocation?.get('model_name'));
    put(attributes, 'gen_ai.provider.name', metadata?.get('ls_provider'));
    putUsage(attributes, run);
  }
  put(attributes, 'gen_ai.conversation.id', ['thread_id', 'session_id', 'conversation_id'].map((key) => metadata?.get(key)).find((value) => typeof value === 'string'));
  const first = firstToken(run);
  if (first !== undefined && start !== undefined && first >= start) attributes.set(firstTokenKey, Number(first - start) / 1e9);
  return attributes;
}

/** SDKs leave the counting to the server; what the model said about its usage stands in the outputs. */
function putUsage(attributes: Map<string, AttributeValue>, run: JsonObject): void {
  const usage = objectIn(objectIn(run.get('outputs'))?.get('usage_metadata')) ?? objectIn(objectIn(objectIn(run.get('extra'))?.get('metadata'))?.get('usage_metadata'));
  if (usage === undefined) return;
  const add = (key: string, value: JsonValue | undefined): void => { if (!attributes.has(key)) put(attributes, key, value); };
  add('gen_ai.usage.input_tokens', usage.get('input_tokens'));
  add('gen_ai.usage.output_tokens', usage.get('output_tokens'));
  add('gen_ai.usage.total_tokens', usage.get('total_tokens'));
  add('gen_ai.usage.cost', usage.get('total_cost'));
  add('gen_ai.usage.cache_read.input_tokens', objectIn(usage.get('input_token_details'))?.get('cache_read'));
  add('gen_ai.usage.cache_write.input_tokens', objectIn(usage.get('input_token_details'))?.get('cache_creation'));
  add('gen_ai.usage.reasoning.output_tokens', objectIn(usage.get('output_token_details'))?.get('reasoning'));
}

/** When the first piece of a streamed answer came. */
function firstToken(run: JsonObject): bigint | undefined {
  const told = momentIn(run.get('first_token_time')), events = run.get('events');
  if (told !== undefined || !Array.isArray(events)) return told;
  const first = events.find((event) => event instanceof Map && event.get('name') === 'new_token');
  return first instanceof Map ? momentIn(first.get('time')) : undefined;
}

/** `{name, time, kwargs}` */
export function runEvent(event: JsonObject): SpanEvent {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of event) if (key !== 'name' && key !== 'time') put(attributes, key, value);
  return { name: textIn(event.get('name')), timeUnixNano: momentIn(event.get('time')) ?? nanosIn(event.get('time'), 6) ?? 0n, attributes, droppedAttributesCount: 0 };
}

/** What a run says about the program that it was in. */
export function runResource(run: JsonObject): ReadonlyMap<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of objectIn(objectIn(run.get('extra'))?.get('runtime')) ?? []) put(attributes, `langsmith.runtime.${key}`, value);
  return attributes;
}

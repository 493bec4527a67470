import type { AttributeValue } from '../model/attributes.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';

/** Objects that are one value of OpenInference; everything else is written flat. */
const wholeObjects: ReadonlySet<string> = new Set(['metadata', 'llm.prompt_template.variables', 'llm.invocation_parameters', 'tool.parameters', 'tool.json_schema', 'input.value', 'output.value']);
const wholeEndings = ['.document.metadata', '.tool.json_schema', '.tool_call.function.arguments', '.embedding.vector'];
/** More members than this in one attribute stay together. */
const mostFlat = 2000, deepestFlat = 16;

/**
 * The attributes of a span in OpenInference's flat form (`llm.input_messages.0.message.role`), whether they were written
 * flat, as nested objects, as lists of objects with dotted keys, or as columns `attributes.…`. What is null is left out:
 * a dataframe has it for every column of another span.
 */
export function openInferenceAttributes(record: JsonObject): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of record) {
    if (key === 'attributes' && value instanceof Map) for (const [inner, member] of value) flatten(inner, member, attributes);
    else if (key.startsWith('attributes.')) flatten(key.slice('attributes.'.length), value, attributes);
  }
  return attributes;
}

function flatten(key: string, value: JsonValue, into: Map<string, AttributeValue>, depth = 0): void {
  if (value === null || Number.isNaN(value)) return;
  if (key === 'llm.messages' && isPairs(value)) { flatten('llm.input_messages', value.map(messageOfPair), into, depth); return; }
  const isFlat = depth < deepestFlat && into.size < mostFlat && !wholeObjects.has(key) && !wholeEndings.some((ending) => key.endsWith(ending));
  if (isFlat && value instanceof Map) for (const [inner, member] of value) flatten(`${key}.${inner}`, member, into, depth + 1);
  else if (isFlat && Array.isArray(value) && value.some((item) => item instanceof Map)) value.forEach((item, i) => { flatten(`${key}.${i}`, item, into, depth + 1); });
  else into.set(key, value);
}

/** Up to 2023 messages were written as pairs of role and content. */
const isPairs = (value: JsonValue): value is JsonValue[] => Array.isArray(value) && value.every((item) => Array.isArray(item) && item.length === 2);

const messageOfPair = (pair: JsonValue): JsonObject =>
  new Map(Array.isArray(pair) ? [['message.role', pair[0] ?? null], ['message.content', pair[1] ?? null]] : []);

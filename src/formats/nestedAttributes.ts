import type { AttributeValue } from '../model/attributes.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';

/** Objects that are one value of OpenInference; everything else is written flat. */
const wholeObjects: ReadonlySet<string> = new Set(['metadata', 'llm.prompt_template.variables', 'llm.invocation_parameters', 'tool.parameters', 'tool.json_schema', 'input.value', 'output.value']);
const wholeEndings = ['.document.metadata', '.tool.json_schema', '.tool_call.function.arguments', '.embedding.vector'];
/** More members than this in one attribute stay together. */
const mostFlat = 2000, deepestFlat = 16;

/**
 * Adds an attribute in flat form (`llm.input_messages.0.message.role`), whether it was written flat, as nested objects or
 * as lists of objects with dotted keys: that is how SDKs write it and conventions read it. What is null is left out.
 */
export function flattenInto(into: Map<string, AttributeValue>, key: string, value: JsonValue, depth = 0): void {
  if (value === null || Number.isNaN(value)) return;
  if (key === 'llm.messages' && isPairs(value)) { flattenInto(into, 'llm.input_messages', value.map(messageOfPair), depth); return; }
  const isFlat = depth < deepestFlat && into.size < mostFlat && !wholeObjects.has(key) && !wholeEndings.some((ending) => key.endsWith(ending));
  if (isFlat && value instanceof Map) for (const [inner, member] of value) flattenInto(into, `${key}.${inner}`, member, depth + 1);
  else if (isFlat && Array.isArray(value) && value.some((item) => item instanceof Map)) value.forEach((item, i) => { flattenInto(into, `${key}.${i}`, item, depth + 1); });
  else into.set(key, value);
}

/** Up to 2023 messages were written as pairs of role and content. */
const isPairs = (value: JsonValue): value is JsonValue[] => Array.isArray(value) && value.every((item) => Array.isArray(item) && item.length === 2);

const messageOfPair = (pair: JsonValue): JsonObject =>
  new Map(Array.isArray(pair) ? [['message.role', pair[0] ?? null], ['message.content', pair[1] ?? null]] : []);

import type { AttributeValue } from '../model/attributes.ts';
import { listIn, objectIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { put } from './recordSpans.ts';
import { figureIn, putUsage, reasoningPart, textPart, toolCallPart, toolResponsePart } from './transcriptSteps.ts';

/** The blocks of a message; text alone is one block. */
export function blocksIn(content: JsonValue | undefined): JsonObject[] {
  if (typeof content === 'string') return [new Map([['type', 'text'], ['text', content]])];
  return listIn(content).map((block) => objectIn(block) ?? new Map([['type', 'text'], ['text', textIn(block)]]));
}

/** A block of Anthropic's API in the shape of OpenTelemetry's message parts; blocks of other kinds as they are. */
export function partOf(block: JsonObject): AttributeValue {
  switch (block.get('type')) {
    case 'text': return textPart(textIn(block.get('text')));
    case 'thinking': return reasoningPart(textIn(block.get('thinking')));
    case 'tool_use': return toolCallPart(textIn(block.get('id')), textIn(block.get('name')), block.get('input') ?? null);
    case 'tool_result': return toolResponsePart(textIn(block.get('tool_use_id')), resultOf(block.get('content')));
    default: return block;
  }
}

/** What a tool gave back: text where it is nothing else. */
export function resultOf(content: JsonValue | undefined): AttributeValue {
  const blocks = listIn(content);
  if (!Array.isArray(content)) return content ?? null;
  return blocks.every((block) => objectIn(block)?.get('type') === 'text') ? blocks.map((block) => textIn(objectIn(block)?.get('text'))).join('\n') : content;
}

/** All text of some blocks. */
export const textOfBlocks = (blocks: readonly JsonObject[]): string =>
  blocks.filter((block) => block.get('type') === 'text').map((block) => textIn(block.get('text'))).join('\n');

/** Anthropic counts cached input apart from the rest. */
export function putClaudeUsage(attributes: Map<string, AttributeValue>, usage: JsonObject): void {
  const cacheRead = figureIn(usage.get('cache_read_input_tokens')), cacheWrite = figureIn(usage.get('cache_creation_input_tokens'));
  putUsage(attributes, { input: figureIn(usage.get('input_tokens')) + cacheRead + cacheWrite, output: figureIn(usage.get('output_tokens')), cacheRead, cacheWrite });
  attributes.set('claude_code.usage', usage);
}

/** What is known of a tool call beside its result, as far as it is short. */
export function putToolUseResult(attributes: Map<string, AttributeValue>, result: JsonValue | undefined): void {
  for (const [key, value] of objectIn(result) ?? []) {
    if (typeof value !== 'object' && (typeof value !== 'string' || value.length <= 200)) put(attributes, `claude_code.tool_use_result.${key}`, value);
  }
}

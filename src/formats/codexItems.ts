import type { AttributeValue } from '../model/attributes.ts';
import { listIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { jsonOrText, textPart } from './transcriptSteps.ts';

/** A call of a tool in a response: what it is called, and with what. */
export interface CodexCall { readonly id: string; readonly name: string; readonly arguments: AttributeValue }

/** The tool call that a response item is; undefined for other items. */
export function callOf(item: JsonObject): CodexCall | undefined {
  const id = textIn(item.get('call_id')) || textIn(item.get('id')), name = textIn(item.get('name'));
  switch (item.get('type')) {
    case 'function_call': return { id, name, arguments: jsonOrText(textIn(item.get('arguments'))) };
    case 'custom_tool_call': return { id, name, arguments: textIn(item.get('input')) };
    case 'local_shell_call': return { id, name: 'local_shell', arguments: item.get('action') ?? null };
    case 'web_search_call': return { id, name: 'web_search', arguments: item.get('action') ?? null };
    case 'tool_search_call': return { id, name: 'tool_search', arguments: item.get('arguments') ?? null };
    default: return undefined;
  }
}

/** The parts of a message's content. */
export function partsOf(content: JsonValue | undefined): AttributeValue[] {
  if (typeof content === 'string') return [textPart(content)];
  return listIn(content).map((part) => {
    const object = objectIn(part), text = object?.get('text');
    return typeof text === 'string' ? textPart(text) : part;
  });
}

/** The text of a list of parts, such as a summary of reasoning. */
export const textOfParts = (parts: JsonValue | undefined): string => objectsIn(parts).map((part) => textIn(part.get('text'))).filter((text) => text !== '').join('\n');

/** What a tool gave back, and whether it failed. Output is text, which may be JSON, or a list of parts. */
export interface CodexOutput { readonly value: AttributeValue; readonly exitCode: number | undefined; readonly isError: boolean }

const exitCodes = /^(?:Exit code: |.{0,300}?(?:Process exited with code ))(-?\d{1,10})/s;

export function outputOf(output: JsonValue | undefined): CodexOutput {
  const value = typeof output === 'string' ? jsonOrText(output) : output ?? null, object = value instanceof Map ? value as JsonObject : undefined;
  const told = objectIn(object?.get('metadata'))?.get('exit_code') ?? object?.get('exit_code'), printed = typeof value === 'string' ? exitCodes.exec(value.slice(0, 400))?.[1] : undefined;
  const exitCode = typeof told === 'number' ? told : printed === undefined ? undefined : Number(printed);
  return { value, exitCode, isError: object?.get('success') === false || (exitCode !== undefined && exitCode !== 0) };
}

/** One message of a conversation, as the host sent it: the shape of AgentMessage with values that are not checked. */
export interface Message {
  readonly role: string;
  readonly name: string | undefined;
  readonly finishReason: string | undefined;
  readonly parts: readonly Part[];
}

export type Part =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | { readonly type: 'toolCall'; readonly id: string | undefined; readonly name: string; readonly arguments: unknown }
  | { readonly type: 'toolResult'; readonly id: string | undefined; readonly result: unknown }
  | { readonly type: 'media'; readonly mediaType: string; readonly uri: string | undefined; readonly data: string | undefined }
  | { readonly type: 'other'; readonly kind: string; readonly value: unknown };

/** Reads the messages of a model call; undefined when the value is no list of messages and is better shown as it is. */
export function readMessages(value: unknown): readonly Message[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const messages = (value as unknown[]).map(messageOf);
  return messages.every((message) => message !== undefined) ? messages : undefined;
}

/** How many of a model call's input messages were part of an earlier call: everything up to the last answer in them. */
export function sentBefore(input: readonly Message[]): number {
  return input.findLastIndex(({ role }) => role === 'assistant') + 1;
}

/** The word for who speaks in a message. */
export function speakerOf({ role, parts }: Message): string {
  if (role === 'tool' || parts.some(({ type }) => type === 'toolResult')) return 'Tool result';
  const words = new Map([['system', 'System'], ['developer', 'Developer'], ['user', 'User'], ['assistant', 'Assistant']]);
  return words.get(role) ?? role;
}

/** Ends that say nothing but that a model was done, or that it calls the tools that the message shows. */
const usualFinishes = new Set(['stop', 'end_turn', 'stop_sequence', 'completed', 'complete', 'finished', 'finish_reason_stop', 'tool_calls', 'tool_call', 'tool_use', 'function_call']);

/** Why a message ended, in words, where it did not end as usual; else empty. */
export function tellingFinish({ finishReason = '' }: Message): string {
  const isUsual = finishReason === '' || usualFinishes.has(finishReason.toLowerCase().replaceAll('-', '_'));
  return isUsual ? '' : `ended by ${finishReason}`;
}

/** A message in one line, for when it is folded. */
export function firstLineOf({ parts }: Message): string {
  for (const part of parts) {
    if (part.type === 'text' && part.text.trim() !== '') return part.text.trim().slice(0, 200).split('\n')[0] ?? '';
    if (part.type === 'toolCall') return part.name;
  }
  return '';
}

function messageOf(value: unknown): Message | undefined {
  if (!isRecord(value) || typeof value['role'] !== 'string' || !Array.isArray(value['parts'])) return undefined;
  return {
    role: value['role'],
    name: textOf(value['name']),
    finishReason: textOf(value['finishReason']),
    parts: (value['parts'] as unknown[]).map(partOf),
  };
}

function partOf(value: unknown): Part {
  if (!isRecord(value)) return { type: 'other', kind: 'part', value };
  const { type } = value;
  const text = textOf(value['text']), name = textOf(value['name']);
  if ((type === 'text' || type === 'reasoning') && text !== undefined) return { type, text };
  if (type === 'toolCall' && name !== undefined) return { type, id: textOf(value['id']), name, arguments: value['arguments'] };
  if (type === 'toolResult') return { type, id: textOf(value['id']), result: value['result'] };
  if (type === 'media') return { type, mediaType: textOf(value['mediaType']) ?? '', uri: textOf(value['uri']), data: textOf(value['data']) };
  return { type: 'other', kind: textOf(value['kind']) ?? textOf(type) ?? 'part', value: 'value' in value ? value['value'] : value };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

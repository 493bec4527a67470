import type { AgentMessage, MessagePart } from '../agent.ts';
import type { AttributeValue } from '../attributes.ts';
import { at, structured, text } from './read.ts';

type Node = ReadonlyMap<string, AttributeValue>;
const isNode = (value: AttributeValue | undefined): value is Node => value instanceof Map;

/**
 * Messages in any of the shapes that model libraries write: OpenTelemetry parts, OpenAI chat and responses, Anthropic
 * blocks, Bedrock blocks, Vercel AI SDK parts, Gemini contents, or plain text. What is not known is kept as it came.
 * @param defaultRole the role of a message that names none.
 */
export function messagesOf(value: AttributeValue | undefined, defaultRole: string): AgentMessage[] | undefined {
  const read = structured(value);
  if (read === undefined || read === null || read === '') return undefined;
  const list = isNode(read) ? wrapped(read) ?? [read] : Array.isArray(read) ? (read as readonly AttributeValue[]).flat() as AttributeValue[] : [read];
  const messages = list.map((item) => message(item, defaultRole));
  return messages.length > 0 ? messages : undefined;
}

/** Like `messagesOf`, for values that may be something else altogether: undefined when nothing in them has the shape of a message. */
export function messagesIn(value: AttributeValue | undefined, defaultRole: string): AgentMessage[] | undefined {
  const read = structured(value);
  const list = isNode(read) ? wrapped(read) ?? [read] : Array.isArray(read) ? (read as readonly AttributeValue[]).flat() : [];
  return typeof read === 'string' || list.some((item) => isNode(item) && messageKeys.some((key) => item.has(key))) ? messagesOf(read, defaultRole) : undefined;
}

const messageKeys = ['role', 'content', 'parts', 'tool_calls', 'message', 'kwargs', 'call_id'];

/** Requests and answers that hold their messages in a member. Some hold a list of conversations. */
function wrapped(node: Node): readonly AttributeValue[] | undefined {
  for (const key of ['messages', 'contents', 'input_messages', 'choices', 'candidates', 'generations', 'output']) {
    const found = structured(node.get(key));
    if (!Array.isArray(found)) continue;
    const list = (found as readonly AttributeValue[]).flat() as AttributeValue[];
    const system = node.get('system') ?? node.get('system_instruction') ?? at(node, 'config.system_instruction');
    const first: AttributeValue[] = system === undefined || system === null ? [] : [new Map<string, AttributeValue>([['role', 'system'], ['content', system]])];
    return [...first, ...list];
  }
  return undefined;
}

function message(item: AttributeValue, defaultRole: string): AgentMessage {
  if (!isNode(item)) return { role: defaultRole, parts: partsOf(item) };
  const node = messageNode(item);
  const item2 = responseItem(node);
  if (item2 !== undefined) return item2;
  const role = text(node.get('role')) ?? text(item.get('role')) ?? langChainRoles.get(text(node.get('type')) ?? '') ?? defaultRole;
  const parts = isToolAnswer(node, role)
    ? [toolResult(text(node.get('tool_call_id')) ?? text(node.get('id')), structured(node.get('content')))]
    : [...partsOf(node.get('parts') ?? node.get('content') ?? node.get('contents') ?? text(node.get('message'))), ...toolCalls(node), ...otherParts(node)];
  const name = text(node.get('name'));
  const finishReason = text(item.get('finish_reason'));
  return { role: role === 'model' ? 'assistant' : role, parts, ...(name === undefined ? {} : { name }), ...(finishReason === undefined ? {} : { finishReason }) };
}

/** What OpenAI's messages have beside their content, and items of its responses that are no messages. */
function otherParts(node: Node): MessagePart[] {
  const refusal = node.get('refusal'), call = node.get('function_call'), type = text(node.get('type'));
  if (typeof refusal === 'string' && refusal !== '') return [{ type: 'other', kind: 'refusal', value: refusal }];
  if (isNode(call)) return [toolCall(undefined, text(call.get('name')), call.get('arguments'))];
  return type === undefined || node.has('role') || node.has('content') || langChainRoles.has(type) ? [] : [{ type: 'other', kind: type, value: node }];
}

/** The message in a choice of an answer, in a candidate of Gemini's, or in an object that LangChain has serialised. */
function messageNode(item: Node): Node {
  const inner = item.get('message'), content = item.get('content');
  const node = isNode(inner) ? inner : isNode(content) && content.has('parts') ? content : item;
  const made = node.get('kwargs');
  return isNode(made) && node.has('lc') ? made : node;
}

/** How LangChain's messages call their roles. */
const langChainRoles: ReadonlyMap<string, string> = new Map([
  ['human', 'user'], ['ai', 'assistant'], ['AIMessageChunk', 'assistant'], ['system', 'system'], ['tool', 'tool'], ['function', 'tool'],
]);

/** A tool's answer in the OpenAI shape; in others the parts say that they are answers. */
function isToolAnswer(node: Node, role: string): boolean {
  return role === 'tool' && !node.has('parts') && (node.has('tool_call_id') || (typeof node.get('content') === 'string' && node.has('id')));
}

/** Items of OpenAI's responses API stand beside messages. */
function responseItem(node: Node): AgentMessage | undefined {
  switch (node.get('type')) {
    case 'function_call': return { role: 'assistant', parts: [toolCall(text(node.get('call_id')), text(node.get('name')), node.get('arguments'))] };
    case 'function_call_output': return { role: 'tool', parts: [toolResult(text(node.get('call_id')), structured(node.get('output')))] };
    case 'reasoning': return { role: 'assistant', parts: [{ type: 'reasoning', text: plainText(node.get('summary') ?? node.get('content')) }] };
    default: return undefined;
  }
}

function toolCalls(node: Node): MessagePart[] {
  const calls = structured(node.get('tool_calls'));
  const list = Array.isArray(calls) ? (calls as readonly AttributeValue[]) : [];
  return list.filter(isNode).map((call) => {
    const body = isNode(call.get('tool_call')) ? (call.get('tool_call') as Node) : call;
    const made = body.get('function');
    const source = isNode(made) ? made : body;
    return toolCall(text(body.get('id')), text(source.get('name')), source.get('arguments') ?? source.get('args') ?? source.get('input'));
  });
}

/** The parts of a message's content: text, one part, or a list of parts. */
export function partsOf(value: AttributeValue | undefined): MessagePart[] {
  if (value === undefined || value === null || value === '') return [];
  const read = typeof value === 'string' && looksLikeParts(value) ? structured(value) : value;
  if (Array.isArray(read)) return (read as readonly AttributeValue[]).map(part);
  return [part(read ?? value)];
}

/** Text that is a JSON list of parts, as some libraries write content; other JSON is somebody's text and stays one. */
const looksLikeParts = (content: string): boolean => /^\s*\[\s*\{\s*"(?:type|text|toolUse|toolResult|reasoningContent)"/.test(content.slice(0, 200));

function part(value: AttributeValue): MessagePart {
  if (typeof value === 'string') return { type: 'text', text: value };
  if (!isNode(value)) return { type: 'other', kind: typeof value, value };
  const type = text(value.get('type')) ?? onlyMember(value);
  const known = type === undefined ? undefined : partReaders.get(type);
  if (known !== undefined) return known(value);
  if (type === undefined && typeof value.get('text') === 'string') return { type: value.get('thought') === true ? 'reasoning' : 'text', text: value.get('text') as string };
  return { type: 'other', kind: type ?? 'unknown', value };
}

const partReaders = new Map<string, (node: Node) => MessagePart>([
  ...['text', 'input_text', 'output_text'].map((type) => [type, textPart] as const),
  ...['reasoning', 'thinking'].map((type) => [type, (node: Node): MessagePart =>
    ({ type: 'reasoning', text: plainText(node.get('content') ?? node.get('text') ?? node.get('thinking')) })] as const),
  ...['tool_call', 'tool_use', 'tool-call', 'server_tool_call'].map((type) => [type, (node: Node): MessagePart =>
    toolCall(text(node.get('id')) ?? text(node.get('toolCallId')), text(node.get('name')) ?? text(node.get('toolName')),
      node.get('arguments') ?? node.get('input') ?? node.get('args') ?? node.get('server_tool_call'))] as const),
  ...['tool_call_response', 'tool_result', 'tool-result', 'server_tool_call_response'].map((type) => [type, (node: Node): MessagePart =>
    toolResult(text(node.get('id')) ?? text(node.get('tool_use_id')) ?? text(node.get('toolCallId')),
      structured(node.get('response') ?? node.get('result') ?? node.get('output') ?? node.get('content') ?? node.get('server_tool_call_response')))] as const),
  ...['blob', 'file', 'uri', 'image', 'image_url', 'input_image', 'audio'].map((type) => [type, media] as const),
  ...['functionCall', 'function_call'].map((type) => [type, (node: Node): MessagePart =>
    toolCall(text(at(node, `${type}.id`)), text(at(node, `${type}.name`)), at(node, `${type}.args`))] as const),
  ...['functionResponse', 'function_response'].map((type) => [type, (node: Node): MessagePart =>
    toolResult(text(at(node, `${type}.id`)), at(node, `${type}.response`))] as const),
  ...['inlineData', 'inline_data', 'fileData', 'file_data'].map((type) => [type, (node: Node): MessagePart => media(node.get(type) as Node)] as const),
  ['toolUse', (node): MessagePart => toolCall(text(at(node, 'toolUse.toolUseId')), text(at(node, 'toolUse.name')), at(node, 'toolUse.input'))],
  ['toolResult', (node): MessagePart => toolResult(text(at(node, 'toolResult.toolUseId')), at(node, 'toolResult.content'))],
  ['reasoningContent', (node): MessagePart => ({ type: 'reasoning', text: plainText(at(node, 'reasoningContent.reasoningText')) })],
]);

/** Parts of Gemini and of Bedrock have no type but one member, whose key says what they are. */
function onlyMember(node: Node): string | undefined {
  return ['functionCall', 'functionResponse', 'function_call', 'function_response', 'inlineData', 'inline_data', 'fileData', 'file_data', 'toolUse', 'toolResult', 'reasoningContent'].find((key) => node.get(key) instanceof Map);
}

function textPart(node: Node): MessagePart {
  return { type: 'text', text: plainText(node.get('content') ?? node.get('text')) };
}

function media(node: Node): MessagePart {
  const uri = text(node.get('uri')) ?? text(at(node, 'image_url.url')) ?? text(at(node, 'image.url')) ?? text(at(node, 'image.image.url'))
    ?? text(node.get('image_url')) ?? text(at(node, 'source.url')) ?? text(node.get('url'))
    ?? text(node.get('fileUri')) ?? text(node.get('file_uri')) ?? text(node.get('file_id')) ?? text(at(node, 'file.file_id'));
  const data = text(node.get('content')) ?? text(at(node, 'source.data')) ?? text(node.get('data')) ?? text(node.get('image')) ?? text(at(node, 'file.file_data'));
  return {
    type: 'media',
    mediaType: text(node.get('mime_type')) ?? text(node.get('mimeType')) ?? text(node.get('mediaType')) ?? text(at(node, 'source.media_type')) ?? text(node.get('modality')) ?? 'unknown',
    ...(uri === undefined ? {} : { uri }), ...(data === undefined ? {} : { data }),
  };
}

function toolCall(id: string | undefined, name: string | undefined, args: AttributeValue | undefined): MessagePart {
  const read = structured(args);
  return { type: 'toolCall', name: name ?? '', ...(id === undefined ? {} : { id }), ...(read === undefined ? {} : { arguments: read }) };
}

function toolResult(id: string | undefined, result: AttributeValue | undefined): MessagePart {
  return { type: 'toolResult', ...(id === undefined ? {} : { id }), ...(result === undefined ? {} : { result }) };
}

/** The text of a value that is text, or of a list of parts with text in them. */
function plainText(value: AttributeValue | undefined): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map(plainText).filter((each) => each !== '').join('\n');
  if (isNode(value)) return plainText(value.get('text') ?? value.get('content'));
  return '';
}

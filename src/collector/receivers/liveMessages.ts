import type { Signal } from '../../formats/format.ts';
import { JsonReader } from '../../formats/jsonReader.ts';
import { requestLimits } from '../../formats/limits.ts';
import { canonicalId } from '../../model/ids.ts';

/** One message of the live protocol, as far as a receiver has to understand it; the rest is left to the decoder. */
export interface LiveMessage {
  /** Its JSON text, a part of the frame. */
  readonly bytes: Uint8Array;
  readonly type: string | undefined;
  /** The JSON text of its `id`: what is sent back in the answer. */
  readonly id: string | undefined;
  /** Set when it is an OTLP/JSON request. */
  readonly otlpSignal: Signal | undefined;
  /** The span it is about. */
  readonly span: LiveSpan | undefined;
}

export interface LiveSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly hasEnded: boolean;
}

const otlpKeys: ReadonlyMap<string, Signal> = new Map([
  ['resourceSpans', 'traces'], ['resource_spans', 'traces'], ['resourceLogs', 'logs'], ['resource_logs', 'logs'],
  ['resourceMetrics', 'metrics'], ['resource_metrics', 'metrics'],
]);
const objectBegin = 0x7b, arrayBegin = 0x5b, stringBegin = 0x22;
const longestId = 256;

/** The messages of a text frame: one, or an array of them. Throws DecodeError when it is not JSON, or not of objects. */
export function readLiveMessages(frame: Uint8Array): LiveMessage[] {
  const reader = new JsonReader(frame, 0, frame.length, { isLenient: false, maxElements: requestLimits.maxElements });
  const messages: LiveMessage[] = [];
  if (reader.peek() === arrayBegin) {
    for (let more = reader.beginArray(); more; more = reader.nextItem()) messages.push(readMessage(reader));
  } else {
    messages.push(readMessage(reader));
  }
  if (reader.peek() !== -1) reader.fail('more than one value in a frame');
  return messages;
}

function readMessage(reader: JsonReader): LiveMessage {
  if (reader.peek() !== objectBegin) reader.fail('a message is an object');
  const start = reader.position;
  let type: string | undefined, id: string | undefined, otlpSignal: Signal | undefined;
  let nested: SpanFields | undefined;
  const fields: SpanFields = { traceId: '', spanId: '', hasEnded: false };
  for (let more = reader.beginObject(); more; more = reader.nextMember()) {
    const { key } = reader;
    otlpSignal ??= otlpKeys.get(key);
    if (key === 'type' && reader.peek() === stringBegin) type = reader.takeString();
    else if (key === 'id') id = readId(reader);
    else if (key === 'span' && reader.peek() === objectBegin) nested = readSpan(reader);
    else readSpanField(reader, key, fields);
  }
  const about = nested ?? fields;
  return {
    bytes: reader.bytes.subarray(start, reader.position),
    type,
    id,
    otlpSignal: type === undefined ? otlpSignal : undefined,
    span: about.traceId === '' || about.spanId === '' ? undefined : { ...about, hasEnded: about.hasEnded || type === 'end' },
  };
}

type SpanFields = { -readonly [K in keyof LiveSpan]: LiveSpan[K] };

function readSpan(reader: JsonReader): SpanFields {
  const fields: SpanFields = { traceId: '', spanId: '', hasEnded: false };
  for (let more = reader.beginObject(); more; more = reader.nextMember()) readSpanField(reader, reader.key, fields);
  return fields;
}

/** Takes the value of one member; what is not needed here is passed over. */
function readSpanField(reader: JsonReader, key: string, fields: SpanFields): void {
  switch (key) {
    case 'traceId': case 'trace_id': fields.traceId = readText(reader); break;
    case 'spanId': case 'span_id': fields.spanId = readText(reader); break;
    case 'endTimeUnixNano': case 'end_time_unix_nano': case 'endTime': case 'end_time': fields.hasEnded ||= readIsSet(reader); break;
    default: reader.skip();
  }
}

function readText(reader: JsonReader): string {
  if (reader.peek() === stringBegin) return canonicalId(reader.takeString());
  reader.skip();
  return '';
}

/** Whether a value is something other than null, zero and nothing. */
function readIsSet(reader: JsonReader): boolean {
  const text = rawText(reader);
  return text !== 'null' && text !== '""' && text !== '0' && text !== '"0"';
}

function readId(reader: JsonReader): string | undefined {
  const text = rawText(reader);
  return text === 'null' || text.length > longestId ? undefined : text;
}

function rawText(reader: JsonReader): string {
  reader.peek();
  const start = reader.position;
  reader.skip();
  return new TextDecoder().decode(reader.bytes.subarray(start, reader.position));
}

const lineFeed = 0x0a;

/** Messages one after the other, each with a line end after it. */
export function linesOf(messages: readonly LiveMessage[]): Uint8Array {
  const lines = new Uint8Array(messages.reduce((length, { bytes }) => length + bytes.length + 1, 0));
  let at = 0;
  for (const { bytes } of messages) {
    lines.set(bytes, at);
    at += bytes.length;
    lines[at++] = lineFeed;
  }
  return lines;
}

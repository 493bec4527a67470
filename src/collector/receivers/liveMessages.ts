import { DecodeError } from '../../formats/format.ts';
import type { Signal } from '../../formats/format.ts';
import { canonicalId } from '../../model/ids.ts';
import { textOf } from '../../model/wireText.ts';

/** A part of a frame's bytes: the JSON text of a value. */
interface Range { readonly start: number; readonly end: number }

/** One message of the live protocol, as far as a receiver has to understand it; the rest is left to the decoder. */
export interface LiveMessage {
  /** Its JSON text, a part of the frame. */
  readonly bytes: Uint8Array;
  readonly type: string | undefined;
  /** The JSON text of its `id`: what is sent back in the answer. */
  readonly id: string | undefined;
  /** Set when it is an OTLP/JSON request. */
  readonly otlpSignal: Signal | undefined;
  /** Whether it says that its span has an end. */
  readonly hasEnded: boolean;
  /** The ids of the span that it is about. */
  readSpan(): LiveSpan | undefined;
}

export interface LiveSpan { readonly traceId: string; readonly spanId: string }

type Field = 'type' | 'id' | 'span' | 'traceId' | 'spanId' | 'end' | Signal;

const fieldOfKey: readonly (readonly [string, Field])[] = [
  ['type', 'type'], ['id', 'id'], ['span', 'span'], ['traceId', 'traceId'], ['trace_id', 'traceId'], ['spanId', 'spanId'], ['span_id', 'spanId'],
  ['endTimeUnixNano', 'end'], ['end_time_unix_nano', 'end'], ['endTime', 'end'], ['end_time', 'end'],
  ['resourceSpans', 'traces'], ['resource_spans', 'traces'], ['resourceLogs', 'logs'], ['resource_logs', 'logs'], ['resourceMetrics', 'metrics'], ['resource_metrics', 'metrics'],
];
/** The keys by their length, as bytes: nearly every other key is told apart by its length or its first letters. */
const keysOfLength: readonly (readonly { readonly bytes: Uint8Array; readonly field: Field }[])[] = Array.from({ length: 20 }, (_, length) =>
  fieldOfKey.filter(([key]) => key.length === length).map(([key, field]) => ({ bytes: new TextEncoder().encode(key), field })));

const longestId = 256;
const quote = 0x22, backslash = 0x5c, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d, comma = 0x2c, colon = 0x3a, lineFeed = 0x0a;

/**
 * The messages of a text frame: one, or an array of them. This looks for where values begin and end and at a few of them,
 * in one pass without building anything; whether they are right is for the decoder to say, which reads them all. Throws
 * DecodeError when the frame is not made of objects.
 */
export function readLiveMessages(frame: Uint8Array): LiveMessage[] {
  const reader = new MessageReader(frame);
  const messages: LiveMessage[] = [];
  if (reader.peek() === openBracket) {
    reader.position++;
    if (reader.peek() === closeBracket) reader.position++;
    else {
      do messages.push(reader.readMessage()); while (reader.takeComma(closeBracket));
    }
  } else {
    messages.push(reader.readMessage());
  }
  if (reader.peek() !== -1) reader.fail('more than one value in a frame');
  return messages;
}

class MessageReader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) { this.bytes = bytes; }

  fail(message: string): never { throw new DecodeError('undecodable', message, { offset: this.position }); }

  /** The next byte that is no white space; -1 at the end. */
  peek(): number {
    while (this.position < this.bytes.length) {
      const byte = this.bytes[this.position] as number;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return byte;
      this.position++;
    }
    return -1;
  }

  /** Passes over a comma, or over the end of what it separates: then false. */
  takeComma(end: number): boolean {
    const byte = this.peek();
    if (byte !== comma && byte !== end) this.fail('"," or an end expected');
    this.position++;
    return byte === comma;
  }

  readMessage(): LiveMessage {
    const start = this.position;
    if (this.peek() !== openBrace) this.fail('a message is an object');
    const values = new Map<Field, Range>();
    this.#readObject(values, undefined);
    const { bytes } = this;
    const type = stringIn(bytes, values.get('type'));
    const end = values.get('end');
    return {
      bytes: bytes.subarray(start, this.position),
      type,
      id: idIn(bytes, values.get('id')),
      otlpSignal: values.has('type') ? undefined : (['traces', 'logs', 'metrics'] as const).find((signal) => values.has(signal)),
      hasEnded: type === 'end' || (end !== undefined && !/^(?:null|"?0?"?)$/.test(textOf(bytes, end.start, Math.min(end.end, end.start + 8)))),
      readSpan: () => spanIn(bytes, values),
    };
  }

  /** Notes the values of known keys. Those of `span` count for the message, and before its own. */
  #readObject(values: Map<Field, Range>, within: 'span' | undefined): void {
    this.position++;
    if (this.peek() === closeBrace) {
      this.position++;
      return;
    }
    do {
      if (this.peek() !== quote) this.fail('a key in quotes expected');
      const keyStart = this.position + 1;
      this.#skipString();
      const field = fieldAt(this.bytes, keyStart, this.position - 1);
      if (this.peek() !== colon) this.fail('":" expected');
      this.position++;
      const first = this.peek();
      const start = this.position;
      if (field === 'span' && within === undefined && first === openBrace) this.#readObject(values, 'span');
      else this.#skipValue(first);
      if (field !== undefined && !(within === 'span' && (field === 'type' || field === 'id'))) values.set(field, { start, end: this.position });
    } while (this.takeComma(closeBrace));
  }

  #skipValue(first: number): void {
    if (first === quote) {
      this.#skipString();
    } else if (first === openBrace || first === openBracket) {
      this.#skipNested();
    } else {
      const start = this.position;
      for (let byte = first; byte > 0x20 && byte !== comma && byte !== closeBrace && byte !== closeBracket; byte = this.bytes[this.position] ?? -1) this.position++;
      if (this.position === start) this.fail('a value expected');
    }
  }

  #skipString(): void {
    const { bytes } = this;
    let at = this.position + 1;
    for (; bytes[at] !== quote; at++) {
      if (at >= bytes.length) this.fail('a string does not end');
      if (bytes[at] === backslash) at++;
    }
    this.position = at + 1;
  }

  /** Counts brackets of both kinds together; the decoder sees whether they match. */
  #skipNested(): void {
    const { bytes } = this;
    let depth = 0;
    do {
      const byte = bytes[this.position];
      if (byte === undefined) this.fail('an object or array does not end');
      if (byte === quote) {
        this.#skipString();
        continue;
      }
      if (byte === openBrace || byte === openBracket) depth++;
      else if (byte === closeBrace || byte === closeBracket) depth--;
      this.position++;
    } while (depth > 0);
  }
}

function fieldAt(bytes: Uint8Array, start: number, end: number): Field | undefined {
  for (const key of keysOfLength[end - start] ?? []) {
    let i = 0;
    while (i < key.bytes.length && key.bytes[i] === bytes[start + i]) i++;
    if (i === key.bytes.length) return key.field;
  }
  return undefined;
}

function stringIn(bytes: Uint8Array, range: Range | undefined): string | undefined {
  if (range === undefined || bytes[range.start] !== quote) return undefined;
  const text = textOf(bytes, range.start + 1, range.end - 1);
  if (!text.includes('\\')) return text;
  const json = `"${text}"`;
  return isJson(json) ? String(JSON.parse(json)) : undefined;
}

function idIn(bytes: Uint8Array, range: Range | undefined): string | undefined {
  if (range === undefined || range.end - range.start > longestId) return undefined;
  const text = textOf(bytes, range.start, range.end);
  return text === 'null' || !isJson(text) ? undefined : text;
}

/** Whether a short text is a JSON value. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function spanIn(bytes: Uint8Array, values: ReadonlyMap<Field, Range>): LiveSpan | undefined {
  const traceId = stringIn(bytes, values.get('traceId'));
  const spanId = stringIn(bytes, values.get('spanId'));
  return traceId === undefined || spanId === undefined ? undefined : { traceId: canonicalId(traceId), spanId: canonicalId(spanId) };
}

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

import { DecodeError } from '../../formats/format.ts';
import { KnownTexts } from '../../formats/knownTexts.ts';
import { plainTextEnd } from '../../model/wireText.ts';
import { LiveMessage, noted, nothingNoted } from './liveMessage.ts';
import type { Noted } from './liveMessage.ts';

const fieldOfKey = new KnownTexts<Noted>([
  ['type', noted.type], ['id', noted.id], ['span', noted.span], ['traceId', noted.traceId], ['trace_id', noted.traceId], ['spanId', noted.spanId], ['span_id', noted.spanId],
  ['endTimeUnixNano', noted.end], ['end_time_unix_nano', noted.end], ['endTime', noted.end], ['end_time', noted.end],
  ['resourceSpans', noted.traces], ['resource_spans', noted.traces], ['resourceLogs', noted.logs], ['resource_logs', noted.logs],
  ['resourceMetrics', noted.metrics], ['resource_metrics', noted.metrics],
]);

/** Of the message being read; one for all, because frames of one message come by the thousand. */
const places = nothingNoted();
const quote = 0x22, backslash = 0x5c, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d, comma = 0x2c, colon = 0x3a;

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
      do messages.push(reader.readMessage(messages.length)); while (reader.takeComma(closeBracket));
    }
  } else {
    messages.push(reader.readMessage(0));
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

  /** `place`: its number among the messages of the frame. */
  readMessage(place: number): LiveMessage {
    if (this.peek() !== openBrace) this.fail('a message is an object');
    const start = this.position;
    places.fill(-1);
    this.#readObject(false);
    return new LiveMessage(this.bytes, start, this.position, place, places);
  }

  /** Notes the values of known keys. Those of `span` count for the message. */
  #readObject(isSpan: boolean): void {
    this.position++;
    if (this.peek() === closeBrace) {
      this.position++;
      return;
    }
    do {
      if (this.peek() !== quote) this.fail('a key in quotes expected');
      const keyStart = this.position + 1;
      this.#skipString();
      const field = fieldOfKey.at(this.bytes, keyStart, this.position - 1);
      if (this.peek() !== colon) this.fail('":" expected');
      this.position++;
      const first = this.peek(), start = this.position;
      if (field === noted.span && !isSpan && first === openBrace) this.#readObject(true);
      else this.#skipValue(first);
      if (field !== undefined && !(isSpan && (field === noted.type || field === noted.id))) {
        places[field * 2] = start;
        places[field * 2 + 1] = this.position;
      }
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
    let at = plainTextEnd(bytes, this.position + 1, bytes.length);
    for (; bytes[at] !== quote; at = plainTextEnd(bytes, at, bytes.length)) {
      if (at >= bytes.length) this.fail('a string does not end');
      at += bytes[at] === backslash ? 2 : 1;
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

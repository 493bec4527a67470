import { canonicalId, isNoId } from '../model/ids.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import { present } from '../model/spanBatch.ts';
import { contentFields, textIdFields, writeId } from '../model/spanContent.ts';
import { halvesOf, nanosOfDecimal, nanosOfIso, splitDigits } from '../model/time.ts';
import type { Halves } from '../model/time.ts';
import { wireTypes } from '../model/wire.ts';
import { textOf } from '../model/wireText.ts';
import type { WireWriter } from '../model/wireWriter.ts';
import type { JsonReader } from './jsonReader.ts';
import { WrongTypeError } from './jsonReader.ts';
import { KnownTexts } from './knownTexts.ts';
import { RepeatedObject } from './liveOrigins.ts';
import { writeMembers } from './plainJson.ts';
import { RepeatedKeyError } from './repeatedKeys.ts';

const fieldNames = [
  'type', 'span', 'traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startTimeUnixNano', 'startTime', 'endTimeUnixNano', 'endTime',
  'status', 'attributes', 'baggage', 'events', 'links', 'resource', 'service', 'scope', 'traceState', 'witness',
] as const;
type FieldName = (typeof fieldNames)[number];

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const withSnakeCase = <T>(entries: readonly (readonly [string, T])[]): KnownTexts<T> =>
  new KnownTexts(entries.flatMap(([name, value]) => [[name, value], ...(snakeCase(name) === name ? [] : [[snakeCase(name), value] as const])] as const));
const named = <T extends string>(names: readonly T[]): KnownTexts<T> => withSnakeCase(names.map((name) => [name, name] as const));
const fields = withSnakeCase(fieldNames.map((name, i) => [name, { name, bit: 1 << i }] as const));
const eventFields = named(['name', 'timeUnixNano', 'time', 'timestamp', 'attributes']);
const linkFields = named(['traceId', 'spanId', 'traceState', 'attributes']);
const statusFields = new KnownTexts([['code', 'code'], ['message', 'message'], ['description', 'message']] as const);
const types = new KnownTexts((['start', 'update', 'end', 'span', 'log', 'hello'] as const).map((type) => [type, type] as const));

/** A choice by its index. The usual spellings are found by their bytes, all others by comparing texts. */
interface Choice { readonly names: readonly string[]; readonly prefix: string; readonly usual: KnownTexts<number> }
function choiceOf(names: readonly string[], prefix: string): Choice {
  const usual = names.flatMap((name, i) => [name, name.toUpperCase(), `${prefix}${name}`.toUpperCase()].map((text) => [text, i] as const));
  return { names, prefix, usual: new KnownTexts(usual) };
}
const kinds = choiceOf(spanKinds, 'span_kind_'), statuses = choiceOf(statusCodes, 'status_code_');

const quote = 0x22, openBrace = 0x7b, nullStart = 0x6e, zero = 0x30;
const noBytes = new Uint8Array(0);

/** A text of a message, left where it lies in the input: most are known from an earlier message and need not be decoded. */
export class TextPlace {
  bytes: Uint8Array = noBytes;
  start = 0;
  end = 0;
  /** The text when it has escapes. */
  private resolved: string | undefined;

  /** Takes the string or number that the reader passed last. */
  take(reader: JsonReader): void {
    this.bytes = reader.bytes;
    this.start = reader.tokenStart;
    this.end = reader.tokenEnd;
    this.resolved = reader.hasEscapes ? reader.stringText() : undefined;
  }

  clear(): void {
    this.start = this.end = 0;
    this.resolved = undefined;
  }

  get hasEscapes(): boolean { return this.resolved !== undefined; }

  get text(): string { return this.resolved ?? textOf(this.bytes, this.start, this.end); }

  /** Whether it says that there is no id: empty, or nothing but zeroes. */
  get isNoId(): boolean {
    if (this.resolved !== undefined) return isNoId(this.resolved);
    for (let at = this.start; at < this.end; at++) if (this.bytes[at] !== zero) return false;
    return true;
  }
}

/**
 * What a message of the live protocol says about its span. Attributes, events and links are written into `content` while
 * they are read; the rest is in the fields. One object serves all messages of a batch. Throws WrongTypeError where a value
 * cannot be understood.
 */
export class LiveSpan {
  /** Undefined when it is none of the known ones. */
  type: 'start' | 'update' | 'end' | 'span' | 'log' | 'hello' | undefined;
  readonly traceId = new TextPlace();
  readonly spanId = new TextPlace();
  readonly parentSpanId = new TextPlace();
  readonly name = new TextPlace();
  readonly statusMessage = new TextPlace();
  readonly service = new TextPlace();
  hasService = false;
  kind = 0;
  status = 0;
  traceState = '';
  readonly start: Halves = { high: 0, low: 0 };
  readonly end: Halves = { high: 0, low: 0 };
  readonly resource = new RepeatedObject();
  readonly scope = new RepeatedObject();
  /** Bits of `present`. */
  given = 0;
  isRepaired = false;
  /** The field that was read last, for messages to the sender. */
  field: FieldName = 'type';

  /** Forgets the message before. */
  clear(): void {
    this.type = undefined;
    this.traceId.clear();
    this.spanId.clear();
    this.parentSpanId.clear();
    this.name.clear();
    this.statusMessage.clear();
    this.hasService = false;
    this.kind = this.status = this.given = 0;
    this.traceState = '';
    this.start.high = this.start.low = this.end.high = this.end.low = 0;
    this.resource.isGiven = this.scope.isGiven = false;
    this.isRepaired = false;
    this.field = 'type';
  }

  /** Reads the message that comes next; fields of the span may stand in it or in its member `span`. */
  read(reader: JsonReader, content: WireWriter): void {
    let seen = 0;
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const field = reader.knownKey(fields);
      if (field === undefined || reader.peek() === nullStart) { reader.skip(); continue; }
      if ((seen & field.bit) !== 0) throw new RepeatedKeyError();
      seen |= field.bit;
      this.field = field.name;
      this.readField(field.name, reader, content);
    }
  }

  private readField(field: FieldName, reader: JsonReader, content: WireWriter): void {
    switch (field) {
      case 'type': this.type = reader.takeKnown(types); break;
      case 'span': this.read(reader, content); break;
      case 'traceId': scanId(reader); this.traceId.take(reader); break;
      case 'spanId': scanId(reader); this.spanId.take(reader); break;
      case 'parentSpanId': scanId(reader); this.parentSpanId.take(reader); this.given |= present.parent; break;
      case 'name': reader.scanString(); this.name.take(reader); this.given |= present.name; break;
      case 'kind': this.kind = this.choice(reader, kinds); this.given |= present.kind; break;
      case 'startTimeUnixNano': case 'startTime': if (takeTime(reader, this.start)) this.given |= present.start; break;
      case 'endTimeUnixNano': case 'endTime': if (takeTime(reader, this.end)) this.given |= present.end; break;
      case 'status': this.readStatus(reader); this.given |= present.status; break;
      case 'attributes': writeMembers(reader, content, contentFields.attributes); break;
      case 'baggage': writeMembers(reader, content, contentFields.attributes, 'baggage.'); break;
      case 'events': for (let more = reader.beginArray(); more; more = reader.nextItem()) writeEvent(reader, content); break;
      case 'links': for (let more = reader.beginArray(); more; more = reader.nextItem()) writeLink(reader, content); break;
      case 'resource': this.resource.pass(reader); break;
      case 'scope': this.scope.pass(reader); break;
      case 'service': reader.scanString(); this.service.take(reader); this.hasService = true; break;
      case 'traceState': this.traceState = reader.takeString(); break;
      case 'witness': if (reader.takeBoolean()) this.given |= present.witness; break;
    }
  }

  /** `{code, message}`, or the code alone. */
  private readStatus(reader: JsonReader): void {
    if (reader.peek() !== openBrace) {
      this.status = this.choice(reader, statuses);
      return;
    }
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const field = reader.knownKey(statusFields);
      if (field === undefined || reader.peek() === nullStart) reader.skip();
      else if (field === 'code') this.status = this.choice(reader, statuses);
      else { reader.scanString(); this.statusMessage.take(reader); }
    }
  }

  /** The index of a name, with or without OTLP's prefix, or of OTLP's number; 0 and a note when it is another one. */
  private choice(reader: JsonReader, { names, prefix, usual }: Choice): number {
    const isText = reader.peek() === quote;
    const found = isText ? reader.takeKnown(usual) : undefined;
    if (found !== undefined) return found;
    const index = isText ? names.indexOf(reader.stringText().toLowerCase().replace(prefix, '')) : Number(reader.takeNumber());
    if (Number.isInteger(index) && index >= 0 && index < names.length) return index;
    this.isRepaired = true;
    return 0;
  }
}

/** Passes over an id: opaque text; a number is taken by its digits. */
function scanId(reader: JsonReader): void {
  if (reader.peek() === quote) reader.scanString();
  else reader.scanNumber();
}

function takeId(reader: JsonReader): string {
  scanId(reader);
  return canonicalId(reader.stringText());
}

const split: Halves = { high: 0, low: 0 };

/** Reads a time as an integer or decimal text of ns, or as ISO text, into `into`; false when it is an empty text. */
function takeTime(reader: JsonReader, into: Halves): boolean {
  const isText = reader.peek() === quote;
  if (isText) reader.scanString(); else reader.scanNumber();
  const { bytes, tokenStart, tokenEnd } = reader;
  if (splitDigits(bytes, tokenStart, tokenEnd, into)) return true;
  if (tokenStart === tokenEnd) return false;
  const text = isText ? reader.stringText() : reader.numberText();
  const nanos = nanosOfIso(text) ?? nanosOfDecimal(text);
  const halves = nanos === undefined ? undefined : halvesOf(nanos);
  if (halves === undefined) throw new WrongTypeError('a time');
  into.high = halves.high;
  into.low = halves.low;
  return true;
}

function writeEvent(reader: JsonReader, content: WireWriter): void {
  const start = content.begin(contentFields.events);
  for (let more = reader.beginObject(); more; more = reader.nextMember()) {
    const field = reader.knownKey(eventFields);
    if (field === undefined || reader.peek() === nullStart) reader.skip();
    else if (field === 'name') content.textField(2, reader.takeString());
    else if (field === 'attributes') writeMembers(reader, content, 3);
    else {
      if (!takeTime(reader, split)) split.high = split.low = 0;
      content.tag(1, wireTypes.fixed64);
      content.fixed64(split.high, split.low);
    }
  }
  content.end(start);
}

function writeLink(reader: JsonReader, content: WireWriter): void {
  const start = content.begin(contentFields.links);
  for (let more = reader.beginObject(); more; more = reader.nextMember()) {
    const field = reader.knownKey(linkFields);
    if (field === undefined || reader.peek() === nullStart) reader.skip();
    else if (field === 'traceId') writeId(content, 1, textIdFields.trace, takeId(reader), 32);
    else if (field === 'spanId') writeId(content, 2, textIdFields.span, takeId(reader), 16);
    else if (field === 'traceState') content.textField(3, reader.takeString());
    else writeMembers(reader, content, 4);
  }
  content.end(start);
}

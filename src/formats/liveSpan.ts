import { canonicalId } from '../model/ids.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import { present } from '../model/spanBatch.ts';
import { contentFields, textIdFields, writeId } from '../model/spanContent.ts';
import { halvesOf, nanosOfDecimal, nanosOfIso, splitDigits } from '../model/time.ts';
import type { Halves } from '../model/time.ts';
import { wireTypes } from '../model/wire.ts';
import type { WireWriter } from '../model/wireWriter.ts';
import type { JsonReader } from './jsonReader.ts';
import { WrongTypeError } from './jsonReader.ts';
import { writeMembers } from './plainJson.ts';
import { RepeatedKeyError } from './repeatedKeys.ts';

const fieldNames = [
  'type', 'span', 'traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startTimeUnixNano', 'startTime', 'endTimeUnixNano', 'endTime',
  'status', 'attributes', 'baggage', 'events', 'links', 'resource', 'service', 'scope', 'traceState',
] as const;
type FieldName = (typeof fieldNames)[number];

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const withSnakeCase = <T extends string>(names: readonly T[]): ReadonlyMap<string, T> =>
  new Map(names.flatMap((name) => [[name, name], [snakeCase(name), name]] as const));
const fields = withSnakeCase(fieldNames);
const bits = new Map(fieldNames.map((name, i) => [name, 1 << i] as const));
const eventFields = withSnakeCase(['name', 'timeUnixNano', 'time', 'timestamp', 'attributes']);
const linkFields = withSnakeCase(['traceId', 'spanId', 'traceState', 'attributes']);

const quote = 0x22, openBrace = 0x7b, nullStart = 0x6e;

/**
 * What a message of the live protocol says about its span. Attributes, events and links are written into `content` while
 * they are read; the rest is in the fields. Throws WrongTypeError where a value cannot be understood.
 */
export class LiveSpan {
  type = '';
  traceId = '';
  spanId = '';
  parentSpanId = '';
  name = '';
  kind = 0;
  status = 0;
  statusMessage = '';
  traceState = '';
  start: Halves | undefined;
  end: Halves | undefined;
  service: string | undefined;
  /** Where the values of `resource` and `scope` lie in the input; 0 when they are not there. */
  resourceAt = 0;
  resourceEnd = 0;
  scopeAt = 0;
  /** Bits of `present`. */
  given = 0;
  isRepaired = false;
  /** The field that was read last, for messages to the sender. */
  field: FieldName = 'type';

  /** Reads the message that comes next; fields of the span may stand in it or in its member `span`. */
  read(reader: JsonReader, content: WireWriter): void {
    let seen = 0;
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const field = fields.get(reader.key);
      if (field === undefined || reader.peek() === nullStart) { reader.skip(); continue; }
      const bit = bits.get(field) ?? 0;
      if ((seen & bit) !== 0) throw new RepeatedKeyError();
      seen |= bit;
      this.field = field;
      this.readField(field, reader, content);
    }
  }

  private readField(field: FieldName, reader: JsonReader, content: WireWriter): void {
    switch (field) {
      case 'type': this.type = reader.takeRepeatedString(); break;
      case 'span': this.read(reader, content); break;
      case 'traceId': this.traceId = takeId(reader); break;
      case 'spanId': this.spanId = takeId(reader); break;
      case 'parentSpanId': this.parentSpanId = takeId(reader); this.given |= present.parent; break;
      case 'name': this.name = reader.takeRepeatedString(); this.given |= present.name; break;
      case 'kind': this.kind = this.choice(reader, spanKinds, 'span_kind_'); this.given |= present.kind; break;
      case 'startTimeUnixNano': case 'startTime': this.start = takeTime(reader) ?? this.start; break;
      case 'endTimeUnixNano': case 'endTime': this.end = takeTime(reader) ?? this.end; break;
      case 'status': this.readStatus(reader); this.given |= present.status; break;
      case 'attributes': writeMembers(reader, content, contentFields.attributes); break;
      case 'baggage': writeMembers(reader, content, contentFields.attributes, 'baggage.'); break;
      case 'events': for (let more = reader.beginArray(); more; more = reader.nextItem()) writeEvent(reader, content); break;
      case 'links': for (let more = reader.beginArray(); more; more = reader.nextItem()) writeLink(reader, content); break;
      case 'resource': this.resourceAt = startOfObject(reader); reader.skip(); this.resourceEnd = reader.position; break;
      case 'scope': this.scopeAt = startOfObject(reader); reader.skip(); break;
      case 'service': this.service = reader.takeRepeatedString(); break;
      case 'traceState': this.traceState = reader.takeString(); break;
    }
  }

  /** `{code, message}`, or the code alone. */
  private readStatus(reader: JsonReader): void {
    if (reader.peek() !== openBrace) {
      this.status = this.choice(reader, statusCodes, 'status_code_');
      return;
    }
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      if (reader.key === 'code' && reader.peek() !== nullStart) this.status = this.choice(reader, statusCodes, 'status_code_');
      else if ((reader.key === 'message' || reader.key === 'description') && reader.peek() !== nullStart) this.statusMessage = reader.takeString();
      else reader.skip();
    }
  }

  /** The index of a name, with or without OTLP's prefix, or of OTLP's number; 0 and a note when it is another one. */
  private choice(reader: JsonReader, names: readonly string[], prefix: string): number {
    const index = reader.peek() === quote ? names.indexOf(reader.takeRepeatedString().toLowerCase().replace(prefix, '')) : Number(reader.takeNumber());
    if (Number.isInteger(index) && index >= 0 && index < names.length) return index;
    this.isRepaired = true;
    return 0;
  }
}

function startOfObject(reader: JsonReader): number {
  if (reader.peek() !== openBrace) throw new WrongTypeError('an object');
  return reader.position;
}

/** Ids are opaque text; a number is taken by its digits. */
function takeId(reader: JsonReader): string {
  if (reader.peek() === quote) return canonicalId(reader.takeRepeatedString());
  reader.scanNumber();
  return reader.numberText();
}

const split: Halves = { high: 0, low: 0 };

/** A time as an integer or decimal text of ns, or as ISO text; undefined when it is an empty text. */
function takeTime(reader: JsonReader): Halves | undefined {
  const isText = reader.peek() === quote;
  if (isText) reader.scanString(); else reader.scanNumber();
  const { bytes, tokenStart, tokenEnd } = reader;
  if (splitDigits(bytes, tokenStart, tokenEnd, split)) return { high: split.high, low: split.low };
  if (tokenStart === tokenEnd) return undefined;
  const text = isText ? reader.stringText() : reader.numberText();
  const nanos = nanosOfIso(text) ?? nanosOfDecimal(text);
  const halves = nanos === undefined ? undefined : halvesOf(nanos);
  if (halves === undefined) throw new WrongTypeError('a time');
  return halves;
}

function writeEvent(reader: JsonReader, content: WireWriter): void {
  const start = content.begin(contentFields.events);
  for (let more = reader.beginObject(); more; more = reader.nextMember()) {
    const field = eventFields.get(reader.key);
    if (field === undefined || reader.peek() === nullStart) reader.skip();
    else if (field === 'name') content.textField(2, reader.takeString());
    else if (field === 'attributes') writeMembers(reader, content, 3);
    else {
      const time = takeTime(reader) ?? { high: 0, low: 0 };
      content.tag(1, wireTypes.fixed64);
      content.fixed64(time.high, time.low);
    }
  }
  content.end(start);
}

function writeLink(reader: JsonReader, content: WireWriter): void {
  const start = content.begin(contentFields.links);
  for (let more = reader.beginObject(); more; more = reader.nextMember()) {
    const field = linkFields.get(reader.key);
    if (field === undefined || reader.peek() === nullStart) reader.skip();
    else if (field === 'traceId') writeId(content, 1, textIdFields.trace, takeId(reader), 32);
    else if (field === 'spanId') writeId(content, 2, textIdFields.span, takeId(reader), 16);
    else if (field === 'traceState') content.textField(3, reader.takeString());
    else writeMembers(reader, content, 4);
  }
  content.end(start);
}

import { decodeAnyValue, deepestValue, doubleOf, integerOf, takeText, writeAnyValue } from '../model/anyValue.ts';
import { hexOfBytes, isNoId } from '../model/ids.ts';
import { textIdFields } from '../model/spanContent.ts';
import { joinHalves } from '../model/time.ts';
import { WireReader, wireTypes } from '../model/wire.ts';
import { repeatedTextOf } from '../model/wireText.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { concatenated } from './concatenated.ts';
import { jsonText } from './jsonText.ts';
import { keyValue } from './otlpJsonFields.ts';
import type { Field, FieldKind, Fields } from './otlpJsonFields.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';

/** The fields of a message by number, and their keys in order; ids that are texts (textIdFields) are the fields that OTLP has for ids. */
interface Printed { readonly fields: ReadonlyMap<number, Field>; readonly keys: readonly string[] }

const printedFields = new WeakMap<Fields, Printed>();
const wireTypeOf: Readonly<Partial<Record<FieldKind, number>>> = {
  boolean: wireTypes.varint, enum: wireTypes.varint, uint32: wireTypes.varint, fixed32: wireTypes.fixed32, fixed64: wireTypes.fixed64, sfixed64: wireTypes.fixed64, double: wireTypes.fixed64,
};
const textIds = new Map<number, FieldKind>([[textIdFields.trace, 'traceId'], [textIdFields.span, 'spanId']]);

function printed(fields: Fields): Printed {
  let known = printedFields.get(fields);
  if (known === undefined) {
    const sorted = [...fields.values()].toSorted((a, b) => a.number - b.number);
    const ids = [...textIds].flatMap(([number, kind]) => sorted.filter((field) => field.kind === kind).map(({ key }) => ({ key, number, kind, isList: false })));
    printedFields.set(fields, known = { fields: new Map([...sorted, ...ids].map((field) => [field.number, field])), keys: sorted.map(({ key }) => key) });
  }
  return known;
}

/**
 * The members of an OTLP/JSON object for the fields of the protobuf message in the range of `reader`, without the braces;
 * '' when there are none. Fields that are not in `fields` are left out. The inverse of OtlpJsonWriter: what it makes of the
 * text are the same values, doubles and integers apart, keys repeated where they were.
 */
export function printMembers(fields: Fields, reader: WireReader, depth = 0): string {
  const { fields: known, keys } = printed(fields), values = new Map<string, string>(), lists = new Map<string, string[]>(), anyValues = new Map<string, Uint8Array>();
  while (reader.next()) {
    const field = known.get(reader.tag >>> 3);
    if (field === undefined || (reader.tag & 7) !== wireType(field)) { reader.skip(); continue; }
    const { key } = field;
    if (field.kind === 'anyValue') {
      // Messages that come again are merged by putting their bytes together.
      const end = reader.valueEnd();
      anyValues.set(key, concatenated(anyValues.get(key) ?? new Uint8Array(), reader.bytes.subarray(reader.position, end)));
      reader.position = end;
    } else if (field.isList) {
      const items = lists.get(key);
      if (items === undefined) lists.set(key, [printField(field, reader, depth)]); else items.push(printField(field, reader, depth));
    } else values.set(key, printField(field, reader, depth));
  }
  const members: string[] = [];
  for (const key of keys) {
    const value = values.get(key), items = lists.get(key), anyValue = anyValues.get(key);
    if (value !== undefined && value !== '') members.push(`"${key}":${value}`);
    else if (items !== undefined) members.push(`"${key}":[${items.join(',')}]`);
    else if (anyValue !== undefined) members.push(`"${key}":${printAnyValue(anyValue, 0, anyValue.length, depth)}`);
  }
  return members.join(',');
}

const wireType = ({ kind }: Field): number => (typeof kind === 'string' ? wireTypeOf[kind] ?? wireTypes.bytes : wireTypes.bytes);

/** The value of a field; '' when it is better left out. */
function printField({ kind }: Field, reader: WireReader, depth: number): string {
  switch (kind) {
    case 'text': return JSON.stringify(takeText(reader));
    case 'boolean': reader.varint(); return String(reader.low !== 0 || reader.high !== 0);
    case 'enum': case 'uint32': reader.varint(); return String(reader.low);
    case 'fixed32': return String(reader.fixed32());
    case 'fixed64': reader.fixed64(); return `"${joinHalves(reader.high, reader.low)}"`;
    case 'sfixed64': reader.fixed64(); return `"${integerOf(reader.high, reader.low)}"`;
    case 'double': return jsonText(doubleOf(reader));
    case 'traceId': case 'spanId': case 'parentId': return printId(kind, reader);
    case 'anyValue': return '';
    case keyValue: return inRange(reader, (end) => printKeyValue(reader.bytes, reader.position, end, depth));
    default: return `{${inRange(reader, (end) => printMembers(kind, new WireReader(reader.bytes, reader.position, end), depth))}}`;
  }
}

function inRange(reader: WireReader, print: (end: number) => string): string {
  const end = reader.valueEnd(), text = print(end);
  reader.position = end;
  return text;
}

function printId(kind: 'traceId' | 'spanId' | 'parentId', reader: WireReader): string {
  const isText = reader.tag >>> 3 >= textIdFields.trace;
  const id = isText ? takeText(reader) : inRange(reader, (end) => hexOfBytes(reader.bytes, reader.position, end));
  return isNoId(id) ? '' : `"${kind === 'traceId' ? traceIdHex(id) : spanIdHex(id)}"`;
}

/** The object for the KeyValue message bytes[start..end): nearly all have a key, then a value, and nothing else. */
function printKeyValue(bytes: Uint8Array, start: number, end: number, depth: number): string {
  const reader = new WireReader(bytes, start, end);
  if (isNext(reader, 0x0a)) {
    const keyEnd = reader.valueEnd(), key = repeatedTextOf(bytes, reader.position, keyEnd);
    reader.position = keyEnd;
    if (isNext(reader, 0x12) && reader.valueEnd() === end) return `{"key":${JSON.stringify(key)},"value":${printAnyValue(bytes, reader.position, end, depth)}}`;
  }
  return `{${printMembers(keyValue, new WireReader(bytes, start, end), depth)}}`;
}

const isNext = (reader: WireReader, tag: number): boolean => reader.next() && reader.tag === tag;

/** The object for the AnyValue message bytes[start..end). */
function printAnyValue(bytes: Uint8Array, start: number, end: number, depth: number): string {
  const reader = new WireReader(bytes, start, end);
  if (depth > deepestValue || !reader.next()) return '{}';
  const member = printMember(reader, depth);
  if (member !== undefined && reader.position === end) return `{${member}}`;
  // Several members, or none that is known: what counts is what a decoder makes of them.
  const writer = new WireWriter();
  writeAnyValue(writer, decodeAnyValue(new WireReader(bytes, start, end), depth), depth);
  const again = new WireReader(writer.bytes, 0, writer.length);
  return again.next() ? `{${printMember(again, depth) ?? ''}}` : '{}';
}

function printMember(reader: WireReader, depth: number): string | undefined {
  switch (reader.tag) {
    case 0x0a: return `"stringValue":${JSON.stringify(takeText(reader))}`;
    case 0x10: reader.varint(); return `"boolValue":${reader.low !== 0 || reader.high !== 0}`;
    case 0x18: reader.varint(); return `"intValue":"${integerOf(reader.high, reader.low)}"`;
    case 0x21: return `"doubleValue":${jsonText(doubleOf(reader))}`;
    case 0x2a: return `"arrayValue":${printValues(reader, (bytes, start, end) => printAnyValue(bytes, start, end, depth + 1))}`;
    case 0x32: return `"kvlistValue":${printValues(reader, (bytes, start, end) => printKeyValue(bytes, start, end, depth + 1))}`;
    case 0x3a: return `"bytesValue":${inRange(reader, (end) => jsonText(reader.bytes.subarray(reader.position, end)))}`;
    default: return undefined;
  }
}

/** `{"values":[…]}`: the messages in field 1. */
function printValues(reader: WireReader, print: (bytes: Uint8Array, start: number, end: number) => string): string {
  const items: string[] = [];
  inRange(reader, (end) => {
    const inner = new WireReader(reader.bytes, reader.position, end);
    while (inner.next()) {
      if (inner.tag === 0x0a) items.push(inRange(inner, (itemEnd) => print(inner.bytes, inner.position, itemEnd))); else inner.skip();
    }
    return '';
  });
  return `{"values":[${items.join(',')}]}`;
}

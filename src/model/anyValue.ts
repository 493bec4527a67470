import type { AttributeValue } from './attributes.ts';
import { wireTypes } from './wire.ts';
import type { WireReader } from './wire.ts';
import { repeatedTextOf, textOf, viewOf } from './wireText.ts';
import type { WireWriter } from './wireWriter.ts';

/** Values nested more deeply are cut; decoders refuse or cut them before they get here. */
export const deepestValue = 64;

const doubleView = new DataView(new ArrayBuffer(8));

/** A 64-bit integer in two's complement: a number when it is exact as one, otherwise a bigint. */
export function integerOf(high: number, low: number): number | bigint {
  const signed = high | 0;
  if (signed >= -0x20_0000 && signed < 0x20_0000) {
    const value = signed * 0x1_0000_0000 + low;
    if (Number.isSafeInteger(value)) return value;
  }
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}

/** Reads the 8 bytes of a double. */
export function doubleOf(reader: WireReader): number {
  reader.fixed64();
  doubleView.setUint32(0, reader.high);
  doubleView.setUint32(4, reader.low);
  return doubleView.getFloat64(0);
}

/**
 * The value of the OTLP AnyValue message that is the rest of `reader`. Several members: the last wins. No member: null.
 * `before` is the value of an earlier occurrence of the same field, with which lists merge.
 */
export function decodeAnyValue(reader: WireReader, depth: number, before: AttributeValue = null): AttributeValue {
  let value = before;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x0a: value = takeText(reader); break;
      case 0x10: reader.varint(); value = reader.low !== 0 || reader.high !== 0; break;
      case 0x18: reader.varint(); value = integerOf(reader.high, reader.low); break;
      case 0x21: value = doubleOf(reader); break;
      case 0x2a: value = takeList(reader, depth + 1, Array.isArray(value) ? value : []); break;
      case 0x32: value = takeMap(reader, depth + 1, value instanceof Map ? value : new Map()); break;
      case 0x3a: { const end = reader.valueEnd(); value = reader.bytes.slice(reader.position, end); reader.position = end; break; }
      default: reader.skip();
    }
  }
  return value;
}

/** Reads a text field whose tag was read. */
export function takeText(reader: WireReader): string {
  const end = reader.valueEnd();
  const text = textOf(reader.bytes, reader.position, end);
  reader.position = end;
  return text;
}

/** Reads a text field that is likely to be the same in many messages. */
function takeKey(reader: WireReader): string {
  const end = reader.valueEnd();
  const text = repeatedTextOf(reader.bytes, reader.position, end);
  reader.position = end;
  return text;
}

function takeList(reader: WireReader, depth: number, list: AttributeValue[]): AttributeValue {
  const end = reader.valueEnd(), outer = reader.end;
  if (depth <= deepestValue) {
    reader.end = end;
    while (reader.next()) {
      if (reader.tag === 0x0a) list.push(takeAnyValue(reader, depth)); else reader.skip();
    }
    reader.end = outer;
  }
  reader.position = end;
  return depth <= deepestValue ? list : null;
}

function takeMap(reader: WireReader, depth: number, map: Map<string, AttributeValue>): AttributeValue {
  const end = reader.valueEnd(), outer = reader.end;
  if (depth <= deepestValue) {
    reader.end = end;
    while (reader.next()) {
      if (reader.tag === 0x0a) takeKeyValue(reader, depth, map); else reader.skip();
    }
    reader.end = outer;
  }
  reader.position = end;
  return depth <= deepestValue ? map : null;
}

/** Reads an AnyValue field whose tag was read. */
export function takeAnyValue(reader: WireReader, depth: number, before: AttributeValue = null): AttributeValue {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  const value = decodeAnyValue(reader, depth, before);
  reader.end = outer;
  return value;
}

/** What takes attributes as they are read: a Map, in which the later of two equal keys wins, or anything like one. */
export interface AttributeSink { set(key: string, value: AttributeValue): unknown }

/** Reads a KeyValue field whose tag was read. */
export function takeKeyValue(reader: WireReader, depth: number, into: AttributeSink): void {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  decodeKeyValue(reader, depth, into);
  reader.end = outer;
  reader.position = end;
}

/** Reads the KeyValue message that is the rest of `reader`. */
export function decodeKeyValue(reader: WireReader, depth: number, into: AttributeSink): void {
  if (takePlain(viewOf(reader.bytes), reader.bytes, reader.position, reader.end, into)) return;
  let key = '', value: AttributeValue = null;
  while (reader.next()) {
    if (reader.tag === 0x0a) key = takeKey(reader);
    else if (reader.tag === 0x12) value = takeAnyValue(reader, depth, value);
    else reader.skip();
  }
  into.set(key, value);
}

/** Reads the KeyValue fields of tag `tag` (below 0x80) at the front of bytes[start..end) that are plain; gives where the first other field begins. */
export function takePlainKeyValues(bytes: Uint8Array, start: number, end: number, tag: number, into: AttributeSink): number {
  const view = viewOf(bytes);
  let at = start;
  while (at + 8 <= end) {
    const head = view.getUint16(at, true), next = at + 2 + (head >>> 8);
    if ((head & 0x80ff) !== tag || next > end || !takePlain(view, bytes, at + 2, next, into)) break;
    at = next;
  }
  return at;
}

/** Reads the KeyValue bytes[at..end) if it is as nearly all are: a short key, then a short text, a number or a truth value. */
function takePlain(view: DataView, bytes: Uint8Array, at: number, end: number, into: AttributeSink): boolean {
  if (at + 6 > end) return false;
  const keyHead = view.getUint16(at, true), keyEnd = at + 2 + (keyHead >>> 8), value = keyEnd + 3;
  if ((keyHead & 0x80ff) !== 0x0a || keyEnd + 4 > end) return false;
  const head = view.getUint32(keyEnd, true), size = (head >>> 8) & 0xff;
  if ((head & 0x80ff) !== 0x12 || size !== end - keyEnd - 2) return false;
  switch ((head >>> 16) & 0xff) {
    case 0x0a:
      if (head >>> 24 !== size - 2) return false;
      into.set(repeatedTextOf(bytes, at + 2, keyEnd), repeatedTextOf(bytes, value + 1, end));
      return true;
    case 0x10:
      if (size !== 2 || head >>> 24 > 1) return false;
      into.set(repeatedTextOf(bytes, at + 2, keyEnd), head >>> 24 === 1);
      return true;
    case 0x18: {
      const integer = smallInteger(view, value, end);
      if (integer < 0) return false;
      into.set(repeatedTextOf(bytes, at + 2, keyEnd), integer);
      return true;
    }
    case 0x21:
      if (size !== 9) return false;
      into.set(repeatedTextOf(bytes, at + 2, keyEnd), view.getFloat64(value, true));
      return true;
    default: return false;
  }
}

/** The number of the varint bytes [start, end) of a view when it is below 2^49; -1 when it is greater or negative, or not all of the bytes. */
function smallInteger(view: DataView, start: number, end: number): number {
  if (end - start > 7) return -1;
  let value = 0, unit = 1;
  for (let at = start; at < end; at++, unit *= 128) {
    const byte = view.getUint8(at);
    if ((byte > 0x7f) === (at === end - 1)) return -1;
    value += (byte & 0x7f) * unit;
  }
  return value;
}

/**
 * Writes the members of an AnyValue message. Whole numbers become integers, as OpenTelemetry's JS SDK does it. Of a value
 * that is nested too deeply one level too many is written, by which `check` knows it.
 */
export function writeAnyValue(writer: WireWriter, value: AttributeValue, depth = 0): void {
  if (value === null) return;
  if (typeof value === 'string') writer.textField(1, value);
  else if (typeof value === 'boolean') { writer.tag(2, wireTypes.varint); writer.varint(value ? 1 : 0); }
  else if (typeof value === 'bigint') writeInteger(writer, value);
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(writer, value);
    else { writer.tag(4, wireTypes.fixed64); writer.double(value); }
  }
  else if (value instanceof Uint8Array) writer.bytesField(7, value);
  else if (depth > deepestValue) return;
  else if (value instanceof Map) {
    const start = writer.begin(6);
    for (const [key, member] of value) writeKeyValue(writer, 1, key, member, depth + 1);
    writer.end(start);
  } else {
    const start = writer.begin(5);
    for (const item of value as readonly AttributeValue[]) {
      const itemStart = writer.begin(1);
      writeAnyValue(writer, item, depth + 1);
      writer.end(itemStart);
    }
    writer.end(start);
  }
}

/** An integer beyond 64 bits is written as its text, so that no digit is lost. */
function writeInteger(writer: WireWriter, value: number | bigint): void {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) {
    writer.textField(1, value.toString());
    return;
  }
  writer.tag(3, wireTypes.varint);
  if (typeof value === 'number' && value >= 0 && value <= 0xffff_ffff) writer.varint(value); else writer.varint64(BigInt(value));
}

/** Writes a KeyValue message as field `field`. */
export function writeKeyValue(writer: WireWriter, field: number, key: string, value: AttributeValue, depth = 0): void {
  const start = writer.begin(field);
  if (key !== '') writer.textField(1, key);
  const valueStart = writer.begin(2);
  writeAnyValue(writer, value, depth);
  writer.end(valueStart);
  writer.end(start);
}

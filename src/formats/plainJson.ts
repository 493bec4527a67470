import { wireTypes } from '../model/wire.ts';
import type { WireWriter } from '../model/wireWriter.ts';
import type { JsonReader } from './jsonReader.ts';

/** Deeper values are not written; one level more than is kept, by which `check` knows them. */
const deepestWritten = 65;
const quote = 0x22;
/** Bytes of key and text that a short attribute has at most. */
const mostShort = 120;

/** Writes the members of the object that comes next as KeyValue messages, straight from text to bytes. `prefix` is put before the keys. */
export function writeMembers(reader: JsonReader, writer: WireWriter, field: number, prefix = '', depth = 0): void {
  for (let more = reader.beginObject(); more; more = reader.nextMember()) {
    const { keyStart, keyEnd } = reader;
    const isText = reader.peek() === quote;
    if (isText) reader.scanString();
    if (isText && !reader.hasEscapes && !reader.keyHasEscapes && prefix === '' && reader.tokenEnd - reader.tokenStart + keyEnd - keyStart <= mostShort) {
      writer.shortAttribute(field, reader.bytes, keyStart, keyEnd, reader.tokenStart, reader.tokenEnd);
      continue;
    }
    const start = writer.begin(field);
    if (prefix === '' && !reader.keyHasEscapes) writer.bytesField(1, reader.bytes, reader.keyStart, reader.keyEnd);
    else writer.textField(1, prefix + reader.key);
    const valueStart = writer.begin(2);
    if (isText) writeScanned(reader, writer); else writeValue(reader, writer, depth);
    writer.end(valueStart);
    writer.end(start);
  }
}

/** Writes the string that was scanned last. */
function writeScanned(reader: JsonReader, writer: WireWriter): void {
  if (reader.hasEscapes) writer.textField(1, reader.stringText());
  else writer.bytesField(1, reader.bytes, reader.tokenStart, reader.tokenEnd);
}

/** Writes the next value, whatever it is, as the members of an AnyValue message. */
export function writeValue(reader: JsonReader, writer: WireWriter, depth = 0): void {
  switch (reader.peek()) {
    case quote: reader.scanString(); writeScanned(reader, writer); break;
    case 0x74: case 0x66: {
      const value = reader.takeBoolean();
      writer.tag(2, wireTypes.varint);
      writer.varint(value ? 1 : 0);
      break;
    }
    case 0x6e: reader.takeNull(); break;
    case 0x5b: case 0x7b: if (depth < deepestWritten) writeStructure(reader, writer, depth + 1); else reader.skip(); break;
    default: writeNumber(reader, writer);
  }
}

function writeStructure(reader: JsonReader, writer: WireWriter, depth: number): void {
  if (reader.peek() === 0x7b) {
    const start = writer.begin(6);
    writeMembers(reader, writer, 1, '', depth);
    writer.end(start);
    return;
  }
  const start = writer.begin(5);
  for (let more = reader.beginArray(); more; more = reader.nextItem()) {
    const itemStart = writer.begin(1);
    writeValue(reader, writer, depth);
    writer.end(itemStart);
  }
  writer.end(start);
}

/** Integers keep all digits: as text where they have more than 64 bits. So do numbers that no double can hold. */
function writeNumber(reader: JsonReader, writer: WireWriter): void {
  const isInteger = reader.scanNumber();
  const { bytes, tokenStart: start, tokenEnd: end } = reader;
  if (isInteger && end - start <= 9 && bytes[start] !== 0x2d) {
    let value = 0;
    for (let at = start; at < end; at++) value = value * 10 + (bytes[at] as number) - 48;
    writer.tag(3, wireTypes.varint);
    writer.varint(value);
    return;
  }
  const text = reader.numberText(), value = Number(text);
  const integer = isInteger && text !== '-0' ? BigInt(text) : undefined;
  if (integer !== undefined && BigInt.asIntN(64, integer) === integer) {
    writer.tag(3, wireTypes.varint);
    writer.varint64(integer);
  } else if (integer !== undefined || (!Number.isFinite(value) && !/[NI]/.test(text))) writer.textField(1, text);
  else {
    writer.tag(4, wireTypes.fixed64);
    writer.double(value);
  }
}

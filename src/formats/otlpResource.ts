import { takeKeyValue, takeText, writeKeyValue } from '../model/anyValue.ts';
import type { AttributeValue } from '../model/attributes.ts';
import type { Resource, Scope } from '../model/span.ts';
import { takeUint32, writeUint32 } from '../model/spanContent.ts';
import { WireReader } from '../model/wire.ts';
import { WireWriter } from '../model/wireWriter.ts';

/** Decodes an OTLP protobuf Resource message: attributes 1, dropped 2. */
export function decodeResource(bytes: Uint8Array, start: number, end: number, schemaUrl: string): Resource {
  const reader = new WireReader(bytes, start, end);
  const attributes = new Map<string, AttributeValue>();
  let droppedAttributesCount = 0;
  while (reader.next()) {
    if (reader.tag === 0x0a) takeKeyValue(reader, 0, attributes);
    else if (reader.tag === 0x10) droppedAttributesCount = takeUint32(reader);
    else reader.skip();
  }
  return withWire({ attributes, schemaUrl, droppedAttributesCount }, bytes, start, end, writeResourceFields);
}

/** Decodes an OTLP protobuf InstrumentationScope message: name 1, version 2, attributes 3, dropped 4. */
export function decodeScope(bytes: Uint8Array, start: number, end: number, schemaUrl: string): Scope {
  const reader = new WireReader(bytes, start, end);
  const attributes = new Map<string, AttributeValue>();
  let name = '', version = '', droppedAttributesCount = 0;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x0a: name = takeText(reader); break;
      case 0x12: version = takeText(reader); break;
      case 0x1a: takeKeyValue(reader, 0, attributes); break;
      case 0x20: droppedAttributesCount = takeUint32(reader); break;
      default: reader.skip();
    }
  }
  return withWire({ name, version, attributes, schemaUrl, droppedAttributesCount }, bytes, start, end, writeScopeFields);
}

/** The first byte of a double in an attribute. */
const doubleTag = 0x21;

/** Adds the message that it came as, where writing what was decoded would not give it back. Few have a double or a key twice, so few are written. */
function withWire<T extends Resource | Scope>(decoded: T, bytes: Uint8Array, start: number, end: number, write: (writer: WireWriter, decoded: T) => void): T {
  const message = bytes.subarray(start, end);
  if (!message.includes(doubleTag) && !hasRepeatedKeys(message, decoded)) return decoded;
  return isSame(written(decoded, write), message) ? decoded : { ...decoded, wire: message.slice() };
}

/** Whether there are fewer attributes than fields for them: 1 of a Resource, 3 of an InstrumentationScope. */
function hasRepeatedKeys(message: Uint8Array, { attributes, ...decoded }: Resource | Scope): boolean {
  const reader = new WireReader(message, 0, message.length), tag = 'name' in decoded ? 0x1a : 0x0a;
  let fields = 0;
  while (reader.next()) {
    if (reader.tag === tag) fields++;
    reader.skip();
  }
  return fields !== attributes.size;
}

function written<T>(decoded: T, write: (writer: WireWriter, decoded: T) => void): Uint8Array {
  const writer = new WireWriter();
  write(writer, decoded);
  return writer.finish();
}

const isSame = (left: Uint8Array, right: Uint8Array): boolean => left.length === right.length && left.every((byte, i) => byte === right[i]);

/** Writes a Resource as field 1. */
export function writeResource(writer: WireWriter, resource: Resource): void {
  const start = writer.begin(1);
  if (!writeWire(writer, resource, decodeResource, writeResourceFields)) writeResourceFields(writer, resource);
  writer.end(start);
}

/** Writes an InstrumentationScope as field 1. */
export function writeScope(writer: WireWriter, scope: Scope): void {
  const start = writer.begin(1);
  if (!writeWire(writer, scope, decodeScope, writeScopeFields)) writeScopeFields(writer, scope);
  writer.end(start);
}

/** Writes the message that it came as, unless that says something else by now: attributes may have been masked. */
function writeWire<T extends Resource | Scope>(
  writer: WireWriter, value: T, decode: (bytes: Uint8Array, start: number, end: number, schemaUrl: string) => T, write: (writer: WireWriter, value: T) => void,
): boolean {
  const { wire } = value;
  if (wire === undefined || !isSame(written(decode(wire, 0, wire.length, ''), write), written(value, write))) return false;
  writer.raw(wire, 0, wire.length);
  return true;
}

function writeResourceFields(writer: WireWriter, resource: Resource): void {
  for (const [key, value] of resource.attributes) writeKeyValue(writer, 1, key, value);
  writeUint32(writer, 2, resource.droppedAttributesCount);
}

function writeScopeFields(writer: WireWriter, scope: Scope): void {
  if (scope.name !== '') writer.textField(1, scope.name);
  if (scope.version !== '') writer.textField(2, scope.version);
  for (const [key, value] of scope.attributes) writeKeyValue(writer, 3, key, value);
  writeUint32(writer, 4, scope.droppedAttributesCount);
}

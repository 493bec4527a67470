import { takeKeyValue, takeText, writeKeyValue } from '../model/anyValue.ts';
import type { AttributeValue } from '../model/attributes.ts';
import type { Resource, Scope } from '../model/span.ts';
import { takeUint32, writeUint32 } from '../model/spanContent.ts';
import { WireReader } from '../model/wire.ts';
import type { WireWriter } from '../model/wireWriter.ts';

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
  return { attributes, schemaUrl, droppedAttributesCount };
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
  return { name, version, attributes, schemaUrl, droppedAttributesCount };
}

/** Writes a Resource as field 1. */
export function writeResource(writer: WireWriter, resource: Resource): void {
  const start = writer.begin(1);
  for (const [key, value] of resource.attributes) writeKeyValue(writer, 1, key, value);
  writeUint32(writer, 2, resource.droppedAttributesCount);
  writer.end(start);
}

/** Writes an InstrumentationScope as field 1. */
export function writeScope(writer: WireWriter, scope: Scope): void {
  const start = writer.begin(1);
  if (scope.name !== '') writer.textField(1, scope.name);
  if (scope.version !== '') writer.textField(2, scope.version);
  for (const [key, value] of scope.attributes) writeKeyValue(writer, 3, key, value);
  writeUint32(writer, 4, scope.droppedAttributesCount);
  writer.end(start);
}

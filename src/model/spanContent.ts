import { takeAnyValue, takeKeyValue, takePlainKeyValues, takeText, writeKeyValue } from './anyValue.ts';
import type { AttributeSink } from './anyValue.ts';
import type { AttributeValue, Attributes } from './attributes.ts';
import { bytesOfHex, hexOfBytes, isHex } from './ids.ts';
import type { SpanContent, SpanEvent, SpanLink } from './span.ts';
import { highOf, joinHalves, lowOf } from './time.ts';
import { WireReader, wireTypes } from './wire.ts';
import { WireWriter } from './wireWriter.ts';

/**
 * The canonical content of a span: the fields of an OTLP protobuf Span message that are decoded only when somebody
 * looks: trace_state 3, attributes 9, dropped 10, events 11, dropped 12, links 13, dropped 14, flags 16. Other fields
 * are passed over, so the bytes of a whole Span message are content too, and two contents one after the other are their
 * merge: the later attribute wins, events and links add up. Ids of links that are not hex of W3C size are text in the
 * fields 1001 and 1002 of the Link, which OTLP does not use.
 */
export const contentFields = {
  traceState: 3, attributes: 9, droppedAttributes: 10, events: 11, droppedEvents: 12, links: 13, droppedLinks: 14, flags: 16,
} as const;

/** Field numbers of spans, links and log records that hold ids as text where OTLP's own fields hold bytes. */
export const textIdFields = { trace: 1001, span: 1002, parent: 1003 } as const;
/** The same as tags on the wire. */
export const textIdTags = {
  trace: textIdFields.trace * 8 + wireTypes.bytes, span: textIdFields.span * 8 + wireTypes.bytes, parent: textIdFields.parent * 8 + wireTypes.bytes,
} as const;

/** Decodes bytes[start..end). Throws WireError only on bytes that no decoder of ours let through. */
export function decodeContent(bytes: Uint8Array, start: number, end: number): SpanContent {
  const reader = new WireReader(bytes, start, end);
  const attributes = new Map<string, AttributeValue>(), events: SpanEvent[] = [], links: SpanLink[] = [];
  let traceState = '', flags = 0, droppedAttributesCount = 0, droppedEventsCount = 0, droppedLinksCount = 0, keys = 0;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x1a: traceState = takeText(reader); break;
      case 0x4a: keys++; takeKeyValue(reader, 0, attributes); break;
      case 0x50: droppedAttributesCount = takeUint32(reader); break;
      case 0x5a: events.push(takeEvent(reader)); break;
      case 0x60: droppedEventsCount = takeUint32(reader); break;
      case 0x6a: links.push(takeLink(reader)); break;
      case 0x70: droppedLinksCount = takeUint32(reader); break;
      case 0x85: flags = reader.fixed32(); break;
      default: reader.skip();
    }
  }
  const repeats = keys > attributes.size ? { hasRepeatedKeys: true } as const : {};
  return { attributes, events, links, traceState, flags, droppedAttributesCount, droppedEventsCount, droppedLinksCount, ...repeats };
}

/** Decodes only the attributes of a content; a repeated key takes the later value. */
export function decodeAttributes(bytes: Uint8Array, start: number, end: number): Attributes {
  const attributes = new Map<string, AttributeValue>();
  readAttributes(bytes, start, end, attributes);
  return attributes;
}

/** Hands every attribute of a content to `into`, in their order; keys may repeat. */
export function readAttributes(bytes: Uint8Array, start: number, end: number, into: AttributeSink): void {
  const reader = new WireReader(bytes, start, end);
  for (;;) {
    reader.position = takePlainKeyValues(bytes, reader.position, end, 0x4a, into);
    if (!reader.next()) return;
    if (reader.tag === 0x4a) takeKeyValue(reader, 0, into); else reader.skip();
  }
}

/** The last value of one attribute, found by the UTF-8 bytes of its key without decoding the others. */
export function findAttribute(bytes: Uint8Array, start: number, end: number, keyUtf8: Uint8Array): AttributeValue | undefined {
  const reader = new WireReader(bytes, start, end);
  let found: AttributeValue | undefined;
  while (reader.next()) {
    if (reader.tag !== 0x4a) { reader.skip(); continue; }
    const attributeEnd = reader.valueEnd(), attributeStart = reader.position;
    reader.end = attributeEnd;
    const isFound = hasKey(reader, keyUtf8);
    reader.position = attributeStart;
    if (isFound) found = valueOf(reader);
    reader.position = attributeEnd;
    reader.end = end;
  }
  return found;
}

/** Whether the KeyValue message that is the rest of `reader` has a key; of several the last counts. */
function hasKey(reader: WireReader, wanted: Uint8Array): boolean {
  let isFound = wanted.length === 0;
  while (reader.next()) {
    if (reader.tag !== 0x0a) { reader.skip(); continue; }
    const keyEnd = reader.valueEnd();
    isFound = keyEnd - reader.position === wanted.length && isAt(reader.bytes, reader.position, wanted);
    reader.position = keyEnd;
  }
  return isFound;
}

function isAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

function valueOf(reader: WireReader): AttributeValue {
  let value: AttributeValue = null;
  while (reader.next()) {
    if (reader.tag === 0x12) value = takeAnyValue(reader, 0, value); else reader.skip();
  }
  return value;
}

/** Reads a uint32 field whose tag was read. */
export function takeUint32(reader: WireReader): number {
  reader.varint();
  return reader.low;
}

/** Reads an event whose tag was read. */
export function takeEvent(reader: WireReader): SpanEvent {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  const attributes = new Map<string, AttributeValue>();
  let name = '', timeUnixNano = 0n, droppedAttributesCount = 0;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x09: reader.fixed64(); timeUnixNano = joinHalves(reader.high, reader.low); break;
      case 0x12: name = takeText(reader); break;
      case 0x1a: takeKeyValue(reader, 0, attributes); break;
      case 0x20: droppedAttributesCount = takeUint32(reader); break;
      default: reader.skip();
    }
  }
  reader.end = outer;
  return { name, timeUnixNano, attributes, droppedAttributesCount };
}

function takeLink(reader: WireReader): SpanLink {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  const attributes = new Map<string, AttributeValue>();
  let traceId = '', spanId = '', traceState = '', droppedAttributesCount = 0, flags = 0;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x0a: traceId = takeHex(reader); break;
      case 0x12: spanId = takeHex(reader); break;
      case 0x1a: traceState = takeText(reader); break;
      case 0x22: takeKeyValue(reader, 0, attributes); break;
      case 0x28: droppedAttributesCount = takeUint32(reader); break;
      case 0x35: flags = reader.fixed32(); break;
      case textIdTags.trace: traceId = takeText(reader); break;
      case textIdTags.span: spanId = takeText(reader); break;
      default: reader.skip();
    }
  }
  reader.end = outer;
  return { traceId, spanId, traceState, attributes, droppedAttributesCount, flags };
}

/** Reads a bytes field whose tag was read as hex text. */
export function takeHex(reader: WireReader): string {
  const end = reader.valueEnd();
  const text = hexOfBytes(reader.bytes, reader.position, end);
  reader.position = end;
  return text;
}

/** The canonical bytes of a content; decodeContent gives the same content back. */
export function encodeContent(content: SpanContent): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  writeContent(writer, content);
  return writer.finish();
}

/** Writes a content; the fields may stand among the other fields of a Span message. */
export function writeContent(writer: WireWriter, content: SpanContent): void {
  if (content.traceState !== '') writer.textField(contentFields.traceState, content.traceState);
  for (const [name, value] of content.attributes) writeKeyValue(writer, contentFields.attributes, name, value);
  writeUint32(writer, contentFields.droppedAttributes, content.droppedAttributesCount);
  for (const event of content.events) writeEvent(writer, event);
  writeUint32(writer, contentFields.droppedEvents, content.droppedEventsCount);
  for (const link of content.links) writeLink(writer, link);
  writeUint32(writer, contentFields.droppedLinks, content.droppedLinksCount);
  if (content.flags !== 0) { writer.tag(contentFields.flags, wireTypes.fixed32); writer.fixed32(content.flags); }
}

/** Writes a uint32 field unless it is zero. */
export function writeUint32(writer: WireWriter, field: number, value: number): void {
  if (value === 0) return;
  writer.tag(field, wireTypes.varint);
  writer.varint(value);
}

/** Writes a fixed64 field of a time. */
export function writeTime(writer: WireWriter, field: number, nanos: bigint): void {
  writer.tag(field, wireTypes.fixed64);
  writer.fixed64(highOf(nanos), lowOf(nanos));
}

/** Writes an id: its bytes as field `field` when it is hex of `digits` digits, otherwise its text as `textField`. */
export function writeId(writer: WireWriter, field: number, textField: number, id: string, digits: number): void {
  if (isHex(id, digits)) writer.bytesField(field, bytesOfHex(id));
  else if (id !== '') writer.textField(textField, id);
}

/** Writes an event as a field of a content. */
export function writeEvent(writer: WireWriter, event: SpanEvent): void {
  const start = writer.begin(contentFields.events);
  writeTime(writer, 1, event.timeUnixNano);
  if (event.name !== '') writer.textField(2, event.name);
  for (const [name, value] of event.attributes) writeKeyValue(writer, 3, name, value);
  writeUint32(writer, 4, event.droppedAttributesCount);
  writer.end(start);
}

/** Writes a link as a field of a content. */
export function writeLink(writer: WireWriter, link: SpanLink): void {
  const start = writer.begin(contentFields.links);
  writeId(writer, 1, textIdFields.trace, link.traceId, 32);
  writeId(writer, 2, textIdFields.span, link.spanId, 16);
  if (link.traceState !== '') writer.textField(3, link.traceState);
  for (const [name, value] of link.attributes) writeKeyValue(writer, 4, name, value);
  writeUint32(writer, 5, link.droppedAttributesCount);
  if (link.flags !== 0) { writer.tag(6, wireTypes.fixed32); writer.fixed32(link.flags); }
  writer.end(start);
}

import { takeText } from '../model/anyValue.ts';
import { bytesOfHex } from '../model/ids.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import { contentFields, takeHex, textIdTags, writeTime } from '../model/spanContent.ts';
import { WireReader, wireTypes } from '../model/wire.ts';
import type { WireWriter } from '../model/wireWriter.ts';
import { contentBytes } from './decodedFrom.ts';
import type { ByteRange } from './decodedFrom.ts';
import type { EncodeSpan } from './format.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';

/** Writes an OTLP protobuf Span message as field 2. Its content is copied as it is, but for ids of links that are no OTLP ids. */
export function writeSpan(writer: WireWriter, span: EncodeSpan): void {
  const start = writer.begin(2);
  writeIdBytes(writer, 1, span.traceId);
  writeIdBytes(writer, 2, span.spanId);
  if (span.parentSpanId !== '') writer.bytesField(4, bytesOfHex(spanIdHex(span.parentSpanId)));
  writer.textField(5, span.name);
  writer.tag(6, wireTypes.varint);
  writer.varint(spanKinds.indexOf(span.kind));
  writeTime(writer, 7, span.startUnixNano);
  if (span.endUnixNano !== 0n) writeTime(writer, 8, span.endUnixNano);
  copyContent(writer, contentBytes(span.content));
  const status = writer.begin(15);
  if (span.statusMessage !== '') writer.textField(2, span.statusMessage);
  if (span.status !== 'unset') {
    writer.tag(3, wireTypes.varint);
    writer.varint(statusCodes.indexOf(span.status));
  }
  writer.end(status);
  writer.end(start);
}

const contentNumbers = new Set<number>(Object.values(contentFields));
const linkTag = contentFields.links * 8 + wireTypes.bytes;

/** Copies the fields of a content as they are. Links get ids that others can read. */
function copyContent(writer: WireWriter, { bytes, start, end }: ByteRange): void {
  const reader = new WireReader(bytes, start, end);
  for (let from = start; reader.next(); from = reader.position) {
    const { tag } = reader;
    if (tag === linkTag) copyLink(writer, reader);
    else {
      reader.skip();
      if (contentNumbers.has(tag >>> 3)) writer.raw(bytes, from, reader.position);
    }
  }
}

function copyLink(writer: WireWriter, reader: WireReader): void {
  const end = reader.valueEnd(), { bytes } = reader, link = writer.begin(contentFields.links), inner = new WireReader(bytes, reader.position, end);
  for (let from = inner.position; inner.next(); from = inner.position) {
    const { tag } = inner;
    if (tag === 0x0a || tag === 0x12) writeIdBytes(writer, tag >>> 3, takeHex(inner));
    else if (tag === textIdTags.trace || tag === textIdTags.span) writeIdBytes(writer, tag === textIdTags.trace ? 1 : 2, takeText(inner));
    else {
      inner.skip();
      writer.raw(bytes, from, inner.position);
    }
  }
  writer.end(link);
  reader.position = end;
}

/** Writes a trace id (field 1) or a span id (field 2). */
function writeIdBytes(writer: WireWriter, field: number, id: string): void {
  const hex = field === 1 ? traceIdHex(id) : spanIdHex(id);
  if (hex !== '') writer.bytesField(field, bytesOfHex(hex));
}

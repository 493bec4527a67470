import type { SpanBatch } from '../model/spanBatch.ts';
import { WireError, WireReader } from '../model/wire.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { groupByOrigin } from './encodeGroups.ts';
import { DecodeError } from './format.ts';
import type { DecodeOptions, EncodeSpan, Format, Framing, PieceDecoder, Sniff } from './format.ts';
import { OpenedRequest } from './openedRequest.ts';
import { OtlpRequestReader } from './otlpRequest.ts';
import { writeResource, writeScope } from './otlpResource.ts';
import { writeSpan } from './otlpSpanWriter.ts';

/**
 * OTLP requests and files as protobuf (opentelemetry-proto: trace, logs and metrics of version 1). Files may hold one
 * message, or several, each after its length: 4 bytes as the collector's file exporter writes it, or a varint. A long one is read
 * record by record.
 * `encode` writes one ExportTraceServiceRequest. It has no place for logs: a message of another type after it would be
 * taken for spans. Contents are copied byte by byte and come back as they were. Ids that are not of W3C size are replaced by
 * hashes of them.
 */
export const otlpProtobuf: Format = {
  id: 'otlp-protobuf',
  label: 'OTLP (protobuf)',
  pieces: 'messages',
  extension: '.otlp.pb',
  isBinary: true,
  losses: ['logs', 'ids', 'marks'],
  sniff(head): Sniff {
    if (looksLikeRequest(head, 0)) return { score: 0.9, reason: 'begins with an OTLP message in protobuf' };
    const prefix = prefixes.find((candidate) => looksLikeFrames(head, candidate));
    return prefix === undefined ? { score: 0, reason: 'is no OTLP message in protobuf' } : { score: 0.8, reason: 'begins with the length of an OTLP message in protobuf' };
  },
  decode(bytes, batch, options): void { read(bytes, batch, options, options.mode === 'lenient' ? prefixOf(bytes) : undefined); },
  open(batch, options): PieceDecoder {
    let prefix: Prefix | undefined, isFirst = true;
    return {
      read(piece, offset): void {
        if (isFirst) prefix = prefixOf(piece);
        isFirst = false;
        read(piece, batch, { ...options, offset }, prefix);
      },
      end: () => undefined,
    };
  },
  framing(head): Framing {
    const prefix = prefixOf(head), frameOf = prefix === undefined ? groupFrame : prefix.frameOf;
    return {
      end: (bytes, at) => frameOf(bytes, at)?.end,
      open: (bytes) => {
        const frame = frameOf(bytes, 0);
        return frame && new OpenedRequest(frame, prefix?.write);
      },
    };
  },
  encode: encodeRequest,
  // Requests one after the other are one request: protobuf merges messages by putting them together.
  encoder: (write) => ({ add: (spans) => { write(encodeRequest(spans)); }, end: () => undefined }),
};

/** How the lengths of messages are written; undefined where the input is one message. */
const prefixOf = (bytes: Uint8Array): Prefix | undefined => (looksLikeRequest(bytes, 0) ? undefined : prefixes.find((candidate) => looksLikeFrames(bytes, candidate)));

function read(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions, prefix: Prefix | undefined): void {
  const reader = new OtlpRequestReader(bytes, batch, options);
  if (prefix === undefined) {
    reader.read(0, bytes.length);
    return;
  }
  for (let at = 0; at < bytes.length;) {
    const frame = prefix.frameOf(bytes, at);
    if (frame === undefined || frame.end > bytes.length) {
      batch.report(`the message at byte ${(options.offset ?? 0) + at} is cut off`);
      return;
    }
    try {
      reader.read(frame.start, frame.end);
    } catch (error) {
      if (!(error instanceof DecodeError) || error.reason === 'tooManyElements') throw error;
      batch.report(`the message at byte ${(options.offset ?? 0) + at} cannot be read: ${error.message}`);
    }
    at = frame.end;
  }
}

function encodeRequest(spans: readonly EncodeSpan[]): Uint8Array {
  const writer = new WireWriter(spans.length * 512);
  for (const { resource, scopes } of groupByOrigin(spans)) {
    const group = writer.begin(1);
    writeResource(writer, resource);
    for (const [scope, members] of scopes) {
      const scopeGroup = writer.begin(2);
      writeScope(writer, scope);
      for (const span of members) writeSpan(writer, span);
      if (scope.schemaUrl !== '') writer.textField(3, scope.schemaUrl);
      writer.end(scopeGroup);
    }
    if (resource.schemaUrl !== '') writer.textField(3, resource.schemaUrl);
    writer.end(group);
  }
  return writer.finish();
}

interface Frame { readonly start: number; readonly end: number }
/** How the length of a message is written in front of it. */
interface Prefix { frameOf(bytes: Uint8Array, at: number): Frame | undefined; write(length: number): Uint8Array }

function wordFrame(bytes: Uint8Array, at: number): Frame | undefined {
  if (at + 4 > bytes.length) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
  return { start: at + 4, end: at + 4 + length };
}

function varintFrame(bytes: Uint8Array, at: number): Frame | undefined {
  const reader = new WireReader(bytes, at, bytes.length);
  try {
    reader.varint();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
  return reader.high === 0 ? { start: reader.position, end: reader.position + reader.low } : undefined;
}

/** A resource group in a request without a frame. */
const groupFrame = (bytes: Uint8Array, at: number): Frame | undefined => (bytes[at] === 0x0a ? varintFrame(bytes, at + 1) : undefined);

const prefixes: readonly Prefix[] = [
  {
    frameOf: wordFrame,
    write: (length) => {
      const word = new Uint8Array(4);
      new DataView(word.buffer).setUint32(0, length);
      return word;
    },
  },
  {
    frameOf: varintFrame,
    write: (length) => {
      const writer = new WireWriter(8);
      writer.varint(length);
      return writer.finish();
    },
  },
];

function looksLikeFrames(bytes: Uint8Array, prefix: Prefix): boolean {
  const frame = prefix.frameOf(bytes, 0);
  return frame !== undefined && looksLikeRequest(bytes.subarray(0, frame.end), frame.start);
}

/**
 * Whether bytes from `at` on have the levels of a request: field 1 (resource group) with nothing but the fields 1 to 3 in
 * it, among them a group with nothing but these. The bytes may break off anywhere.
 */
function looksLikeRequest(bytes: Uint8Array, at: number): boolean {
  if (bytes.length - at < 4 || bytes[at] !== 0x0a || !hasControlByte(bytes)) return false;
  const outer = levelOf(bytes, at, bytes.length, [0x0a]);
  const group = outer?.at(0);
  if (group === undefined) return false;
  const inner = levelOf(bytes, group.start, group.end, [0x0a, 0x12, 0x1a, 0xc23a]);
  return inner !== undefined && inner.length > 0;
}

/** Text has none, and a request always does: its field 2 begins with the byte 0x12. */
function hasControlByte(bytes: Uint8Array): boolean {
  for (const byte of bytes.subarray(0, 4096)) if (byte < 9 || (byte > 13 && byte < 32)) return true;
  return false;
}

/** The fields of one level; undefined when one is not among the tags. What breaks off is taken as far as it goes. */
function levelOf(bytes: Uint8Array, start: number, end: number, tags: readonly number[]): Frame[] | undefined {
  const fields: Frame[] = [];
  const reader = new WireReader(bytes, start, Math.min(end, bytes.length));
  while (reader.position < reader.end) {
    try {
      reader.next();
      if (!tags.includes(reader.tag)) return undefined;
      reader.varint();
    } catch (error) {
      if (error instanceof WireError) return reader.position >= reader.end ? fields : undefined;
      throw error;
    }
    if (reader.high !== 0) return undefined;
    fields.push({ start: reader.position, end: reader.position + reader.low });
    reader.position += reader.low;
  }
  return fields;
}

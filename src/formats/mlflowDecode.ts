import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { canonicalId, hexOfBytes, isHex, isNoId } from '../model/ids.ts';
import type { SpanLink } from '../model/span.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { bytesOfBase64 } from './base64.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { attributesIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import { deepestContainer, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader, JsonValue } from './jsonReader.ts';
import { eventIn, halvesIn, parsedJson, put, readInto, RecordSpans } from './recordSpans.ts';
import { SaidOfTraces } from './saidOfTraces.ts';
import type { Behind } from './saidOfTraces.ts';
import { repairedMark } from './spanRows.ts';

/** Members beside the spans that hold them once more, or stand elsewhere. */
const notSaid: ReadonlySet<string> = new Set(['spans', 'data', 'trace', 'request', 'response']);

/** Adds the spans of MLflow traces to a batch, piece by piece. */
export class MlflowDecoder implements PieceDecoder {
  private readonly options: DecodeOptions;
  private readonly spans: RecordSpans;
  private readonly said: SaidOfTraces;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.options = options;
    this.spans = new RecordSpans(batch, options);
    this.said = new SaidOfTraces(this.spans);
  }

  read(piece: Uint8Array, offset: number, goesOn?: number, isCutIn?: number): void {
    this.said.nextPiece(goesOn, isCutIn);
    readInto(this.spans, piece, { ...this.options, offset }, (reader) => { this.readAny(reader); });
  }

  end(): void {
    this.said.end();
    this.spans.flush();
  }

  private readAny(reader: JsonReader, depth = 0): void {
    const members = new JsonMembers(reader), behind = { bytes: reader.bytes, position: reader.position };
    if (depth < deepestContainer && members.isList('traces')) members.each('traces', (trace) => { this.readAny(trace, depth + 1); });
    else if (members.isObject('data') || members.isList('spans')) this.readTrace(reader, members, behind, depth);
    else if (!members.isBroken) addSpan(members.takeAllBut(new Set()), new Map(), undefined, this.spans);
    members.leave();
  }

  private readTrace(reader: JsonReader, members: JsonMembers, behind: Behind, depth: number): void {
    // In a dataframe of traces, what is said of a trace stands beside its spans.
    const info = objectIn(members.take('info')) ?? members.takeAllBut(notSaid);
    const data = members.isObject('data') && members.goTo('data') ? new JsonMembers(reader) : members;
    const metadata = objectIn(info.get('trace_metadata')) ?? objectIn(info.get('request_metadata')), atSpans = new Map<string, AttributeValue>();
    put(atSpans, 'mlflow.trace.session', metadata?.get('mlflow.trace.session'));
    put(atSpans, 'mlflow.trace.user', metadata?.get('mlflow.trace.user'));
    this.said.begin({ resource: traceAttributes(info, metadata, data), atSpans }, behind, depth);
    data.each('spans', (span) => { addSpan(span.takeObject(), atSpans, this.said, this.spans); });
    if (data !== members) data.leave();
    this.said.leave();
  }
}

/** Metadata and tags under their own keys, tags of the user behind `mlflow.traceTag.`, the rest behind `mlflow.info.`. */
function traceAttributes(info: JsonObject, metadata: JsonObject | undefined, data: JsonMembers): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of info) if (!['trace_metadata', 'request_metadata', 'tags'].includes(key)) put(attributes, `mlflow.info.${key}`, value);
  for (const [key, value] of metadata ?? []) put(attributes, key.startsWith('mlflow.') ? key : `mlflow.traceMetadata.${key}`, value);
  for (const [key, value] of objectIn(info.get('tags')) ?? []) put(attributes, key.startsWith('mlflow.') ? key : `mlflow.traceTag.${key}`, value);
  for (const key of ['request', 'response']) put(attributes, `mlflow.data.${key}`, data.take(key));
  return attributes;
}

const statuses: ReadonlyMap<string, number> = new Map([['', 0], ['UNSET', 0], ['OK', 1], ['ERROR', 2]]);

function addSpan(span: JsonObject, atSpans: Attributes, said: SaidOfTraces | undefined, spans: RecordSpans): void {
  const context = objectIn(span.get('context')), state = objectIn(span.get('status'));
  if (!span.has('span_id') && context === undefined) { spans.passOver(); return; }
  const code = textIn(state?.get('code') ?? span.get('status_code')).replace(/^(?:STATUS_CODE_|StatusCode\.)/, ''), status = statuses.get(code);
  const attributes = new Map(atSpans);
  for (const [key, value] of objectIn(span.get('attributes')) ?? []) attributes.set(key, typeof value === 'string' ? parsedJson(value) ?? value : value);
  const traceId = idOf(context?.get('trace_id') ?? span.get('trace_id') ?? null, 32), spanId = idOf(context?.get('span_id') ?? span.get('span_id') ?? null, 16);
  const parentSpanId = idOf(span.get('parent_span_id') ?? span.get('parent_id') ?? null, 16);
  spans.add({
    traceId, spanId, parentSpanId, name: textIn(span.get('name')),
    start: halvesIn(span.get('start_time_unix_nano') ?? span.get('start_time')), end: halvesIn(span.get('end_time_unix_nano') ?? span.get('end_time')),
    status: status ?? 0, statusMessage: textIn(state?.get('message') ?? span.get('status_message')), attributes,
    events: objectsIn(span.get('events')).map(eventIn), links: objectsIn(span.get('links')).map(linkOf), resource: said?.resourceOf(traceId, spanId, isNoId(parentSpanId)) ?? spans.noResource,
    marks: status === undefined ? repairedMark : 0,
  });
}

/** The hex digits of an id that is hex, hex behind `0x`, or base64 of its bytes; other texts stay as they are. */
function idOf(value: JsonValue, digits: number): string {
  const text = textIn(value);
  if (/^0x[0-9a-f]+$/i.test(text)) return canonicalId(text.slice(2).padStart(digits, '0'));
  if (isHex(text, digits)) return text.toLowerCase();
  const bytes = text.endsWith('=') ? bytesOfBase64(text) : undefined;
  return bytes?.length === digits / 2 ? hexOfBytes(bytes, 0, bytes.length) : canonicalId(text);
}

/** Links name traces by MLflow's own ids, `tr-` and hex. */
function linkOf(link: JsonObject): SpanLink {
  return {
    traceId: idOf(textIn(link.get('trace_id')).replace(/^tr-/, ''), 32), spanId: idOf(link.get('span_id') ?? null, 16), traceState: '',
    attributes: attributesIn(link.get('attributes')), droppedAttributesCount: 0, flags: 0,
  };
}

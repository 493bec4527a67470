import { noAttributes } from '../model/attributes.ts';
import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import { present } from '../model/spanBatch.ts';
import type { RowOperation, SpanBatch } from '../model/spanBatch.ts';
import { encodeLogRecord } from '../model/wireLogRecord.ts';
import type { DecodeOptions, Format, Sniff } from './format.ts';
import { idIn, objectIn, textIn, timeIn } from './jsonFields.ts';
import { jsonKeys } from './jsonKeys.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { LiveSpan } from './liveSpan.ts';
import { RepeatedKeyError, withLastKeys } from './repeatedKeys.ts';
import { severityNumberOf } from './severity.ts';
import { DraftWriter } from './spanDrafts.ts';
import { presentWhole, repairedMark } from './spanRows.ts';

/**
 * The live protocol: JSON messages `start`, `update`, `end`, `span` and `log`, one after the other (a line each as they are
 * stored) or in arrays. A message of another type or a wrong shape counts as rejected, `hello` as nothing. Every field may
 * be spelt in snake_case; ids are opaque text.
 */
export const live: Format = {
  id: 'live',
  label: 'Spanscope live messages',
  pieces: 'values',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isLive = keys.has('type') && (keys.has('span/traceId') || keys.has('span/trace_id'));
    return isLive ? { score: 0.8, reason: 'has messages with "type" and "span"' } : { score: 0, reason: 'has no messages with "type" and "span"' };
  },
  decode(bytes, batch, options): void {
    const decoder = new LiveDecoder(batch, options);
    if (options.mode === 'strict') readMessages(bytes, options, decoder);
    else forEachRecord(bytes, batch, options, 'object', (reader) => { decoder.add(reader); });
    decoder.finish();
  },
};

/** Messages are stored as lines; each of them is a JSON document of the network. */
function readMessages(bytes: Uint8Array, options: DecodeOptions, decoder: LiveDecoder): void {
  const reader = new JsonReader(bytes, 0, bytes.length, { isLenient: false, maxElements: options.limits.maxElements });
  for (let next = reader.peek(); next !== -1; next = reader.peek()) {
    if (next !== 0x5b) decoder.add(reader);
    else for (let more = reader.beginArray(); more; more = reader.nextItem()) decoder.add(reader);
  }
}

const operations = new Map<string, RowOperation>([['start', 'start'], ['span', 'whole'], ['update', 'update'], ['end', 'end']]);

class LiveDecoder {
  private readonly batch: SpanBatch;
  private readonly writer: DraftWriter;
  private readonly scopes = new Map<string, number>();
  private lastResource: { readonly index: number; readonly bytes: Uint8Array } | undefined;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.writer = new DraftWriter(batch, options);
  }

  finish(): void { this.writer.finish(); }

  /** Adds the message that comes next. */
  add(reader: JsonReader): void {
    reader.peek();
    const { position, depth } = reader, start = this.writer.content.length;
    const goBack = (): void => {
      reader.position = position;
      reader.depth = depth;
      this.writer.content.length = start;
    };
    const span = new LiveSpan();
    try {
      span.read(reader, this.writer.content);
      if (span.type === 'log') { goBack(); this.addLog(reader.takeObject()); } else this.addSpan(span, reader, start);
    } catch (error) {
      if (!(error instanceof WrongTypeError) && !(error instanceof RepeatedKeyError)) throw error;
      goBack();
      if (error instanceof RepeatedKeyError) this.add(withLastKeys(reader));
      else {
        if (reader.peek() !== 0x7b) reader.fail('a message is an object');
        reader.skip();
        this.reject(`${error.message} in "${span.field}"`);
      }
    }
  }

  private reject(why: string): void {
    this.batch.rejectedCount++;
    this.batch.report(why);
  }

  private addSpan(span: LiveSpan, reader: JsonReader, start: number): void {
    const operation = operations.get(span.type);
    const why = operation === undefined ? (span.type === 'hello' ? '' : 'the type of a message is not known')
      : isNoId(span.traceId) ? '"traceId" is missing' : isNoId(span.spanId) ? '"spanId" is missing'
        : operation === 'end' && span.end === undefined ? '"endTimeUnixNano" is missing' : undefined;
    if (operation === undefined || why !== undefined) {
      this.writer.content.length = start;
      if (why !== undefined && why !== '') this.reject(why);
      return;
    }
    const isWhole = operation === 'whole' || operation === 'start';
    this.writer.add({
      traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId, name: span.name, kind: span.kind,
      start: span.start, end: operation === 'start' ? undefined : span.end, status: span.status, statusMessage: span.statusMessage,
      resource: this.resourceOf(span, reader), scope: this.scopeOf(span, reader), traceState: span.traceState,
      marks: span.isRepaired ? repairedMark : 0, operation,
      present: isWhole ? presentWhole : span.given | (span.start === undefined ? 0 : present.start) | (span.end === undefined ? 0 : present.end),
    }, start);
  }

  private addLog(message: JsonObject): void {
    const get = (name: string, snake = name): JsonObject extends Map<string, infer V> ? V | undefined : never => message.get(name) ?? message.get(snake);
    const time = timeIn(get('timeUnixNano', 'time_unix_nano') ?? message.get('time'));
    if (time === undefined) { this.reject('"timeUnixNano" is not a time'); return; }
    const severity = get('severity'), number = get('severityNumber', 'severity_number') ?? severity;
    const traceId = idIn(get('traceId', 'trace_id')), spanId = isNoId(traceId) ? '' : idIn(get('spanId', 'span_id'));
    const record = encodeLogRecord({
      traceId, spanId, timeUnixNano: time, observedTimeUnixNano: 0n,
      severityNumber: typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 256 ? number : severityNumberOf(textIn(severity)),
      severityText: textIn(get('severityText', 'severity_text')) || (typeof severity === 'string' ? severity : ''),
      eventName: textIn(get('eventName', 'event_name')), body: get('body') ?? null,
      attributes: objectIn(get('attributes')) ?? noAttributes, flags: 0, droppedAttributesCount: 0,
    });
    const resource = this.addResource(objectIn(get('resource')), get('service'));
    this.writer.addLog(record, { traceId: isNoId(traceId) ? '' : traceId, spanId, timeUnixNano: time, resource, scope: this.addScope(objectIn(get('scope'))) });
  }

  /** Messages of one program follow one another and have the same resource, so its text is compared with the last one. */
  private resourceOf({ resourceAt, resourceEnd, service }: LiveSpan, reader: JsonReader): number {
    if (service !== undefined) return this.addResource(this.objectAt(reader, resourceAt), service);
    const bytes = reader.bytes.subarray(resourceAt, resourceEnd);
    if (this.lastResource === undefined || !isSame(this.lastResource.bytes, bytes)) {
      this.lastResource = { index: this.addResource(this.objectAt(reader, resourceAt), undefined), bytes };
    }
    return this.lastResource.index;
  }

  private objectAt(reader: JsonReader, at: number): JsonObject | undefined {
    return at === 0 ? undefined : new JsonReader(reader.bytes, at, reader.bytes.length, { isLenient: reader.isLenient, maxElements: Number.MAX_SAFE_INTEGER }).takeObject();
  }

  /** `{attributes: {…}}`, or the attributes alone; `service` beside it is its name. */
  private addResource(resource: JsonObject | undefined, service: AttributeValue | undefined): number {
    const attributes = new Map<string, AttributeValue>(objectIn(resource?.get('attributes')) ?? resource ?? []);
    if (typeof service === 'string' && !attributes.has('service.name')) attributes.set('service.name', service);
    return this.writer.addResource(attributes);
  }

  private scopeOf({ scopeAt }: LiveSpan, reader: JsonReader): number { return this.addScope(this.objectAt(reader, scopeAt)); }

  private addScope(scope: JsonObject | undefined): number {
    const name = textIn(scope?.get('name')), version = textIn(scope?.get('version'));
    const key = `${name}\0${version}`;
    let index = this.scopes.get(key);
    if (index === undefined) this.scopes.set(key, index = this.writer.addScope(name, version, (objectIn(scope?.get('attributes')) ?? noAttributes) as Attributes));
    return index;
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

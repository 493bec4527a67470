import { noAttributes } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { encodeLogRecord } from '../model/wireLogRecord.ts';
import type { DecodeOptions, Format, Sniff } from './format.ts';
import { idIn, objectIn, textIn, timeIn } from './jsonFields.ts';
import { jsonKeys } from './jsonKeys.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { LiveOrigins } from './liveOrigins.ts';
import { LiveRows } from './liveRows.ts';
import { LiveSpan } from './liveSpan.ts';
import { RepeatedKeyError, withLastKeys } from './repeatedKeys.ts';
import { severityNumberOf } from './severity.ts';
import { DraftWriter } from './spanDrafts.ts';

const openBracket = 0x5b, openBrace = 0x7b;

/**
 * The live protocol: JSON messages `start`, `update`, `end`, `span` and `log`, one after the other (a line each as they are
 * stored) or in arrays. A message of another type or a wrong shape counts as rejected, `hello` as nothing. Every field may
 * be spelt in snake_case; ids are opaque text. `"witness": true` beside the type: a bystander saw it, the exporter of the
 * program may send the same span.
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
    const decoder = new LiveDecoder(bytes, batch, options);
    if (options.mode === 'strict') readMessages(bytes, options, decoder);
    else forEachRecord(bytes, batch, options, 'object', (reader) => { decoder.add(reader); });
    decoder.finish();
  },
};

/** Messages are stored as lines; each of them is a JSON document of the network. */
function readMessages(bytes: Uint8Array, options: DecodeOptions, decoder: LiveDecoder): void {
  const reader = new JsonReader(bytes, 0, bytes.length, { isLenient: false, maxElements: options.limits.maxElements });
  for (let next = reader.peek(); next !== -1; next = reader.peek()) {
    if (next !== openBracket) decoder.add(reader);
    else for (let more = reader.beginArray(); more; more = reader.nextItem()) decoder.add(reader);
  }
}

const operations = { start: 'start', span: 'whole', update: 'update', end: 'end' } as const;

class LiveDecoder {
  private readonly batch: SpanBatch;
  private readonly writer: DraftWriter;
  private readonly origins: LiveOrigins;
  private readonly rows: LiveRows;
  private readonly span = new LiveSpan();

  constructor(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.writer = new DraftWriter(batch, options);
    this.origins = new LiveOrigins(this.writer);
    this.rows = new LiveRows(bytes, batch, this.writer, this.origins, options);
  }

  finish(): void { this.writer.flush(); }

  /** Adds the message that comes next. */
  add(reader: JsonReader): void {
    reader.peek();
    const { span } = this, { position, depth } = reader, start = this.writer.content.length;
    span.clear();
    try {
      span.read(reader, this.writer.content);
      if (span.type !== 'log') this.addSpan(start);
      else {
        this.goBack(reader, position, depth, start);
        this.addLog(reader.takeObject());
      }
    } catch (error) {
      if (!(error instanceof WrongTypeError) && !(error instanceof RepeatedKeyError)) throw error;
      this.goBack(reader, position, depth, start);
      if (error instanceof RepeatedKeyError) this.add(withLastKeys(reader));
      else {
        if (reader.peek() !== openBrace) reader.fail('a message is an object');
        reader.skip();
        this.reject(`${error.message} in "${span.field}"`);
      }
    }
  }

  private goBack(reader: JsonReader, position: number, depth: number, contentStart: number): void {
    reader.position = position;
    reader.depth = depth;
    this.writer.content.length = contentStart;
  }

  private reject(why: string): void {
    this.batch.rejectedCount++;
    this.batch.report(why);
  }

  private addSpan(start: number): void {
    const { span } = this, { type } = span;
    const why = type === undefined ? 'the type of a message is not known'
      : type === 'hello' || type === 'log' ? ''
        : span.traceId.isNoId ? '"traceId" is missing' : span.spanId.isNoId ? '"spanId" is missing'
          : type === 'end' && (span.given & present.end) === 0 ? '"endTimeUnixNano" is missing' : undefined;
    if (why === undefined) {
      this.rows.add(span, operations[type as keyof typeof operations], start);
      return;
    }
    this.writer.content.length = start;
    if (why !== '') this.reject(why);
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
    const resource = this.origins.addResource(objectIn(get('resource')), get('service'));
    this.writer.addLog(record, { traceId: isNoId(traceId) ? '' : traceId, spanId, timeUnixNano: time, resource, scope: this.origins.addScope(objectIn(get('scope'))) });
  }
}

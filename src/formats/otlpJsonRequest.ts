import type { SpanBatch } from '../model/spanBatch.ts';
import { WireError } from '../model/wire.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { bytesToHandOver, DecodeError } from './format.ts';
import type { DecodeOptions, ItemKeys, Signal } from './format.ts';
import { objectIn, textIn } from './jsonFields.ts';
import { listOf } from './brokenValue.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { logRecord, metric, resource, scope, span } from './otlpJsonFields.ts';
import type { Fields } from './otlpJsonFields.ts';
import { OtlpJsonWriter } from './otlpJsonWriter.ts';
import { OtlpRecordReader } from './otlpRecords.ts';
import type { Range } from './otlpRecords.ts';
import { RepeatedKeyError, withLastKeys } from './repeatedKeys.ts';
import { repairedMark } from './spanRows.ts';

/** Where a message was written: in the writer, unless it has bytes of its own. */
interface Place { readonly start: number; readonly end: number; readonly bytes?: Uint8Array }
/** Records of one scope: start, end, marks of each, one after the other. */
interface ScopeGroup { readonly signal: Signal; readonly records: number[]; scope: Place | undefined; schemaUrl: string }
interface ResourceGroup { readonly scopes: ScopeGroup[]; resource: Place | undefined; schemaUrl: string }

const nowhere: Place = { start: 0, end: 0 };
const recordFields: Readonly<Record<Signal, Fields>> = { traces: span, logs: logRecord, metrics: metric };
const recordNames: Readonly<Record<Signal, string>> = { traces: 'a span', logs: 'a log record', metrics: 'a metric' };

/** Keys of the three levels → signal. Only the first of each signal is OTLP/JSON; files may have the others. */
const resourceKeys = new Map<string, Signal>([
  ['resourceSpans', 'traces'], ['resourceLogs', 'logs'], ['resourceMetrics', 'metrics'],
]);
const oldResourceKeys = new Map<string, Signal>([
  ['resource_spans', 'traces'], ['resource_logs', 'logs'], ['resource_metrics', 'metrics'], ['batches', 'traces'],
]);
const scopeKeys = new Map<string, Signal>([['scopeSpans', 'traces'], ['scopeLogs', 'logs'], ['scopeMetrics', 'metrics']]);
const oldScopeKeys = new Map<string, Signal>([
  ['scope_spans', 'traces'], ['scope_logs', 'logs'], ['scope_metrics', 'metrics'],
  ['instrumentationLibrarySpans', 'traces'], ['instrumentation_library_spans', 'traces'],
  ['instrumentationLibraryLogs', 'logs'], ['instrumentationLibraryMetrics', 'metrics'],
]);
const recordKeys = new Map<string, Signal>([['spans', 'traces'], ['logRecords', 'logs'], ['metrics', 'metrics'], ['log_records', 'logs'], ['logs', 'logs']]);
/** Keys under which files wrap a request: Tempo, Jaeger's API of version 3, other answers. */
const wrapperKeys = new Set(['trace', 'result', 'data']);
/** Keys beside them that tell how the reply is. */
const replyKeys = new Set(['status', 'message', 'error']);
const mostMessage = 500;
/** What Copilot Chat puts beside the request that it exports: the session, its title, when it was exported. */
const copilotKey = 'copilotChat';

/** By what spans are known around which nothing stands, and with what they begin. */
export const bareSpanKeys: ItemKeys = [['traceId', 'spanId', 'startTimeUnixNano'], ['trace_id', 'span_id', 'start_time_unix_nano']];
const firstSpanKeys = new Set(['traceId', 'trace_id', 'spanId', 'span_id', 'parentSpanId', 'parent_span_id', 'name', 'kind', 'startTimeUnixNano', 'start_time_unix_nano', 'attributes']);

/** What is written is copied when it is whole, so that the memory serves the next request, unless it has become large. */
let spare: WireWriter | undefined;
const mostSpareBytes = 8 * 1024 * 1024, mostReserved = 1 << 25;

/**
 * Reads OTLP/JSON: writes its records as protobuf messages into one buffer and lets the readers of these messages do the
 * rest. See `otlpJson` for what is accepted.
 */
export class OtlpJsonReader {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private writer = new WireWriter(0);
  private groups: ResourceGroup[] = [];
  private kept = 0;
  private exported: JsonObject = new Map();
  /** Whether the object at hand has a key of ours. */
  private isKnown = false;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
  }

  /** Reads all of an input. Throws DecodeError. */
  read(bytes: Uint8Array): void {
    const writer = this.writer = spare ?? new WireWriter();
    spare = undefined;
    writer.length = 0;
    writer.reserve(Math.min(bytes.length >> 1, mostReserved));
    try {
      forEachRecord(bytes, this.batch, this.options, 'object', (reader) => this.readRequest(reader), () => this.kept);
      this.store();
    } finally {
      if (writer.bytes.length <= mostSpareBytes) spare = writer;
    }
  }

  /**
   * Objects whose keys repeat are rare; they are read as a tree, in which the last value of a key counts, and then again. False
   * when an object has other keys only.
   */
  private readRequest(reader: JsonReader): boolean {
    this.isKnown = false;
    const { position } = reader, { length } = this.writer, groups = this.groups.length, { rejectedCount } = this.batch;
    try {
      this.request(new OtlpJsonWriter(reader, this.writer));
    } catch (error) {
      if (!(error instanceof RepeatedKeyError)) throw error;
      this.writer.length = length;
      this.groups.length = groups;
      this.batch.rejectedCount = rejectedCount;
      reader.position = position;
      reader.depth = 0;
      this.request(new OtlpJsonWriter(withLastKeys(reader), this.writer));
    }
    return this.isKnown;
  }

  private request(json: OtlpJsonWriter): void {
    const { reader } = json;
    const bare = this.newGroup();
    const seen = new Set<string>();
    const { position, depth } = reader;
    let more = reader.beginObject();
    if (more && reader.isLenient && isSpanAt(reader, position, depth)) {
      const group: ScopeGroup = { signal: 'traces', records: [], scope: undefined, schemaUrl: '' };
      bare.scopes.push(group);
      this.isKnown = true;
      this.record(json, group);
      return;
    }
    const replies: (readonly [key: string, value: JsonValue])[] = [];
    let isOurs = !more, others = 0;
    for (; more; more = reader.nextMember()) {
      const { key } = reader;
      isOurs ||= isOfRequest(key);
      if (reader.takeNull()) continue;
      const signal = resourceKeys.get(key) ?? (reader.isLenient ? oldResourceKeys.get(key) : undefined);
      if (signal !== undefined && this.isWanted(signal)) {
        noteKey(seen, key);
        for (let items = reader.beginArray(); items; items = reader.nextItem()) this.resourceGroup(json, this.newGroup());
      } else if (reader.isLenient && wrapperKeys.has(key) && reader.peek() === 0x7b) this.request(json);
      else if (reader.isLenient && replyKeys.has(key)) replies.push([key, reader.takeValue()]);
      else if (reader.isLenient && key === copilotKey) this.exported = objectIn(reader.takeValue()) ?? new Map();
      else if (!reader.isLenient || !this.resourceMember(json, bare, key, seen)) {
        reader.skip();
        others++;
      }
    }
    // Other programs' logs have messages, too.
    if (!isOurs && others > 0) return;
    this.isKnown = true;
    for (const [key, value] of replies) this.reportReply(key, value);
  }

  /** What an API said about its own reply: Tempo cuts traces, Jaeger replies with errors. */
  private reportReply(key: string, value: JsonValue): void {
    if (key === 'status' && value === 'PARTIAL') this.batch.report('the trace is not complete: the server cut it');
    const message = key === 'message' ? textIn(value) : key === 'error' ? textIn(objectIn(value)?.get('message')) : '';
    if (message !== '') this.batch.report(`the server said: ${message.slice(0, mostMessage)}`);
  }

  private isWanted(signal: Signal): boolean { return this.options.signal === undefined || this.options.signal === signal; }

  private newGroup(): ResourceGroup {
    const group: ResourceGroup = { scopes: [], resource: undefined, schemaUrl: '' };
    this.groups.push(group);
    return group;
  }

  private resourceGroup(json: OtlpJsonWriter, group: ResourceGroup): void {
    const { reader } = json;
    const seen = new Set<string>();
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      if (!this.resourceMember(json, group, reader.key, seen)) reader.skip();
    }
  }

  /** Reads a member of ResourceSpans or its likes; false when it is none of its fields. */
  private resourceMember(json: OtlpJsonWriter, group: ResourceGroup, key: string, seen: Set<string>): boolean {
    const { reader } = json;
    const signal = scopeKeys.get(key) ?? (reader.isLenient ? oldScopeKeys.get(key) : undefined);
    if (signal === undefined && key !== 'resource' && !isSchemaUrl(reader, key)) return false;
    if (reader.takeNull()) return true;
    noteKey(seen, key);
    if (signal !== undefined) for (let items = reader.beginArray(); items; items = reader.nextItem()) this.scopeGroup(json, group, signal);
    else if (key === 'resource') group.resource = write(json, resource);
    else group.schemaUrl = reader.takeString();
    return true;
  }

  private scopeGroup(json: OtlpJsonWriter, parent: ResourceGroup, signal: Signal): void {
    const { reader } = json;
    const group: ScopeGroup = { signal, records: [], scope: undefined, schemaUrl: '' };
    parent.scopes.push(group);
    const seen = new Set<string>();
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const { key } = reader;
      const isScope = key === 'scope' || (reader.isLenient && (key === 'instrumentationLibrary' || key === 'instrumentation_library'));
      const isRecords = recordKeys.get(key) === signal && (reader.isLenient || key === 'spans' || key === 'logRecords' || key === 'metrics');
      if ((!isScope && !isRecords && !isSchemaUrl(reader, key)) || reader.peek() === 0x6e) { reader.skip(); continue; }
      noteKey(seen, key);
      if (isRecords) {
        for (let items = reader.beginArray(); items; items = reader.nextItem()) {
          this.record(json, group);
          if (this.writer.length > bytesToHandOver && this.options.onRows !== undefined) this.storeSoFar(parent, group);
        }
      }
      else if (isScope) group.scope = write(json, scope);
      else group.schemaUrl = reader.takeString();
    }
  }

  private record(json: OtlpJsonWriter, { signal, records }: ScopeGroup): void {
    const { reader, writer } = json;
    reader.peek();
    const { position, depth } = reader, start = writer.length;
    json.isRepaired = false;
    json.field = recordNames[signal];
    try {
      json.message(recordFields[signal]);
      records.push(start, writer.length, json.isRepaired ? repairedMark : 0);
      this.kept++;
    } catch (error) {
      if (!(error instanceof WrongTypeError)) throw error;
      writer.length = start;
      reader.position = position;
      reader.depth = depth;
      reader.skip();
      this.batch.rejectedCount++;
      this.batch.report(`${recordNames[signal]} was rejected: ${error.message} in ${json.field}`);
    }
  }

  /**
   * Stores what was read of a request that is still going on, so that the first spans of a large one are seen early. Where the
   * resource or the scope comes after the spans, it has to wait for them.
   */
  private storeSoFar(parent: ResourceGroup, group: ScopeGroup): void {
    if (parent.resource === undefined || group.scope === undefined) return;
    // Beside the group that is being read, only those that have nothing yet may get more.
    const open = this.groups.filter((each) => each === parent || each.scopes.length === 0);
    for (const each of open) if (each.resource !== undefined) each.resource = this.detached(each.resource);
    group.scope = this.detached(group.scope);
    this.store();
    this.options.onRows?.();
    this.writer.length = 0;
    parent.scopes.splice(0, parent.scopes.length, group);
    group.records.length = 0;
    this.groups = open;
  }

  private detached(place: Place): Place {
    if (place.bytes !== undefined) return place;
    const bytes = this.writer.bytes.slice(place.start, place.end);
    return { bytes, start: 0, end: bytes.length };
  }

  /** Adds what was written to the batch. */
  private store(): void {
    const bytes = this.writer.finish();
    const records = new OtlpRecordReader(bytes, this.batch, this.options);
    try {
      for (const group of this.groups) this.storeGroup(records, bytes, group);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new DecodeError('undecodable', error.message);
    }
  }

  /** What Copilot Chat says of an export is about all of its spans. */
  private addExported(index: number): void {
    const resource = this.batch.resources[index];
    if (resource === undefined || this.exported.size === 0) return;
    this.batch.resources[index] = { ...resource, attributes: new Map([...resource.attributes, ...[...this.exported].map(([key, value]) => [`${copilotKey}.${key}`, value] as const)]) };
  }

  private storeGroup(records: OtlpRecordReader, bytes: Uint8Array, group: ResourceGroup): void {
    if (group.scopes.every((scopeGroup) => scopeGroup.records.length === 0)) return;
    const resourceIndex = records.addResource(rangeOf(bytes, group.resource), group.schemaUrl);
    this.addExported(resourceIndex);
    for (const { signal, records: places, scope: place, schemaUrl } of group.scopes) {
      const scopeIndex = records.addScope(rangeOf(bytes, place), schemaUrl);
      for (let i = 0; i < places.length; i += 3) {
        records.addRecord(signal, places[i] as number, places[i + 1] as number, resourceIndex, scopeIndex, places[i + 2]);
      }
    }
  }
}

const isOfRequest = (key: string): boolean => [resourceKeys, oldResourceKeys, scopeKeys, oldScopeKeys].some((keys) => keys.has(key)) || key === 'trace' || key === 'result' || key === 'resource';

/** Whether a span stands at a place without anything around it, as home-made exporters write it; if so, the reader is in front of it. */
function isSpanAt(reader: JsonReader, position: number, depth: number): boolean {
  if (!firstSpanKeys.has(reader.key)) return false;
  const { position: value } = reader, list = listOf(new JsonReader(reader.bytes, 0, reader.end, { isLenient: true, maxElements: Number.MAX_SAFE_INTEGER }), position, [bareSpanKeys]), isSpan = list !== undefined && list >= 0;
  reader.position = isSpan ? position : value;
  if (isSpan) reader.depth = depth;
  return isSpan;
}

function rangeOf(written: Uint8Array, { bytes = written, start, end }: Place = nowhere): Range { return { bytes, start, end }; }

const isSchemaUrl = (reader: JsonReader, key: string): boolean => key === 'schemaUrl' || (reader.isLenient && key === 'schema_url');

function noteKey(seen: Set<string>, key: string): void {
  if (seen.has(key)) throw new RepeatedKeyError();
  seen.add(key);
}

function write(json: OtlpJsonWriter, fields: Fields): Place {
  const start = json.writer.length;
  json.message(fields);
  return { start, end: json.writer.length };
}

import { writeKeyValue } from '../model/anyValue.ts';
import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { bytesOfHex, canonicalId, isHex, isNoId } from '../model/ids.ts';
import { pendingResource } from '../model/pendingResource.ts';
import { spanKinds } from '../model/span.ts';
import type { SpanEvent, SpanLink } from '../model/span.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { contentFields } from '../model/spanContent.ts';
import { halvesOf } from '../model/time.ts';
import { bytesOfBase64 } from './base64.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { listIn, nanosIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import { eachObject, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader, JsonValue } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { jsonText } from './jsonText.ts';
import { DraftWriter } from './spanDrafts.ts';
import { derivedMark, repairedMark } from './spanRows.ts';

const micros = 3;

/** What is said of a process that is nowhere. */
const unknownProcess = (name: string): ReadonlyMap<string, AttributeValue> => new Map([['jaeger.processID', name]]);

/** A process that spans name whose trace goes on in the next piece; it has the first of them. */
interface PendingProcess { readonly spanId: string; readonly resource: number }

/** Reads Jaeger JSON in any of its forms, piece by piece: of a long trace, processes come in the last one. */
export class JaegerDecoder implements PieceDecoder {
  private added = 0;
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly isWhole: boolean;
  private readonly writer: DraftWriter;
  private readonly resources = new Map<JsonObject | undefined, number>();
  private readonly inlineResources = new Map<string, number>();
  private readonly scopes = new Map<string, number>();
  /** By the id of their trace, and by their own. */
  private readonly pending = new Map<string, Map<string, PendingProcess>>();

  /** `isWhole`: the input comes in one piece, behind which nothing is told. */
  constructor(batch: SpanBatch, options: DecodeOptions, isWhole: boolean) {
    this.batch = batch;
    this.options = options;
    this.isWhole = isWhole;
    this.writer = new DraftWriter(batch, options);
  }

  read(piece: Uint8Array, offset: number): void {
    this.resources.clear();
    forEachRecord(piece, this.batch, { ...this.options, offset }, 'object', (reader) => this.addAny(reader), () => this.added);
    this.writer.flush();
  }

  end(): void {
    for (const traceId of this.pending.keys()) this.tellProcesses(traceId, undefined);
    this.writer.flush();
  }

  /** The object that comes next: a trace, a span of the storage, or what holds them. False when it is none of these. */
  private addAny(reader: JsonReader): boolean {
    reader.peek();
    const { position, depth } = reader;
    let more = reader.beginObject(), isKnown = !more;
    for (; more; more = reader.nextMember()) {
      switch (reader.key) {
        case 'data': case 'hits': case '_source': case 'traces':
          isKnown = true;
          eachObject(reader, (inner) => { this.addAny(inner); });
          break;
        case 'spans': case 'processes': case 'traceID': case 'spanID': case 'operationName': {
          reader.position = position;
          reader.depth = depth;
          this.addTraceOrSpan(reader);
          return true;
        }
        default: reader.skip();
      }
    }
    return isKnown;
  }

  /** The processes come behind the spans that name them, so they are looked for first. */
  private addTraceOrSpan(reader: JsonReader): void {
    const members = new JsonMembers(reader);
    if (members.isList('spans')) {
      const traceId = textIn(members.take('traceID')), processes = objectIn(members.take('processes'));
      for (const warning of listIn(members.take('warnings'))) this.batch.report(`Jaeger says: ${textIn(warning)}`);
      members.each('spans', () => {
        const span = reader.takeObject(), process = textIn(span.get('processID')), inline = objectIn(span.get('process')), own = textIn(span.get('traceID')) || traceId;
        const resource = inline !== undefined ? this.inlineResource(inline) : processes === undefined && process !== '' ? this.pendingResource(own, process, span) : this.resourceOf(objectIn(processes?.get(process)));
        this.addSpan(span, own, resource);
      });
      if (processes !== undefined) this.tellProcesses(paddedId(traceId, true), processes);
    } else if (members.has('operationName') || members.has('spanID')) {
      const span = members.takeAllBut(new Set());
      this.addSpan(span, textIn(span.get('traceID')), this.inlineResource(objectIn(span.get('process'))));
    } else for (const key of ['data', 'spans']) members.each(key, (inner) => { this.addAny(inner); });
    members.leave();
  }

  private addSpan(span: JsonObject, rawTraceId: string, resource: number): void {
    const { content } = this.writer, contentStart = content.length, traceId = paddedId(rawTraceId, true);
    // Of a key that repeats, the values before the last are kept in front of the others.
    const tags = tagsOf(span, (key, value) => { writeKeyValue(content, contentFields.attributes, key, value); }), told = takeTold(tags);
    const { parent, links } = referencesOf(span, traceId);
    const logs = objectsIn(span.get('logs')), start = nanosIn(span.get('startTime'), micros), duration = nanosIn(span.get('duration'), micros);
    const isDerivedError = told.status === 0 && logs.some(isTutorialException);
    const warnings = listIn(span.get('warnings'));
    if (warnings.length > 0) tags.set('jaeger.warnings', warnings);
    this.writer.add({
      traceId, spanId: paddedId(textIn(span.get('spanID')), false), parentSpanId: parent, name: textIn(span.get('operationName')),
      kind: told.kind, status: isDerivedError ? 2 : told.status, statusMessage: told.message,
      start: halvesOf(start ?? 0n), end: halvesOf((start ?? 0n) + (duration ?? 0n)),
      resource, scope: this.scopeOf(told.scope, told.scopeVersion),
      attributes: tags, events: logs.map(eventOf), links, flags: Number(nanosIn(span.get('flags'), 0) ?? 0n) & 0xff, traceState: told.traceState,
      marks: (isDerivedError ? derivedMark : 0) | (start === undefined || duration === undefined ? repairedMark : 0),
    }, contentStart);
    this.added++;
    this.writer.handOver();
  }

  private pendingResource(rawTraceId: string, process: string, span: JsonObject): number {
    const traceId = paddedId(rawTraceId, true), known = this.pending.get(traceId) ?? new Map<string, PendingProcess>();
    this.pending.set(traceId, known);
    let pending = known.get(process);
    if (pending === undefined) known.set(process, pending = { spanId: paddedId(textIn(span.get('spanID')), false), resource: this.writer.addResource(this.isWhole ? unknownProcess(process) : pendingResource(process)) });
    return pending.resource;
  }

  /** The processes that earlier pieces of a trace named; those that never came have their name alone. */
  private tellProcesses(traceId: string, processes: JsonObject | undefined): void {
    for (const [name, { spanId }] of this.isWhole ? [] : this.pending.get(traceId) ?? []) {
      const process = objectIn(processes?.get(name)), resource = process === undefined ? this.writer.addResource(unknownProcess(name)) : this.resourceOf(process);
      this.writer.add({ traceId, spanId, resource, scope: this.scopeOf('', ''), operation: 'update', present: 0 });
    }
    this.pending.delete(traceId);
  }

  /** Processes inside of spans are written with each of them. */
  private inlineResource(process: JsonObject | undefined): number {
    const key = jsonText(process);
    let index = this.inlineResources.get(key);
    if (index === undefined) this.inlineResources.set(key, index = this.resourceOf(process));
    return index;
  }

  private resourceOf(process: JsonObject | undefined): number {
    let index = this.resources.get(process);
    if (index === undefined) {
      const attributes = new Map<string, AttributeValue>([['service.name', textIn(process?.get('serviceName'))]]);
      if (process !== undefined) for (const [key, value] of tagsOf(process)) attributes.set(key, value);
      this.resources.set(process, index = this.writer.addResource(process === undefined ? new Map() : attributes));
    }
    return index;
  }

  private scopeOf(name: string, version: string): number {
    const key = `${name}\0${version}`;
    let index = this.scopes.get(key);
    if (index === undefined) this.scopes.set(key, index = this.writer.addScope(name, version));
    return index;
  }
}

/** Jaeger may leave away the leading zeroes of hex ids; ids of other texts stay as they are. */
function paddedId(id: string, isTrace: boolean): string {
  if (id.length === 0 || !isHex(id, id.length) || isNoId(id)) return canonicalId(id);
  if (id.length < 16) return id.padStart(16, '0').toLowerCase();
  return canonicalId(isTrace && id.length < 32 && id.length > 16 ? id.padStart(32, '0') : id);
}

/** `tags`, and in documents of the storage also `tag`, whose keys have `@` for the dots. */
function tagsOf(object: JsonObject, repeat?: (key: string, value: AttributeValue) => void): Map<string, AttributeValue> {
  const tags = new Map<string, AttributeValue>();
  for (const [key, value] of objectIn(object.get('tag')) ?? []) tags.set(key.replaceAll('@', '.'), value);
  for (const tag of objectsIn(object.get('tags'))) {
    const key = textIn(tag.get('key')), before = tags.get(key);
    if (before !== undefined && repeat !== undefined) repeat(key, before);
    tags.set(key, valueOf(tag));
  }
  return tags;
}

/** The value of a tag; its type is believed where the value can be of it. */
function valueOf(tag: JsonObject): AttributeValue {
  const value: JsonValue = tag.get('value') ?? null;
  if (typeof value !== 'string') return value;
  switch (textIn(tag.get('type'))) {
    case 'bool': return value === 'true' ? true : value === 'false' ? false : value;
    case 'int64': return integerOf(value) ?? value;
    case 'float64': return value.trim() !== '' && (Number.isFinite(Number(value)) || notFinite.has(value)) ? Number(value) : value;
    case 'binary': return (value.length % 2 === 0 && isHex(value, value.length) ? bytesOfHex(value) : bytesOfBase64(value)) ?? value;
    default: return value;
  }
}

/** Numbers that JSON can only write as text. */
const notFinite = new Set(['NaN', 'Infinity', '-Infinity']);

function integerOf(text: string): number | bigint | undefined {
  if (!/^-?[0-9]{1,19}$/.test(text)) return undefined;
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

/** What a span says about itself in tags that stand for something else than attributes. */
interface Told {
  readonly kind: number;
  readonly status: number;
  readonly message: string;
  readonly scope: string;
  readonly scopeVersion: string;
  readonly traceState: string;
}

/** Takes the tags away that Jaeger's and OpenTelemetry's converters made of other fields. */
function takeTold(tags: Map<string, AttributeValue>): Told {
  const take = (key: string): string => {
    const value = tags.get(key);
    if (typeof value !== 'string') return '';
    tags.delete(key);
    return value;
  };
  const kindText = take('span.kind'), kind = spanKinds.indexOf(kindText as 'client');
  if (kind < 0 && kindText !== '') tags.set('span.kind', kindText);
  const code = take('otel.status_code').toUpperCase(), error = tags.get('error');
  const isError = error === true || error === 'true' || code === 'ERROR';
  if (isError && (error === true || error === 'true')) tags.delete('error');
  take('internal.span.format');
  return {
    kind: Math.max(0, kind), status: isError ? 2 : code === 'OK' ? 1 : 0,
    message: take('otel.status_description') || take('status_description'),
    scope: take('otel.scope.name') || take('otel.library.name'), scopeVersion: take('otel.scope.version') || take('otel.library.version'),
    traceState: take('w3c.tracestate'),
  };
}

/** The tutorial's exporter writes no status; an exception that it wrote in its own way is the only hint at an error. */
function isTutorialException(log: JsonObject): boolean {
  const keys = new Map(objectsIn(log.get('fields')).map((field) => [textIn(field.get('key')), field.get('value')]));
  return keys.get('event') === 'exception' && keys.has('type') && keys.has('message') && !keys.has('exception.type');
}

function eventOf(log: JsonObject): SpanEvent {
  const attributes = new Map<string, AttributeValue>();
  for (const field of objectsIn(log.get('fields'))) attributes.set(textIn(field.get('key')), valueOf(field));
  const nameKey = ['event', 'message'].find((key) => typeof attributes.get(key) === 'string');
  const name = nameKey === undefined ? 'log' : textIn(attributes.get(nameKey) as string);
  if (nameKey !== undefined) attributes.delete(nameKey);
  return { name, timeUnixNano: nanosIn(log.get('timestamp'), micros) ?? 0n, attributes, droppedAttributesCount: 0 };
}

/** The first CHILD_OF of the same trace is the parent, or else the first FOLLOWS_FROM; the others are links. */
function referencesOf(span: JsonObject, traceId: string): { parent: string; links: SpanLink[] } {
  const references = objectsIn(span.get('references')).map((reference) => ({
    kind: textIn(reference.get('refType')), traceId: paddedId(textIn(reference.get('traceID')), true), spanId: paddedId(textIn(reference.get('spanID')), false),
  }));
  const own = references.filter((reference) => reference.traceId === traceId && !isNoId(reference.spanId));
  const parent = own.find(({ kind }) => kind === 'CHILD_OF') ?? own.find(({ kind }) => kind === 'FOLLOWS_FROM');
  const links = references.filter((reference) => reference !== parent && !isNoId(reference.spanId)).map((reference) => linkOf(reference));
  return { parent: parent?.spanId ?? paddedId(textIn(span.get('parentSpanID')), false), links };
}

function linkOf({ kind, traceId, spanId }: { readonly kind: string; readonly traceId: string; readonly spanId: string }): SpanLink {
  const attributes: Attributes = new Map([['opentracing.ref_type', kind.toLowerCase()]]);
  return { traceId, spanId, traceState: '', attributes, droppedAttributesCount: 0, flags: 0 };
}

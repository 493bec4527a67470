import type { AttributeValue } from '../model/attributes.ts';
import type { SpanEvent } from '../model/span.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf, nanosOfDecimal, nanosOfIso } from '../model/time.ts';
import type { Halves } from '../model/time.ts';
import type { DecodeOptions } from './format.ts';
import { attributesIn, textIn } from './jsonFields.ts';
import { JsonReader } from './jsonReader.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { jsonText } from './jsonText.ts';
import { DraftWriter } from './spanDrafts.ts';
import type { SpanDraft } from './spanDrafts.ts';

/** What decoders of the platforms' records write to: counts what was kept, and gives many rows away between records. */
export class RecordSpans {
  readonly writer: DraftWriter;
  readonly batch: SpanBatch;
  private readonly scopes = new Map<string, number>();
  private readonly resources = new Map<string, number>();
  private added = 0;
  private strangers = 0;
  private isBroken = false;
  /** The resource and the scope of spans that say nothing about theirs. */
  readonly noResource: number;
  private readonly noScope: number;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.writer = new DraftWriter(batch, options);
    this.noResource = this.writer.addResource(new Map());
    this.noScope = this.scopeOf('', '');
  }

  get count(): number { return this.added; }

  add(draft: SpanDraft): void {
    this.writer.add({ resource: this.noResource, scope: this.noScope, ...draft });
    this.added++;
    this.writer.handOver();
  }

  /** Counts an object that is no record of the format. What lies inside of a broken record is none, too, and not worth a word. */
  passOver(): void { if (!this.isBroken) this.strangers++; }

  /** What is thrown while a record is read. */
  breakOff(error: unknown): never {
    this.isBroken = true;
    throw error;
  }

  /** Puts everything into the batch that was added so far. */
  flush(): void {
    this.batch.tally(this.strangers, 'objects are no records of this format and were passed over', 'object is no record of this format and was passed over');
    this.strangers = 0;
    this.writer.flush();
  }

  /** The index of a resource with these attributes. */
  resourceOf(attributes: ReadonlyMap<string, AttributeValue>): number {
    if (attributes.size === 0) return this.noResource;
    const key = jsonText(attributes);
    let index = this.resources.get(key);
    if (index === undefined) this.resources.set(key, index = this.writer.addResource(attributes));
    return index;
  }

  /** The index of a scope. */
  scopeOf(name: string, version: string): number {
    const key = `${name}\0${version}`;
    let index = this.scopes.get(key);
    if (index === undefined) this.scopes.set(key, index = this.writer.addScope(name, version));
    return index;
  }
}

/** Hands each JSON object of the input, wherever it stands, to `read` together with what takes its spans. */
export function readRecords(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions, read: (reader: JsonReader, spans: RecordSpans) => void): void {
  const spans = new RecordSpans(batch, options);
  readInto(spans, bytes, options, (reader) => { read(reader, spans); });
}

/** The same, for spans that come in several pieces. */
export function readInto(spans: RecordSpans, bytes: Uint8Array, options: DecodeOptions, read: (reader: JsonReader) => void): void {
  const readRecord = (reader: JsonReader): void => {
    try {
      read(reader);
    } catch (error) {
      spans.breakOff(error);
    }
  };
  forEachRecord(bytes, spans.batch, options, 'object', readRecord, () => spans.count);
  spans.flush();
}

const units: readonly (readonly [bigint, number])[] = [[100_000_000_000n, 9], [100_000_000_000_000n, 6], [100_000_000_000_000_000n, 3]];

/**
 * A moment as ISO text (without a zone it is UTC), or as a number since 1970 whose magnitude tells its unit: s, ms, µs or
 * ns. Years before 1970 mean "not recorded". Undefined when there is none.
 */
export function momentIn(value: JsonValue | undefined): bigint | undefined {
  const text = textIn(value);
  if (text === '' || typeof value === 'boolean') return undefined;
  const iso = typeof value === 'string' ? nanosOfIso(text) : undefined;
  const whole = iso === undefined ? nanosOfDecimal(text) : undefined;
  const unit = whole === undefined ? 0 : units.find(([below]) => whole < below)?.[1] ?? 0;
  const moment = iso ?? nanosOfDecimal(text, unit);
  return moment === undefined || moment <= 0n ? undefined : moment;
}

/** A moment as a draft takes it. */
export const halvesIn = (value: JsonValue | undefined): Halves | undefined => halvesOf(momentIn(value) ?? 0n);

/** An event as many platforms write it: `{name, timestamp or time, attributes}`. */
export function eventIn(event: JsonObject): SpanEvent {
  return {
    name: textIn(event.get('name')),
    timeUnixNano: momentIn(event.get('timestamp') ?? event.get('time') ?? event.get('time_unix_nano')) ?? 0n,
    attributes: attributesIn(event.get('attributes')),
    droppedAttributesCount: 0,
  };
}

/** Adds an attribute, unless it says nothing: null, empty text, an empty list or object. */
export function put(attributes: Map<string, AttributeValue>, key: string, value: AttributeValue | undefined): void {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0) || (value instanceof Map && value.size === 0)) return;
  attributes.set(key, value);
}

/**
 * Adds the members of a record as attributes: under the name that `names` has for them, or else behind the prefix. Those
 * with the name '' stand elsewhere.
 */
export function putMembers(attributes: Map<string, AttributeValue>, record: JsonObject, prefix: string, names: ReadonlyMap<string, string>): void {
  for (const [key, value] of record) {
    const name = names.get(key) ?? prefix + key;
    if (name !== '') put(attributes, name, value);
  }
}

/** What a text says when it is JSON, with all digits of its numbers; undefined when it is none. */
export function parsedJson(text: string): JsonValue | undefined {
  const bytes = new TextEncoder().encode(text);
  const reader = new JsonReader(bytes, 0, bytes.length, { isLenient: true, maxElements: Number.MAX_SAFE_INTEGER });
  try {
    const value = reader.takeValue();
    return reader.peek() === -1 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An object, or the one that a text is JSON of. */
export function objectOrJson(value: JsonValue | undefined): JsonObject | undefined {
  const read = typeof value === 'string' && value.trimStart().startsWith('{') ? parsedJson(value) : value;
  return read instanceof Map ? read : undefined;
}

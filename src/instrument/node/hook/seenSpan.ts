import { variablePairs } from '../environment.ts';
import { attributeValue } from '../values.ts';
import type { LiveSpan } from '../exporters/liveMessages.ts';
import type { SourceLocation } from '../location.ts';
import type { RunningTest } from './tests/runningTest.ts';
import type { Resource, SpanEvent, SpanKind, SpanLink, SpanStatus } from '../records.ts';
import type { AttributeValue } from '../values.ts';
import type { OtelResource, OtelSpan } from './otelTypes.ts';

/** By the numbers of the API. */
const kinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];
const codes: readonly SpanStatus['code'][] = ['unset', 'ok', 'error'];
const trace = { baggage: new Map<string, string>() };

/** A span of an OpenTelemetry SDK as the kit's exporter wants to see it: read when a message is made, never changed. */
export class SeenSpan implements LiveSpan {
  readonly witness = true;
  readonly trace = trace;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string | undefined;
  readonly #span: OtelSpan;
  readonly #place: SourceLocation | undefined;
  readonly #test: Pick<RunningTest, 'name' | 'file'> | undefined;
  #ended = false;
  #told: ReadonlyMap<string, AttributeValue> | undefined;
  #status: SpanStatus = { code: 'unset' };
  #statusSource: OtelSpan['status'] | undefined;
  /** What was there when it was looked at last. */
  #look: readonly unknown[] = [];

  /** `testOf` finds the test in which the span is the topmost one. */
  constructor(span: OtelSpan, place: SourceLocation | undefined, testOf?: (ids: SeenSpan) => RunningTest | undefined) {
    const { traceId, spanId, traceState } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.parentSpanId = span.parentSpanContext?.spanId ?? span.parentSpanId;
    this.traceState = traceState?.serialize();
    this.#span = span;
    this.#place = place;
    const test = testOf?.(this);
    if (test !== undefined) this.#test = { name: test.name, file: test.file };
  }

  /** To be called when the program has ended the span. */
  end(): void {
    this.#ended = true;
  }

  get name(): string { return this.#span.name; }
  get kind(): SpanKind { return kinds[this.#span.kind] ?? 'internal'; }
  get startTimeUnixNano(): bigint { return nanosOf(this.#span.startTime); }
  get endTimeUnixNano(): bigint | undefined { return this.#ended ? nanosOf(this.#span.endTime) : undefined; }
  get ended(): boolean { return this.#ended; }
  get lost(): number { return this.#span.droppedAttributesCount ?? 0; }
  get resource(): Resource { return resourceOf(this.#span.resource); }

  get size(): number {
    let size = 600;
    const { attributes } = this.#span;
    for (const key in attributes) {
      const value = attributes[key];
      size += key.length + (typeof value === 'string' ? value.length : 16);
    }
    return size;
  }

  get scope(): LiveSpan['scope'] {
    return this.#span.instrumentationScope ?? this.#span.instrumentationLibrary;
  }

  /** The same object as long as the status is the same: the exporter sees by it whether there is something to tell. */
  get status(): SpanStatus {
    const { status } = this.#span;
    if (status !== this.#statusSource) {
      this.#statusSource = status;
      const code = codes[status.code] ?? 'unset';
      this.#status = status.message === undefined ? { code } : { code, message: status.message };
    }
    return this.#status;
  }

  get attributes(): Map<string, AttributeValue> {
    const all = new Map<string, AttributeValue>(), { attributes } = this.#span, place = this.#place, test = this.#test;
    for (const key of Object.keys(attributes)) all.set(key, attributeValue(attributes[key]));
    // Of a span that has ended nothing more is told.
    if (!this.#ended) this.#told = new Map(all);
    if (test !== undefined) all.set('spanscope.test.name', test.name);
    if (test?.file !== undefined) all.set('spanscope.test.file', test.file);
    if (place === undefined) return all;
    return all.set('spanscope.source.file', place.file).set('spanscope.source.line', place.line).set('spanscope.source.function', place.functionName);
  }

  get events(): SpanEvent[] {
    return this.#span.events.map(({ name, time, attributes }) => ({ name, timeUnixNano: nanosOf(time), attributes: valuesOf(attributes) }));
  }

  get links(): readonly SpanLink[] {
    return this.#span.links.map(({ context, attributes }) => ({ traceId: context.traceId, spanId: context.spanId, attributes: valuesOf(attributes) }));
  }

  /** Whether something has happened since the last call. */
  hasChanged(): boolean {
    const { name, status, events, attributes } = this.#span;
    const look = [name, status, events.length, Object.keys(attributes).length];
    const before = this.#look;
    this.#look = look;
    return before.length > 0 && look.some((value, i) => value !== before[i]);
  }

  /** Attributes that are not as they were when all of them were told last; none before that. */
  changedKeys(): readonly string[] {
    const { attributes } = this.#span, allTold = this.#told;
    return allTold === undefined ? [] : Object.keys(attributes).filter((key) => {
      const value = attributes[key], told = allTold.get(key);
      return value !== told && (typeof value !== 'object' || JSON.stringify(value) !== JSON.stringify(told));
    });
  }
}

function nanosOf([seconds, nanos]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(Math.round(nanos));
}

function valuesOf(attributes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, AttributeValue>> {
  const values = Object.create(null) as Record<string, AttributeValue>;
  for (const [key, value] of Object.entries(attributes)) values[key] = attributeValue(value);
  return values;
}

const resources = new WeakMap<object, Resource>();

/** The program's resource. Attributes of the environment, which tie it to a debug session, are there even when the program did not read them. */
function resourceOf(resource: OtelResource | undefined): Resource {
  const known = resource === undefined ? undefined : resources.get(resource);
  if (known !== undefined) return known;
  const values = Object.create(null) as Record<string, AttributeValue>;
  for (const [key, value] of variablePairs('OTEL_RESOURCE_ATTRIBUTES')) values[key] = value;
  const entries = resource?.getRawAttributes?.() ?? Object.entries(resource?.attributes ?? {});
  const isPending = ([, value]: readonly [string, unknown]): boolean => typeof value === 'object' && value !== null && 'then' in value;
  // Where a key comes twice, the first one counts.
  for (const [key, value] of [...entries].reverse()) if (value != null && !isPending([key, value])) values[key] = attributeValue(value);
  if (resource !== undefined && !entries.some(isPending)) resources.set(resource, values);
  return values;
}

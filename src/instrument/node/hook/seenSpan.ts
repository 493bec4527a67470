import { attributeValue } from '../values.ts';
import { nanosOf, statusCodes, wholeText } from './spanText.ts';
import type { ToldSpan } from '../exporters/liveMessages.ts';
import type { SpanEvent, SpanStatus } from '../records.ts';
import type { AttributeValue } from '../values.ts';
import type { OtelSpan } from './otelTypes.ts';
import type { Beginning } from './spanText.ts';

/** A span of an OpenTelemetry SDK as the kit's exporter wants to see it: read when a message is made, never changed. */
export class SeenSpan implements ToldSpan {
  readonly witness = true;
  readonly traceId: string;
  readonly spanId: string;
  readonly #span: OtelSpan;
  readonly #beginning: Beginning;
  #ended = false;
  #told: ReadonlyMap<string, AttributeValue> | undefined;
  #status: SpanStatus = { code: 'unset' };
  #statusSource: OtelSpan['status'] | undefined;
  /** What was there when it was looked at last. */
  #look: readonly unknown[] = [];

  constructor(span: OtelSpan, beginning: Beginning) {
    const { traceId, spanId } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.#span = span;
    this.#beginning = beginning;
  }

  /** To be called when the program has ended the span. */
  end(): void {
    this.#ended = true;
  }

  get name(): string { return this.#span.name; }
  get endTimeUnixNano(): bigint | undefined { return this.#ended ? nanosOf(this.#span.endTime) : undefined; }
  get ended(): boolean { return this.#ended; }
  get lost(): number { return this.#span.droppedAttributesCount ?? 0; }

  get size(): number {
    let size = 600;
    const { attributes } = this.#span;
    for (const key in attributes) {
      const value = attributes[key];
      size += key.length + (typeof value === 'string' ? value.length : 16);
    }
    return size;
  }

  /** The same object as long as the status is the same: the exporter sees by it whether there is something to tell. */
  get status(): SpanStatus {
    const { status } = this.#span;
    if (status !== this.#statusSource) {
      this.#statusSource = status;
      const code = statusCodes[status.code] ?? 'unset';
      this.#status = status.message === undefined ? { code } : { code, message: status.message };
    }
    return this.#status;
  }

  get attributes(): Map<string, AttributeValue> {
    return new Map(Object.entries(this.#span.attributes).map(([key, value]) => [key, attributeValue(value)]));
  }

  get events(): SpanEvent[] {
    return this.#span.events.map(({ name, time, attributes = {} }) => ({
      name, timeUnixNano: nanosOf(time), attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeValue(value)])),
    }));
  }

  /** Its message with everything there is to say about it. */
  wholeText(): string {
    // Of a span that has ended nothing more is told.
    if (!this.#ended) this.#told = this.attributes;
    return wholeText(this.#span, this.#beginning, this.#ended);
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

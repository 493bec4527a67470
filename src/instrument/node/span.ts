import { nowUnixNano } from './clock.ts';
import { describeError } from './errors.ts';
import { tellHook } from './hookNotice.ts';
import { attributeValue, sizeOfValue } from './values.ts';
import type { Resource, SpanContext, SpanEvent, SpanKind, SpanLink, SpanStatus } from './records.ts';
import type { Attributes, AttributeValue } from './values.ts';

/** Hears what happens to spans. `key` is the attribute that was set, undefined for anything else. */
export interface SpanObserver {
  readonly resource: Resource;
  spanChanged(span: Span, key: string | undefined): void;
  spanEnded(span: Span): void;
}

export interface SpanInit {
  readonly trace: Trace;
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: SpanKind;
  readonly startTimeUnixNano: bigint;
  readonly links: readonly SpanLink[];
  readonly attributes: Attributes;
  readonly observer: SpanObserver;
}

/** More than a receiver keeps of one span. */
const maxAttributes = 1024;
const maxEvents = 1024;
/** Spans of one trace that are kept for rendering; exporters get all of them. */
const maxSpans = 10_000;

/** A piece of work with a beginning and, once it is over, an end. Changes after the end are ignored. */
export class Span {
  readonly trace: Trace;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: SpanKind;
  readonly startTimeUnixNano: bigint;
  readonly attributes = new Map<string, AttributeValue>();
  readonly events: SpanEvent[] = [];
  readonly links: readonly SpanLink[];
  /** The tracer that made the span. */
  readonly observer: SpanObserver;
  #name: string;
  #status: SpanStatus = { code: 'unset' };
  #endTimeUnixNano: bigint | undefined;
  #size = 500;
  #lost = 0;

  constructor(init: SpanInit) {
    this.trace = init.trace;
    this.spanId = init.spanId;
    this.parentSpanId = init.parentSpanId;
    this.kind = init.kind;
    this.startTimeUnixNano = init.startTimeUnixNano;
    this.links = init.links;
    this.observer = init.observer;
    this.#name = init.name;
    for (const [key, value] of Object.entries(init.attributes)) if (value !== undefined) this.#keep(key, value);
  }

  get traceId(): string { return this.trace.traceId; }
  get resource(): Resource { return this.observer.resource; }
  get name(): string { return this.#name; }
  get status(): SpanStatus { return this.#status; }
  /** Undefined while the span is open. */
  get endTimeUnixNano(): bigint | undefined { return this.#endTimeUnixNano; }
  get ended(): boolean { return this.#endTimeUnixNano !== undefined; }
  /** Rough size in bytes of what the span holds. */
  get size(): number { return this.#size; }
  /** Attributes and events beyond what a span may hold. */
  get lost(): number { return this.#lost; }

  /** What another process needs to continue below this span. */
  context(): SpanContext {
    const { traceId, flags, traceState, baggage } = this.trace;
    return { traceId, spanId: this.spanId, flags, traceState, baggage };
  }

  setAttribute(key: string, value: unknown): this {
    if (this.ended) return this;
    if (this.#keep(key, value)) this.observer.spanChanged(this, key);
    return this;
  }

  #keep(key: string, value: unknown): boolean {
    const before = this.attributes.get(key);
    if (before === undefined && this.attributes.size >= maxAttributes) {
      this.#lost++;
      return false;
    }
    const kept = attributeValue(value);
    this.attributes.set(key, kept);
    this.#size += sizeOfValue(kept) + (before === undefined ? key.length : -sizeOfValue(before));
    return true;
  }

  /** Sets those attributes that have a value. */
  setAttributes(attributes: Attributes): this {
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) this.setAttribute(key, value);
    return this;
  }

  addEvent(name: string, attributes: Attributes = {}, timeUnixNano: bigint = nowUnixNano()): this {
    if (this.ended) return this;
    if (this.events.length >= maxEvents) {
      this.#lost++;
      return this;
    }
    const kept = Object.create(null) as Record<string, AttributeValue>;
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) kept[key] = attributeValue(value);
    this.events.push({ name: String(name), timeUnixNano, attributes: kept });
    this.#size += 40 + sizeOfValue(kept);
    this.observer.spanChanged(this, undefined);
    return this;
  }

  /** Adds the `exception` event with type, message and stack trace, and sets the status to error. */
  recordException(error: unknown): this {
    const { type, message, stack } = describeError(error);
    this.addEvent('exception', { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack });
    return this.setStatus('error', message);
  }

  setStatus(code: SpanStatus['code'], message?: string): this {
    if (this.ended) return this;
    const wasError = this.#status.code === 'error';
    this.#status = message === undefined ? { code } : { code, message: String(message) };
    this.observer.spanChanged(this, undefined);
    if (code === 'error' && !wasError) tellHook(this, 'error');
    return this;
  }

  updateName(name: string): this {
    if (this.ended) return this;
    this.#name = String(name);
    this.observer.spanChanged(this, undefined);
    return this;
  }

  /** Ends the span; a status that nobody set becomes ok. The first call counts. */
  end(timeUnixNano: bigint = nowUnixNano()): void {
    if (this.ended) return;
    if (this.#status.code === 'unset') this.#status = { code: 'ok' };
    this.#endTimeUnixNano = timeUnixNano < this.startTimeUnixNano ? this.startTimeUnixNano : timeUnixNano;
    this.observer.spanEnded(this);
    tellHook(this, 'end');
  }
}

export interface SpanTree { readonly span: Span; readonly children: readonly SpanTree[] }

/** The spans of this process that belong together, and the baggage that travels with them. */
export class Trace {
  readonly traceId: string;
  /** The span of another process that this one continues. */
  readonly remoteParent: SpanContext | undefined;
  readonly flags: number;
  readonly traceState: string | undefined;
  readonly baggage: Map<string, string>;
  readonly spans: Span[] = [];
  #lostSpans = 0;

  constructor(traceId: string, remoteParent?: SpanContext) {
    this.traceId = traceId;
    this.remoteParent = remoteParent;
    this.flags = remoteParent?.flags ?? 1;
    this.traceState = remoteParent?.traceState;
    this.baggage = new Map(remoteParent?.baggage);
  }

  /** Spans that were exported but are no longer kept here. */
  get lostSpans(): number { return this.#lostSpans; }

  /** The first span of this process. */
  get rootSpan(): Span | undefined { return this.spans[0]; }

  add(span: Span): void {
    if (this.spans.length < maxSpans) this.spans.push(span);
    else this.#lostSpans++;
  }

  /** Roots (spans whose parent is not here) with their children, each list in order of start. */
  spanTree(): readonly SpanTree[] {
    const nodes = new Map(this.spans.map((span) => [span.spanId, { span, children: [] as SpanTree[] }]));
    const roots: SpanTree[] = [];
    for (const node of nodes.values()) {
      const parent = node.span.parentSpanId === undefined ? undefined : nodes.get(node.span.parentSpanId);
      (parent?.children ?? roots).push(node);
    }
    return roots;
  }

  /** Ends what is still open, youngest first. */
  end(): void {
    for (const span of [...this.spans].reverse()) span.end();
  }
}

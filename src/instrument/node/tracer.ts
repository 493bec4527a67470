import { tellActiveSpan } from './activeSpan.ts';
import { followWallClock, nowUnixNano } from './clock.ts';
import { currentActive, enter } from './context.ts';
import { resourceOf, variable } from './environment.ts';
import { flushAll, flushAtExit, forgetAtExit, silently } from './exit.ts';
import { LiveExporter } from './exporters/live.ts';
import { tellHook } from './hookNotice.ts';
import { newSpanId, newTraceId } from './ids.ts';
import { callerLocation } from './location.ts';
import { extractContext, injectContext } from './propagation.ts';
import { runSpan } from './run.ts';
import { Span, Trace } from './span.ts';
import { attributeValue } from './values.ts';
import type { Carrier } from './carrier.ts';
import type { SpanExporter } from './exporters/exporter.ts';
import type { AnyFunction, SourceLocation } from './location.ts';
import type { PropagationFormat } from './propagation.ts';
import type { Resource, SpanContext, SpanKind, SpanLink } from './records.ts';
import type { SpanInit, SpanObserver } from './span.ts';
import type { Attributes } from './values.ts';

export interface TracerOptions {
  /** Else `OTEL_SERVICE_NAME`, else the name of the script. */
  readonly serviceName?: string;
  /** Further attributes of the resource. */
  readonly resource?: Attributes;
  /** Where spans go; by default live to Spanscope. */
  readonly exporters?: readonly SpanExporter[];
  /** Endpoint of the default exporter. */
  readonly endpoint?: string;
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  readonly links?: readonly SpanLink[];
  /** Instead of the current span; null begins a new trace; undefined (nothing extracted, say) is the current span. */
  readonly parent?: Span | SpanContext | null | undefined;
  readonly startTimeUnixNano?: bigint;
}

export interface TraceOptions {
  /** The span of another process to continue, from `extract`. */
  readonly parent?: SpanContext | undefined;
  readonly baggage?: Readonly<Record<string, string>>;
}

/** What a span is made with, and by which function of the kit's, so that its caller is found. */
export interface SpanRequest extends SpanOptions {
  readonly entry: AnyFunction;
  /** Serves where no frame of the agent is on the stack. */
  readonly fallback?: SourceLocation | undefined;
}

const flushDeadlineMs = 2000;

/** Makes spans of one service and hands them to its exporters. */
export class Tracer implements SpanObserver {
  readonly resource: Resource;
  readonly #exporters: SpanExporter[] = [];

  constructor(options: TracerOptions = {}) {
    this.resource = resourceOf(options.serviceName, attributeValue(options.resource ?? {}) as Resource);
    const silent = variable('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
    const exporters = options.exporters ?? [new LiveExporter(options.endpoint === undefined ? {} : { endpoint: options.endpoint })];
    if (!silent) for (const exporter of exporters) this.addExporter(exporter);
    silently(tellActiveSpan);
  }

  addExporter(exporter: SpanExporter): void {
    this.#exporters.push(exporter);
    flushAtExit(exporter);
  }

  get currentSpan(): Span | undefined { return currentActive()?.span; }
  get currentTrace(): Trace | undefined { return currentActive()?.trace; }

  /** Begins a trace and makes it current; the next span is its root, or continues `parent`. */
  startTrace(options: TraceOptions = {}): Trace {
    const trace = newTrace(options.parent);
    for (const [key, value] of Object.entries(options.baggage ?? {})) trace.baggage.set(key, String(value));
    enter({ trace, span: undefined, before: { active: currentActive() } });
    return trace;
  }

  /** Ends the open spans of the current trace; what follows belongs to another one. */
  endTrace(): void {
    this.currentTrace?.end();
    enter(undefined);
  }

  /**
   * Begins a span and makes it current until it ends, like pushing on a stack; the caller ends it.
   * Work that runs side by side needs `traceSpan`, which keeps the branches apart.
   */
  startSpan(name: string, options: SpanOptions = {}): Span {
    const before = { active: currentActive() };
    const span = this.openSpan(name, { ...options, entry: Tracer.prototype.startSpan });
    enter({ trace: span.trace, span, before });
    return span;
  }

  /** Runs `work` inside a span, sync or async, and ends the span with it. */
  traceSpan<T>(name: string, work: (span: Span) => T): T;
  traceSpan<T>(name: string, options: SpanOptions, work: (span: Span) => T): T;
  traceSpan<T>(name: string, ...rest: WithOptions<SpanOptions, (span: Span) => T>): T {
    const [options, work] = splitOptions(rest);
    return runSpan(this.openSpan(name, { ...options, entry: Tracer.prototype.traceSpan }), work);
  }

  /** Baggage of the current trace; travels with `inject`. */
  setBaggage(key: string, value: string): void {
    this.currentTrace?.baggage.set(String(key), String(value));
  }

  getBaggage(key: string): string | undefined {
    return this.currentTrace?.baggage.get(key);
  }

  /** Writes the current span's context into headers or a message, which it returns. Does nothing without a span. */
  inject<C extends Carrier>(carrier: C, formats: readonly PropagationFormat[] = ['w3c']): C {
    const { currentSpan } = this;
    if (currentSpan !== undefined) silently(() => injectContext(currentSpan.context(), carrier, formats));
    return carrier;
  }

  /** Reads a context of W3C or B3 form from headers or a message; for `parent` of a span or trace. */
  extract(carrier: Carrier): SpanContext | undefined {
    try {
      return extractContext(carrier);
    } catch {
      return undefined;
    }
  }

  /** Waits until what is pending is delivered or cannot be, at most for the deadline. */
  async flush(deadlineMs = flushDeadlineMs): Promise<void> {
    await flushAll(this.#exporters, deadlineMs);
  }

  /** Delivers what is pending and stops exporting. */
  async shutdown(deadlineMs = flushDeadlineMs): Promise<void> {
    const exporters = this.#exporters.splice(0);
    await flushAll(exporters, deadlineMs);
    for (const exporter of exporters) {
      forgetAtExit(exporter);
      silently(() => exporter.close?.());
    }
  }

  /**
   * Begins a span without making it current.
   * @internal
   */
  openSpan<S extends Span = Span>(name: string, request: SpanRequest, type?: new (init: SpanInit) => S): S {
    const parent = request.parent === undefined ? currentActive()?.span : request.parent;
    const trace = this.#traceOf(request.parent);
    if (parent === undefined || parent === null) followWallClock();
    const span = new (type ?? Span)({
      trace,
      name: String(name),
      spanId: newSpanId(),
      parentSpanId: parent?.spanId ?? trace.remoteParent?.spanId,
      kind: request.kind ?? 'internal',
      startTimeUnixNano: request.startTimeUnixNano ?? nowUnixNano(),
      links: attributeValue(request.links ?? []) as unknown as readonly SpanLink[],
      attributes: { ...locationAttributes(callerLocation(request.entry) ?? request.fallback), ...request.attributes },
      observer: this,
    }) as S;
    trace.add(span);
    for (const exporter of this.#exporters) silently(() => exporter.onStart?.(span));
    tellHook(span, 'start');
    return span;
  }

  #traceOf(parent: SpanOptions['parent']): Trace {
    if (parent instanceof Span) return parent.trace;
    const active = currentActive()?.trace;
    if (parent === undefined) return active ?? newTrace(undefined);
    if (parent === null) return newTrace(undefined);
    return active?.traceId === parent.traceId ? active : newTrace(parent);
  }

  spanChanged(span: Span, key: string | undefined): void {
    for (const exporter of this.#exporters) silently(() => exporter.onChange?.(span, key));
  }

  spanEnded(span: Span): void {
    for (const exporter of this.#exporters) silently(() => exporter.onEnd?.(span));
  }
}

/** The last arguments of a function that may be called without options. */
export type WithOptions<O, W> = [work: W] | [options: O, work: W];

/** Options and work of a call whose options may be left out. */
export function splitOptions<O, W>(rest: WithOptions<O, W>): [O, W] {
  return rest.length === 1 ? [{} as O, rest[0]] : rest;
}

function newTrace(parent: SpanContext | undefined): Trace {
  return parent === undefined ? new Trace(newTraceId()) : new Trace(parent.traceId, parent);
}

function locationAttributes(location: SourceLocation | undefined): Attributes {
  if (location === undefined) return {};
  return { 'code.file.path': location.file, 'code.line.number': location.line, 'code.function.name': location.functionName };
}

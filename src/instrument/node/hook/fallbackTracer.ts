import { resourceOf } from '../environment.ts';
import { newSpanId, newTraceId } from '../ids.ts';
import { ApiSpan } from './apiSpan.ts';
import { suppressKey } from './otelKeys.ts';
import { standStill } from './standStill.ts';
import { spanStarted } from './watch.ts';
import type { OtelLink, OtelResource, OtelScope, OtelSpanContext } from './otelTypes.ts';

export interface Context { getValue(key: symbol): unknown }

/** What a tracer needs of the API that it is for. */
export interface TracingApi {
  readonly trace: {
    getSpan(context: Context): { spanContext(): OtelSpanContext } | undefined;
    setSpan(context: Context, span: unknown): Context;
    wrapSpanContext(context: OtelSpanContext): unknown;
  };
  readonly context: { active(): Context; with(context: Context, work: unknown, thisArgument: unknown, ...args: unknown[]): unknown };
  isSpanContextValid(context: OtelSpanContext): boolean;
}

interface SpanOptions {
  readonly root?: boolean;
  readonly kind?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly links?: readonly OtelLink[];
  readonly startTime?: unknown;
}

export interface Tracer { startSpan(name: string, options?: unknown, context?: unknown): unknown; startActiveSpan(name: string, ...rest: unknown[]): unknown }

const sampled = 1;
const resource = lazy((): OtelResource => ({ attributes: resourceOf(undefined) }));

/** A tracer of OpenTelemetry's API whose spans are for us alone. `registered` gives that of the program's provider, as soon as there is one. */
export class FallbackTracer implements Tracer {
  readonly #api: TracingApi;
  readonly #scope: OtelScope;
  readonly #registered: () => Tracer | undefined;

  constructor(api: TracingApi, scope: OtelScope, registered: () => Tracer | undefined) {
    this.#api = api;
    this.#scope = scope;
    this.#registered = registered;
  }

  startSpan(name: string, options: SpanOptions = {}, given?: Context): unknown {
    const registered = this.#registered();
    if (registered !== undefined) return registered.startSpan(name, options, given);
    const { trace } = this.#api, context = given ?? this.#api.context.active();
    const above = options.root === true ? undefined : trace.getSpan(context)?.spanContext();
    const parent = above !== undefined && this.#api.isSpanContextValid(above) ? above : undefined;
    if (context.getValue(suppressKey) === true) return trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });
    // Whoever began the trace, perhaps in another process, does not want it recorded.
    if (parent !== undefined && (parent.traceFlags & sampled) === 0) return trace.wrapSpanContext(parent);
    const span = new ApiSpan({
      name, parent, scope: this.#scope, resource: resource(), kind: options.kind, attributes: options.attributes, links: options.links, startTime: options.startTime,
      context: {
        traceId: parent?.traceId ?? newTraceId(), spanId: newSpanId(), traceFlags: sampled,
        ...(parent?.traceState === undefined ? {} : { traceState: parent.traceState }),
      },
    });
    if (spanStarted(span, FallbackTracer.prototype.startSpan as () => unknown)) standStill();
    return span;
  }

  /** The work is the last argument; before it there may be options, and a context. */
  startActiveSpan(name: string, ...rest: unknown[]): unknown {
    const registered = this.#registered();
    if (registered !== undefined) return registered.startActiveSpan(name, ...rest);
    const work = rest.pop();
    const [options, context = this.#api.context.active()] = rest as [SpanOptions?, Context?];
    const span = this.startSpan(name, options, context);
    return this.#api.context.with(this.#api.trace.setSpan(context, span), work, undefined, span);
  }
}

function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => value ??= make();
}

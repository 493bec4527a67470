import process from 'node:process';
import { resourceOf } from '../environment.ts';
import { newSpanId, newTraceId } from '../ids.ts';
import { provideContexts } from './apiContext.ts';
import { ApiSpan } from './apiSpan.ts';
import { witness } from './lateWitness.ts';
import { standStill } from './standStill.ts';
import { spanStarted } from './watch.ts';
import { suppressKey } from './otelKeys.ts';
import { noteTracerName } from './tracerNames.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { OtelLink, OtelResource, OtelScope, OtelSpanContext } from './otelTypes.ts';

interface Context { getValue(key: symbol): unknown }

/** What is used of a copy of the API. */
interface Api {
  readonly trace: {
    getSpan(context: Context): { spanContext(): OtelSpanContext } | undefined;
    setSpan(context: Context, span: unknown): Context;
    wrapSpanContext(context: OtelSpanContext): unknown;
  };
  readonly context: { active(): Context; with(context: Context, work: unknown, thisArgument: unknown, ...args: unknown[]): unknown };
  readonly ProxyTracer: { readonly prototype: object };
  isSpanContextValid(context: OtelSpanContext): boolean;
}

interface SpanOptions {
  readonly root?: boolean;
  readonly kind?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly links?: readonly OtelLink[];
  readonly startTime?: unknown;
}

const sampled = 1;
const known = new WeakSet<object>();
const resource = lazy((): OtelResource => ({ attributes: resourceOf(undefined) }));

/**
 * Lets tracers of the API make spans as long as the program has registered no provider: many agent frameworks have the
 * API and nothing behind it. Nothing is registered in the program's place.
 */
export function installFallback(exports: object): void {
  if (known.has(exports) || !isApi(exports) || process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return;
  known.add(exports);
  wrapMethod(exports.trace, 'getTracer', (getTracer) => function namedTracer(this: unknown, ...args: unknown[]) {
    noteTracerName(args[0]);
    return Reflect.apply(getTracer, this, args);
  });
  const tracers = new WeakMap<object, FallbackTracer>();
  // Overriding what the API caches would keep the tracers of a provider that is registered later from being used.
  wrapMethod(exports.ProxyTracer.prototype, '_getTracer', (getTracer) => function seenGetTracer(this: unknown) {
    const tracer = Reflect.apply(getTracer, this, []);
    if (typeof this !== 'object' || this === null || Reflect.get(this, '_delegate') !== undefined) return tracer;
    let own = tracers.get(this);
    if (own === undefined) tracers.set(this, own = new FallbackTracer(exports, scopeOf(this)));
    return own;
  });
  provideContexts(exports.context);
  // Connects now: workers of test runners are killed as soon as their tests are over.
  witness();
}

/** A tracer of OpenTelemetry's API. */
class FallbackTracer {
  readonly #api: Api;
  readonly #scope: OtelScope;

  constructor(api: Api, scope: OtelScope) {
    this.#api = api;
    this.#scope = scope;
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = this.#api.context.active()): unknown {
    const { trace } = this.#api;
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
    const work = rest.pop();
    const [options, context = this.#api.context.active()] = rest as [SpanOptions?, Context?];
    const span = this.startSpan(name, options, context);
    return this.#api.context.with(this.#api.trace.setSpan(context, span), work, undefined, span);
  }
}

function scopeOf(proxy: object): OtelScope {
  const version: unknown = Reflect.get(proxy, 'version');
  return { name: String(Reflect.get(proxy, 'name')), ...(typeof version === 'string' ? { version } : {}) };
}

function isApi(exports: object): exports is Api {
  return ['trace', 'context', 'ProxyTracer', 'isSpanContextValid'].every((name) => name in exports);
}

function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => value ??= make();
}

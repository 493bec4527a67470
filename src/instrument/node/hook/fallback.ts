import { provideContexts } from './apiContext.ts';
import { FallbackTracer, isSwitchedOff } from './fallbackTracer.ts';
import { witness } from './lateWitness.ts';
import { noteTracerName } from './tracerNames.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { TracingApi } from './fallbackTracer.ts';
import type { OtelScope } from './otelTypes.ts';

/** What is used of a copy of the API. */
interface Api extends TracingApi { readonly ProxyTracer: { readonly prototype: object } }

const known = new WeakSet<object>();

/**
 * Lets tracers of the API make spans as long as the program has registered no provider: many agent frameworks have the
 * API and nothing behind it. Nothing is registered in the program's place.
 */
export function installFallback(exports: object): void {
  if (known.has(exports) || !isApi(exports) || isSwitchedOff()) return;
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

function scopeOf(proxy: object): OtelScope {
  const version: unknown = Reflect.get(proxy, 'version');
  return { name: String(Reflect.get(proxy, 'name')), ...(typeof version === 'string' ? { version } : {}) };
}

function isApi(exports: object): exports is Api {
  return ['trace', 'context', 'ProxyTracer', 'isSpanContextValid'].every((name) => name in exports);
}

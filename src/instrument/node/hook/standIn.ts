import { asyncContexts } from './asyncContexts.ts';
import { ApiSpan } from './apiSpan.ts';
import { FallbackTracer } from './fallbackTracer.ts';
import { fieldOf } from './fields.ts';
import { witness } from './lateWitness.ts';
import { spanKey } from './otelKeys.ts';
import { noteLibrary } from './programReport.ts';
import { isSwitchedOff } from './switchedOff.ts';
import { noteTracerName } from './tracerNames.ts';
import { watchProvider } from './watch.ts';
import type { Context, Tracer, TracingApi } from './fallbackTracer.ts';
import type { OtelScope, OtelSpanContext } from './otelTypes.ts';

/** Copies of the API take what was registered by one of a later minor version. */
const anyVersion = '1.999.0';

interface Provider { getTracer(name: string, version?: string, options?: unknown): Tracer }

/**
 * What copies of the API find as registered in a realm where no provider is: one of ours, with contexts. Many agent frameworks
 * have the API and nothing behind it. Nothing is registered in the program's place. `registered` gives what is there.
 */
export function standInFor(registered: () => unknown): (() => object) | undefined {
  if (isSwitchedOff()) return undefined;
  noteLibrary('@opentelemetry/api');
  // Connects now: workers of test runners are killed as soon as their tests are over.
  witness();
  const contexts = managerOf();
  const trace = providerOf(registered, contexts);
  return () => {
    const api = registered() as { version?: unknown; context?: unknown } | undefined;
    return { ...api, version: api?.version ?? anyVersion, context: api?.context ?? contexts, trace };
  };
}

type Manager = TracingApi['context'] & { bind(context: unknown, target: unknown): unknown; enable(): unknown; disable(): unknown };

function managerOf(): Manager {
  const contexts = asyncContexts(), root = new OwnContext(new Map());
  const manager: Manager = { ...contexts, active: () => contexts.active() as Context | undefined ?? root, enable: () => manager, disable: () => manager };
  return manager;
}

/** Has the methods of the API's own provider, which hands on to the one that the program registers. */
function providerOf(registered: () => unknown, contexts: Manager): object {
  const manager = (): Manager => fieldOf(registered(), 'context') as Manager | undefined ?? contexts;
  const api: TracingApi = {
    trace: {
      getSpan: (context) => context.getValue(spanKey) as { spanContext(): OtelSpanContext } | undefined,
      setSpan: (context, span) => (context as OwnContext).setValue(spanKey, span),
      wrapSpanContext: notRecorded,
    },
    context: { active: () => manager().active(), with: (...args) => manager().with(...args) },
    isSpanContextValid: ({ traceId, spanId }) => isId(traceId, 32) && isId(spanId, 16),
  };
  let delegate: unknown;
  const real = (): Provider | undefined => (delegate ?? fieldOf(registered(), 'trace')) as Provider | undefined;
  return {
    getTracer(name: string, version?: string, options?: unknown): Tracer {
      noteTracerName(name);
      const scope: OtelScope = { name: String(name), ...(typeof version === 'string' ? { version } : {}) };
      let provider: Provider | undefined, tracer: Tracer | undefined;
      return new FallbackTracer(api, scope, () => {
        const now = real();
        if (now !== provider) [provider, tracer] = [now, now?.getTracer(name, version, options)];
        return tracer;
      });
    },
    getDelegate: () => real() ?? {},
    getDelegateTracer: (name: string, version?: string, options?: unknown) => real()?.getTracer(name, version, options),
    setDelegate(provider: unknown): void {
      watchProvider(provider);
      delegate = provider;
    },
  };
}

/** One of no copy of the API. */
class OwnContext implements Context {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values;
  }

  getValue(key: symbol): unknown { return this.#values.get(key); }
  setValue(key: symbol, value: unknown): OwnContext { return new OwnContext(new Map(this.#values).set(key, value)); }
  deleteValue(key: symbol): OwnContext { return new OwnContext(new Map([...this.#values].filter(([each]) => each !== key))); }
}

/** A span that hands its context on, and keeps nothing. */
function notRecorded(context: OtelSpanContext): ApiSpan {
  const span = new ApiSpan({ name: '', kind: 0, context, parent: undefined, attributes: undefined, links: undefined, startTime: undefined, resource: { attributes: {} }, scope: { name: '' } });
  span.end();
  return span;
}

const isId = (id: unknown, length: number): boolean => typeof id === 'string' && id.length === length && /^[0-9a-f]+$/i.test(id) && !/^0+$/.test(id);

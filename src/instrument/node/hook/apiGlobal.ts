import { tellActiveSpans } from './activeSpans.ts';
import { fieldOf } from './fields.ts';
import { apiKey } from './otelKeys.ts';
import { noteProvider } from './programReport.ts';
import { silently } from './silently.ts';
import { wrapMethod } from './wrapMethod.ts';
import { watchProvider } from './watch.ts';
import type { looksForRegistered } from './apiReader.ts';
import type { standInFor } from './standIn.ts';

/** Sees a provider being registered in a realm, however the API came there: as a package, an ES module or inside a bundle. */
export function watchGlobal(realm: object): void {
  tellActiveSpans(realm);
  let api: unknown = Reflect.get(realm, apiKey);
  let standIn: (() => object) | undefined, isAsked = false;
  watchApi(api);
  const read = function registeredApi(): unknown {
    if (fieldOf(api, 'trace') !== undefined) return api;
    try {
      return asked() ? standIn?.() ?? api : api;
    } catch {
      // Of a copy of the API that we do not know.
      return api;
    }
  };
  const asked = (): boolean => {
    const reader = require('./apiReader.ts') as { looksForRegistered: typeof looksForRegistered };
    if (!reader.looksForRegistered(read)) return false;
    if (!isAsked) {
      isAsked = true;
      standIn = (require('./standIn.ts') as { standInFor: typeof standInFor }).standInFor(() => api);
    }
    return true;
  };
  Object.defineProperty(realm, apiKey, {
    configurable: true,
    enumerable: true,
    get: read,
    set(value: unknown) {
      if (value !== api) silently(() => watchApi(value));
      api = value;
    },
  });
}

/** `api.trace` is the API's own provider, which hands on to the one that the program registers. */
function watchApi(api: unknown): void {
  if (typeof api !== 'object' || api === null) return;
  let trace: unknown = Reflect.get(api, 'trace');
  watchDelegate(trace);
  Object.defineProperty(api, 'trace', {
    configurable: true,
    enumerable: true,
    get: () => trace,
    set(value: unknown) {
      silently(() => watchDelegate(value));
      trace = value;
    },
  });
}

function watchDelegate(provider: unknown): void {
  if (typeof provider !== 'object' || provider === null) return;
  if (!('setDelegate' in provider)) return watchProvider(provider);
  wrapMethod(provider, 'setDelegate', (setDelegate) => function seenSetDelegate(this: unknown, delegate: unknown) {
    silently(() => {
      noteProvider(delegate);
      watchProvider(delegate);
    });
    return Reflect.apply(setDelegate, this, [delegate]);
  });
  if ('getDelegate' in provider && typeof provider.getDelegate === 'function') watchProvider(provider.getDelegate());
}

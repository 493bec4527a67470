import Module from 'node:module';
import path from 'node:path';
import { classIn } from './esModules.ts';
import { noteRequired } from './programReport.ts';
import { silently } from './silently.ts';
import { watchProvider } from './watch.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { installFallback } from './fallback.ts';
import type { watchFramework } from './frameworks.ts';
import type { watchNodeTests } from './tests/nodeTest.ts';
import type { Method } from './wrapMethod.ts';

/** Names as they are required, and paths of main files, by which ES modules import CommonJS. */
const openTelemetry = /@opentelemetry[\\/](api|sdk-trace|sdk-trace-base)(?:[\\/]build[\\/]src[\\/]index(?:-shim)?\.js)?$/;

/** The files of frameworks that are waited for, as they and their neighbours require them. */
const frameworkFile = /(?:[\\/]manager|[\\/]processor)(?:\.c?js)?$/;

/** Sees OpenTelemetry's packages being loaded, each copy of them: they are CommonJS for Node, however they are imported. */
export function watchModules(): void {
  wrapMethod(Module, '_load', (load) => function seenLoad(this: unknown, ...args: unknown[]) {
    const exports = Reflect.apply(load, this, args);
    const [request] = args;
    if (typeof request === 'string' && request.includes('@opentelemetry')) silently(() => loaded(request, args[1], exports));
    else if (request === 'node:test') silently(() => (require('./tests/nodeTest.ts') as { watchNodeTests: typeof watchNodeTests }).watchNodeTests());
    else if (typeof request === 'string' && frameworkFile.test(request)) silently(() => frameworkLoaded(request, args[1], exports));
    return exports;
  } satisfies Method);
}

function loaded(request: string, parent: unknown, exports: unknown): void {
  const name = openTelemetry.exec(request)?.[1];
  if (name === undefined || typeof exports !== 'object' || exports === null) return;
  noteRequired(`@opentelemetry/${name}`, request, parent);
  // Loaded when it is needed, as the witness is.
  if (name === 'api') (require('./fallback.ts') as { installFallback: typeof installFallback }).installFallback(exports);
  // Providers of version 2.12 are made by `sdk-trace`, of others by `sdk-trace-base`.
  else for (const key of ['BasicTracerProvider', 'TracerProvider']) watchProvider(prototypeOf(Reflect.get(exports, key)));
}

function frameworkLoaded(request: string, parent: unknown, exports: unknown): void {
  const from: unknown = typeof parent === 'object' && parent !== null && 'filename' in parent ? parent.filename : undefined;
  const file = path.resolve(typeof from === 'string' ? path.dirname(from) : '', /\.c?js$/.test(request) ? request : `${request}.js`), name = classIn(file);
  if (name === undefined || typeof exports !== 'object' || exports === null) return;
  (require('./frameworks.ts') as { watchFramework: typeof watchFramework }).watchFramework(name, Reflect.get(exports, name), file);
}

function prototypeOf(type: unknown): unknown {
  return typeof type === 'function' ? type.prototype : undefined;
}

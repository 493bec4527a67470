import Module from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { hookLoads } from './loadHooks.ts';
import { packageLoaded, waitedFor } from './packages.ts';
import { silently } from './silently.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { watchNodeTests } from './tests/nodeTest.ts';
import type { Method } from './wrapMethod.ts';

/** Names as they are required, and paths of main files, by which ES modules import CommonJS. */
const openTelemetry = /@opentelemetry[\\/](?:api|sdk-trace|sdk-trace-base)(?:[\\/]build[\\/]src[\\/]index(?:-shim)?\.js)?$/;
/** The files of frameworks that are waited for, as they and their neighbours require them. */
const frameworkFile = /(?:[\\/]manager|[\\/]processor)(?:\.c?js)?$/;

/** Sees packages being loaded from which spans can come, each copy of them. */
export function watchModules(): void {
  const registerHooks: unknown = Reflect.get(Module, 'registerHooks');
  if (typeof registerHooks === 'function') hookLoads((hooks) => { Reflect.apply(registerHooks, Module, [hooks]); }, onTests);
  if (typeof registerHooks !== 'function' || isUnderTsx()) watchRequires();
}

/** tsx reads CommonJS by itself, past the hooks. It is named where Node is told what to load before the program. */
function isUnderTsx(): boolean {
  return [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/[\s=]/)].some((option) => /^(?:--\w+=)?tsx(?:\/\w+)*$|[\\/]tsx[\\/]/.test(option));
}

function onTests(): void {
  (require('./tests/nodeTest.ts') as { watchNodeTests: typeof watchNodeTests }).watchNodeTests();
}

/** Where there are no hooks: what is CommonJS, however it is imported. */
function watchRequires(): void {
  wrapMethod(Module, '_load', (load) => function seenLoad(this: unknown, ...args: unknown[]) {
    const exports = Reflect.apply(load, this, args);
    const [request, parent] = args;
    if (typeof request !== 'string') return exports;
    if (openTelemetry.test(request) || frameworkFile.test(request)) silently(() => required(request, parent, exports));
    else if (request === 'node:test') silently(onTests);
    return exports;
  } satisfies Method);
}

function required(request: string, parent: unknown, exports: unknown): void {
  const from: unknown = typeof parent === 'object' && parent !== null && 'filename' in parent ? parent.filename : undefined;
  const folder = typeof from === 'string' ? path.dirname(from) : '';
  // OpenTelemetry's packages are required by their names, everything else by its file.
  const file = openTelemetry.test(request) ? Module.createRequire(typeof from === 'string' ? from : __filename).resolve(request)
    : path.resolve(folder, /\.c?js$/.test(request) ? request : `${request}.js`);
  const waited = waitedFor(file);
  if (waited !== undefined) packageLoaded(waited, file, exports);
}

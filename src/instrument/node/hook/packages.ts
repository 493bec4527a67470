import { noteApiPackage } from './apiGlobal.ts';
import { noteLibrary } from './programReport.ts';
import { watchProvider } from './watch.ts';
import type { installFallback } from './fallback.ts';
import type { watchFramework } from './frameworks.ts';

/** A file of a package that is waited for, and the class in it when only that matters. */
export interface WaitedFile { readonly packageName: string; readonly className?: string }

const openTelemetry = /[\\/](@opentelemetry)[\\/](api|sdk-trace|sdk-trace-base)[\\/]build[\\/]src[\\/]index(?:-shim)?\.js$/;
/** The classes by which the runs of frameworks are seen, by the ends of their files' paths. */
const classes = [
  { file: /[\\/]@langchain[\\/]core[\\/]dist[\\/]callbacks[\\/]manager\.c?js$/, packageName: '@langchain/core', className: 'CallbackManager' },
  { file: /[\\/]@openai[\\/]agents-core[\\/]dist[\\/]tracing[\\/]processor\.m?js$/, packageName: '@openai/agents-core', className: 'MultiTracingProcessor' },
] as const;

/** What is waited for in a file, by its path or address. */
export function waitedFor(file: string): WaitedFile | undefined {
  if (!file.includes('@')) return undefined;
  const [, scope, name] = openTelemetry.exec(file) ?? [];
  return scope !== undefined && name !== undefined ? { packageName: `${scope}/${name}` } : classes.find((each) => each.file.test(file));
}

/** Sets things up for what was loaded: the exports of a file, or its class. */
export function packageLoaded({ packageName, className }: WaitedFile, file: string, found: unknown): void {
  if (found === null || (typeof found !== 'object' && typeof found !== 'function')) return;
  noteLibrary(packageName, file);
  // Loaded when it is needed, as the witness is.
  if (className !== undefined) (require('./frameworks.ts') as { watchFramework: typeof watchFramework }).watchFramework(className, typeof found === 'function' ? found : Reflect.get(found, className));
  else if (packageName === '@opentelemetry/api') {
    noteApiPackage();
    (require('./fallback.ts') as { installFallback: typeof installFallback }).installFallback(found);
  }
  // Providers of version 2.12 are made by `sdk-trace`, of others by `sdk-trace-base`.
  else for (const key of ['BasicTracerProvider', 'TracerProvider']) watchProvider(prototypeOf(Reflect.get(found, key)));
}

function prototypeOf(type: unknown): unknown {
  return typeof type === 'function' ? type.prototype : undefined;
}

import { isSwitchedOff } from './switchedOff.ts';
import { witness } from './lateWitness.ts';
import { noteLibrary } from './programReport.ts';
import { watchProvider } from './watch.ts';
import type { watchFramework } from './frameworks.ts';

/** A file of a package that is waited for, and the class in it when only that matters. */
export interface WaitedFile { readonly packageName: string; readonly className?: string }

/** Of the API, and of SDKs before version 3. */
const openTelemetry = /[\\/](@opentelemetry)[\\/](?:(api)[\\/]dist[\\/]index\.[cm]js|(api|sdk-trace|sdk-trace-base)[\\/]build[\\/]src[\\/]index(?:-shim)?\.js)$/;
/** The classes of providers, and those by which the runs of frameworks are seen, by the ends of their files' paths. */
const classes = [
  { file: /[\\/]@opentelemetry[\\/]sdk-trace[\\/]dist[\\/]index\.[cm]js$/, packageName: '@opentelemetry/sdk-trace', className: 'TracerProvider' },
  { file: /[\\/]@langchain[\\/]core[\\/]dist[\\/]callbacks[\\/]manager\.c?js$/, packageName: '@langchain/core', className: 'CallbackManager' },
  { file: /[\\/]@openai[\\/]agents-core[\\/]dist[\\/]tracing[\\/]processor\.m?js$/, packageName: '@openai/agents-core', className: 'MultiTracingProcessor' },
] as const;

/** Of version 2.12 and later, and of earlier ones. */
const providers = ['TracerProvider', 'BasicTracerProvider'];

/** What is waited for in a file, by its path or address. */
export function waitedFor(file: string): WaitedFile | undefined {
  if (!file.includes('@')) return undefined;
  const [, scope, api, name = api] = openTelemetry.exec(file) ?? [];
  return scope !== undefined && name !== undefined ? { packageName: `${scope}/${name}` } : classes.find((each) => each.file.test(file));
}

/** Sets things up for what was loaded: the exports of a file (undefined those of an ES module), or its class. */
export function packageLoaded({ packageName, className }: WaitedFile, file: string, found: unknown): void {
  noteLibrary(packageName, file);
  // Connects now: whoever started the program wants to know of it, and workers of test runners are killed as soon as their tests are over.
  if (packageName === '@opentelemetry/api' && !isSwitchedOff()) witness();
  if (found === null || (typeof found !== 'object' && typeof found !== 'function')) return;
  const named = (name: string): unknown => (typeof found === 'function' ? found : Reflect.get(found, name));
  if (packageName.startsWith('@opentelemetry/')) for (const name of providers) watchProvider(prototypeOf(named(name)));
  // Loaded when it is needed, as the witness is.
  else if (className !== undefined) (require('./frameworks.ts') as { watchFramework: typeof watchFramework }).watchFramework(className, named(className));
}

function prototypeOf(type: unknown): unknown {
  return typeof type === 'function' ? type.prototype : undefined;
}

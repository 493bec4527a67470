import Module from 'node:module';
import { fileURLToPath } from 'node:url';
import { silently } from './silently.ts';
import type { watchFramework } from './frameworks.ts';

/** Modules of frameworks that make spans of their own, by the end of their path, and the class in each by which its runs are seen. */
const classes = [
  [/[\\/]callbacks[\\/]manager\.c?js$/, 'CallbackManager'],
  [/[\\/]tracing[\\/]processor\.m?js$/, 'MultiTracingProcessor'],
] as const;
const packages = /[\\/](?:@langchain[\\/]core|@openai[\\/]agents-core)[\\/]dist[\\/]/;

/** What an ES module of a framework calls at its end; on the global object while it is loaded. */
const loadedKey = Symbol.for('spanscope.loaded');

interface LoadResult { readonly format?: string | null | undefined; readonly source?: unknown }
type Load = (url: string, context: unknown, nextLoad: (url: string, context: unknown) => LoadResult) => LoadResult;

/** The class that is waited for in a file, if there is one. */
export function classIn(file: string): string | undefined {
  return packages.test(file) ? classes.find(([path]) => path.test(file))?.[1] : undefined;
}

/**
 * Sees the ES modules of frameworks being loaded, where Node lets that be seen in the thread of the program (22.15, 23.5 and
 * later): nobody can change what an ES module exports, so that a call of ours stands behind its last line.
 */
export function watchEsModules(): void {
  const registerHooks: unknown = Reflect.get(Module, 'registerHooks');
  if (typeof registerHooks !== 'function') return;
  const load: Load = (url, context, nextLoad) => {
    const result = nextLoad(url, context);
    const name = classIn(url);
    return name === undefined || result.format !== 'module' ? result : told(result, name, url);
  };
  Reflect.apply(registerHooks, Module, [{ load }]);
}

function told(result: LoadResult, name: string, url: string): LoadResult {
  const { source } = result;
  const text = typeof source === 'string' ? source : ArrayBuffer.isView(source) ? Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString() : undefined;
  if (text === undefined || !new RegExp(`\\b${name}\\b`).test(text)) return result;
  const take = (found: unknown): void => silently(() => {
    (require('./frameworks.ts') as { watchFramework: typeof watchFramework }).watchFramework(name, found, fileURLToPath(url));
  });
  Object.defineProperty(globalThis, loadedKey, { value: take, configurable: true });
  return { ...result, source: `${text}\n;globalThis[Symbol.for('${loadedKey.description ?? ''}')]?.(typeof ${name}==='undefined'?undefined:${name});` };
}

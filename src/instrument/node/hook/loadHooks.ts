import { fileURLToPath } from 'node:url';
import { packageLoaded, waitedFor } from './packages.ts';
import { silently } from './silently.ts';
import type { WaitedFile } from './packages.ts';

/** What a module that is waited for calls at its end; on the global object from the first of them on. */
const loadedKey = Symbol.for('spanscope.loaded');

interface LoadResult { readonly format?: string | null | undefined; readonly source?: unknown }
interface Hooks { load(url: string, context: unknown, nextLoad: (url: string, context: unknown) => LoadResult): LoadResult }

/**
 * Sees packages being loaded through Node's hooks (22.15, 23.5 and later): a call of ours stands behind the last line of
 * what is waited for. It is the only way to ES modules, whose exports nobody can change, and nothing of ours is on the stack
 * when modules of the program run, where it would be seen in the traces of their errors. `onTests` hears of node:test.
 */
export function hookLoads(registerHooks: (hooks: Hooks) => void, onTests: () => void): void {
  registerHooks({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      if (url === 'node:test') silently(onTests);
      const waited = waitedFor(url);
      return waited === undefined ? result : withCall(result, url, waited);
    },
  });
}

/** Without a source, an ES module imports CommonJS: Node asks for that once more. */
function withCall(result: LoadResult, url: string, { className }: WaitedFile): LoadResult {
  const text = textOf(result.source);
  if (text === undefined || !url.startsWith('file:')) return result;
  if (!(loadedKey in globalThis)) Object.defineProperty(globalThis, loadedKey, { value: moduleLoaded, configurable: true });
  return { ...result, source: result.format === 'module' ? telling(text, url, className ?? 'undefined') : telling(text, url, 'module', '.exports') };
}

/** The source of a module with a call behind its last line, which hands over a value of the module and its address. */
function telling(source: string, url: string, name: string, member = ''): string {
  return `${source}\n;globalThis[Symbol.for('${loadedKey.description ?? ''}')]?.(${JSON.stringify(url)},typeof ${name}==='undefined'?undefined:${name}${member});`;
}

function moduleLoaded(url: string, found: unknown): void {
  silently(() => {
    const waited = waitedFor(url);
    if (waited !== undefined) packageLoaded(waited, fileURLToPath(url), found);
  });
}

function textOf(source: unknown): string | undefined {
  if (typeof source === 'string') return source;
  return ArrayBuffer.isView(source) ? Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString() : undefined;
}

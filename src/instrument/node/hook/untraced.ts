import { apiKey, suppressKey } from './otelKeys.ts';

interface Context { setValue(key: symbol, value: unknown): Context }
interface ContextManager { active(): Context; with<T>(context: Context, work: () => T): T }

/** Runs work of ours so that the program's instrumentations of `http` and `net` make no spans of it. */
export function untraced<T>(work: () => T): T {
  const manager = contextManager();
  return manager === undefined ? work() : manager.with(manager.active().setValue(suppressKey, true), work);
}

function contextManager(): ContextManager | undefined {
  const api: unknown = Reflect.get(globalThis, apiKey);
  const manager: unknown = typeof api === 'object' && api !== null && 'context' in api ? api.context : undefined;
  return typeof manager === 'object' && manager !== null && 'with' in manager && 'active' in manager ? manager as ContextManager : undefined;
}

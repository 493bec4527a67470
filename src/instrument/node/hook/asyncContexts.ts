import { AsyncLocalStorage } from 'node:async_hooks';
import { addContexts } from './activeSpans.ts';

/** A manager of contexts as OpenTelemetry's API has it, without its methods for those who set it up. */
export interface Contexts {
  /** Undefined outside of all. */
  active(): unknown;
  with(context: unknown, work: unknown, thisArgument: unknown, ...args: readonly unknown[]): unknown;
  bind(context: unknown, target: unknown): unknown;
}

/** Contexts that go along with asynchronous work. */
export function asyncContexts(): Contexts {
  const contexts = new AsyncLocalStorage<unknown>();
  addContexts(() => contexts.getStore());
  return {
    active: () => contexts.getStore(),
    with: (context, work, thisArgument, ...args) => contexts.run(context, () => Reflect.apply(work as () => unknown, thisArgument, args)),
    bind: (context, target) => (typeof target !== 'function' ? target : function inContext(this: unknown, ...args: unknown[]) {
      return contexts.run(context, () => Reflect.apply(target, this, args));
    }),
  };
}

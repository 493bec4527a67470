import { AsyncLocalStorage } from 'node:async_hooks';
import { addContexts } from './activeSpans.ts';
import { fieldOf } from './fields.ts';
import { apiKey } from './otelKeys.ts';
import { wrapMethod } from './wrapMethod.ts';

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

/**
 * Lets the API know the current context although no manager of contexts is set up, as spans need it to find their parent.
 * Only the manager that does nothing is changed, so that a real one is used as soon as the program registers it; and only
 * as long as the spans are ours: those of a provider would have parents that they do not have without us.
 */
export function provideContexts(contextApi: object): void {
  // Private to the API's types; all of version 1 have it.
  const manager = '_getContextManager' in contextApi && typeof contextApi._getContextManager === 'function' ? contextApi._getContextManager() as object : undefined;
  if (manager === undefined || manager.constructor.name !== 'NoopContextManager') return;
  const contexts = asyncContexts();
  const areOurs = (): boolean => fieldOf(fieldOf(globalThis, apiKey), 'trace') === undefined;
  wrapMethod(manager, 'active', (active) => function knownActive(this: unknown) {
    return (areOurs() ? contexts.active() : undefined) ?? Reflect.apply(active, this, []);
  });
  wrapMethod(manager, 'with', (call) => function withContext(this: unknown, context, work, ...args) {
    return areOurs() ? contexts.with(context, work, ...args as [unknown]) : Reflect.apply(call, this, [context, work, ...args]);
  });
  wrapMethod(manager, 'bind', (bind) => function bound(this: unknown, context, target) {
    return areOurs() ? contexts.bind(context, target) : Reflect.apply(bind, this, [context, target]);
  });
}

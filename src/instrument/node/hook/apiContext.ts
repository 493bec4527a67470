import { AsyncLocalStorage } from 'node:async_hooks';
import { addContexts } from './activeSpans.ts';
import { wrapMethod } from './wrapMethod.ts';

/**
 * Lets the API know the current context although no manager of contexts is set up, as spans need it to find their parent.
 * Only the manager that does nothing is changed, so that a real one is used as soon as the program registers it.
 */
export function provideContexts(contextApi: object): void {
  // Private to the API's types; all of version 1 have it.
  const manager = '_getContextManager' in contextApi && typeof contextApi._getContextManager === 'function' ? contextApi._getContextManager() as object : undefined;
  if (manager === undefined || manager.constructor.name !== 'NoopContextManager') return;
  const contexts = new AsyncLocalStorage<unknown>();
  addContexts(() => contexts.getStore());
  wrapMethod(manager, 'active', (active) => function knownActive(this: unknown) {
    return contexts.getStore() ?? Reflect.apply(active, this, []);
  });
  wrapMethod(manager, 'with', () => function withContext(this: unknown, context, work, thisArgument, ...args) {
    return contexts.run(context, () => Reflect.apply(work as () => unknown, thisArgument, args as []));
  });
  wrapMethod(manager, 'bind', (bind) => function bound(this: unknown, context, target) {
    if (typeof target !== 'function') return Reflect.apply(bind, this, [context, target]);
    return function inContext(this: unknown, ...args: unknown[]) {
      return contexts.run(context, () => Reflect.apply(target, this, args));
    };
  });
}

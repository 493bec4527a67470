import process from 'node:process';
import vm from 'node:vm';
import { watchGlobal } from './apiGlobal.ts';
import { silently } from './silently.ts';
import { setTestRealm } from './tests/testRealm.ts';
import { wrapMethod } from './wrapMethod.ts';

/** jest runs every test file with global objects of its own, where a provider is registered unseen by ours. */
export function watchVmContexts(): void {
  wrapMethod(vm, 'createContext', (createContext) => function seenCreateContext(this: unknown, ...args: unknown[]) {
    const context = Reflect.apply(createContext, this, args);
    if (process.env['JEST_WORKER_ID'] !== undefined) {
      silently(() => {
        const realm = vm.runInContext('globalThis', context as vm.Context) as object;
        setTestRealm(realm);
        watchGlobal(realm);
      });
    }
    return context;
  });
}

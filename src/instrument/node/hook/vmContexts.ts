import process from 'node:process';
import vm from 'node:vm';
import { watchGlobal } from './apiGlobal.ts';
import { hearKit } from './kitSpans.ts';
import { silently } from './silently.ts';
import { setTestRealm } from './tests/testRealm.ts';
import { wrapMethod } from './wrapMethod.ts';

/** Set in the processes where jest and vitest run test files. */
const workers = ['JEST_WORKER_ID', 'VITEST_POOL_ID'];

/** jest, and vitest where it is told so, run every test file with global objects of its own, where a provider is registered unseen by ours. */
export function watchVmContexts(): void {
  wrapMethod(vm, 'createContext', (createContext) => function seenCreateContext(this: unknown, ...args: unknown[]) {
    const context = Reflect.apply(createContext, this, args);
    if (workers.some((name) => process.env[name] !== undefined)) {
      silently(() => {
        const realm = vm.runInContext('globalThis', context as vm.Context) as object;
        setTestRealm(realm);
        watchGlobal(realm);
        hearKit(realm);
      });
    }
    return context;
  });
}

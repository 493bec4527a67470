import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import process from 'node:process';
import { pathOf } from '../../location.ts';
import { silently } from '../silently.ts';
import { member, nameOf, textOr } from './runningTest.ts';
import { watchProperty } from './watchProperty.ts';
import type { Method } from '../wrapMethod.ts';
import type { FindTest, TestEnded } from './runningTest.ts';

const methodName = 'runInAsyncScope';
/** What an async resource has of its own in every version; the other symbols hold the stores of contexts. */
const ownSymbols = new Set(['async_id_symbol', 'trigger_async_id_symbol']);
const running = new AsyncLocalStorage<object>();
const entered = new WeakSet<object>();
let tellEnd: TestEnded | undefined;

/**
 * Tests of node:test are async resources, and the work of a test is run in its own; what it begins later is found from
 * there, also where tests run at the same time. When a test is about to be run, its context is given a store that names
 * it. Nothing of ours is called on the way, where it would be seen in the stack traces of tests that fail. To be called
 * before the tests run.
 */
export function watchNodeTests(): void {
  const descriptor = Reflect.getOwnPropertyDescriptor(AsyncResource.prototype, methodName);
  if (descriptor?.configurable !== true || typeof descriptor.value !== 'function') return;
  let method = descriptor.value as Method;
  Object.defineProperty(AsyncResource.prototype, methodName, {
    configurable: true,
    enumerable: descriptor.enumerable === true,
    get(this: unknown) {
      silently(() => { if (isTest(this)) enter(this, method); });
      return method;
    },
    set(this: object, value: Method) {
      if (this === AsyncResource.prototype) method = value;
      else Object.defineProperty(this, methodName, { value, configurable: true, enumerable: true, writable: true });
    },
  });
}

function enter(test: object, runInAsyncScope: Method): void {
  if (entered.has(test)) return;
  entered.add(test);
  const within = Reflect.apply(runInAsyncScope, test, [() => running.run(test, () => new AsyncResource('SPANSCOPE_TEST'))]) as object;
  for (const symbol of Object.getOwnPropertySymbols(within)) {
    if (!ownSymbols.has(symbol.description ?? '')) Reflect.set(test, symbol, Reflect.get(within, symbol));
  }
  watchProperty(test, 'finished', (_, isFinished) => {
    if (isFinished === true) tellEnd?.(test, member(test, 'skipped') === true ? 'skipped' : member(test, 'passed') === true ? 'passed' : 'failed');
  });
}

/** Whether the program has loaded node:test: it may be an ES module that did, which nobody else hears of. */
export function hasNodeTests(): boolean {
  const loaded: unknown = Reflect.get(process, 'moduleLoadList');
  return Array.isArray(loaded) && loaded.includes('NativeModule internal/test_runner/test');
}

export function nodeTests(ended: TestEnded): FindTest {
  tellEnd = ended;
  return () => {
    const test = running.getStore();
    if (test === undefined) return undefined;
    const file = textOr(member(member(test, 'loc'), 'file')) ?? textOr(member(test, 'entryFile'));
    return { key: test, name: nameOf(test, 'parent').replace(/^<root> > /, ''), file: file === undefined ? undefined : pathOf(file) };
  };
}

function isTest(resource: unknown): resource is object {
  return typeof resource === 'object' && resource !== null && resource.constructor.name === 'Test' && 'finished' in resource && member(resource, 'parent') != null;
}

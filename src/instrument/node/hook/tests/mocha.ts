import { createRequire } from 'node:module';
import process from 'node:process';
import { silently } from '../silently.ts';
import { wrapMethod } from '../wrapMethod.ts';
import { member, nameOf, textOr } from './runningTest.ts';
import type { FindTest, TestEnded, TestOutcome } from './runningTest.ts';

const mainFile = /[\\/](?:_?mocha(?:\.c?js)?|mocha[\\/]lib[\\/].+)$/;
const outcomes: ReadonlyMap<unknown, TestOutcome> = new Map([['failed', 'failed'], ['pending', 'skipped']]);

/** Listens to mocha's runner, which is made once all test files are loaded; undefined where mocha is not what was started. */
export function mochaTests(ended: TestEnded): FindTest | undefined {
  const main = process.argv[1];
  if (main === undefined || !mainFile.test(main) || typeof Reflect.get(globalThis, 'it') !== 'function') return undefined;
  let running: object | undefined;
  const begin = (test: unknown): void => { if (typeof test === 'object' && test !== null) running = test; };
  const end = (test: unknown): void => silently(() => {
    running = undefined;
    if (typeof test === 'object' && test !== null) ended(test, member(test, 'pending') === true ? 'skipped' : outcomes.get(member(test, 'state')) ?? 'passed');
  });
  // It is loaded already: what comes here is what runs.
  const mocha: unknown = createRequire(main)('mocha');
  const runner: unknown = memberOfClass(memberOfClass(mocha, 'Runner') ?? memberOfClass(member(mocha, 'default'), 'Runner'), 'prototype');
  if (typeof runner !== 'object' || runner === null) return undefined;
  wrapMethod(runner, 'run', (run) => function seenRun(this: unknown, ...args: unknown[]) {
    silently(() => (this as NodeJS.EventEmitter).on('test', begin).on('test end', end));
    return Reflect.apply(run, this, args);
  });
  return () => (running === undefined ? undefined : { key: running, name: nameOf(running, 'parent', 'title'), file: textOr(member(running, 'file')) });
}

function memberOfClass(value: unknown, key: string): unknown {
  return typeof value === 'function' ? Reflect.get(value, key) : undefined;
}

import { testRealm } from './testRealm.ts';
import { member, nameOf, textOr } from './runningTest.ts';
import { watchProperty } from './watchProperty.ts';
import type { FindTest, TestEnded } from './runningTest.ts';

/** Of jest-circus, which runs jest's tests; no registered symbol, so it is found by its description. */
const stateName = 'JEST_STATE_SYMBOL';
const rootName = 'ROOT_DESCRIBE_BLOCK';
const matchers = Symbol.for('$$jest-matchers-object');

/** jest keeps its state in the global object of the test file: the test that runs, and beside the matchers the file. */
export function jestTests(ended: TestEnded): FindTest {
  const states = new WeakMap<object, object>();
  return () => {
    const realm = testRealm();
    if (realm === undefined) return undefined;
    const state = states.get(realm) ?? stateIn(realm);
    if (state === undefined) return undefined;
    states.set(realm, state);
    const test = member(state, 'currentlyRunningTest');
    if (typeof test !== 'object' || test === null) return undefined;
    watchProperty(state, 'currentlyRunningTest', (before) => {
      const errors = member(before, 'errors'), mode = member(before, 'mode');
      if (typeof before === 'object' && before !== null) ended(before, Array.isArray(errors) && errors.length > 0 ? 'failed' : mode === 'skip' || mode === 'todo' ? 'skipped' : 'passed');
    });
    const file = textOr(member(member(member(realm, matchers), 'state'), 'testPath'));
    return { key: test, name: nameOf(test, 'parent').replace(`${rootName} > `, ''), file };
  };
}

function stateIn(realm: object): object | undefined {
  const key = Object.getOwnPropertySymbols(realm).find(({ description }) => description === stateName);
  const state: unknown = key === undefined ? undefined : Reflect.get(realm, key);
  return typeof state === 'object' && state !== null ? state : undefined;
}

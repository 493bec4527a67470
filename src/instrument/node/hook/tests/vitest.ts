import { testRealm } from './testRealm.ts';
import { member, nameOf, textOr } from './runningTest.ts';
import { watchProperty } from './watchProperty.ts';
import type { FindTest, TestEnded, TestOutcome } from './runningTest.ts';

const outcomes: ReadonlyMap<unknown, TestOutcome> = new Map([['pass', 'passed'], ['fail', 'failed'], ['skip', 'skipped']]);

/**
 * vitest notes the test that runs in the state of its worker, a global. Tests that run at the same time overwrite one
 * another there, so nothing is said of those.
 */
export function vitestTests(ended: TestEnded): FindTest {
  return () => {
    const state: unknown = member(testRealm(), '__vitest_worker__') ?? Reflect.get(globalThis, '__vitest_worker__');
    const test = member(state, 'current');
    if (typeof state !== 'object' || state === null || typeof test !== 'object' || test === null) return undefined;
    const type = member(test, 'type');
    if ((type !== 'test' && type !== 'custom') || member(test, 'concurrent') === true) return undefined;
    watchProperty(state, 'current', (before) => {
      if (typeof before === 'object' && before !== null) ended(before, outcomes.get(member(member(before, 'result'), 'state')) ?? 'passed');
    });
    return { key: test, name: nameOf(withinFile(test), 'suite'), file: textOr(member(member(test, 'file'), 'filepath')) };
  };
}

/** The file stands at the end of the chain of suites, as a suite with the name of its path. */
function withinFile(test: object): object {
  const file = member(test, 'file');
  const suite = member(test, 'suite');
  if (typeof suite !== 'object' || suite === null || suite === file) return { name: member(test, 'name') };
  return { name: member(test, 'name'), suite: withinFile(suite) };
}

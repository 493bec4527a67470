/** A test that runs, as the object that its runner keeps for it tells. */
export interface RunningTest {
  /** The runner's own object, the same for as long as the test runs. */
  readonly key: object;
  /** With the suites around it, outermost first: `cart > adds`. */
  readonly name: string;
  readonly file: string | undefined;
}

export type TestOutcome = 'passed' | 'failed' | 'skipped';

/** Finds the test in which the program is now. */
export type FindTest = () => RunningTest | undefined;

/** Told when a test has ended. */
export type TestEnded = (key: object, outcome: TestOutcome) => void;

/** A member of anything; undefined where there is none. */
export function member(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

const deepest = 100;

/** The names of a test and of the suites around it: the `name` (or `title`) of each and of its `parent`, down to those without. */
export function nameOf(test: object, parent: string, title = 'name'): string {
  const names: string[] = [];
  for (let at: unknown = test; typeof at === 'object' && at !== null && names.length < deepest; at = Reflect.get(at, parent)) {
    const name: unknown = Reflect.get(at, title);
    if (typeof name !== 'string' || name === '') break;
    names.unshift(name);
  }
  return names.join(' > ');
}

export const textOr = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

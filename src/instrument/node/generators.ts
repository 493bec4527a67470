import { runWith } from './context.ts';
import { fail } from './run.ts';
import type { AnyFunction } from './location.ts';
import type { Span } from './span.ts';

export type AnyGenerator = Generator | AsyncGenerator;

const generatorPrototypes: readonly unknown[] = [
  Object.getPrototypeOf(function* () {}),
  Object.getPrototypeOf(async function* () {}),
];

export function isGeneratorFunction(work: AnyFunction): boolean {
  return generatorPrototypes.includes(Object.getPrototypeOf(work));
}

/**
 * A generator whose span begins with its first step and lasts until it is exhausted, closed or fails.
 * The span is current only while the generator's own code runs, not in the loop that consumes it.
 */
export function traceGenerator(inner: AnyGenerator, open: (entry: AnyFunction) => Span): AnyGenerator {
  let span: Span | undefined;
  const step = (entry: AnyFunction, go: () => unknown): unknown => {
    if (span === undefined && entry !== next) return go();
    const own = span ??= open(entry);
    const took = (result: unknown): unknown => {
      if ((result as IteratorResult<unknown>).done === true) own.end();
      return result;
    };
    const failed = (error: unknown): never => {
      fail(own, error);
      throw error;
    };
    try {
      const result = runWith({ trace: own.trace, span: own, before: undefined }, go);
      return result instanceof Promise ? result.then(took, failed) : took(result);
    } catch (error) {
      return failed(error);
    }
  };
  const next = (...args: [] | [unknown]): unknown => step(next, () => inner.next(...args as [unknown]));
  const finish = (value: unknown): unknown => step(finish, () => inner.return(value));
  const raise = (error: unknown): unknown => step(raise, () => inner.throw(error));
  return Object.assign(Object.create(inner) as AnyGenerator, { next, return: finish, throw: raise });
}

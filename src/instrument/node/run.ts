import { runWith } from './context.ts';
import { silently } from './exit.ts';
import type { Span } from './span.ts';

/** What to record just before a span ends. */
export interface Outcome {
  succeeded?(result: unknown): void;
  failed?(error: unknown): void;
}

/**
 * Runs `work` inside a span and ends the span when the work is over: at once, or when the promise it gave settles.
 * What is thrown is recorded on the span and goes on to the caller.
 */
export function runSpan<S extends Span, T>(span: S, work: (span: S) => T, outcome: Outcome = {}): T {
  let result: T;
  try {
    result = runWith({ trace: span.trace, span, before: undefined }, () => work(span));
  } catch (error) {
    fail(span, error, outcome);
    throw error;
  }
  if (!isThenable(result)) {
    succeed(span, result, outcome);
    return result;
  }
  if (result instanceof Promise) {
    // The promise itself goes back: model libraries give subclasses with methods that a copy would not have.
    result.then((value: unknown) => succeed(span, value, outcome), (error: unknown) => fail(span, error, outcome));
    return result;
  }
  // A lazy thenable (a query builder, say) must be started only once, so the caller gets the started one.
  const settled = Promise.resolve(result).then(
    (value) => { succeed(span, value, outcome); return value; },
    (error: unknown) => { fail(span, error, outcome); throw error; },
  );
  return settled as T;
}

/** Ends a span with the error that stopped its work. */
export function fail(span: Span, error: unknown, outcome: Outcome = {}): void {
  silently(() => outcome.failed?.(error));
  span.recordException(error);
  span.end();
}

function succeed(span: Span, result: unknown, outcome: Outcome): void {
  silently(() => outcome.succeeded?.(result));
  span.end();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

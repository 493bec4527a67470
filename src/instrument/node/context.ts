import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, Trace } from './span.ts';

/** What is going on at a place in the agent's asynchronous flow. */
export interface Active {
  readonly trace: Trace;
  readonly span: Span | undefined;
  /** Set where a span was made current without a function that bounds it: what is current again once it has ended. */
  readonly before: { readonly active: Active | undefined } | undefined;
}

const storage = new AsyncLocalStorage<Active | undefined>();

export function currentActive(): Active | undefined {
  let active = storage.getStore();
  while (active?.before !== undefined && active.span?.ended === true) active = active.before.active;
  return active;
}

/** Runs `work` with a span as the current one; parallel branches do not see each other's. */
export function runWith<T>(active: Active, work: () => T): T {
  return storage.run(active, work);
}

/** Makes something current for the rest of the present asynchronous flow. */
export function enter(active: Active | undefined): void {
  storage.enterWith(active);
}

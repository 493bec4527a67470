import { useLayoutEffect, useReducer } from 'preact/hooks';

/** A value that tells its listeners when it changes. */
export class Signal<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(next: T) {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls the listener after every change; returns the way to stop that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The signal's value; the component renders again when it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  return useOptionalSignal(signal) as T;
}

/** The value of a signal that may not be there yet. */
export function useOptionalSignal<T>(signal: Signal<T> | undefined): T | undefined {
  const [, render] = useReducer((count: number) => count + 1, 0);
  const value = signal?.value;
  useLayoutEffect(() => {
    if (signal === undefined) return undefined;
    // It may have changed between rendering and subscribing.
    if (!Object.is(value, signal.value)) render(undefined);
    return signal.subscribe(() => render(undefined));
  }, [signal]);
  return value;
}

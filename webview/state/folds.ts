import { Signal } from './signal.ts';
import { stableKey } from './trace.ts';
import type { Trace } from './trace.ts';

const mostSaved = 2000;

/** Rows whose children are hidden. They outlive a renumbering of rows and a reload of the page by their stable keys. */
export class Folds {
  readonly rows = new Signal<ReadonlySet<number>>(new Set());
  readonly #keys = new Map<number, string>();
  /** Keys whose rows have not come yet. */
  #awaited: Set<string>;
  #scanned = 0;

  constructor(saved: readonly string[]) {
    this.#awaited = new Set(saved);
  }

  has(row: number): boolean {
    return this.rows.value.has(row);
  }

  /** Folds or unfolds rows. */
  set(trace: Trace, rows: Iterable<number>, folded: boolean): void {
    for (const row of rows) {
      if (folded) this.#keys.set(row, stableKey(trace, row));
      else this.#keys.delete(row);
    }
    this.#publish();
  }

  unfoldAll(): void {
    this.#keys.clear();
    this.#publish();
  }

  /** Forgets all, those that are awaited too. */
  forget(): void {
    this.#awaited.clear();
    this.unfoldAll();
  }

  /** Finds the awaited rows among those that have come; after a reset it looks for all of them anew. */
  traceChanged(trace: Trace, isReset: boolean): void {
    if (isReset) {
      for (const key of this.#keys.values()) this.#awaited.add(key);
      this.#keys.clear();
      this.#scanned = 0;
    }
    if (this.#awaited.size > 0) this.#findAwaited(trace);
    this.#scanned = trace.rows.count;
    if (isReset || this.#keys.size !== this.rows.value.size) this.#publish();
  }

  /** The keys to save. */
  saved(): readonly string[] {
    return [...this.#keys.values(), ...this.#awaited].slice(0, mostSaved);
  }

  #findAwaited(trace: Trace): void {
    for (let row = this.#scanned; row < trace.rows.count; row++) {
      const key = stableKey(trace, row);
      if (this.#awaited.delete(key)) this.#keys.set(row, key);
    }
  }

  #publish(): void {
    this.rows.value = new Set(this.#keys.keys());
  }
}

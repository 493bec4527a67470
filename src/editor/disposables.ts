interface Disposable { dispose(): unknown }

/**
 * What an owner must give back, given back once and in reverse order. What is added after that is given back at once, so
 * that work which finishes late leaves nothing behind.
 */
export class Disposables implements Disposable {
  readonly #items = new Set<Disposable>();
  #isDisposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#isDisposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const item of [...this.#items].toReversed()) item.dispose();
    this.#items.clear();
  }
}

/**
 * Runs work at most once in `intervalMs`: at once when idle, else after the interval, and never while the last run goes
 * on. Calls in between are one call.
 */
export class Throttle {
  readonly #intervalMs: number;
  readonly #work: () => Promise<void> | void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #isWanted = false;
  #isDisposed = false;

  constructor(intervalMs: number, work: () => Promise<void> | void) {
    this.#intervalMs = intervalMs;
    this.#work = work;
  }

  request(): void {
    if (this.#isDisposed) return;
    if (this.#isRunning || this.#timer !== undefined) this.#isWanted = true;
    else void this.#run();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#isWanted = false;
    try {
      await this.#work();
    } finally {
      this.#isRunning = false;
      if (!this.#isDisposed) this.#timer = setTimeout(() => this.#next(), this.#intervalMs);
    }
  }

  #next(): void {
    this.#timer = undefined;
    if (this.#isWanted) void this.#run();
  }
}

/** Counts the requests of one client by the second, on the monotonic clock. */
export class RequestRate {
  readonly #most: number;
  #second = 0;
  #count = 0;

  constructor(most: number) { this.#most = most; }

  /** Counts one request; true when it is one too many in its second. */
  exceeded(now = performance.now()): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    return ++this.#count > this.#most;
  }
}

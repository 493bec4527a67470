/** Tells when something happens more than `most` times within `withinMs`, by the monotonic clock. */
export class RateMeter {
  readonly #times: Float64Array;
  readonly #withinMs: number;
  #next = 0;

  constructor(most: number, withinMs: number) {
    this.#times = new Float64Array(most).fill(-Infinity);
    this.#withinMs = withinMs;
  }

  /** Counts one event; true when it is one too many. */
  exceeded(now = performance.now()): boolean {
    const oldest = this.#times[this.#next] as number;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    return now - oldest < this.#withinMs;
  }
}

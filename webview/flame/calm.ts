/** Runs something once nothing has stirred for a while. To stir with every frame costs no timer each time. */
export class Calm {
  readonly #ms: number;
  readonly #run: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #until = 0;

  constructor(ms: number, run: () => void) {
    this.#ms = ms;
    this.#run = run;
  }

  stir(): void {
    this.#until = performance.now() + this.#ms;
    this.#timer ??= setTimeout(() => this.#look(), this.#ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const left = this.#until - performance.now();
    this.#timer = left > 0 ? setTimeout(() => this.#look(), left) : undefined;
    if (left <= 0) this.#run();
  }
}

import { Signal } from './signal.ts';

/** The present of the trace in nanoseconds after its base: what the host said last, and the time since. */
export class Clock {
  /** Changes a few times a second while something runs, for texts; `now()` is exact for drawings. */
  readonly tick = new Signal(0);
  #hostNow: bigint | undefined;
  #heardAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Takes the host's time, as decimal nanoseconds since 1970. While time passes by itself that is no tick: it comes with every message. */
  set(nowUnixNano: string): void {
    const isFirst = this.#hostNow === undefined;
    this.#hostNow = BigInt(nowUnixNano);
    this.#heardAt = performance.now();
    if (isFirst || this.#timer === undefined) this.tick.value++;
  }

  /** Nanoseconds after the base; -Infinity before the host said what time it is. */
  now(baseUnixNano: bigint): number {
    if (this.#hostNow === undefined) return -Infinity;
    const since = this.#timer === undefined ? 0 : (performance.now() - this.#heardAt) * 1e6;
    return Number(this.#hostNow - baseUnixNano) + since;
  }

  /** Lets time pass, with a tick each interval; without an interval it stands still. */
  run(intervalMs: number | undefined): void {
    if (intervalMs === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setInterval(() => this.tick.value++, intervalMs);
    }
  }
}

import { ticks, utcTicks } from 'd3';
import type { Numbers } from '../../src/analysis/numbers.ts';
import type { TimeRange } from './chartTypes.ts';

const msNs = 1e6, longestDecimalStepNs = 30e9;
const mostNames = 1_000;

export interface Ticks {
  /** Nanoseconds after the origin. */
  readonly times: readonly number[];
  readonly stepNs: number;
}

/** Times within a range that are round ones after the origin, about `room` pixels apart: decimal steps up to 30 s, then those of the clock. */
export function ticksOf(range: TimeRange, width: number, origin: number, room = 120): Ticks {
  const count = Math.max(2, Math.floor(width / room)), from = range.from - origin, to = range.to - origin;
  const decimal = stepped(ticks(from, to, count));
  if (decimal.stepNs <= longestDecimalStepNs) return decimal;
  const clock = utcTicks(new Date(Math.ceil(from / msNs)), new Date(Math.floor(to / msNs)), count);
  return stepped(clock.map((at) => at.getTime() * msNs));
}

function stepped(times: readonly number[]): Ticks {
  const [first = 0, second] = times;
  return { times, stepNs: second === undefined ? 0 : second - first };
}

/** What stands beside the marks of a time axis. Most of them are there in the next frame too, and were told before. */
export class TickNames {
  readonly #numbers: Numbers;
  readonly #known = new Map<number, string>();
  #stepNs = 0;

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
  }

  of(time: number, stepNs: number): string {
    if (stepNs !== this.#stepNs || this.#known.size > mostNames) this.#known.clear();
    this.#stepNs = stepNs;
    let name = this.#known.get(time);
    if (name === undefined) this.#known.set(time, (name = this.#numbers.tick(time, stepNs)));
    return name;
  }
}

import { ticks, utcTicks } from 'd3';
import type { TimeRange } from './chartTypes.ts';

const msNs = 1e6, longestDecimalStepNs = 30e9;

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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PausedTime } from '../../../src/analysis/pausedTime.ts';

const time = fc.integer({ min: -50, max: 400 });
const interval = fc.tuple(time, fc.integer({ min: -3, max: 60 })).map(([from, length]) => ({ from, to: from + length }));
const intervals = fc.array(interval, { maxLength: 12 });
/** Whether the nanosecond that begins then is paused. */
const isPaused = (pauses: readonly { from: number; to: number }[], at: number): boolean => pauses.some(({ from, to }) => at >= from && at < to);

describe('paused time', () => {
  it('takes every paused nanosecond out of a stretch of time, once, and nothing else', () => {
    fc.assert(fc.property(intervals, time, time, (pauses, a, b) => {
      const paused = new PausedTime(pauses), from = Math.min(a, b), to = Math.max(a, b);
      const count = Array.from({ length: to - from }, (_, i) => from + i).filter((at) => isPaused(pauses, at)).length;
      expect(paused.within(from, to)).toBe(count);
      expect(paused.folded(to) - paused.folded(from)).toBe(to - from - count);
    }));
  });

  it('keeps the order of times, and the base where it is', () => {
    fc.assert(fc.property(intervals, time, fc.integer({ min: 0, max: 30 }), (pauses, at, step) => {
      const paused = new PausedTime(pauses);
      expect(paused.folded(at + step)).toBeGreaterThanOrEqual(paused.folded(at));
      expect(paused.folded(at + step) - paused.folded(at)).toBeLessThanOrEqual(step);
      expect(paused.folded(0)).toBe(0);
    }));
  });

  it('finds the way back to the latest time that folds to a place', () => {
    fc.assert(fc.property(intervals, time, (pauses, at) => {
      const paused = new PausedTime(pauses), back = paused.unfolded(at);
      expect(paused.folded(back)).toBe(at);
      expect(paused.folded(back + 1)).toBeGreaterThan(at);
    }));
  });

  it('stands still from the beginning of a pause that goes on', () => {
    const paused = new PausedTime([{ from: 10, to: 20 }, { from: 100, to: Infinity }]);
    expect([90, 100, 5000, Infinity].map((at) => paused.folded(at))).toEqual([80, 90, 90, 90]);
    expect([paused.unfolded(90), paused.unfolded(200), paused.within(95, 120), paused.isOpen]).toEqual([100, 100, 20, true]);
  });

  it('is exact to the nanosecond a hundred days after the base', () => {
    const day = 86_400_000_000_000, paused = new PausedTime([{ from: 99 * day + 1, to: 99 * day + 3 }, { from: 100 * day, to: 100 * day + 7 }]);
    expect(paused.folded(101 * day + 5)).toBe(101 * day + 5 - 9);
    expect(paused.unfolded(101 * day + 5 - 9)).toBe(101 * day + 5);
  });

  it('knows which pauses a window meets', () => {
    const paused = new PausedTime([{ from: 10, to: 20 }, { from: 30, to: 40 }]);
    expect([0, 10, 19, 20, 35, 40].map((at) => paused.firstEndingAfter(at))).toEqual([0, 0, 0, 1, 1, 2]);
  });

  it('passes over times that are none', () => {
    expect(new PausedTime([{ from: Number.NaN, to: 5 }, { from: -Infinity, to: 5 }, { from: 7, to: 3 }]).isEmpty).toBe(true);
    expect(PausedTime.none.folded(Number.NaN)).toBeNaN();
    expect(new PausedTime([{ from: 1, to: 2 }]).folded(-Infinity)).toBe(-Infinity);
  });
});

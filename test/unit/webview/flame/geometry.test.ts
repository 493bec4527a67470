import { describe, expect, test } from 'vitest';
import { Numbers } from '../../../../src/analysis/numbers.ts';
import { Geometry, contentHeight, laneHeightFor, rulerHeight } from '../../../../webview/flame/geometry.ts';
import { TickNames, ticksOf } from '../../../../webview/flame/ticks.ts';

describe('geometry', () => {
  const geometry = new Geometry({ width: 1016, height: 320, dpr: 2 }, { from: 5e9, to: 10e9 }, 40, 20);

  test('turns times into pixels and back, with room at both sides', () => {
    expect([geometry.x(5e9), geometry.x(10e9)]).toEqual([8, 1008]);
    expect(geometry.timeAt(508)).toBe(7.5e9);
    const { origin, scale, width } = geometry.axis();
    expect([(5e9 - origin) * scale, width]).toEqual([16, 2032]);
  });

  test('turns lanes into heights and back, and knows which can be seen', () => {
    const lanes = Array.from({ length: 30 }, (_, lane) => lane);
    for (const lane of lanes) expect(geometry.laneAt(geometry.y(lane) + 1)).toBe(lane);
    const [first, end] = geometry.lanes(30);
    expect(lanes.filter((lane) => geometry.y(lane) + 20 > rulerHeight && geometry.y(lane) < 320)).toEqual(lanes.slice(first, end));
  });

  test('has lanes of 20 pixels that grow with the font', () => {
    expect([laneHeightFor(13), laneHeightFor(11), laneHeightFor(20)]).toEqual([20, 20, 31]);
    expect(contentHeight(10, 20)).toBe(231);
  });
});

describe('ticks', () => {
  const steps = (from: number, to: number, width = 1048): number => ticksOf({ from, to }, width, 0).stepNs;

  test('are round steps of decimal time, then of the clock', () => {
    expect(steps(0, 40e9)).toBe(5e9);
    expect(steps(0, 900)).toBe(100);
    expect(steps(17_700_000_000, 17_700_000_050)).toBe(5);
    expect(steps(0, 600e9)).toBe(60e9);
    expect(steps(0, 4 * 3600e9)).toBe(1800e9);
  });

  test('are round after the beginning of the run, wherever the base of its times is', () => {
    expect(ticksOf({ from: -8.5e9, to: 1.5e9 }, 600, -8.5e9).times).toEqual([0, 2e9, 4e9, 6e9, 8e9, 10e9]);
  });

  test('lie within the range and leave room for their names', () => {
    for (const to of [1e3, 3.3e7, 4.2e9, 77e9, 5e12]) {
      const { times, stepNs } = ticksOf({ from: to * 0.1, to }, 800, 0);
      expect(times.every((time) => time >= to * 0.1 && time <= to)).toBe(true);
      expect((stepNs / (to * 0.9)) * 800).toBeGreaterThan(60);
    }
  });

  test('are told the same in every frame, while somebody zooms and when the same place comes back in other steps', () => {
    const numbers = new Numbers('en'), names = new TickNames(numbers);
    for (const stepNs of [1e9, 1e9, 0.1e9, 1e9]) for (const time of [0, 1e9, 2e9]) expect(names.of(time, stepNs)).toBe(numbers.tick(time, stepNs));
  });
});

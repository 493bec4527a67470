import { describe, expect, test } from 'vitest';
import type { TimeRange } from '../../../../webview/flame/chartTypes.ts';
import { Timeline } from '../../../../webview/flame/timeline.ts';

const second = 1e9;

function timelineOf(seconds: number, isRunning = false): { timeline: Timeline; source: { extent: TimeRange; isRunning: boolean; now: number } } {
  const source = { extent: { from: 0, to: seconds * second }, isRunning, now: seconds * second };
  return { source, timeline: new Timeline(() => source, () => undefined) };
}
const range = (from: number, to: number): TimeRange => ({ from: from * second, to: to * second });

describe('what is shown', () => {
  test('is all of the run until somebody asks for less, and all again', () => {
    const { timeline } = timelineOf(100);
    expect(timeline.shown(0)).toEqual(range(0, 100));
    timeline.go(range(10, 20), 0, false);
    expect(timeline.shown(0)).toEqual(range(10, 20));
    timeline.go(undefined, 1000, false);
    expect([timeline.asked, timeline.shown(0)]).toEqual([undefined, range(0, 100)]);
  });

  test('stays within the run and keeps its length at the edges', () => {
    const { timeline } = timelineOf(100);
    timeline.set(range(-5, 5));
    expect(timeline.shown(0)).toEqual(range(0, 10));
    timeline.set(range(95, 105));
    expect(timeline.shown(0)).toEqual(range(90, 100));
    timeline.set(range(-50, 250));
    expect(timeline.asked).toBeUndefined();
    timeline.set({ from: 5e9, to: 5e9 });
    expect(timeline.shown(0).to - timeline.shown(0).from).toBe(10);
  });

  test('moves to a range within 120 ms and says when it is there', () => {
    const { timeline } = timelineOf(100);
    timeline.go(range(40, 60), 1000, true);
    expect(timeline.shown(1000)).toEqual(range(0, 100));
    const halfway = timeline.shown(1060);
    expect(halfway.from).toBeGreaterThan(20 * second);
    expect(halfway.from).toBeLessThan(40 * second);
    expect([timeline.asked, timeline.advance(1100), timeline.advance(1120)]).toEqual([range(40, 60), true, false]);
    expect(timeline.shown(1120)).toEqual(range(40, 60));
  });

  test('goes back and forward through what was shown, a gesture at a time', () => {
    const { timeline } = timelineOf(100);
    timeline.go(range(10, 50), 0, true);
    timeline.advance(500);
    for (let i = 1; i <= 5; i++) timeline.go(range(10 + i, 50 - i), 1000 + i * 16, false);
    expect(timeline.step(-1, 2000, false)).toBe(true);
    expect(timeline.asked).toEqual(range(10, 50));
    timeline.step(-1, 2000, false);
    expect(timeline.asked).toBeUndefined();
    expect(timeline.step(-1, 2000, false)).toBe(false);
    timeline.step(1, 2000, false);
    timeline.step(1, 2000, false);
    expect(timeline.asked).toEqual(range(15, 45));
  });
});

describe('a run that goes on', () => {
  test('ends at a round time ahead, so that the axis stands still while bars grow', () => {
    const { timeline, source } = timelineOf(38.4, true);
    expect(timeline.whole).toEqual(range(0, 40));
    source.extent = range(0, 39);
    expect(timeline.whole).toEqual(range(0, 40));
    source.extent = range(0, 41);
    expect(timeline.whole).toEqual(range(0, 45));
    source.isRunning = false;
    expect(timeline.whole).toEqual(range(0, 41));
  });

  test('is followed by a window of the same length, until somebody stays', () => {
    const { timeline, source } = timelineOf(38, true);
    timeline.set(range(30, 40));
    source.extent = range(0, 60);
    source.now = 60 * second;
    timeline.keepUp();
    expect(timeline.shown(0)).toEqual(range(51, 61));
    timeline.setFollow(false, 0);
    source.now = 90 * second;
    timeline.keepUp();
    expect(timeline.shown(0)).toEqual(range(51, 61));
  });

  test('stands still when somebody stops following all of it', () => {
    const { timeline, source } = timelineOf(38, true);
    timeline.setFollow(false, 0);
    source.extent = range(0, 90);
    expect(timeline.shown(0)).toEqual(range(0, 40));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PausedTime } from '../../../../src/analysis/pausedTime.ts';
import type { ToPanel } from '../../../../src/protocol/panel.ts';
import { Panel } from '../../../../webview/state/panel.ts';
import { PausedFold } from '../../../../webview/state/pausedFold.ts';
import { TraceBuilder, stableKey } from '../../../../webview/state/trace.ts';
import { FakeHost, appended, changed, show } from '../support.ts';
import type { TestSpan } from '../support.ts';

const ms = 1e6;
const run: readonly TestSpan[] = [
  { name: 'agent', duration: 100 },
  { name: 'tool', parent: 0, start: 10, duration: 20 },
  { name: 'model', parent: 0, start: 40 },
];
const rows = (...args: Parameters<typeof appended>): ToPanel => ({ type: 'trace.rows', rows: appended(...args) });
/** Times in milliseconds after the base of the test's rows. */
const paused = (...pauses: readonly (readonly [from: number, to?: number])[]): ToPanel => ({
  type: 'paused.set', traceId: 't',
  paused: pauses.map(([from, to]) => [String(1_000_000_000 + from * ms), ...(to === undefined ? [] : [String(1_000_000_000 + to * ms)])] as const as readonly [string, string?]),
});
const timesOf = (panel: Panel): readonly (readonly [number, number])[] => {
  const { rows: { start, duration, count } } = panel.trace.value!;
  return Array.from({ length: count }, (_, row) => [start[row]! / ms, duration[row]! / ms] as const);
};

function open(saved?: unknown): { host: FakeHost; panel: Panel } {
  const host = new FakeHost(saved), panel = new Panel(host, host.nextFrame);
  panel.start();
  host.say(show('t'));
  return { host, panel };
}

describe('a panel with pauses', () => {
  it('shows recorded times until paused time is folded, and again after that', () => {
    const { host, panel } = open();
    host.say(paused([20, 25], [60, 90]), rows(run));
    expect(timesOf(panel)).toEqual([[0, 100], [10, 20], [40, NaN]]);
    panel.view.foldsPaused.value = true;
    expect(timesOf(panel)).toEqual([[0, 65], [10, 15], [35, NaN]]);
    expect(panel.trace.value?.step).toMatchObject({ isReset: false, isRetimed: true });
    panel.view.foldsPaused.value = false;
    expect(timesOf(panel)).toEqual([[0, 100], [10, 20], [40, NaN]]);
  });

  it('shows the same part of the run before and after', () => {
    const { host, panel } = open();
    host.say(paused([20, 25]), rows(run));
    panel.view.range.value = [10 * ms, 50 * ms];
    panel.view.foldsPaused.value = true;
    expect(panel.view.range.value).toEqual([10 * ms, 45 * ms]);
    panel.view.foldsPaused.value = false;
    expect(panel.view.range.value).toEqual([10 * ms, 50 * ms]);
  });

  it('remembers that, with the part that was shown', () => {
    const { host, panel } = open();
    host.say(paused([20, 25]), rows(run));
    panel.view.foldsPaused.value = true;
    panel.view.range.value = [10 * ms, 45 * ms];
    panel.save();
    const again = open(host.saved);
    again.host.say(paused([20, 25]), rows(run));
    expect(timesOf(again.panel)[1]).toEqual([10, 15]);
    expect(again.panel.view.range.value).toEqual([10 * ms, 45 * ms]);
  });

  it('lets its present stand still during a pause, and go on after it', () => {
    const { host, panel } = open({ version: 1, traceId: 't', foldsPaused: true });
    host.say(paused([20]), rows(run));
    panel.clock.set(String(1_000_000_000 + 70 * ms));
    expect(panel.now(panel.trace.value!)).toBe(20 * ms);
    host.say(paused([20, 60]));
    expect(panel.now(panel.trace.value!)).toBe(30 * ms);
    expect(timesOf(panel)[2]).toEqual([20, NaN]);
  });

  it('finds collapsed rows again by what was recorded, folded or not', () => {
    const { host, panel } = open({ version: 1, traceId: 't', foldsPaused: true });
    host.say(paused([5, 9]), rows(run));
    const folded = stableKey(panel.trace.value!, 1);
    panel.view.foldsPaused.value = false;
    expect(stableKey(panel.trace.value!, 1)).toBe(folded);
  });

  it('passes over the pauses of another trace, and forgets those of the one before', () => {
    const { host, panel } = open();
    host.say(paused([20, 25]), rows(run));
    host.say({ type: 'paused.set', traceId: 'other', paused: [] });
    expect(panel.trace.value?.paused.isEmpty).toBe(false);
    host.say(show('other'), { type: 'trace.rows', rows: { ...appended(run), traceId: 'other' } });
    expect(panel.trace.value?.paused.isEmpty).toBe(true);
  });

  it('knows where the program stands, and what that is part of', () => {
    const { host, panel } = open();
    host.say(rows(run), { type: 'standing.set', traceId: 't', standing: { epoch: 1, rows: [1, 99] } });
    expect(panel.stands.value).toEqual({ at: new Set([1]), above: new Set([0]) });
    host.say({ type: 'standing.set', traceId: 't', standing: undefined });
    expect(panel.stands.value.at.size).toBe(0);
  });
});

describe('a fold of paused time', () => {
  const span = fc.record({ start: fc.integer({ min: 0, max: 300 }), duration: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }) });
  const pauses = fc.array(fc.tuple(fc.integer({ min: -20, max: 300 }), fc.integer({ min: 1, max: 80 })), { maxLength: 5 });

  it('gives rows that come and change one after the other the same times as all at once', () => {
    fc.assert(fc.property(fc.array(span, { minLength: 2, maxLength: 12 }), pauses, fc.nat(), (times, stood, at) => {
      const first: TestSpan[] = times.map(({ start, duration }, i) => ({ name: `s${i}`, parent: i - 1, start, ...(duration === undefined ? {} : { duration }) }));
      const cut = 1 + (at % (first.length - 1)), last = first.map((each, i) => (i === 0 ? { ...each, start: 7, duration: 50 } : each));
      const time = new PausedTime(stood.map(([from, length]) => ({ from: from * ms, to: (from + length) * ms })));
      const builder = new TraceBuilder(), fold = new PausedFold();
      fold.apply(builder.apply(appended(first, 0, cut))!, time, true);
      fold.apply(builder.apply(appended(first, cut))!, time, true);
      const grown = fold.apply(builder.apply(changed(last, [0]))!, time, true);
      const whole = new PausedFold().apply(new TraceBuilder().apply(appended(last))!, time, true);
      for (const column of ['start', 'duration'] as const) expect([...grown.rows[column].subarray(0, last.length)]).toEqual([...whole.rows[column].subarray(0, last.length)]);
    }));
  });
});

import { describe, expect, test } from 'vitest';
import { Numbers } from '../../../../src/analysis/numbers.ts';
import { PausedTime } from '../../../../src/analysis/pausedTime.ts';
import { pausedBands, pausedText } from '../../../../webview/flame/pausedBands.ts';
import type { Scene } from '../../../../webview/flame/scene.ts';
import { traceOf } from '../../analysis/drawn.ts';
import type { SpanSpec } from '../../analysis/drawn.ts';
import { sceneOf } from './support.ts';

const spans: SpanSpec[] = [
  { name: 'run', parent: -1, start: 0, end: 100, role: 'agent' },
  { name: 'ls', parent: 0, start: 10, end: 12, role: 'tool' },
  { name: 'ls', parent: 0, start: 20, end: 22, role: 'tool' },
  { name: 'ls', parent: 0, start: 30, end: 60, role: 'tool' },
];
const range = { from: 0, to: 100 };

/** A scene whose program stood in the debugger; as the panel gives it, with folded times in the place of the recorded ones. */
function scene(pauses: readonly (readonly [from: number, to: number])[], isFolded = false): Scene {
  const { rows, texts } = traceOf(spans), paused = new PausedTime(pauses.map(([from, to]) => ({ from, to }))), made = sceneOf({ rows, texts });
  const start = rows.start.map((at) => paused.folded(at)), duration = rows.duration.map((ns, row) => paused.folded((rows.start[row] as number) + ns) - (start[row] as number));
  made.setTrace(isFolded ? { ...rows, start, duration } : rows, texts, new Map(), { retimed: true, pauses: { paused, isFolded, recorded: rows } });
  return made;
}

const places = (made: Scene, scale = 10, part = range): readonly (readonly [number, number, number])[] =>
  pausedBands(made, part, (time) => (time - part.from) * scale).map(({ left, right, ns }) => [left, right, ns] as const);

describe('paused time in the chart', () => {
  test('stands where it was, as long as it was', () => {
    expect(places(scene([[15, 18], [40, 50]]))).toEqual([[150, 180, 3], [400, 500, 10]]);
    expect(places(scene([[15, 18], [40, 50]]), 10, { from: 42, to: 44 })).toEqual([[-20, 80, 10]]);
  });

  test('is one band where pauses lie closer together than can be told apart', () => {
    expect(places(scene([[15, 18], [19, 25], [40, 41]]), 1)).toEqual([[15, 25, 9], [40, 41, 1]]);
  });

  test('reaches to the present while it goes on', () => {
    const made = scene([[40, Infinity]]);
    made.recordedNow = 75;
    const [band] = pausedBands(made, range, (time) => time);
    expect([band?.left, band?.right, band && pausedText(band, new Numbers('en')).replaceAll('\u00a0', ' ')]).toEqual([40, 75, 'paused 35 ns …']);
  });

  test('is a narrow break where it was folded away, and knows how long it was', () => {
    expect(places(scene([[15, 18], [40, 50]], true))).toEqual([[144, 156, 3], [364, 376, 10]]);
    // At the edge of what is shown too.
    expect(places(scene([[15, 18]], true), 10, { from: 15.1, to: 25 })[0]?.[2]).toBe(3);
  });

  test('that is folded leaves every span in its lane, and folded groups with the end of their last span', () => {
    const recorded = scene([]), folded = scene([[9, 29]], true);
    expect([...folded.layout.lane]).toEqual([...recorded.layout.lane]);
    expect(folded.extent).toEqual({ from: 0, to: 80 });
    folded.setLayout({ root: -1, folded: new Set([folded.texts.indexOf('ls')]) });
    const [group] = folded.layout.groups.values();
    expect(group && [folded.rows.start[group.leader], folded.duration[group.leader]]).toEqual([9, 31]);
  });
});

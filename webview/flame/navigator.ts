import { Calm } from './calm.ts';
import type { TimeRange } from './chartTypes.ts';
import { rulerHeight } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import { barOf } from './hitTest.ts';
import type { Scene } from './scene.ts';
import type { Timeline } from './timeline.ts';

/** Time without anything new after which a range counts as settled. */
const settledMs = 150;

/** What the navigator moves, and whom it tells. */
export interface NavigatorTarget {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly scroller: HTMLElement;
  geometry(): Geometry;
  /** A person is about to move what is shown; `isAway` from the present, which then is not followed any more. */
  onMove(isAway: boolean): void;
  onSettled(range: TimeRange | undefined): void;
}

/** Goes where people want to go: along the time and through the lanes, at once or within a moment. */
export class Navigator {
  readonly #target: NavigatorTarget;
  readonly #settled: Calm;

  constructor(target: NavigatorTarget) {
    this.#target = target;
    this.#settled = new Calm(settledMs, () => target.onSettled(target.timeline.asked));
  }

  dispose(): void {
    this.#settled.stop();
  }

  /** Undefined = all of the run, which is no reason to stop following it. */
  show(range: TimeRange | undefined, tween = true): void {
    this.#target.onMove(range !== undefined);
    this.#target.timeline.go(range, performance.now(), tween && !isStill());
    this.#settled.stir();
  }

  /** Zooms by a factor around a place of the chart, in CSS pixels. */
  zoom(factor: number, x: number): void {
    const geometry = this.#target.geometry(), at = geometry.timeAt(x), { from, to } = geometry.range;
    this.show({ from: at - (at - from) / factor, to: at + (to - at) / factor }, false);
  }

  /** Pans by a part of what is shown. */
  pan(part: number): void {
    const { from, to } = this.#target.geometry().range, ns = (to - from) * part;
    this.show({ from: from + ns, to: to + ns }, false);
  }

  /** One step back or forward in what was shown. */
  step(direction: -1 | 1): void {
    this.#target.onMove(true);
    this.#target.timeline.step(direction, performance.now(), !isStill());
    this.#settled.stir();
  }

  /** Fits the bar of a row into the chart. */
  fit(row: number): void {
    const { scene } = this.#target, shown = scene.layout.shownFor(row);
    if (shown < 0) return;
    const start = scene.rows.start[shown] as number, recorded = scene.duration[shown] as number;
    this.show({ from: start, to: start + Math.max(Number.isNaN(recorded) ? scene.now - start : recorded, 1) });
    this.scrollTo(shown);
  }

  /** Scrolls and, unless the present is followed, pans until the bar of a row can be seen. */
  reveal(row: number): void {
    const { scene, timeline } = this.#target, geometry = this.#target.geometry();
    const shown = scene.layout.shownFor(row), bar = shown < 0 ? undefined : barOf(scene, geometry, shown);
    if (!bar) return;
    this.scrollTo(shown);
    const isInSight = bar.x < geometry.width - 4 && bar.x + bar.width > 4;
    if (isInSight || (timeline.follow && scene.isRunning)) return;
    const span = geometry.range.to - geometry.range.from, start = scene.rows.start[shown] as number;
    this.show({ from: start - span * 0.1, to: start + span * 0.9 });
  }

  scrollTo(row: number): void {
    const { scene, scroller } = this.#target, geometry = this.#target.geometry(), lane = scene.layout.lane[row] ?? -1;
    if (lane < 0) return;
    const top = geometry.y(lane);
    if (top < rulerHeight) scroller.scrollTop += top - rulerHeight - geometry.laneHeight;
    else if (top + geometry.laneHeight > geometry.height) scroller.scrollTop += top + 2 * geometry.laneHeight - geometry.height;
  }
}

/** Whether the person wants no motion. */
export const isStill = (): boolean => document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches;

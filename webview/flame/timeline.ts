import { easeCubicOut, interpolateNumber, tickStep } from 'd3';
import type { TimeRange } from './chartTypes.ts';

const zoomMs = 120;
/** Steps of one gesture that come this fast after one another are one step back. */
const oneGestureMs = 400;
const mostSteps = 100;
/** Where the present stands in a window that follows it. */
const presentAt = 0.9;

/** What the timeline needs to know of the trace. */
export interface TimelineSource {
  readonly extent: TimeRange;
  readonly isRunning: boolean;
  readonly now: number;
}

/**
 * Which part of the run is shown: all of it or a range, with the way back to ranges before, tweens between them, and
 * windows that follow the present.
 */
export class Timeline {
  readonly #source: () => TimelineSource;
  readonly #onChange: () => void;
  #range: TimeRange | undefined;
  #follow = true;
  #tween: { readonly from: TimeRange; readonly to: TimeRange; readonly begun: number; readonly then: TimeRange | undefined } | undefined;
  #back: (TimeRange | undefined)[] = [];
  #forward: (TimeRange | undefined)[] = [];
  #lastStep = -Infinity;

  /** `onChange` is called after every change; the caller draws. */
  constructor(source: () => TimelineSource, onChange: () => void) {
    this.#source = source;
    this.#onChange = onChange;
  }

  /** The range that was asked for; undefined while all of the run shows. */
  get asked(): TimeRange | undefined { return this.#tween ? this.#tween.then : this.#range; }

  get follow(): boolean { return this.#follow; }

  get isMoving(): boolean { return this.#tween !== undefined; }

  /** All of the run. While it goes on the end is a round time ahead, so that bars grow on an axis that stands still. */
  get whole(): TimeRange {
    const { extent, isRunning } = this.#source();
    if (!isRunning) return extent;
    const step = tickStep(0, Math.max(1, extent.to - extent.from), 8);
    return { from: extent.from, to: extent.from + Math.ceil(((extent.to - extent.from) * 1.02) / step) * step };
  }

  /** What is shown at a moment, in milliseconds of `performance.now`. */
  shown(at: number): TimeRange {
    if (!this.#tween) return this.#range ?? this.whole;
    const { from, to, begun } = this.#tween, part = easeCubicOut(Math.min(1, (at - begun) / zoomMs));
    return { from: interpolateNumber(from.from, to.from)(part), to: interpolateNumber(from.to, to.to)(part) };
  }

  /** Goes on with a tween; true while there is one. */
  advance(at: number): boolean {
    if (this.#tween && at - this.#tween.begun >= zoomMs) {
      this.#range = this.#tween.then;
      this.#tween = undefined;
    }
    return this.#tween !== undefined;
  }

  /** Shows a range without a step back: saved state, or the brush while it moves. */
  set(range: TimeRange | undefined, tweenFrom?: number): void {
    const to = range && this.#clamped(range);
    if (tweenFrom === undefined) this.#tween = undefined;
    else this.#tween = { from: this.shown(tweenFrom), to: to ?? this.whole, begun: tweenFrom, then: to };
    if (tweenFrom === undefined) this.#range = to;
    this.#onChange();
  }

  /** Shows a range because a person asked for it, and keeps the way back. */
  go(range: TimeRange | undefined, at: number, tween: boolean): void {
    if (at - this.#lastStep > oneGestureMs || tween) this.#back = [...this.#back.slice(-mostSteps), this.asked];
    this.#lastStep = at;
    this.#forward = [];
    this.set(range, tween ? at : undefined);
  }

  /** One step back (-1) or forward (1) in what was shown; false when there is none. */
  step(direction: -1 | 1, at: number, tween: boolean): boolean {
    const [from, to] = direction < 0 ? [this.#back, this.#forward] : [this.#forward, this.#back];
    if (from.length === 0) return false;
    to.push(this.asked);
    this.#lastStep = -Infinity;
    this.set(from.pop(), tween ? at : undefined);
    return true;
  }

  /** Follows the present, or stays with what is shown. */
  setFollow(follow: boolean, at: number): void {
    if (follow === this.#follow) return;
    const { isRunning } = this.#source();
    if (!follow && isRunning && this.#range === undefined && !this.#tween) this.#range = this.shown(at);
    this.#follow = follow;
    this.#onChange();
  }

  /** Moves a window along with the present. A window of all of the run grows by itself. */
  keepUp(): void {
    const { isRunning, now } = this.#source();
    if (!this.#follow || !isRunning || !this.#range || this.#tween) return;
    const span = this.#range.to - this.#range.from, from = now - span * presentAt;
    if (from > this.#range.from) this.#range = { from, to: from + span };
  }

  /** Forgets ranges of another trace. */
  reset(): void {
    this.#range = this.#tween = undefined;
    this.#back = [];
    this.#forward = [];
  }

  /** The range within the run, at least ten nanoseconds long. Everything at once is no range. */
  #clamped(range: TimeRange): TimeRange | undefined {
    const whole = this.whole, length = whole.to - whole.from;
    const span = Math.min(Math.max(range.to - range.from, Math.min(10, length)), length);
    if (span >= length) return undefined;
    const middle = (range.from + range.to) / 2;
    const from = Math.min(Math.max(middle - span / 2, whole.from), whole.to - span);
    return { from, to: from + span };
  }
}

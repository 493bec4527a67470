import { select, zoom, zoomIdentity } from 'd3';
import type { D3ZoomEvent, ZoomBehavior, ZoomTransform } from 'd3';
import type { TimeRange } from './chartTypes.ts';
import { sidePadding } from './geometry.ts';

/** Pixels that a pointer may wander between down and up of a click. */
const clickSlack = 4;
const lineHeight = 20;

/** What gestures act on. */
export interface GestureTarget {
  readonly scroller: HTMLElement;
  readonly wheelZooms: boolean;
  /** CSS pixels. */
  width(): number;
  whole(): TimeRange;
  shown(): TimeRange;
  /** Shows a range because somebody zoomed or panned. */
  move(range: TimeRange): void;
  /** Somebody drags out a range, in CSS pixels; `done` at the end. */
  drag(from: number, to: number, done: boolean): void;
}

/**
 * Wheel, pinch and drag: d3-zoom recognizes them, the range stays the truth. Its transform is made from the range before
 * every gesture, and turned back into a range after every step.
 */
export class Gestures {
  readonly #node: HTMLElement;
  readonly #target: GestureTarget;
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>;
  readonly #stop = new AbortController();
  #scrolledFrom = 0;

  constructor(node: HTMLElement, target: GestureTarget) {
    this.#node = node;
    this.#target = target;
    this.#zoom = zoom<HTMLElement, unknown>()
      .filter((event: Event) => this.#isForZoom(event))
      .wheelDelta(wheelDelta)
      .clickDistance(clickSlack)
      .on('start', () => { this.#scrolledFrom = target.scroller.scrollTop; })
      .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => this.#onZoom(event));
    select(node).call(this.#zoom).on('dblclick.zoom', null);
    const { signal } = this.#stop;
    node.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false, signal });
    node.addEventListener('pointerdown', (event) => this.#onPointerDown(event), { signal });
  }

  dispose(): void {
    this.#stop.abort();
    select(this.#node).on('.zoom', null);
  }

  /** Tells d3 what is shown now, so that the next gesture goes on from there. */
  sync(): void {
    const shown = this.#target.shown(), whole = this.#target.whole(), length = whole.to - whole.from;
    const scale = length / (shown.to - shown.from), perNs = (this.#target.width() - 2 * sidePadding) / length;
    const x = sidePadding - scale * sidePadding - scale * perNs * (shown.from - whole.from);
    this.#zoom.scaleExtent([1, Math.max(1, length / 10)]);
    (this.#node as HTMLElement & { __zoom?: ZoomTransform }).__zoom = zoomIdentity.translate(x, 0).scale(scale);
  }

  #isForZoom(event: Event): boolean {
    if (event instanceof WheelEvent) return event.ctrlKey || event.metaKey || (this.#target.wheelZooms && !event.shiftKey && !isSideways(event));
    return event instanceof MouseEvent ? event.button === 0 && !event.shiftKey && !event.ctrlKey : true;
  }

  #onZoom({ transform, sourceEvent }: D3ZoomEvent<HTMLElement, unknown>): void {
    if (!sourceEvent) return;
    const { scroller } = this.#target, whole = this.#target.whole(), length = whole.to - whole.from;
    const perNs = ((this.#target.width() - 2 * sidePadding) / length) * transform.k;
    const from = whole.from + (sidePadding - transform.k * sidePadding - transform.x) / perNs;
    // A dragged chart goes along in both directions; zooming keeps the rows where they are.
    if (sourceEvent instanceof MouseEvent && !(sourceEvent instanceof WheelEvent)) scroller.scrollTop = this.#scrolledFrom - transform.y;
    this.#target.move({ from, to: from + length / transform.k });
  }

  /** Shift or a sideways swipe pans; without a modifier the browser scrolls the rows. */
  #onWheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey || !(event.shiftKey || isSideways(event))) return;
    event.preventDefault();
    const shown = this.#target.shown(), delta = (event.deltaX || event.deltaY) * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? lineHeight : 1);
    const ns = (delta / (this.#target.width() - 2 * sidePadding)) * (shown.to - shown.from);
    this.#target.move({ from: shown.from + ns, to: shown.to + ns });
  }

  #onPointerDown(event: PointerEvent): void {
    if (!event.shiftKey || event.button !== 0) return;
    const { left } = this.#node.getBoundingClientRect(), from = event.clientX - left;
    const ends = new AbortController(), { signal } = ends;
    const drag = (to: number, done: boolean): void => this.#target.drag(Math.min(from, to), Math.max(from, to), done);
    this.#node.setPointerCapture(event.pointerId);
    this.#node.addEventListener('pointermove', (move) => drag(move.clientX - left, false), { signal });
    this.#node.addEventListener('pointerup', (up) => {
      ends.abort();
      drag(up.clientX - left, true);
    }, { signal });
    this.#node.addEventListener('pointercancel', () => ends.abort(), { signal });
    event.preventDefault();
  }
}

const isSideways = (event: WheelEvent): boolean => Math.abs(event.deltaX) > Math.abs(event.deltaY);

/** How far one event zooms, as a power of two. Browsers report a pinch as small steps of a wheel with Ctrl. */
function wheelDelta(event: WheelEvent): number {
  const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.05 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 1 : 0.002;
  const isPinch = event.ctrlKey && Math.abs(event.deltaY) < 50;
  return -event.deltaY * step * (isPinch ? 10 : 2.5);
}

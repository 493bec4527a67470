import type { EncodeSpan } from './format.ts';

/** Spans as encoders take them: one trace after the other, by start, the longest first where several begin together. */
export function inOrder(spans: readonly EncodeSpan[]): EncodeSpan[] {
  return [...Map.groupBy(spans, ({ traceId }) => traceId).values()].flatMap((members) => members.toSorted((left, right) =>
    compare(left.startUnixNano, right.startUnixNano) || compare(endOf(right), endOf(left))));
}

/** Something that runs on a lane; what it is to the one who put it there. */
interface Running<T> { readonly spanId: string; readonly end: bigint; readonly item: T }

/**
 * Puts spans of one group on lanes, so that on each of them spans nest: whatever begins inside of another one ends inside of it.
 * Spans come by their starts. A span goes to the lane of its parent if it fits there, otherwise to one where nothing runs; open spans
 * are as long as can be. O(log n) a span, and no more is held than what runs.
 */
export class Lanes<T> {
  private readonly running: Running<T>[][] = [];
  private readonly laneOf = new Map<string, number>();
  private readonly free = new LaneHeap();
  private readonly onEnd: (lane: number, end: bigint, item: T) => void;

  /** `onEnd` is told what has ended on a lane before something else begins there, the inner ones first. */
  constructor(onEnd: (lane: number, end: bigint, item: T) => void) { this.onEnd = onEnd; }

  /** The lane of the next span, from 0. */
  place(span: EncodeSpan, item: T): number {
    const start = span.startUnixNano, end = endOf(span), parent = this.laneOf.get(span.parentSpanId);
    const lane = parent !== undefined && this.fits(parent, start, end) ? parent : this.free.take(start, (each) => this.outermostEnd(each, start)) ?? this.running.push([]) - 1;
    const stack = this.running[lane] as Running<T>[];
    stack.push({ spanId: span.spanId, end, item });
    this.laneOf.set(span.spanId, lane);
    if (stack.length === 1) this.free.add(lane, end);
    return lane;
  }

  /** Nothing more comes: everything ends. */
  end(): void {
    for (const lane of this.running.keys()) this.endUntil(lane, undefined);
  }

  /** Whether a span lies within what runs on a lane when it begins. */
  private fits(lane: number, start: bigint, end: bigint): boolean {
    const top = this.endUntil(lane, start).at(-1);
    return top === undefined || top.end >= end;
  }

  /** When a lane is free; undefined when nothing runs on it at a time. */
  private outermostEnd(lane: number, time: bigint): bigint | undefined { return this.endUntil(lane, time)[0]?.end; }

  /** What still runs on a lane at a time. */
  private endUntil(lane: number, time: bigint | undefined): readonly Running<T>[] {
    const stack = this.running[lane] as Running<T>[];
    for (let top = stack.at(-1); top !== undefined && (time === undefined || top.end <= time); top = stack.at(-1)) {
      stack.pop();
      this.laneOf.delete(top.spanId);
      this.onEnd(lane, top.end, top.item);
    }
    return stack;
  }
}

/** When a span ends; a number beyond all times when it is open. */
export const endOf = ({ startUnixNano: start, endUnixNano: end }: EncodeSpan): bigint => (end === 0n ? 1n << 70n : end < start ? start : end);

const compare = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0);

/** Lanes by the time at which they are free, the earliest first. */
class LaneHeap {
  private readonly items: { readonly lane: number; readonly until: bigint }[] = [];

  add(lane: number, until: bigint): void {
    const { items } = this;
    let at = items.push({ lane, until }) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (this.until(up) <= this.until(at)) break;
      this.swap(at, up);
      at = up;
    }
  }

  /** Takes a lane that is free at a time; `untilOf` tells until when it is taken again, since it was added. */
  take(time: bigint, untilOf: (lane: number) => bigint | undefined): number | undefined {
    while (this.items.length > 0 && this.until(0) <= time) {
      const { lane } = this.remove();
      const until = untilOf(lane);
      if (until === undefined) return lane;
      this.add(lane, until);
    }
    return undefined;
  }

  private remove(): { readonly lane: number } {
    const { items } = this, first = items[0] as { readonly lane: number; readonly until: bigint }, last = items.pop();
    if (items.length > 0 && last !== undefined) items[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [at * 2 + 1, at * 2 + 2]) if (child < items.length && this.until(child) < this.until(least)) least = child;
      if (least === at) return first;
      this.swap(at, least);
      at = least;
    }
  }

  private until(at: number): bigint { return (this.items[at] as { readonly until: bigint }).until; }

  private swap(left: number, right: number): void {
    const { items } = this, kept = items[left] as { readonly lane: number; readonly until: bigint };
    items[left] = items[right] as { readonly lane: number; readonly until: bigint };
    items[right] = kept;
  }
}

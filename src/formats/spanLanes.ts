import type { EncodeSpan } from './format.ts';

/** Where a span is drawn: on the thread `lane` (from 0) of its group. */
export interface Placed { readonly span: EncodeSpan; lane: number }

/**
 * Puts spans of one group on lanes, so that on each of them spans nest: whatever begins inside of another one ends inside of it.
 * A span goes to the lane of its parent if it fits there, otherwise to one where nothing runs. Gives the spans in the order of their starts, the
 * longest first where several begin together; open spans are as long as can be. O(n log n).
 */
export function placeOnLanes(spans: readonly EncodeSpan[]): Placed[] {
  const placed = spans.map((span): Placed => ({ span, lane: -1 })).sort((left, right) => compare(left.span.startUnixNano, right.span.startUnixNano) || compareEnds(right.span, left.span));
  const byId = new Map(placed.map((each) => [each.span.spanId, each]));
  const running: EncodeSpan[][] = [], free = new LaneHeap();
  for (const each of placed) {
    const { span } = each, parent = byId.get(span.parentSpanId);
    if (parent !== undefined && parent.lane >= 0 && fits(running[parent.lane] as EncodeSpan[], span)) each.lane = parent.lane;
    else each.lane = free.take(span.startUnixNano, (lane) => outermostEnd(running[lane] as EncodeSpan[], span.startUnixNano)) ?? running.push([]) - 1;
    const lane = running[each.lane] as EncodeSpan[];
    lane.push(span);
    if (lane.length === 1) free.add(each.lane, endOf(span));
  }
  return placed;
}

/** When a span ends; a number beyond all times when it is open. */
export const endOf = ({ startUnixNano: start, endUnixNano: end }: EncodeSpan): bigint => (end === 0n ? 1n << 70n : end < start ? start : end);

const compare = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0);
const compareEnds = (left: EncodeSpan, right: EncodeSpan): number => compare(endOf(left), endOf(right));

/** Whether a span lies within what runs on a lane when it begins; what has ended is taken from the lane. */
function fits(lane: EncodeSpan[], span: EncodeSpan): boolean {
  removeEnded(lane, span.startUnixNano);
  const top = lane.at(-1);
  return top === undefined || endOf(top) >= endOf(span);
}

function removeEnded(lane: EncodeSpan[], time: bigint): void {
  for (let top = lane.at(-1); top !== undefined && endOf(top) <= time; top = lane.at(-1)) lane.pop();
}

/** When a lane is free; undefined when nothing runs on it at a time. */
function outermostEnd(lane: EncodeSpan[], time: bigint): bigint | undefined {
  removeEnded(lane, time);
  const [outermost] = lane;
  return outermost === undefined ? undefined : endOf(outermost);
}

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

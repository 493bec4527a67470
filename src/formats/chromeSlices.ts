import { acts } from './chromeEvents.ts';
import type { ChromeEvents } from './chromeEvents.ts';

const none = -1;

/** What the events of a file are together. All indexes are those of events; a slice is the event that begins it. */
export interface Slices {
  /** The events that begin a slice, in their order. */
  readonly list: Uint32Array;
  /** By event: when a slice ends, in ns after the base; Infinity while it is open. */
  readonly end: Float64Array;
  /** By event: the slice around a slice, -1 for none. */
  readonly parent: Int32Array;
  /** By event: the event that ends a slice, -1 for none. */
  readonly closing: Int32Array;
  /** By event: 1 where a slice overlaps another one of its lane without lying in it. */
  readonly overlaps: Uint8Array;
  /** Instants by the slice that they happened in, and links from a slice to the one that led to it. */
  readonly instants: ReadonlyMap<number, readonly number[]>;
  readonly links: ReadonlyMap<number, readonly FlowLink[]>;
  readonly unmatchedEnds: number;
  readonly looseInstants: number;
}

/** `event` is the flow event that says so. */
export interface FlowLink { readonly from: number; readonly event: number }

/**
 * Finds out which slices there are, and which lies in which: on each lane ends close the last begin of their name, and what
 * begins later and ends sooner is inside. Of slices that begin together the longest is outside. No recursion, O(n log n).
 */
export function findSlices(events: ChromeEvents): Slices { return new SliceFinder(events).find(); }

class SliceFinder {
  private readonly events: ChromeEvents;
  private readonly end: Float64Array;
  private readonly parent: Int32Array;
  private readonly closing: Int32Array;
  private readonly overlaps: Uint8Array;
  private readonly instants = new Map<number, number[]>();
  private readonly flows: { readonly event: number; readonly slice: number }[] = [];
  private readonly stack: number[] = [];
  private unmatchedEnds = 0;
  private looseInstants = 0;

  constructor(events: ChromeEvents) {
    this.events = events;
    this.end = new Float64Array(events.count);
    this.parent = new Int32Array(events.count).fill(none);
    this.closing = new Int32Array(events.count).fill(none);
    this.overlaps = new Uint8Array(events.count);
  }

  find(): Slices {
    const { act, count } = this.events;
    let slices = 0;
    for (let at = 0; at < count; at++) if (act[at] as number <= acts.begin) slices++;
    const list = new Uint32Array(slices);
    for (let at = 0, to = 0; at < count; at++) if (act[at] as number <= acts.begin) list[to++] = at;
    this.forEachLane((members) => {
      this.matchEnds(members);
      this.nest(members);
    });
    const { end, parent, closing, overlaps, instants, unmatchedEnds, looseInstants } = this;
    return { list, end, parent, closing, overlaps, instants, links: this.links(), unmatchedEnds, looseInstants };
  }

  /** Hands the events of each lane over, in the order of their times; of equal times in that of the file. */
  private forEachLane(visit: (members: Uint32Array) => void): void {
    const { lane, count, lanes, at } = this.events;
    const starts = new Uint32Array(lanes.length + 1), next = new Uint32Array(lanes.length);
    for (let event = 0; event < count; event++) starts[(lane[event] as number) + 1] = (starts[(lane[event] as number) + 1] as number) + 1;
    for (let i = 0; i < lanes.length; i++) next[i] = starts[i + 1] = (starts[i] as number) + (starts[i + 1] as number);
    const sorted = new Uint32Array(count);
    for (let event = count - 1; event >= 0; event--) {
      const own = lane[event] as number, to = next[own] = (next[own] as number) - 1;
      sorted[to] = event;
    }
    for (let i = 0; i < lanes.length; i++) {
      const members = sorted.subarray(starts[i], starts[i + 1]);
      sortUnlessSorted(members, (left, right) => (at[left] as number) - (at[right] as number) || left - right);
      visit(members);
    }
  }

  /** Finds the end of each slice. An end without a name closes the last begin, others the last one of their name. */
  private matchEnds(members: Uint32Array): void {
    const { act, at, duration, name } = this.events, { stack } = this;
    stack.length = 0;
    for (const event of members) {
      const own = act[event] as number;
      if (own === acts.slice) this.end[event] = (at[event] as number) + (duration[event] as number);
      else if (own === acts.begin) {
        this.end[event] = Infinity;
        stack.push(event);
      } else if (own === acts.end) this.close(event, name);
    }
  }

  private close(event: number, name: Uint32Array): void {
    const { stack } = this;
    let from = stack.length - 1;
    if (name[event] !== 0) while (from >= 0 && name[stack[from] as number] !== name[event]) from--;
    if (from < 0) {
      this.unmatchedEnds++;
      return;
    }
    const begin = stack[from] as number;
    if (from === stack.length - 1) stack.pop(); else stack.splice(from, 1);
    this.end[begin] = this.events.at[event] as number;
    this.closing[begin] = event;
  }

  /** The events whose acts lie between two. */
  private those(members: Uint32Array, first: number, last: number): Uint32Array {
    const { act } = this.events, found = new Uint32Array(members.length);
    let count = 0;
    for (let i = 0; i < members.length; i++) {
      const event = members[i] as number, own = act[event] as number;
      if (own >= first && own <= last) found[count++] = event;
    }
    return found.subarray(0, count);
  }

  private nest(members: Uint32Array): void {
    const { at } = this.events, { end, stack } = this;
    const slices = this.those(members, acts.slice, acts.begin), others = this.those(members, acts.instant, acts.flowEndAtNext);
    sortUnlessSorted(slices, (left, right) => (at[left] as number) - (at[right] as number) || (end[right] === end[left] ? left - right : (end[right] as number) - (end[left] as number)));
    stack.length = 0;
    const waiting: number[] = [];
    let other = 0;
    for (const slice of slices) {
      const start = at[slice] as number;
      for (; other < others.length && (at[others[other] as number] as number) < start; other++) this.place(others[other] as number, waiting);
      while (stack.length > 0 && (end[stack[stack.length - 1] as number] as number) <= start) stack.pop();
      this.enter(slice);
      if (waiting.length > 0) for (const flow of waiting.splice(0)) this.flows.push({ event: flow, slice });
    }
    for (; other < others.length; other++) this.place(others[other] as number, waiting);
  }

  /** Puts a slice into the innermost one that holds all of it. */
  private enter(slice: number): void {
    const { end, stack } = this;
    let around = stack.length - 1;
    while (around >= 0 && (end[stack[around] as number] as number) < (end[slice] as number)) around--;
    if (around < stack.length - 1) this.overlaps[slice] = 1;
    if (around >= 0) this.parent[slice] = stack[around] as number;
    stack.push(slice);
  }

  /** Gives an instant or a flow to the slice in which it happened. */
  private place(event: number, waiting: number[]): void {
    const { act, at } = this.events, { end, stack } = this, time = at[event] as number;
    while (stack.length > 0 && (end[stack[stack.length - 1] as number] as number) < time) stack.pop();
    const slice = stack.at(-1), isInstant = act[event] === acts.instant;
    if (act[event] === acts.flowEndAtNext && (slice === undefined || at[slice] !== time)) waiting.push(event);
    else if (slice !== undefined && isInstant) add(this.instants, slice, event);
    else if (slice !== undefined) this.flows.push({ event, slice });
    else if (isInstant) this.looseInstants++;
  }

  /** Each step of a flow is a link to the step before. */
  private links(): Map<number, FlowLink[]> {
    const { act, at, flow } = this.events, last = new Map<number, number>(), links = new Map<number, FlowLink[]>();
    this.flows.sort((left, right) => (at[left.event] as number) - (at[right.event] as number) || (act[left.event] as number) - (act[right.event] as number) || left.event - right.event);
    for (const { event, slice } of this.flows) {
      const id = flow[event] as number, from = last.get(id);
      if (act[event] !== acts.flowStart && from !== undefined) add(links, slice, { from, event });
      if (act[event] === acts.flowStart || act[event] === acts.flowStep) last.set(id, slice);
    }
    return links;
  }
}

function sortUnlessSorted(members: Uint32Array, compare: (left: number, right: number) => number): void {
  for (let i = 1; i < members.length; i++) {
    if (compare(members[i - 1] as number, members[i] as number) <= 0) continue;
    members.sort(compare);
    return;
  }
}

function add<V>(lists: Map<number, V[]>, key: number, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]); else list.push(value);
}

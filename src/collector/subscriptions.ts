import { shownIdLength } from '../analysis/shownLabel.ts';
import { markBit } from '../model/span.ts';
import type { RowFigures } from '../model/traceRows.ts';
import type { CollectorEvent } from '../protocol/collector.ts';
import { bytesPerRow, packChangedRows, packRows, unpackRows } from '../protocol/rows.ts';
import type { RowsMessage } from '../protocol/rows.ts';
import { RowChanges } from './store/rowChanges.ts';
import type { RowSource } from './store/outlines.ts';
import type { TraceColumns } from './store/traceColumns.ts';
import { nowUnixNano } from './traceSearch.ts';
import type { TraceSources } from './traceSources.ts';

const placeholder = markBit('placeholder');
const frameMs = 16;
/** So much time a page has to draw the outline of a trace before the trace itself is read. */
const drawMs = 300;
const mostInFlight = 2, mostBytesInFlight = 2 * 1024 * 1024;
/** Two messages of this size are the most that may be in flight. */
const rowsPerMessage = Math.floor(mostBytesInFlight / mostInFlight / (bytesPerRow + 4));
/** Where rows come faster than programs make them, as from a file, they wait for each other: whoever draws them begins anew with each message. */
const fewRows = 1000, gatherMs = 60;

export type Emit = (event: CollectorEvent, transfer?: readonly ArrayBuffer[]) => void;

interface Subscription {
  readonly id: number;
  readonly traceId: string;
  readonly changes: RowChanges;
  trace: TraceColumns | undefined;
  /** What is shown of a stored trace until it is read. */
  outline: RowSource | undefined;
  reading: NodeJS.Timeout | undefined;
  epoch: number;
  toldTexts: number;
  toldLeftOut: number;
  /** When rows were sent last, and when some came last, by `performance.now`. */
  sentAt: number;
  cameAt: number;
  gathering: NodeJS.Timeout | undefined;
  /** The revision of the last message: each has its own, so that each can be acknowledged. */
  revision: number;
  /** Revisions of messages that were not acknowledged yet, in the order of sending. */
  readonly inFlight: number[];
}

/**
 * Sends the rows of traces to those who show them: at most once a frame, first the changed rows, then the new ones, and
 * no more than two messages ahead of what was acknowledged. A trace with a subscription stays in memory.
 */
export class Subscriptions {
  private readonly store: TraceSources;
  private readonly emit: Emit;
  private readonly subscriptions = new Map<number, Subscription>();
  private timer: NodeJS.Timeout | undefined;
  private lastFrame = 0;

  constructor(store: TraceSources, emit: Emit) {
    this.store = store;
    this.emit = emit;
  }

  /** Begins with everything that is there; says so when there is nothing. */
  add(id: number, traceId: string): void {
    this.remove(id);
    const subscription: Subscription = { id, traceId, changes: new RowChanges(), trace: undefined, outline: this.store.outlineOf(traceId), reading: undefined, epoch: 0, toldTexts: 0, toldLeftOut: 0, sentAt: -Infinity, cameAt: -Infinity, gathering: undefined, revision: 0, inFlight: [] };
    this.subscriptions.set(id, subscription);
    this.store.pin(traceId);
    if (subscription.outline !== undefined || this.attach(subscription)) this.send(subscription);
    else this.emit({ type: 'trace.gone', subscription: id, traceId });
  }

  remove(id: number): void {
    const subscription = this.subscriptions.get(id);
    if (subscription === undefined) return;
    this.subscriptions.delete(id);
    clearTimeout(subscription.reading);
    clearTimeout(subscription.gathering);
    subscription.trace?.unwatch(subscription.changes);
    this.store.unpin(subscription.traceId);
  }

  /** The rows of a message have been shown. */
  acknowledge(id: number, revision: number): void {
    const subscription = this.subscriptions.get(id);
    const at = subscription?.inFlight.indexOf(revision) ?? -1;
    if (subscription === undefined || at < 0) return;
    subscription.inFlight.splice(0, at + 1);
    // What is waiting already need not wait for a frame.
    if (subscription.changes.told < ((subscription.trace ?? subscription.outline)?.count ?? 0)) this.send(subscription);
    else if (subscription.outline === undefined) this.schedule();
    else subscription.reading ??= setTimeout(() => { if (this.attach(subscription)) this.send(subscription); }, drawMs);
  }

  /** Something arrived for a trace. */
  changed(traceId: string): void {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.traceId !== traceId) continue;
      subscription.cameAt = performance.now();
      // Nobody noted what differs from the outline, so everything is told anew.
      if (subscription.outline !== undefined && this.attach(subscription)) subscription.epoch = 0;
      this.schedule();
    }
  }

  /** Traces were deleted. */
  removed(traceIds: readonly string[]): void {
    const gone = new Set(traceIds);
    for (const subscription of this.subscriptions.values()) {
      const { trace, outline } = subscription;
      if ((trace ?? outline) === undefined || !gone.has(subscription.traceId)) continue;
      clearTimeout(subscription.reading);
      trace?.unwatch(subscription.changes);
      subscription.trace = subscription.outline = undefined;
      subscription.inFlight.length = 0;
      this.emit({ type: 'trace.gone', subscription: subscription.id, traceId: subscription.traceId });
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const id of this.subscriptions.keys()) this.remove(id);
  }

  private schedule(): void {
    const wait = Math.max(0, this.lastFrame + frameMs - performance.now());
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.lastFrame = performance.now();
      for (const subscription of this.subscriptions.values()) if (subscription.outline === undefined && this.attach(subscription)) this.send(subscription);
    }, wait);
  }

  private attach(subscription: Subscription): boolean {
    if (subscription.trace !== undefined) return true;
    const trace = this.store.trace(subscription.traceId);
    if (trace === undefined) return false;
    subscription.trace = trace;
    subscription.outline = undefined;
    trace.watch(subscription.changes);
    return true;
  }

  private send(subscription: Subscription): void {
    const { changes, inFlight } = subscription;
    subscription.trace?.settle();
    const trace = subscription.trace ?? subscription.outline, summary = this.store.summaryOf(subscription.traceId);
    if (trace === undefined || summary === undefined) return;
    if (subscription.epoch !== trace.epoch) {
      subscription.epoch = trace.epoch;
      subscription.toldTexts = 0;
      changes.reset();
    }
    const waiting = trace.count - changes.told, sinceMs = performance.now() - subscription.sentAt;
    if (waiting > fewRows && waiting < rowsPerMessage && subscription.cameAt > subscription.sentAt && sinceMs < gatherMs) {
      subscription.gathering ??= setTimeout(() => {
        subscription.gathering = undefined;
        this.send(subscription);
      }, gatherMs - sinceMs);
      return;
    }
    while (inFlight.length < mostInFlight) {
      const rows = takeNext(trace, changes) ?? (isMuchMore(summary.leftOut ?? 0, subscription.toldLeftOut) ? noRows(changes) : undefined);
      if (rows === undefined) return;
      subscription.toldLeftOut = summary.leftOut ?? 0;
      const { texts } = trace.texts;
      const message: RowsMessage = {
        traceId: subscription.traceId, epoch: trace.epoch, revision: ++subscription.revision, baseUnixNano: String(trace.times.base),
        ...rows, firstText: subscription.toldTexts, texts: texts.slice(subscription.toldTexts),
      };
      subscription.toldTexts = texts.length;
      inFlight.push(message.revision);
      subscription.sentAt = performance.now();
      this.emit({ type: 'rows.changed', subscription: subscription.id, rows: message, summary, nowUnixNano: String(nowUnixNano()) }, [message.buffer]);
    }
  }
}

type Rows = Pick<RowsMessage, 'count' | 'firstRow' | 'buffer' | 'figures' | 'awaited'>;

/** What has changed goes first, unless much is new: where one span began when another ended, the end must be known to give both the same lane. */
function takeNext(trace: RowSource, changes: RowChanges): Rows | undefined {
  const left = trace.count - changes.told;
  return (left > rowsPerMessage ? undefined : takeChanged(trace, changes)) ?? (left > 0 ? takeNew(trace, changes) : undefined);
}

/** Of spans that are on disk alone only the number is told, and not every time: people read it rounded. */
const isMuchMore = (leftOut: number, told: number): boolean => leftOut > told * 1.005;
const noRows = ({ told }: RowChanges): Rows => ({ count: 0, firstRow: told, buffer: new ArrayBuffer(0), figures: [] });

function takeNew(trace: RowSource, changes: RowChanges): Rows {
  const from = changes.told, to = Math.min(trace.count, from + rowsPerMessage);
  const buffer = packRows(trace, from, to);
  changes.told = to;
  const { parent } = unpackRows({ buffer, count: to - from, firstRow: from });
  // A parent that is not among what was told yet is told with it, as a change.
  for (let i = 0; i < parent.length; i++) {
    if ((parent[i] as number) < to) continue;
    parent[i] = -1;
    changes.note(from + i);
  }
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  return { count: to - from, firstRow: from, buffer, figures: figuresOf(trace, rows), ...awaitedOf(trace, rows) };
}

/** Changed rows, except those whose parent has not been told yet. */
function takeChanged(trace: RowSource, changes: RowChanges): Rows | undefined {
  const rows: number[] = [];
  for (const row of changes.changed) {
    if (rows.length >= rowsPerMessage) break;
    if ((trace.parent[row] as number) < changes.told) rows.push(row);
  }
  if (rows.length === 0) return undefined;
  for (const row of rows) changes.changed.delete(row);
  return { count: rows.length, firstRow: -1, buffer: packChangedRows(trace, rows), figures: figuresOf(trace, rows), ...awaitedOf(trace, rows) };
}

function figuresOf(trace: RowSource, rows: readonly number[]): [number, RowFigures][] {
  const { figures } = trace.sums;
  if (figures.size === 0) return [];
  return rows.flatMap((row) => {
    const found = figures.get(row);
    return found === undefined ? [] : [[row, found] as [number, RowFigures]];
  });
}

function awaitedOf(trace: RowSource, rows: readonly number[]): Pick<RowsMessage, 'awaited'> {
  const awaited = rows.filter((row) => ((trace.marks[row] as number) & placeholder) !== 0);
  return awaited.length === 0 || trace.spanIdOf === undefined ? {} : { awaited: awaited.map((row) => [row, trace.spanIdOf?.(row).slice(0, shownIdLength) ?? '']) };
}

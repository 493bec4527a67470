import { Buffer } from 'node:buffer';
import { isLost } from '../../analysis/ending.ts';
import { requestLimits } from '../../formats/limits.ts';
import { live } from '../../formats/live.ts';
import { isCovered, joinedPauses, pausedKey, pausedText } from '../../model/recordedPauses.ts';
import type { RecordedPause } from '../../model/recordedPauses.ts';
import { SpanBatch } from '../../model/spanBatch.ts';
import type { ProcessPauses, SessionPauses } from '../../protocol/pauses.ts';
import type { LostSpan } from '../store/storedBatches.ts';
import { parseSummary, summaryOf } from '../store/summaries.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { TraceStore } from '../store/traceStore.ts';
import { pausesAt, pausesIn, processAt, topmostRows } from './recordedPauses.ts';

/** Sessions whose traces may still come or grow. */
const mostSessions = 50;
/** A session's traces are among the newest. */
const mostTraces = 200;
/** Spans that come together are looked at together. */
const usualRestMs = 1000;
const nsPerMilli = 1_000_000n;

/**
 * Keeps with the traces of debug sessions when their programs stood in the debugger: as an attribute of the topmost span of
 * each process, told like the words of a witness, so that it is stored, and goes with every export that holds attributes.
 */
export class PauseKeeper {
  private readonly store: TraceStore;
  private readonly restMs: number;
  private readonly sessions = new Map<string, SessionPauses>();
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /** Tests let it rest shorter. */
  constructor(store: TraceStore, restMs = usualRestMs) {
    this.store = store;
    this.restMs = restMs;
  }

  /** Takes what is known of a session now, in place of what was told of it before. */
  note(told: SessionPauses): void {
    this.sessions.delete(told.session);
    this.sessions.set(told.session, told);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > mostSessions && oldest !== undefined) this.sessions.delete(oldest);
    for (const { traceId, packed } of this.store.newestFirst().slice(0, mostTraces)) {
      if (parseSummary(traceId, packed).session?.id === told.session) this.waiting.add(traceId);
    }
    this.writeAll();
  }

  /** Something came for a trace: spans may come after the pauses that they stood in. */
  changed(traceId: string): void {
    if (this.sessions.size === 0) return;
    this.waiting.add(traceId);
    this.timer ??= setTimeout(() => this.writeAll(), this.restMs).unref();
  }

  close(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private writeAll(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const traceIds = [...this.waiting];
    this.waiting.clear();
    for (const traceId of traceIds) this.write(traceId);
  }

  private write(traceId: string): void {
    const inMemory = this.store.memory.get(traceId), session = inMemory === undefined ? this.store.summaryOf(traceId)?.session : inMemory.contents.session;
    const told = session && this.sessions.get(session.id);
    if (told === undefined) return;
    const trace = inMemory ?? this.store.trace(traceId);
    const updates = trace === undefined ? [] : updatesFor(trace, told);
    if (updates.length === 0) return;
    const bytes = Buffer.from(JSON.stringify(updates)), batch = new SpanBatch(), lost = trace === undefined ? [] : lostAmong(trace, updates);
    live.decode(bytes, batch, { limits: requestLimits, mode: 'strict', signal: 'traces' });
    void this.store.append(batch, { format: live.id, signal: 'traces', bytes });
    // What we say of a span is no sign of life of its program, which was stopped where it stood.
    this.store.connectionEnded(lost);
  }
}

function lostAmong(trace: TraceColumns, updates: readonly Update[]): LostSpan[] {
  return updates.flatMap(({ traceId, spanId }): LostSpan[] => {
    const row = trace.rowOf(spanId), length = row < 0 ? NaN : trace.duration[row] as number;
    if (row < 0 || !isLost(trace, row)) return [];
    return [{ traceId, spanId, heardUntil: Number.isNaN(length) ? undefined : trace.times.startOf(trace, row) + BigInt(length) }];
  });
}

interface Update { readonly type: 'update'; readonly traceId: string; readonly spanId: string; readonly witness: true; readonly attributes: Readonly<Record<string, string>> }

/** Messages of the live protocol that say what a trace does not say yet. */
function updatesFor(trace: TraceColumns, { processes }: SessionPauses): Update[] {
  const { startUnixNano, endUnixNano } = summaryOf(trace), from = milliOf(startUnixNano), to = endUnixNano === undefined ? Infinity : milliOf(endUnixNano) + 1;
  const known = pausesIn(trace), topmost = topmostRows(trace), byRow = new Map<number, RecordedPause[]>();
  for (const { pid, pauses } of processes) {
    const news = joinedPauses(pauses).filter((pause) => pause[1] > from && pause[0] < to && !isCovered(pause, known));
    const row = news.length === 0 ? undefined : rowOf(trace, topmost, pid);
    if (row !== undefined) byRow.set(row, [...(byRow.get(row) ?? []), ...news]);
  }
  return [...byRow].map(([row, news]) => ({
    type: 'update', traceId: trace.traceId, spanId: trace.spanIdOf(row), witness: true,
    attributes: { [pausedKey]: pausedText(joinedPauses([...pausesAt(trace, row), ...news])) },
  }));
}

/** The topmost span of a process, where its spans say which it is; a root of the trace otherwise. */
function rowOf(trace: TraceColumns, topmost: readonly number[], pid: ProcessPauses['pid']): number | undefined {
  const own = pid === undefined ? undefined : topmost.find((row) => String(processAt(trace, row)) === String(pid));
  return own ?? topmost.find((row) => (trace.parent[row] as number) < 0) ?? topmost[0];
}

const milliOf = (unixNano: string): number => Number(BigInt(unixNano) / nsPerMilli);

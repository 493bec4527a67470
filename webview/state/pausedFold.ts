import { PausedTime } from '../../src/analysis/pausedTime.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';
import type { PausedSpans } from '../../src/protocol/panel.ts';
import { shownTime } from './trace.ts';
import type { Trace } from './trace.ts';

/** Puts what the host says about pauses on the trace's axis. */
export function pausedTimeOf(spans: PausedSpans, baseUnixNano: bigint): PausedTime {
  const time = (unixNano: string): number => Number(BigInt(unixNano) - baseUnixNano);
  return spans.length === 0 ? PausedTime.none : new PausedTime(spans.map(([from, to]) => ({ from: time(from), to: to === undefined ? Infinity : time(to) })));
}

/**
 * Leaves paused time out of a trace where that is wanted. Rows are mapped once, when they come or when the pauses
 * change; those that are drawn are plain columns again.
 */
export class PausedFold {
  #start = new Float64Array(0);
  #duration = new Float64Array(0);
  #before: Trace | undefined;

  forget(): void {
    this.#before = undefined;
  }

  /** The trace as it is to be shown. */
  apply(recorded: Trace, paused: PausedTime, isWanted: boolean): Trace {
    const isFolded = isWanted && !paused.isEmpty, { isReset, appendedFrom, changed } = recorded.step;
    const before = isReset || this.#before?.epoch !== recorded.epoch ? undefined : this.#before;
    const isRetimed = before !== undefined && (before.isFolded !== isFolded || (isFolded && before.paused !== paused));
    const shown = { ...recorded, paused, isFolded, step: { ...recorded.step, isRetimed } };
    if (!isFolded) return this.#before = shown;
    if (before === undefined || isRetimed) this.#map(shown, 0, []);
    else this.#map(shown, appendedFrom, changed);
    return this.#before = { ...shown, origin: paused.folded(recorded.origin), rows: this.#view(recorded.rows) };
  }

  #map(trace: Trace, from: number, changed: Iterable<number>): void {
    const { start, duration, count } = trace.recorded.rows;
    if (this.#start.length < count || from === 0) {
      // Views of before are drawn until the next picture, so they stay as they are.
      const known = [this.#start, this.#duration].map((column) => column.subarray(0, from)), room = start.length;
      [this.#start, this.#duration] = known.map((column) => { const larger = new Float64Array(room); larger.set(column); return larger; }) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
    }
    const mapRow = (row: number): void => {
      const begin = start[row] as number, folded = shownTime(trace, begin);
      this.#start[row] = folded;
      this.#duration[row] = shownTime(trace, begin + (duration[row] as number)) - folded;
    };
    for (const row of changed) if (row < from) mapRow(row);
    for (let row = from; row < count; row++) mapRow(row);
  }

  #view(rows: TraceRows): TraceRows {
    return { ...rows, start: this.#start, duration: this.#duration };
  }
}

import { repeatedCalls } from '../../analysis/sameCalls.ts';
import type { TraceRows } from '../../model/traceRows.ts';
import type { FiguresByRow } from './figureTable.ts';

const bytesPerCall = 200;
/** An id that more calls have tells nothing: stand-ins for models may give all answers one. */
const mostSame = 1_000;
const none: readonly number[] = [];

/** The calls of models of a trace by the ids of their answers, and which of them another one counts for. Only calls whose id came again are looked at again. */
export class SameCalls {
  private readonly ids = new Map<number, string>();
  /** The row of an id, or its rows where it came more than once. */
  private readonly rows = new Map<string, number | Set<number>>();
  /** Ids of several rows, one of which was read since. */
  private readonly stale = new Set<string>();
  private readonly repeated = new Set<number>();
  /** Rows that were repeated and have another id now. */
  private left: number[] = [];

  get byteLength(): number { return this.ids.size * bytesPerCall; }

  /** A row was read, anew or again; '' when it is no call with an answer. */
  set(row: number, id: string): void {
    const before = this.ids.get(row);
    if (before !== undefined && before !== id) this.remove(row, before);
    if (id === '') return;
    if (before !== id) this.add(row, id);
    const same = this.rows.get(id);
    if (typeof same === 'object' && same.size <= mostSame + 1) this.stale.add(id);
  }

  /** Rows for which another one counts now, or does not any more. */
  settle(rows: Pick<TraceRows, 'start' | 'duration'>, figures: FiguresByRow): Iterable<number> {
    if (this.stale.size === 0 && this.left.length === 0) return none;
    const changed = this.left;
    for (const id of this.stale) {
      const same = this.rows.get(id);
      if (typeof same !== 'object') continue;
      const now = same.size > mostSame ? new Set() : repeatedCalls(new Map(Array.from(same, (row) => [row, id])), rows, figures);
      for (const row of same) {
        if (now.has(row) === this.repeated.has(row)) continue;
        if (now.has(row)) this.repeated.add(row); else this.repeated.delete(row);
        changed.push(row);
      }
    }
    this.stale.clear();
    this.left = [];
    return changed;
  }

  private add(row: number, id: string): void {
    this.ids.set(row, id);
    const same = this.rows.get(id);
    if (same === undefined) this.rows.set(id, row);
    else if (typeof same === 'number') this.rows.set(id, new Set([same, row]));
    else same.add(row);
  }

  private remove(row: number, id: string): void {
    this.ids.delete(row);
    const same = this.rows.get(id);
    if (typeof same === 'object') {
      same.delete(row);
      this.stale.add(id);
    } else this.rows.delete(id);
    if (this.repeated.delete(row)) this.left.push(row);
  }
}

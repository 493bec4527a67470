import { repeatedCalls } from '../../analysis/sameCalls.ts';
import type { TraceRows } from '../../model/traceRows.ts';
import type { FiguresByRow } from './figureTable.ts';

const bytesPerCall = 150;
const none: readonly number[] = [];

/** The calls of models of a trace by the ids of their answers, and which of them another one counts for. */
export class SameCalls {
  private readonly ids = new Map<number, string>();
  /** Numbers made of ids: as long as none came twice there is nothing to look for. */
  private readonly seen = new Set<number>();
  private mayRepeat = false;
  private isStale = false;
  private repeated: ReadonlySet<number> = new Set();

  get byteLength(): number { return this.ids.size * bytesPerCall; }

  /** A row was read, anew or again; '' when it is no call with an answer. */
  set(row: number, id: string): void {
    const before = this.ids.get(row);
    if (id === '' && before === undefined) return;
    if (id === '') this.ids.delete(row);
    else if (id !== before) {
      this.ids.set(row, id);
      const number = numberOf(id);
      this.mayRepeat ||= this.seen.has(number);
      this.seen.add(number);
    }
    this.isStale = this.mayRepeat;
  }

  /** Rows for which another one counts now, or does not any more. */
  settle(rows: Pick<TraceRows, 'start' | 'duration'>, figures: FiguresByRow): Iterable<number> {
    if (!this.isStale) return none;
    this.isStale = false;
    const before = this.repeated, now = repeatedCalls(this.ids, rows, figures);
    this.repeated = now;
    return [...[...before].filter((row) => !now.has(row)), ...[...now].filter((row) => !before.has(row))];
  }
}

/** FNV-1a. */
function numberOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 1;
}

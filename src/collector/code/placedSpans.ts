import type { TraceOverview } from '../../model/records.ts';
import { markBit, statusCodes } from '../../model/span.ts';
import type { RowFigures } from '../../model/traceRows.ts';
import { metaStatus } from '../../model/traceRows.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { PlaceScan } from './placeScan.ts';

const openMark = markBit('open'), lostMark = markBit('lost');
const errorStatus = statusCodes.indexOf('error');
const nsPerMilli = 1e6;
/** Of a trace, so many failed spans are noted. */
const mostFailed = 500;
export const failed = 1, running = 2;

/** A failed span and its nearest span with a place, itself or above it. */
export interface FailedRow { readonly row: number; readonly at: number }

/** What is kept of a trace: its spans that have a place, in the order of their rows. */
export interface PlacedSpans {
  readonly traceId: string;
  /** The debug session of the trace, or the trace itself. */
  readonly run: string;
  /** What tells runs of the same program apart from those of others. */
  readonly program: string;
  /** When the trace began, in milliseconds since 1970. */
  readonly began: number;
  readonly count: number;
  readonly row: Uint32Array;
  readonly place: Int32Array;
  /** The nearest span above that has a place too; -1 when there is none. */
  readonly up: Int32Array;
  /** Milliseconds since 1970. */
  readonly start: Float64Array;
  /** Nanoseconds; NaN without an end. */
  readonly duration: Float64Array;
  /** Bits `failed` and `running`. */
  readonly state: Uint8Array;
  readonly figures: ReadonlyMap<number, RowFigures>;
  readonly failures: readonly FailedRow[];
}

export function placedSpansOf(trace: TraceColumns, scan: PlaceScan, summary: TraceOverview): PlacedSpans {
  trace.settle();
  const rows: number[] = [], indexOf = new Int32Array(trace.count).fill(-1);
  for (let row = 0; row < trace.count; row++) if (scan.placeAt(row) >= 0) indexOf[row] = rows.push(row) - 1;
  const nearest = nearestIn(trace, indexOf);
  const figures = new Map<number, RowFigures>();
  for (const [row, own] of trace.sums.figures) if ((indexOf[row] ?? -1) >= 0) figures.set(indexOf[row] as number, own);
  const base = Number(trace.times.base) / nsPerMilli;
  return {
    traceId: trace.traceId, ...runOf(summary), began: Number(BigInt(summary.startUnixNano) / 1_000_000n), count: rows.length, row: Uint32Array.from(rows),
    place: Int32Array.from(rows, (row) => scan.placeAt(row)),
    up: Int32Array.from(rows, (row) => nearest(trace.parent[row] as number)),
    start: Float64Array.from(rows, (row) => base + (trace.start[row] as number) / nsPerMilli),
    duration: Float64Array.from(rows, (row) => trace.duration[row] as number),
    state: Uint8Array.from(rows, (row) => stateOf(trace, row)),
    figures, failures: failuresOf(trace, nearest),
  };
}

function runOf({ traceId, session, services, name }: TraceOverview): Pick<PlacedSpans, 'run' | 'program'> {
  if (session === undefined) return { run: `trace ${traceId}`, program: JSON.stringify([services, name]) };
  return { run: `session ${session.id}`, program: session.name === '' ? JSON.stringify(services) : session.name };
}

function stateOf(trace: TraceColumns, row: number): number {
  const marks = trace.marks[row] as number;
  return (metaStatus(trace.meta[row] as number) === errorStatus ? failed : 0) | ((marks & (openMark | lostMark)) === openMark ? running : 0);
}

function failuresOf(trace: TraceColumns, nearest: (row: number) => number): FailedRow[] {
  const failures: FailedRow[] = [];
  if (trace.totals.errorCount === 0) return failures;
  for (let row = trace.count - 1; row >= 0 && failures.length < mostFailed; row--) {
    if (metaStatus(trace.meta[row] as number) !== errorStatus || trace.isPlaceholder(row)) continue;
    const at = nearest(row);
    if (at >= 0) failures.push({ row, at });
  }
  return failures;
}

/** Looks for the nearest row that has an index, from a row upwards. Every row is walked once. */
function nearestIn({ count, parent }: TraceColumns, indexOf: Int32Array): (row: number) => number {
  const known = new Int32Array(count).fill(-2), path: number[] = [];
  return (first) => {
    let row = first;
    while (row >= 0 && (indexOf[row] as number) < 0 && known[row] === -2) {
      path.push(row);
      row = parent[row] as number;
    }
    const found = row < 0 ? -1 : (indexOf[row] as number) >= 0 ? indexOf[row] as number : known[row] as number;
    while (path.length > 0) known[path.pop() as number] = found;
    return found;
  };
}

import type { TraceOverview } from '../../model/records.ts';
import { markBit, statusCodes } from '../../model/span.ts';
import type { RowFigures } from '../../model/traceRows.ts';
import { metaStatus } from '../../model/traceRows.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { Turns } from '../traceSearch.ts';
import type { PlaceScan } from './placeScan.ts';

const openMark = markBit('open'), lostMark = markBit('lost');
const errorStatus = statusCodes.indexOf('error');
const nsPerMilli = 1e6;
/** Of a trace, so many failed spans are noted. */
const mostFailed = 500;
export const spansBetweenLooks = 4096;
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

/** What comes while others have their turn counts the next time. */
export async function placedSpansOf(trace: TraceColumns, scan: PlaceScan, summary: TraceOverview, turns: Turns): Promise<PlacedSpans> {
  trace.settle();
  const rows = new Uint32Array(trace.count), indexOf = new Int32Array(trace.count).fill(-1);
  let count = 0;
  for (let row = 0; row < indexOf.length; row++) {
    if (scan.placeAt(row) < 0) continue;
    indexOf[row] = count;
    rows[count++] = row;
  }
  const nearest = nearestIn(trace, indexOf), base = Number(trace.times.base) / nsPerMilli;
  const spans = {
    traceId: trace.traceId, ...runOf(summary), began: Number(BigInt(summary.startUnixNano) / 1_000_000n), count, row: rows.slice(0, count),
    place: new Int32Array(count), up: new Int32Array(count), start: new Float64Array(count), duration: new Float64Array(count), state: new Uint8Array(count),
    figures: new Map<number, RowFigures>(), failures: failuresOf(trace, nearest),
  };
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number, figures = trace.sums.figures.get(row);
    spans.place[i] = scan.placeAt(row);
    spans.up[i] = nearest(trace.parent[row] as number);
    spans.start[i] = base + (trace.start[row] as number) / nsPerMilli;
    spans.duration[i] = trace.duration[row] as number;
    spans.state[i] = stateOf(trace, row);
    if (figures !== undefined) spans.figures.set(i, figures);
    if (i % spansBetweenLooks === 0) await turns.next();
  }
  return spans;
}

export const runOfSession = (id: string): string => `session ${id}`;

function runOf({ traceId, session, services, name }: TraceOverview): Pick<PlacedSpans, 'run' | 'program'> {
  if (session === undefined) return { run: `trace ${traceId}`, program: JSON.stringify([services, name]) };
  return { run: runOfSession(session.id), program: session.name === '' ? JSON.stringify(services) : session.name };
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
function nearestIn(trace: TraceColumns, indexOf: Int32Array): (row: number) => number {
  const known = new Int32Array(indexOf.length).fill(-2), path: number[] = [], parentOf = (row: number): number => trace.parent[row] as number;
  return (first) => {
    let row = first;
    // A parent that came since the rows were counted has no index yet.
    while (row >= 0 && row < indexOf.length && (indexOf[row] as number) < 0 && known[row] === -2) {
      path.push(row);
      row = parentOf(row);
    }
    const found = row < 0 || row >= indexOf.length ? -1 : (indexOf[row] as number) >= 0 ? indexOf[row] as number : known[row] as number;
    while (path.length > 0) known[path.pop() as number] = found;
    return found;
  };
}

import { isLost } from '../../analysis/ending.ts';
import type { RecordedPause } from '../../model/recordedPauses.ts';
import type { TraceOverview } from '../../model/records.ts';
import { markBit, statusCodes } from '../../model/span.ts';
import type { RowFigures } from '../../model/traceRows.ts';
import { metaStatus } from '../../model/traceRows.ts';
import { pausesIn } from '../pauses/recordedPauses.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { Turns } from '../traceSearch.ts';
import type { PlaceScan } from './placeScan.ts';
import type { PlaceTable } from './placeTable.ts';
import { namesOfRows } from './spanNames.ts';

const openMark = markBit('open'), lostMark = markBit('lost');
const errorStatus = statusCodes.indexOf('error');
const nsPerMilli = 1e6;
/** Of a trace, so many failed spans are noted. */
const mostFailed = 500;
export const spansBetweenLooks = 4096;
export const failed = 1, running = 2;

/** A failed span and its nearest span with a recorded place, itself or above it. */
export interface FailedRow { readonly row: number; readonly at: number }

/** Where a trace is from: its key, and the name of the opened file that it is in. */
export interface TraceOrigin {
  readonly key: string;
  readonly source: string;
  readonly file?: string;
}

/** What is kept of a trace: its spans that have a place or may be found by their names, in the order of their rows. */
export interface PlacedSpans extends TraceOrigin {
  /** The debug session of the trace, or the trace itself. */
  readonly run: string;
  readonly session?: string;
  /** When its programs stood in a debugger, as the trace says itself. */
  readonly paused: readonly RecordedPause[];
  /** What tells runs of the same program apart from those of others. */
  readonly program: string;
  /** When the trace began, in milliseconds since 1970. */
  readonly began: number;
  /** Rows of the trace that had been read for it. */
  readonly rowsRead: number;
  readonly count: number;
  readonly row: Uint32Array;
  readonly place: Int32Array;
  /** The nearest span above that is here too; -1 when there is none. */
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
export async function placedSpansOf(trace: TraceColumns, scan: PlaceScan, table: PlaceTable, summary: TraceOverview, origin: TraceOrigin, turns: Turns): Promise<PlacedSpans> {
  trace.settle();
  const rows = new Uint32Array(trace.count), places = new Int32Array(trace.count), indexOf = new Int32Array(trace.count).fill(-1), recorded = new Int32Array(trace.count).fill(-1);
  const namesOf = namesOfRows(trace, table);
  let count = 0;
  for (let row = 0; row < indexOf.length; row++) {
    if (row % spansBetweenLooks === 0) await turns.next();
    const told = scan.placeAt(row), place = told < 0 ? namesOf(row) : told;
    if (place < 0) continue;
    if (told >= 0 && table.recorded(told) !== undefined) recorded[row] = count;
    indexOf[row] = count;
    places[count] = place;
    rows[count++] = row;
  }
  const nearest = nearestIn(trace, indexOf), base = Number(trace.times.base) / nsPerMilli;
  const spans = {
    ...origin, ...runOf(summary, origin), paused: pausesIn(trace), rowsRead: scan.readCount, began: Number(BigInt(summary.startUnixNano) / 1_000_000n), count, row: rows.slice(0, count),
    place: places.slice(0, count), up: new Int32Array(count), start: new Float64Array(count), duration: new Float64Array(count), state: new Uint8Array(count),
    figures: new Map<number, RowFigures>(), failures: failuresOf(trace, nearestIn(trace, recorded)),
  };
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number, figures = trace.sums.figures.get(row);
    spans.up[i] = nearest(trace.parent[row] as number);
    spans.start[i] = base + (trace.start[row] as number) / nsPerMilli;
    spans.duration[i] = isLost(trace, row) ? Number.NaN : trace.duration[row] as number;
    spans.state[i] = stateOf(trace, row);
    if (figures !== undefined) spans.figures.set(i, figures);
    if (i % spansBetweenLooks === 0) await turns.next();
  }
  return spans;
}

/** Programs in an opened file are apart from those that run here: it is open because somebody wants to see them. */
function runOf({ session, services, name }: TraceOverview, { key, source }: TraceOrigin): Pick<PlacedSpans, 'run' | 'program' | 'session'> {
  const program = session === undefined ? JSON.stringify([services, name]) : session.name === '' ? JSON.stringify(services) : session.name;
  return {
    run: session === undefined ? `trace ${key}` : `session ${source} ${session.id}`, program: `${source} ${program}`,
    ...(session === undefined ? {} : { session: session.id }),
  };
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

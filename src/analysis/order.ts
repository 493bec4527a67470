import type { TraceRows } from '../model/traceRows.ts';

const digitBits = 11;
const buckets = 1 << digitBits;

/**
 * The rows by start time, equal starts by row. A radix sort over the whole nanoseconds that the trace is long, so its
 * cost grows with the number of rows and not with what they hold. Rows whose start is no number come first.
 */
export function rowsByStart(rows: Pick<TraceRows, 'start' | 'count'>): Uint32Array {
  const { count } = rows;
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  const { least, most, sorted } = spread(rows);
  if (sorted) return order;
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const start = rows.start[row] as number;
    keys[row] = start >= least ? Math.floor(start - least) : 0;
  }
  let from = order, to = new Uint32Array(count);
  for (let scale = 1; scale <= most - least; scale *= buckets) {
    distribute(keys, scale, from, to);
    [from, to] = [to, from];
  }
  return from;
}

function spread({ start, count }: Pick<TraceRows, 'start' | 'count'>): { least: number; most: number; sorted: boolean } {
  let least = Infinity, most = -Infinity, sorted = true, before = -Infinity;
  for (let row = 0; row < count; row++) {
    const at = start[row] as number;
    if (!(at >= before)) sorted = false;
    before = at;
    if (at < least) least = at;
    if (at > most) most = at;
  }
  return { least, most, sorted };
}

/** One stable pass: `from` in the order of the digit that stands at `scale`. */
function distribute(keys: Float64Array, scale: number, from: Uint32Array, to: Uint32Array): void {
  const next = new Uint32Array(buckets + 1);
  const { length } = from;
  const digit = (row: number): number => Math.floor((keys[row] as number) / scale) % buckets;
  for (let row = 0; row < length; row++) next[digit(row) + 1]!++;
  for (let i = 1; i <= buckets; i++) next[i]! += next[i - 1] as number;
  for (let i = 0; i < length; i++) {
    const row = from[i] as number;
    to[next[digit(row)]!++] = row;
  }
}

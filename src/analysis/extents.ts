import { markBit } from '../model/span.ts';
import type { TraceRows } from '../model/traceRows.ts';
import type { Group } from './folds.ts';
import type { Extents } from './lanes.ts';

const offAxis = markBit('noStart') | markBit('outOfRange');

/** Whether a span has a place on the time axis. */
export const isOnAxis = (rows: TraceRows, row: number): boolean => ((rows.marks[row] as number) & offAxis) === 0;

/** When one span ends for the purpose of packing. A span of no length keeps its nanosecond to itself. */
export function packedEnd(rows: TraceRows, row: number): number {
  if (!isOnAxis(rows, row)) return -Infinity;
  const duration = rows.duration[row] as number;
  if (Number.isNaN(duration)) return Infinity;
  return (rows.start[row] as number) + Math.max(duration, 1);
}

/** Begins and ends of all rows, with a group in the place of its leader and without its other members. */
export function packedExtents(rows: TraceRows, groups: ReadonlyMap<number, Group>): Extents {
  const end = new Float64Array(rows.count);
  for (let row = 0; row < rows.count; row++) end[row] = packedEnd(rows, row);
  for (const { leader, members, end: last } of groups.values()) {
    for (const row of members) end[row] = NaN;
    end[leader] = Number.isNaN(last) ? Infinity : Math.max(last, (rows.start[leader] as number) + 1);
  }
  return { start: rows.start, end };
}

import { markBit } from '../../model/span.ts';
import { present } from '../../model/spanBatch.ts';
import type { RowColumns } from './rowColumns.ts';
import type { RowInput } from './rowInput.ts';
import type { RowTimes } from './rowTimes.ts';

/** Rows whose times are no times to reckon with. */
export const timelessMarks = markBit('noStart') | markBit('outOfRange');

/** What is known of a span that has not been received itself. */
export interface Placeholder {
  /** Rows that name it as their parent. */
  readonly children: number[];
  /** Which fields updates have set already (bits of `present`). */
  said: number;
  /** Whether an update or an end came for it, so that more than its id is known. */
  endHigh: number;
  endLow: number;
  /** Whether its columns hold a time. */
  hasTime: boolean;
}

export const newPlaceholder = (): Placeholder => ({ children: [], said: 0, endHigh: 0, endLow: 0, hasTime: false });

/** A placeholder lasts at least until, or from, a time (ns after the base of its rows). False when its columns say so already. */
export function widen(rows: RowColumns, row: number, placeholder: Placeholder, time: number): boolean {
  if (Number.isNaN(time)) return false;
  const start = placeholder.hasTime ? Math.min(rows.start[row] as number, time) : time;
  const end = placeholder.hasTime ? Math.max((rows.start[row] as number) + (rows.duration[row] as number), time) : time;
  if (placeholder.hasTime && start === rows.start[row] && end - start === rows.duration[row]) return false;
  placeholder.hasTime = true;
  rows.start[row] = start;
  rows.duration[row] = end - start;
  return true;
}

/** It lasts while its children do. */
export function widenByChild(rows: RowColumns, row: number, placeholder: Placeholder, child: number): boolean {
  if (((rows.marks[child] as number) & timelessMarks) !== 0) return false;
  const start = rows.start[child] as number, duration = rows.duration[child] as number;
  const isWider = widen(rows, row, placeholder, start);
  return (duration > 0 && widen(rows, row, placeholder, start + duration)) || isWider;
}

/** Times that came for a span that is not known itself yet. */
export function widenByTimes(rows: RowColumns, row: number, placeholder: Placeholder, times: RowTimes, input: RowInput): boolean {
  const { batch, row: from } = input;
  const isWider = (input.present & present.start) !== 0 && widen(rows, row, placeholder, times.relative(batch.startHigh[from] as number, batch.startLow[from] as number));
  if (!input.isComplete) return isWider;
  placeholder.endHigh = input.endHigh;
  placeholder.endLow = input.endLow;
  return widen(rows, row, placeholder, times.relative(input.endHigh, input.endLow)) || isWider;
}

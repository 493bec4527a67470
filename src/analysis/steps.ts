import type { TraceRows } from '../model/traceRows.ts';
import type { SpanTree } from './tree.ts';

/** The previous (-1) or next (1) sibling by start time; undefined at the ends. */
export function sibling(tree: SpanTree, row: number, direction: -1 | 1): number | undefined {
  return tree.children(tree.parent(row))[tree.indexOf(row) + direction];
}

/** The rows from the root down to the parent of `row`. */
export function ancestors(tree: SpanTree, row: number): number[] {
  const path: number[] = [];
  for (let up = tree.parent(row); up >= 0; up = tree.parent(up)) path.push(up);
  return path.reverse();
}

/**
 * The nearest row after (1) or before (-1) `from` in the order of start time, then row, that `wanted` takes; without
 * `from` the first or last one. At the end it goes on at the other end; undefined when there is none but `from` itself.
 */
export function stepByTime(
  rows: TraceRows, from: number | undefined, direction: -1 | 1, wanted: (row: number) => boolean, candidates?: Uint32Array,
): number | undefined {
  let next: number | undefined, first: number | undefined;
  const count = candidates?.length ?? rows.count;
  for (let i = 0; i < count; i++) {
    const row = candidates ? (candidates[i] as number) : i;
    if (row === from || !wanted(row)) continue;
    if (first === undefined || precedes(rows, row, first) === direction > 0) first = row;
    const isAhead = from === undefined || precedes(rows, from, row) === direction > 0;
    if (isAhead && (next === undefined || precedes(rows, row, next) === direction > 0)) next = row;
  }
  return next ?? first;
}

/** Whether `a` begins before `b`; of two that begin together, whether it has the lower row. */
function precedes({ start }: TraceRows, a: number, b: number): boolean {
  const difference = (start[a] as number) - (start[b] as number);
  return difference === 0 ? a < b : difference < 0;
}

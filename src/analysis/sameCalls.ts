import type { RowFigures, TraceRows } from '../model/traceRows.ts';

type Times = Pick<TraceRows, 'start' | 'duration'>;
type Figures = { get(row: number): RowFigures | undefined };

/**
 * Calls of models that two libraries recorded beside each other: the answers have one id, and one span lies within the time of
 * the other. (Answers of stand-ins for models may all have one id, but one comes after the other.) Of such spans the one that
 * says most counts; gives the rows of the others. `ids` has the id of the answer by row.
 */
export function repeatedCalls(ids: ReadonlyMap<number, string>, rows: Times, figures: Figures): Set<number> {
  const byId = new Map<string, number[]>(), repeated = new Set<number>();
  for (const [row, id] of ids) {
    const same = byId.get(id);
    if (same === undefined) byId.set(id, [row]); else same.push(row);
  }
  for (const same of byId.values()) {
    if (same.length < 2) continue;
    for (const calls of nestedIn(same, rows)) {
      const best = calls.reduce((most, row) => (saysMore(figures.get(row), figures.get(most)) ? row : most));
      for (const row of calls) if (row !== best) repeated.add(row);
    }
  }
  return repeated;
}

/** The rows in groups, each within the time of one of them. Open spans are by themselves. */
function nestedIn(rows: readonly number[], { start, duration }: Times): readonly (readonly number[])[] {
  const startOf = (row: number): number => start[row] as number, endOf = (row: number): number => startOf(row) + (duration[row] as number);
  const ended = rows.filter((row) => endOf(row) >= startOf(row)).sort((a, b) => startOf(a) - startOf(b) || endOf(b) - endOf(a) || a - b);
  const groups: number[][] = [];
  let end = -Infinity;
  for (const row of ended) {
    if (endOf(row) <= end) { groups.at(-1)?.push(row); continue; }
    groups.push([row]);
    end = endOf(row);
  }
  return groups;
}

function saysMore(a: RowFigures | undefined, b: RowFigures | undefined): boolean {
  const [left, right] = [a, b].map((figures) => {
    const known = figures === undefined ? [] : [figures.inputTokens, figures.outputTokens, figures.costUsd].filter((figure) => !Number.isNaN(figure));
    return { count: known.length, sum: known.reduce((sum, figure) => sum + figure, 0) };
  });
  return left !== undefined && right !== undefined && (left.count - right.count || left.sum - right.sum) > 0;
}

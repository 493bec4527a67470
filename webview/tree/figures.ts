import { durationText, isLost } from '../../src/analysis/ending.ts';
import { isOnAxis } from '../../src/analysis/extents.ts';
import { endOf, selfTime } from '../../src/analysis/selfTime.ts';
import { numbers } from '../components/numbers.ts';
import type { Trace } from '../state/trace.ts';

/** The columns with numbers, in their order. */
export const figureColumns = ['start', 'duration', 'self', 'tokens', 'cost'] as const;
export type FigureColumn = (typeof figureColumns)[number];

/** The text of a number column; empty for what is not known. `now` is in nanoseconds after the base. */
export function figureText(column: FigureColumn, { rows, tree, figures, origin }: Trace, row: number, now: number): string {
  const known = figures.get(row), start = rows.start[row] as number;
  switch (column) {
    case 'start': return isOnAxis(rows, row) ? numbers.position(start - origin) : '';
    case 'duration': return durationText(rows, row, endOf(rows, row, now) - start, numbers, 'running');
    case 'self': return isOnAxis(rows, row) && !isLost(rows, row) ? numbers.duration(selfTime(tree, rows, row, now)) : '';
    case 'tokens': return known === undefined || (Number.isNaN(known.inputTokens) && Number.isNaN(known.outputTokens)) ? '' : numbers.tokenFlow(known.inputTokens, known.outputTokens);
    case 'cost': return known === undefined || Number.isNaN(known.costUsd) ? '' : numbers.cost(known.costUsd);
  }
}

/** The columns in which no span of the trace has a value. */
export function emptyColumns({ figures }: Pick<Trace, 'figures'>): readonly FigureColumn[] {
  let hasTokens = false, hasCost = false;
  for (const { inputTokens, outputTokens, costUsd } of figures.values()) {
    hasTokens ||= !Number.isNaN(inputTokens) || !Number.isNaN(outputTokens);
    hasCost ||= !Number.isNaN(costUsd);
    if (hasTokens && hasCost) break;
  }
  return [...(hasCost ? [] : ['cost' as const]), ...(hasTokens ? [] : ['tokens' as const])];
}

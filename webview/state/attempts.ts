import { isFailed, labelOf } from '../../src/analysis/folds.ts';
import { ancestors } from '../../src/analysis/steps.ts';
import { roleOf } from './trace.ts';
import type { Trace } from './trace.ts';

/** Calls of one tool below one agent, by start time. */
type Calls = readonly number[];

interface Known {
  /** Labels of the tools that failed at least once: only they are tried again. */
  readonly failing: ReadonlySet<number>;
  readonly calls: Map<string, Calls>;
}

const knownOf = new WeakMap<Trace, Known>();

/**
 * The tries of the same tool that a tool span is one of, by start time: each but the last failed. They stand below the
 * same agent. Empty when it was tried once.
 */
export function attemptsOf(trace: Trace, row: number): readonly number[] {
  const { rows } = trace;
  if (roleOf(trace, row) !== 'tool') return [];
  const known = knownOf.get(trace) ?? { failing: failingTools(trace), calls: new Map() };
  knownOf.set(trace, known);
  if (!known.failing.has(labelOf(rows, row))) return [];
  const same = callsLike(trace, row, known.calls), at = same.indexOf(row);
  let first = at, last = at;
  while (first > 0 && isFailed(rows, same[first - 1] as number)) first--;
  while (last < same.length - 1 && isFailed(rows, same[last] as number)) last++;
  return last > first ? same.slice(first, last + 1) : [];
}

function failingTools(trace: Trace): ReadonlySet<number> {
  const failing = new Set<number>();
  for (let row = 0; row < trace.rows.count; row++) if (isFailed(trace.rows, row) && roleOf(trace, row) === 'tool') failing.add(labelOf(trace.rows, row));
  return failing;
}

function callsLike(trace: Trace, row: number, known: Map<string, Calls>): Calls {
  const { rows, tree } = trace, label = labelOf(rows, row);
  const scope = ancestors(tree, row).findLast((up) => roleOf(trace, up) === 'agent') ?? -1;
  const key = `${scope} ${label}`;
  let calls = known.get(key);
  if (calls === undefined) {
    calls = [...tree.preorder(scope)]
      .filter((other) => labelOf(rows, other) === label && roleOf(trace, other) === 'tool')
      .sort((a, b) => (rows.start[a] as number) - (rows.start[b] as number) || a - b);
    known.set(key, calls);
  }
  return calls;
}

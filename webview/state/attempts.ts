import { isFailed, labelOf } from '../../src/analysis/folds.ts';
import { ancestors } from '../../src/analysis/steps.ts';
import { roleOf } from './trace.ts';
import type { Trace } from './trace.ts';

/** The calls of each tool below one agent, by label, each by start time. */
type Calls = ReadonlyMap<number, readonly number[]>;

interface Known {
  /** Labels of the tools that failed at least once: only they are tried again. */
  readonly failing: ReadonlySet<number>;
  readonly callsBelow: Map<number, Calls>;
}

const knownOf = new WeakMap<Trace, Known>();

/**
 * The tries of the same tool that a tool span is one of, by start time: each but the last failed. They stand below the
 * same agent. Empty when it was tried once.
 */
export function attemptsOf(trace: Trace, row: number): readonly number[] {
  const { rows, tree } = trace, label = labelOf(rows, row);
  if (roleOf(trace, row) !== 'tool') return [];
  const known = knownOf.get(trace) ?? { failing: failingTools(trace), callsBelow: new Map<number, Calls>() };
  knownOf.set(trace, known);
  if (!known.failing.has(label)) return [];
  const scope = ancestors(tree, row).findLast((up) => roleOf(trace, up) === 'agent') ?? -1;
  const calls = known.callsBelow.get(scope) ?? failingCalls(trace, scope, known.failing);
  known.callsBelow.set(scope, calls);
  const same = calls.get(label) ?? [], at = same.indexOf(row);
  if (at < 0) return [];
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

function failingCalls(trace: Trace, scope: number, failing: ReadonlySet<number>): Calls {
  const { rows, tree } = trace, calls = new Map<number, number[]>();
  for (const row of tree.preorder(scope)) {
    const label = labelOf(rows, row);
    if (!failing.has(label) || roleOf(trace, row) !== 'tool') continue;
    const same = calls.get(label);
    if (same === undefined) calls.set(label, [row]);
    else same.push(row);
  }
  for (const same of calls.values()) same.sort((a, b) => (rows.start[a] as number) - (rows.start[b] as number) || a - b);
  return calls;
}

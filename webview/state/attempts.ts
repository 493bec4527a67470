import { isFailed, labelOf } from '../../src/analysis/folds.ts';
import { ancestors } from '../../src/analysis/steps.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';
import { roleOf } from './trace.ts';
import type { Trace } from './trace.ts';

/** The tries that each tool call below one agent belongs to; calls that were made once are not in it. */
type Tries = ReadonlyMap<number, readonly number[]>;

interface Known {
  /** Labels of the tools that failed at least once: only they are tried again. */
  readonly failing: ReadonlySet<number>;
  readonly triesBelow: Map<number, Tries>;
}

const knownOf = new WeakMap<Trace, Known>();
const none: readonly number[] = [];

/**
 * The tries of the same tool that a tool span is one of, by start time: each but the last failed, and the next call of
 * the tool below the same agent that began after its end is taken for the next try. Empty when it was tried once.
 */
export function attemptsOf(trace: Trace, row: number): readonly number[] {
  if (roleOf(trace, row) !== 'tool') return none;
  const known = knownOf.get(trace) ?? { failing: failingTools(trace), triesBelow: new Map<number, Tries>() };
  knownOf.set(trace, known);
  if (!known.failing.has(labelOf(trace.rows, row))) return none;
  const scope = ancestors(trace.tree, row).findLast((up) => roleOf(trace, up) === 'agent') ?? -1;
  const tries = known.triesBelow.get(scope) ?? triesBelow(trace, scope, known.failing);
  known.triesBelow.set(scope, tries);
  return tries.get(row) ?? none;
}

function failingTools(trace: Trace): ReadonlySet<number> {
  const failing = new Set<number>();
  for (let row = 0; row < trace.rows.count; row++) if (isFailed(trace.rows, row) && roleOf(trace, row) === 'tool') failing.add(labelOf(trace.rows, row));
  return failing;
}

function triesBelow(trace: Trace, scope: number, failing: ReadonlySet<number>): Tries {
  const { rows, tree } = trace, calls = new Map<number, number[]>();
  for (const row of tree.preorder(scope)) {
    const label = labelOf(rows, row);
    if (!failing.has(label) || roleOf(trace, row) !== 'tool') continue;
    const same = calls.get(label);
    if (same === undefined) calls.set(label, [row]);
    else same.push(row);
  }
  const tries = new Map<number, readonly number[]>();
  for (const same of calls.values()) for (const chain of chainsOf(trace.rows, same)) for (const row of chain) tries.set(row, chain);
  return tries;
}

/** Calls of one tool, parted into failures and what was tried next; single ones left out. */
function chainsOf(rows: TraceRows, calls: readonly number[]): readonly (readonly number[])[] {
  const start = (row: number): number => rows.start[row] as number, end = (row: number): number => start(row) + (rows.duration[row] as number);
  const chains: number[][] = [];
  /** Chains whose last call failed and was not tried again yet. */
  const waiting: number[][] = [];
  for (const row of calls.toSorted((a, b) => start(a) - start(b) || a - b)) {
    const at = waiting.findIndex((chain) => end(chain.at(-1) as number) <= start(row));
    const chain = at < 0 ? [] : waiting.splice(at, 1)[0] as number[];
    chain.push(row);
    if (chain.length === 2) chains.push(chain);
    if (isFailed(rows, row)) waiting.push(chain);
  }
  return chains;
}

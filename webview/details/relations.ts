import { isFailed, labelOf } from '../../src/analysis/folds.ts';
import { ancestors } from '../../src/analysis/steps.ts';
import { roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import type { Trace } from '../state/trace.ts';

const roleAt = ({ rows }: Trace, row: number): Role => roles[metaRole(rows.meta[row] as number)] ?? 'other';

/**
 * The tries of the same tool that a tool span is one of, by start time: each but the last failed. They stand below the
 * same agent. Empty when it was tried once.
 */
export function attemptsOf(trace: Trace, row: number): readonly number[] {
  const { rows, tree } = trace;
  if (roleAt(trace, row) !== 'tool') return [];
  const scope = ancestors(tree, row).findLast((up) => roleAt(trace, up) === 'agent') ?? -1;
  const same = [...tree.preorder(scope)]
    .filter((other) => labelOf(rows, other) === labelOf(rows, row) && roleAt(trace, other) === 'tool')
    .sort((a, b) => (rows.start[a] as number) - (rows.start[b] as number) || a - b);
  const at = same.indexOf(row);
  let first = at, last = at;
  while (first > 0 && isFailed(rows, same[first - 1] as number)) first--;
  while (last < same.length - 1 && isFailed(rows, same[last] as number)) last++;
  return last > first ? same.slice(first, last + 1) : [];
}

/** What the spans of one role below a span add up to. */
export interface RoleSum {
  readonly role: Role;
  readonly count: number;
  readonly failed: number;
  /** Nanoseconds, open spans not counted; spans side by side count each. */
  readonly duration: number;
}

/** The spans below a span by role, most frequent first; steps and unnamed parts left out. */
export function workBelow(trace: Trace, row: number): readonly RoleSum[] {
  const sums = new Map<Role, { count: number; failed: number; duration: number }>();
  for (const below of trace.tree.preorder(row)) {
    const role = roleAt(trace, below);
    if (below === row || role === 'chain' || role === 'other') continue;
    const sum = sums.get(role) ?? { count: 0, failed: 0, duration: 0 };
    const duration = trace.rows.duration[below] as number;
    sum.count++;
    if (isFailed(trace.rows, below)) sum.failed++;
    if (!Number.isNaN(duration)) sum.duration += duration;
    sums.set(role, sum);
  }
  return [...sums].map(([role, sum]) => ({ role, ...sum })).sort((a, b) => b.count - a.count);
}

/** Input tokens of the model calls that an agent made itself (not those of agents below it), by start time. */
export function contextGrowth(trace: Trace, row: number): readonly { readonly row: number; readonly inputTokens: number }[] {
  const growth: { row: number; inputTokens: number }[] = [];
  const stack = [...trace.tree.children(row)];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const inputTokens = trace.figures.get(next)?.inputTokens ?? Number.NaN;
    if (roleAt(trace, next) === 'llm' && !Number.isNaN(inputTokens)) growth.push({ row: next, inputTokens });
    if (roleAt(trace, next) !== 'agent') stack.push(...trace.tree.children(next));
  }
  return growth.sort((a, b) => (trace.rows.start[a.row] as number) - (trace.rows.start[b.row] as number));
}

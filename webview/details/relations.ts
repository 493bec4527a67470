import { countedBits, countedOf } from '../../src/analysis/countedFigures.ts';
import { isFailed } from '../../src/analysis/folds.ts';
import type { Role } from '../../src/model/role.ts';
import { roleOf } from '../state/trace.ts';
import type { Trace } from '../state/trace.ts';

/** What the spans of one role below a span add up to. */
export interface RoleSum {
  readonly role: Role;
  readonly count: number;
  readonly failed: number;
  /** Nanoseconds, open spans not counted; spans side by side count each. */
  readonly duration: number;
}

/** Bits of the rows of the trace that was asked for last. */
let last: { readonly trace: Trace; readonly counted: Uint8Array } | undefined;

/** What of a row counts (analysis/countedFigures.ts). */
function countedIn(trace: Trace, row: number): number {
  if (last?.trace !== trace) last = { trace, counted: countedOf(trace.rows, trace.figures) };
  return last.counted[row] as number;
}

/** The spans below a span by role, most frequent first; steps and unnamed parts left out, and calls that wrap the same call. */
export function workBelow(trace: Trace, row: number): readonly RoleSum[] {
  const sums = new Map<Role, { count: number; failed: number; duration: number }>();
  for (const below of trace.tree.preorder(row)) {
    const role = roleOf(trace, below);
    if (below === row || role === 'chain' || role === 'other') continue;
    if ((role === 'llm' || role === 'tool') && (countedIn(trace, below) & countedBits[role]) === 0) continue;
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
    if (roleOf(trace, next) === 'llm' && (countedIn(trace, next) & countedBits.inputTokens) !== 0) growth.push({ row: next, inputTokens });
    if (roleOf(trace, next) !== 'agent') stack.push(...trace.tree.children(next));
  }
  return growth.sort((a, b) => (trace.rows.start[a.row] as number) - (trace.rows.start[b.row] as number));
}

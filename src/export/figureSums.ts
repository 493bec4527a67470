import { roles } from '../model/role.ts';
import type { Role } from '../model/role.ts';
import { metaRole } from '../model/traceRows.ts';
import type { RowFigures, TraceRows } from '../model/traceRows.ts';

export interface FigureSums {
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined when no cost is known. */
  readonly costUsd: number | undefined;
}

const tokens = 1, cost = 2, llm = 4, tool = 8;
const numberOf = (role: Role): number => roles.indexOf(role);
const llmRole = numberOf('llm'), toolRole = numberOf('tool'), agentRole = numberOf('agent');

/**
 * The sums of the agent steps of a trace. A figure counts only when no descendant has the same figure, because agents and
 * wrappers repeat the sums of what is below them. Model calls nested in one another with no tool or agent between them are one
 * call, and so are tool calls with no model or agent between them.
 */
export function sumsOf({ count, parent, meta }: Pick<TraceRows, 'count' | 'parent' | 'meta'>, figures: ReadonlyMap<number, RowFigures>): FigureSums {
  const own = new Uint8Array(count), below = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const role = metaRole(meta[row] as number), known = figures.get(row);
    own[row] = (role === llmRole ? llm : 0) | (role === toolRole ? tool : 0)
      | (known !== undefined && !(Number.isNaN(known.inputTokens) && Number.isNaN(known.outputTokens)) ? tokens : 0)
      | (known !== undefined && !Number.isNaN(known.costUsd) ? cost : 0);
  }
  for (let row = 0; row < count; row++) {
    let bits = own[row] as number;
    for (let up = parent[row] as number; up >= 0 && bits !== 0; up = parent[up] as number) {
      bits &= ~(below[up] as number);
      below[up] = (below[up] as number) | bits;
      const role = metaRole(meta[up] as number);
      if (role === agentRole) bits &= ~(llm | tool);
      else if (role === toolRole) bits &= ~llm;
      else if (role === llmRole) bits &= ~tool;
    }
  }
  let llmCalls = 0, toolCalls = 0, inputTokens = 0, outputTokens = 0, costUsd: number | undefined;
  for (let row = 0; row < count; row++) {
    const counted = (own[row] as number) & ~(below[row] as number), known = figures.get(row);
    if ((counted & llm) !== 0) llmCalls++;
    if ((counted & tool) !== 0) toolCalls++;
    if ((counted & tokens) !== 0 && known !== undefined) {
      inputTokens += known.inputTokens || 0;
      outputTokens += known.outputTokens || 0;
    }
    if ((counted & cost) !== 0 && known !== undefined) costUsd = (costUsd ?? 0) + known.costUsd;
  }
  return { llmCalls, toolCalls, inputTokens, outputTokens, costUsd: costUsd === undefined ? undefined : Math.round(costUsd * 1e9) / 1e9 };
}

import { roles } from '../model/role.ts';
import type { Role } from '../model/role.ts';
import { metaIsRepeated, metaRole } from '../model/traceRows.ts';
import type { RowFigures, TraceRows } from '../model/traceRows.ts';

/**
 * Which figures of a trace's spans make its sums. Agents and steps repeat the sums of what is below them, and a call of a model
 * is often recorded by two libraries, one within the other. So a figure counts only when no descendant has the same figure;
 * that of a model call counts too when only calls behind a tool have it, which are calls of their own. Model calls nested in
 * one another with no tool or agent between them are one call, and so are tool calls with no model or agent between them.
 *
 * Bits of a row: what it says itself; what is said below it and counts as the same call; which figures are said below it at all.
 */
export const countedBits = { inputTokens: 1, outputTokens: 2, cost: 4, llm: 8, tool: 16 } as const;
const { inputTokens, outputTokens, cost, llm, tool } = countedBits;
const figureBits = inputTokens | outputTokens | cost, callBits = llm | tool, all = figureBits | callBits;
const near = 5, any = 10;

const numberOf = (role: Role): number => roles.indexOf(role);
const llmRole = numberOf('llm'), toolRole = numberOf('tool'), agentRole = numberOf('agent');

/** What a row says itself. */
export const ownBits = (role: number, figures: RowFigures | undefined): number =>
  (role === llmRole ? llm : 0) | (role === toolRole ? tool : 0) | (figures === undefined ? 0
    : (Number.isNaN(figures.inputTokens) ? 0 : inputTokens) | (Number.isNaN(figures.outputTokens) ? 0 : outputTokens) | (Number.isNaN(figures.costUsd) ? 0 : cost));

export const ownOf = (bits: number): number => bits & all;

/** Of what a row with these bits may say, that which is said below it. */
export function coveredOf(bits: number, role: number): number {
  const below = (bits >> near) & all;
  return role === llmRole ? below : (below & callBits) | (bits >> any);
}

/** The bits that a row gives to its parent. Of several bits it gives what each of them would. */
export function upwards(bits: number, role: number): number {
  let passing = (bits >> near) & all;
  if (role === agentRole || role === toolRole) passing &= ~llm;
  if (role === agentRole || role === llmRole) passing &= ~tool;
  if (role === toolRole) passing &= ~figureBits;
  return (((bits & all) | passing) << near) | (((bits & figureBits) | (bits >> any)) << any);
}

/** The bits of each row that count. */
export function countedOf({ count, parent, meta }: Pick<TraceRows, 'count' | 'parent' | 'meta'>, figures: { get(row: number): RowFigures | undefined }): Uint8Array {
  const bits = new Uint16Array(count), roleOf = (row: number): number => metaRole(meta[row] as number);
  for (let row = 0; row < count; row++) bits[row] = metaIsRepeated(meta[row] as number) ? 0 : ownBits(roleOf(row), figures.get(row));
  for (let row = 0; row < count; row++) {
    let given = upwards(ownOf(bits[row] as number), roleOf(row));
    for (let up = parent[row] as number; up >= 0; up = parent[up] as number) {
      const news = given & ~(bits[up] as number);
      if (news === 0) break;
      bits[up] = (bits[up] as number) | news;
      given = upwards(news, roleOf(up));
    }
  }
  return Uint8Array.from(bits, (each, row) => ownOf(each) & ~coveredOf(each, roleOf(row)));
}

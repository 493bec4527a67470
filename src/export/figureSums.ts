import { countedBits, countedOf } from '../analysis/countedFigures.ts';
import type { RowFigures, TraceRows } from '../model/traceRows.ts';

export interface FigureSums {
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined when no cost is known. */
  readonly costUsd: number | undefined;
}

/** The sums of the agent steps of a trace. */
export function sumsOf(rows: Pick<TraceRows, 'count' | 'parent' | 'meta'>, figures: ReadonlyMap<number, RowFigures>): FigureSums {
  let llmCalls = 0, toolCalls = 0, inputTokens = 0, outputTokens = 0, costUsd: number | undefined;
  countedOf(rows, figures).forEach((counted, row) => {
    if (counted === 0) return;
    const known = figures.get(row);
    if ((counted & countedBits.llm) !== 0) llmCalls++;
    if ((counted & countedBits.tool) !== 0) toolCalls++;
    if ((counted & countedBits.inputTokens) !== 0) inputTokens += known?.inputTokens ?? 0;
    if ((counted & countedBits.outputTokens) !== 0) outputTokens += known?.outputTokens ?? 0;
    if ((counted & countedBits.cost) !== 0) costUsd = (costUsd ?? 0) + (known?.costUsd ?? 0);
  });
  return { llmCalls, toolCalls, inputTokens, outputTokens, costUsd: costUsd === undefined ? undefined : Math.round(costUsd * 1e9) / 1e9 };
}

import type { TraceOverview } from '../../../../src/model/records.ts';

/** A summary of an ended trace of 1.5 s with what a test is about put in its place. */
export function summaryOf(part: Partial<TraceOverview> & { readonly startUnixMilli?: number }): TraceOverview {
  const { startUnixMilli = Date.UTC(2026, 10, 20, 9), ...fields } = part;
  const startUnixNano = `${startUnixMilli}000000`;
  return {
    traceId: 'trace-1', name: 'agent_run', label: 'coder', role: 'agent', services: ['agent'], startUnixNano, endUnixNano: `${startUnixMilli + 1500}000000`,
    spanCount: 4, errorCount: 0, openCount: 0, rootCount: 1, orphanCount: 0, llmCalls: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, ...fields,
  };
}

/** The same, still running. */
export function runningSummary(part: Partial<TraceOverview> & { readonly startUnixMilli?: number }): TraceOverview {
  const { endUnixNano: _ended, ...summary } = summaryOf({ openCount: 1, ...part });
  return summary;
}

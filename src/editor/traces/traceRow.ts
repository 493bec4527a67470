import { formatClock, formatCost, formatCount, formatDuration, formatTokens } from '../../analysis/numbers.ts';
import type { TraceSummary } from '../../model/records.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { TreeRow } from './treeRow.ts';
import { isRunning, unixMilliOf } from './traceGroups.ts';

/** How a trace stands in the Traces view. */
export function traceRow(summary: TraceSummary, nowUnixMilli: number): TreeRow {
  const label = traceLabel(summary);
  const description = descriptionOf(summary, nowUnixMilli);
  return { label, description, ...iconOf(summary), spoken: `${label}, ${stateOf(summary)}, ${description}` };
}

/** What people call a trace: the name of its run or agent. */
export function traceLabel({ name, traceId }: TraceSummary): string {
  return name === '' ? `Trace ${visibleName(traceId.slice(0, 8))}` : visibleName(name);
}

/** The lines of a trace's tooltip; the first is its title. */
export function traceTooltip(summary: TraceSummary, nowUnixMilli: number): string[] {
  const start = new Date(unixMilliOf(summary.startUnixNano));
  const { llmCalls, toolCalls, inputTokens, outputTokens, costUsd, orphanCount, rootCount } = summary;
  return [
    traceLabel(summary),
    `${stateOf(summary)} · ${durationOf(summary, nowUnixMilli)}`,
    `Services: ${summary.services.map(visibleName).join(', ')}`,
    [count(summary.spanCount, 'span'), summary.errorCount > 0 ? count(summary.errorCount, 'error') : '', rootCount > 1 ? count(rootCount, 'root') : '',
      orphanCount > 0 ? `${count(orphanCount, 'span')} whose parent was not seen` : ''].filter(Boolean).join(' · '),
    [llmCalls > 0 ? count(llmCalls, 'model call') : '', toolCalls > 0 ? count(toolCalls, 'tool call') : ''].filter(Boolean).join(' · '),
    inputTokens + outputTokens > 0 ? `Tokens: ${formatTokens(inputTokens)} → ${formatTokens(outputTokens)} (sum of the model calls)` : '',
    costUsd === undefined ? '' : `Cost: ${formatCost(costUsd)}`,
    `Started: ${start.toISOString()}`,
    `Trace ID: ${visibleName(summary.traceId)}`,
  ].filter(Boolean);
}

function descriptionOf(summary: TraceSummary, nowUnixMilli: number): string {
  if (isRunning(summary)) return `${durationOf(summary, nowUnixMilli)} · ${count(summary.spanCount, 'span')}`;
  const start = formatClock(unixMilliOf(summary.startUnixNano), nowUnixMilli);
  return `${start} · ${summary.errorCount > 0 ? count(summary.errorCount, 'error') : durationOf(summary, nowUnixMilli)}`;
}

function durationOf({ startUnixNano, endUnixNano, openCount }: TraceSummary, nowUnixMilli: number): string {
  if (openCount > 0 || endUnixNano === undefined) {
    return `${formatDuration(Math.max(0, (nowUnixMilli - unixMilliOf(startUnixNano)) * 1e6))} …`;
  }
  return formatDuration(Number(BigInt(endUnixNano) - BigInt(startUnixNano)));
}

function stateOf(summary: TraceSummary): string {
  if (isRunning(summary)) return 'running';
  return summary.errorCount > 0 ? 'failed' : 'ended';
}

function iconOf(summary: TraceSummary): Pick<TreeRow, 'icon' | 'colour'> {
  if (isRunning(summary)) return { icon: 'loading~spin', colour: 'spanscope.status.open' };
  if (summary.errorCount > 0) return { icon: 'error', colour: 'spanscope.status.error' };
  const isAgent = summary.llmCalls > 0 || summary.toolCalls > 0;
  return isAgent ? { icon: 'hubot', colour: 'spanscope.roleIcon.agent' } : { icon: 'circle-outline', colour: 'spanscope.roleIcon.other' };
}

function count(number: number, word: string): string {
  return `${formatCount(number)} ${word}${number === 1 ? '' : 's'}`;
}

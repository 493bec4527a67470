import type { TraceOverview } from '../../model/records.ts';
import { roleIcons } from '../../model/role.ts';
import { traceNameOf } from '../../model/traceKey.ts';
import { hasDate } from '../../model/time.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { Display } from '../display.ts';
import { namesIn } from '../tests/testNames.ts';
import { roleColour } from './treeRow.ts';
import type { TreeRow } from './treeRow.ts';
import { isRunning, unixMilliOf } from './traceGroups.ts';

/** How a trace stands in the Traces view. */
export function traceRow(summary: TraceOverview, nowUnixMilli: number, display: Display): TreeRow {
  const label = traceLabel(summary);
  const description = descriptionOf(summary, nowUnixMilli, display);
  return { label, description, ...iconOf(summary), spoken: `${label}, ${stateOf(summary)}, ${description}` };
}

/** What people call a trace: the name of its run or agent. */
export function traceLabel({ label, traceId }: TraceOverview): string {
  return label === '' ? `Trace ${visibleName(traceNameOf(traceId).traceId.slice(0, 8))}` : visibleName(label);
}

/** The lines of a trace's tooltip; the first is its title. */
export function traceTooltip(summary: TraceOverview, nowUnixMilli: number, display: Display): string[] {
  const start = new Date(unixMilliOf(summary.startUnixNano));
  const count = (number: number, word: string): string => display.count(number, word);
  const { llmCalls, toolCalls, inputTokens, outputTokens, costUsd, orphanCount, rootCount, leftOut } = summary;
  return [
    traceLabel(summary),
    `${stateOf(summary)} · ${durationOf(summary, nowUnixMilli, display)}`,
    testLine(summary),
    summary.label === summary.name ? '' : `Span name: ${visibleName(summary.name)}`,
    `${summary.services.length === 1 ? 'Service' : 'Services'}: ${summary.services.map(visibleName).join(', ')}`,
    [count(summary.spanCount, 'span'), summary.errorCount > 0 ? count(summary.errorCount, 'error') : '', rootCount > 1 ? count(rootCount, 'root') : '',
      orphanCount > 0 ? `${count(orphanCount, 'span')} whose parent was not seen` : ''].filter(Boolean).join(' · '),
    leftOut === undefined ? '' : `Only its first spans are shown: about ${display.numbers.shortCount(leftOut)} more are on disk, and too many for the memory that may be used`,
    [llmCalls > 0 ? count(llmCalls, 'model call') : '', toolCalls > 0 ? count(toolCalls, 'tool call') : ''].filter(Boolean).join(' · '),
    inputTokens + outputTokens > 0 ? `Tokens: ${display.numbers.tokenFlow(inputTokens, outputTokens)} (sum of the model calls)` : '',
    costUsd === undefined ? '' : `Cost: ${display.numbers.cost(costUsd)}`,
    hasDate(BigInt(summary.startUnixNano)) ? `Started: ${start.toISOString()}` : '',
    `Trace ID: ${visibleName(traceNameOf(summary.traceId).traceId)}`,
  ].filter(Boolean);
}

function testLine({ test }: TraceOverview): string {
  if (test === undefined) return '';
  const file = test.file === undefined ? '' : ` · ${visibleName(test.file.split(/[\\/]/).at(-1) ?? '')}`;
  return `Test: ${visibleName(test.name)}${test.status === undefined ? '' : `, ${visibleName(test.status)}`}${file}`;
}

function descriptionOf(summary: TraceOverview, nowUnixMilli: number, display: Display): string {
  const { test } = summary, rest = timesOf(summary, nowUnixMilli, display);
  return test === undefined ? rest : `${visibleName(namesIn(test.name).at(-1) ?? '')}${test.status === 'failed' ? ' failed' : ''} · ${rest}`;
}

function timesOf(summary: TraceOverview, nowUnixMilli: number, display: Display): string {
  const duration = durationOf(summary, nowUnixMilli, display);
  if (isRunning(summary)) return `${duration} · ${display.count(summary.spanCount, 'span')}`;
  const what = summary.errorCount > 0 ? display.count(summary.errorCount, 'error') : duration;
  // Some files count from the start of a machine or a program, which is no date.
  return hasDate(BigInt(summary.startUnixNano)) ? `${display.clock(unixMilliOf(summary.startUnixNano), nowUnixMilli)} · ${what}` : what;
}

function durationOf({ startUnixNano, endUnixNano, openCount }: TraceOverview, nowUnixMilli: number, { numbers }: Display): string {
  if (openCount > 0 || endUnixNano === undefined) {
    return numbers.running(Math.max(0, (nowUnixMilli - unixMilliOf(startUnixNano)) * 1e6));
  }
  return numbers.duration(Number(BigInt(endUnixNano) - BigInt(startUnixNano)));
}

/** A test that failed need not have made a span that did. */
const hasFailed = ({ errorCount, test }: TraceOverview): boolean => errorCount > 0 || test?.status === 'failed';

function stateOf(summary: TraceOverview): string {
  if (isRunning(summary)) return 'running';
  return hasFailed(summary) ? 'failed' : 'ended';
}

function iconOf(summary: TraceOverview): Pick<TreeRow, 'icon' | 'colour'> {
  if (isRunning(summary)) return { icon: 'loading~spin', colour: 'spanscope.status.open' };
  if (hasFailed(summary)) return { icon: 'error', colour: 'spanscope.status.error' };
  return { icon: roleIcons[summary.role], colour: roleColour(summary.role) };
}

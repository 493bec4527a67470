import type { TraceOverview } from '../../model/records.ts';
import { roleIcons } from '../../model/role.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { Display } from '../display.ts';
import type { TraceRun } from './traceEntry.ts';
import { isRunning } from './traceGroups.ts';
import { roleColour } from './treeRow.ts';
import type { TreeRow } from './treeRow.ts';

const sumOf = (run: TraceRun, figure: (trace: TraceOverview) => number): number => run.traces.reduce((sum, trace) => sum + figure(trace), 0);

/** How a run stands in the Traces view. */
export function runRow(run: TraceRun, nowUnixMilli: number, display: Display): TreeRow {
  const label = run.name === '' ? 'Run' : visibleName(run.name);
  const description = descriptionOf(run, nowUnixMilli, display);
  return { label, description, ...iconOf(run), spoken: `${label}, run, ${stateOf(run)}, ${description}` };
}

/** The lines of a run's tooltip; the first is its title. */
export function runTooltip(run: TraceRun, nowUnixMilli: number, display: Display): string[] {
  const sum = (figure: (trace: TraceOverview) => number): number => sumOf(run, figure);
  const [errors, models, tools] = [sum(({ errorCount }) => errorCount), sum(({ llmCalls }) => llmCalls), sum(({ toolCalls }) => toolCalls)];
  const [input, output, cost] = [sum(({ inputTokens }) => inputTokens), sum(({ outputTokens }) => outputTokens), sum(({ costUsd }) => costUsd ?? 0)];
  const count = (number: number, word: string): string => (number > 0 ? display.count(number, word) : '');
  return [
    run.name === '' ? 'Run' : visibleName(run.name),
    `${stateOf(run)} · ${durationOf(run, nowUnixMilli, display)}`,
    [display.count(run.traces.length, 'trace'), display.count(sum(({ spanCount }) => spanCount), 'span'), count(errors, 'error')].filter(Boolean).join(' · '),
    [count(models, 'model call'), count(tools, 'tool call')].filter(Boolean).join(' · '),
    input + output > 0 ? `Tokens: ${display.numbers.tokenFlow(input, output)} (sum of the model calls)` : '',
    cost > 0 ? `Cost: ${display.numbers.cost(cost)}` : '',
    `Started: ${new Date(run.startUnixMilli).toISOString()}`,
  ].filter(Boolean);
}

function descriptionOf(run: TraceRun, nowUnixMilli: number, display: Display): string {
  const duration = durationOf(run, nowUnixMilli, display);
  if (isRunning(run)) return `${duration} · ${display.count(sumOf(run, ({ spanCount }) => spanCount), 'span')}`;
  const errors = sumOf(run, ({ errorCount }) => errorCount);
  return `${display.clock(run.startUnixMilli, nowUnixMilli)} · ${errors > 0 ? display.count(errors, 'error') : duration}`;
}

function durationOf(run: TraceRun, nowUnixMilli: number, { numbers }: Display): string {
  const { startUnixMilli, endUnixMilli } = run;
  if (isRunning(run) || endUnixMilli === undefined) return numbers.running(Math.max(0, nowUnixMilli - startUnixMilli) * 1e6);
  return numbers.duration(Math.max(0, endUnixMilli - startUnixMilli) * 1e6);
}

function stateOf(run: TraceRun): string {
  if (isRunning(run)) return 'running';
  return run.traces.some(({ errorCount }) => errorCount > 0) ? 'failed' : 'ended';
}

function iconOf(run: TraceRun): Pick<TreeRow, 'icon' | 'colour'> {
  if (isRunning(run)) return { icon: 'loading~spin', colour: 'spanscope.status.open' };
  if (run.traces.some(({ errorCount }) => errorCount > 0)) return { icon: 'error', colour: 'spanscope.status.error' };
  const role = run.traces.at(-1)?.role ?? 'other';
  return { icon: roleIcons[role], colour: roleColour(role) };
}

import { roleWords } from '../../../model/role.ts';
import type { CodeFigures, CodeSpan, CodeUse } from '../../../protocol/codeUse.ts';
import type { Display } from '../../display.ts';
import { asLabel, asMarkdown } from '../../safeText.ts';

const older = ', older code';
const nsPerMilli = 1e6;
const longestHoverText = 300, longestLineEnd = 28;

/** What stands above a function: how often and how long, tokens and cost, what failed or runs. Each part is a lens of its own. */
export function lensParts({ all }: CodeUse, isOlder: boolean, display: Display): string[] {
  const { numbers } = display;
  const ended = all.calls - all.running;
  const last = Number.isNaN(all.lastNs) ? '' : `last ${numbers.duration(all.lastNs)}`, p95 = ended > 1 && !Number.isNaN(all.p95Ns) ? `p95 ${numbers.duration(all.p95Ns)}` : '';
  const problems = all.errors > 0 ? `$(error)\u00a0${display.count(all.errors, 'error')}` : '', running = all.running > 0 ? `${numbers.count(all.running)} running` : '';
  return [
    joined([display.count(all.spans, 'span'), last, p95]) + (isOlder ? older : ''),
    spentOf(all, display),
    problems === '' ? (running === '' ? '' : `$(loading~spin)\u00a0${running}`) : joined([problems, running]),
  ].filter(Boolean);
}

/** What a lens says when it is pointed at. */
export function lensTooltip({ runs, all }: CodeUse, isOlder: boolean, display: Display): string {
  return joined([`Show the spans of the last ${runs === 1 ? 'run' : display.count(runs, 'run')}`, all.calls === all.spans ? '' : `${display.count(all.calls, 'call')} with all spans in them`,
    isOlder ? 'the code has changed since' : '']);
}

/** What stands at the end of a line, about its newest run; what has no room is left out. */
export function lineEnd({ run }: CodeUse, isOlder: boolean, now: number, display: Display): { readonly text: string; readonly isFailed: boolean } {
  const isFailed = run.failedCalls > 0 && run.running === 0;
  const [first = '', more = ''] = lineEndParts(run, isFailed, now, display), whole = joined([first, more]), suffix = isOlder ? older : '';
  return { text: (whole.length + suffix.length > longestLineEnd ? first : whole) + suffix, isFailed };
}

function lineEndParts(run: CodeFigures, isFailed: boolean, now: number, display: Display): readonly string[] {
  const { numbers } = display;
  if (run.running > 0) {
    const cost = Number.isNaN(run.costUsd) || run.costUsd === 0 ? '' : `${numbers.cost(run.costUsd)} so far`;
    return [numbers.running(Math.max(0, now - run.lastStart) * nsPerMilli), cost];
  }
  if (isFailed) return run.calls > 1 ? [`${numbers.count(run.failedCalls)} of ${numbers.count(run.calls)} failed`] : ['failed', durationOf(run, numbers)];
  if (run.calls > 1) return [display.count(run.calls, 'call'), Number.isNaN(run.medianNs) ? '' : `${numbers.duration(run.medianNs)} median`];
  return [durationOf(run, numbers) || 'no end'];
}

/** A span in one line of Markdown and, below it, what went in and came out. Everything that a span says is escaped. */
export function hoverLines(span: CodeSpan, number: number, now: number, display: Display): string[] {
  const { content } = span;
  const facts = [roleWords[span.role], stateOf(span, now, display), display.clock(span.start, now)];
  return [
    `${number}\\. **${asMarkdown(span.label) || '\\(no name\\)'}** ${facts.map(asMarkdown).join(' · ')}`,
    ...([['In', content?.input], ['Out', content?.output], ['Failed', content?.problem]] as const).flatMap(([word, text]) => (text === undefined ? [] : [`&nbsp;&nbsp;&nbsp;&nbsp;${word}: ${asMarkdown(shortened(text))}`])),
  ];
}

/** The sums above the spans of a hover. */
export function hoverTitle({ all, runs }: CodeUse, isOlder: boolean, display: Display): string {
  const { numbers } = display;
  const median = Number.isNaN(all.medianNs) || all.calls - all.running < 2 ? '' : `median ${numbers.duration(all.medianNs)}, p95 ${numbers.duration(all.p95Ns)}`;
  return [display.count(all.spans, 'span'), `${display.count(runs, 'run')}`, median, spentOf(all, display), all.errors > 0 ? display.count(all.errors, 'error') : '', isOlder ? 'the code has changed since' : ''].filter(Boolean).join(' · ');
}

/** A row of the list of spans. */
export function listRow(span: CodeSpan, now: number, display: Display): { readonly label: string; readonly description: string; readonly detail: string } {
  const { content } = span;
  const detail = content?.problem ?? content?.input ?? '';
  return { label: asLabel(span.label) || '(no name)', description: asLabel(`${stateOf(span, now, display)} · ${display.clock(span.start, now)}`), detail: asLabel(shortened(detail)) };
}

const joined = (parts: readonly string[]): string => parts.filter(Boolean).join(', ');

function spentOf({ inputTokens, outputTokens, costUsd }: CodeFigures, { numbers }: Display): string {
  const tokens = Number.isNaN(inputTokens) && Number.isNaN(outputTokens) ? '' : `${numbers.tokenFlow(inputTokens, outputTokens)} tokens`;
  return joined([tokens, Number.isNaN(costUsd) || costUsd === 0 ? '' : numbers.cost(costUsd)]);
}

function durationOf({ lastNs }: CodeFigures, numbers: Display['numbers']): string {
  return Number.isNaN(lastNs) ? '' : numbers.duration(lastNs);
}

function stateOf({ isFailed, isRunning, durationNs, start }: CodeSpan, now: number, { numbers }: Display): string {
  const lasted = durationNs === undefined ? (isRunning ? numbers.running(Math.max(0, now - start) * nsPerMilli) : 'no end') : numbers.duration(durationNs);
  return isFailed ? `${lasted}, failed` : lasted;
}

const shortened = (text: string): string => (text.length > longestHoverText ? `${text.slice(0, longestHoverText).replace(/[\uD800-\uDBFF]$/, '')}…` : text);

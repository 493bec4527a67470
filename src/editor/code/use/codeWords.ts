import { roleWords } from '../../../model/role.ts';
import type { CodeFigures, CodeSpan, CodeUse } from '../../../protocol/codeUse.ts';
import { visibleName } from '../../../model/visibleText.ts';
import type { Display } from '../../display.ts';
import { asLabel, asMarkdown } from '../../safeText.ts';

const older = ', older code', byName = ', by name', fromFile = ', from file';
const nsPerMilli = 1e6;
const longestHoverText = 300, longestLineEnd = 28, longestFileName = 40;

/** Spans of a place in code, and what is to be said about how they came there. */
export interface SpansHere {
  readonly use: CodeUse;
  /** The code has changed since its newest run. */
  readonly isOlder: boolean;
  /** The place was found by the names of the spans. */
  readonly isByName: boolean;
}

/** What stands above a function: how often and how long, tokens and cost, what failed or runs. Each part is a lens of its own. */
export function lensParts({ use: { all, runs, fileRuns, files }, isOlder, isByName }: SpansHere, display: Display): string[] {
  const { numbers } = display;
  const ended = all.calls - all.running;
  const last = Number.isNaN(all.lastNs) ? '' : `last ${numbers.duration(all.lastNs)}`, p95 = ended > 1 && !Number.isNaN(all.p95Ns) ? `p95 ${numbers.duration(all.p95Ns)}` : '';
  const problems = all.errors > 0 ? `$(error)\u00a0${display.count(all.errors, 'error')}` : '', running = all.running > 0 ? `${numbers.count(all.running)} running` : '';
  const from = fileRuns === runs ? `from ${asLabel(fileWords(files, display))}` : '';
  return [
    joined([display.count(all.spans, 'span'), last, p95, from]) + (isByName ? byName : '') + (isOlder ? older : ''),
    spentOf(all, display),
    problems === '' ? (running === '' ? '' : `$(loading~spin)\u00a0${running}`) : joined([problems, running]),
  ].filter(Boolean);
}

/** What a lens says when it is pointed at. */
export function lensTooltip(here: SpansHere, display: Display): string {
  const { runs, all } = here.use;
  return joined([`Show the spans of the last ${runs === 1 ? 'run' : display.count(runs, 'run')}`, all.calls === all.spans ? '' : `${display.count(all.calls, 'call')} with all spans in them`, ...originWords(here, display)]);
}

/** What is said of traces whose spans are too many to be shown; empty when there are none. */
export function tooLargeWords(names: readonly string[], display: Display): string {
  if (names.length === 0) return '';
  return `${names.length === 1 ? `${visibleName(fileWords(names, display))} has` : `${display.count(names.length, 'trace')} have`} too many spans to be shown in code.`;
}

/** Where spans are from, unless they came from programs that ran here and recorded their lines. */
function originWords({ use: { runs, fileRuns, files }, isOlder, isByName }: SpansHere, display: Display): string[] {
  const from = fileRuns === 0 ? '' : `${fileRuns === runs ? '' : `${display.count(fileRuns, 'run')} `}from ${visibleName(fileWords(files, display))}`;
  return [from, isByName ? 'found by the name of the spans, which record no line' : '', isOlder ? 'the code has changed since' : ''];
}

/** One file by its name, several by their number. */
function fileWords([first = '', ...others]: readonly string[], display: Display): string {
  return others.length > 0 ? display.count(others.length + 1, 'file') : shortened(first, longestFileName);
}

/** What stands at the end of a line, about its newest run; what has no room is left out. */
export function lineEnd({ use: { run, file }, isOlder, isByName }: SpansHere, now: number, display: Display): { readonly text: string; readonly isFailed: boolean } {
  const isFailed = run.failedCalls > 0 && run.running === 0;
  const [first = '', more = ''] = lineEndParts(run, isFailed, now, display), whole = joined([first, more]);
  const suffix = (file === undefined ? '' : fromFile) + (isByName ? byName : '') + (isOlder ? older : '');
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
  const facts = [roleWords[span.role], stateOf(span, now, display), display.clock(span.start, now), ...fileOf(span)];
  return [
    `${number}\\. **${asMarkdown(span.label) || '\\(no name\\)'}** ${facts.map(asMarkdown).join(' · ')}`,
    ...([['In', content?.input], ['Out', content?.output], ['Failed', content?.problem]] as const).flatMap(([word, text]) => (text === undefined ? [] : [`&nbsp;&nbsp;&nbsp;&nbsp;${word}: ${asMarkdown(shortened(text, longestHoverText))}`])),
  ];
}

/** The sums above the spans of a hover, in Markdown. */
export function hoverTitle(here: SpansHere, display: Display): string {
  const { numbers } = display, { all, runs } = here.use;
  const median = Number.isNaN(all.medianNs) || all.calls - all.running < 2 ? '' : `median ${numbers.duration(all.medianNs)}, p95 ${numbers.duration(all.p95Ns)}`;
  return [display.count(all.spans, 'span'), `${display.count(runs, 'run')}`, median, spentOf(all, display), all.errors > 0 ? display.count(all.errors, 'error') : '', ...originWords(here, display).map(asMarkdown)].filter(Boolean).join(' · ');
}

/** A row of the list of spans. */
export function listRow(span: CodeSpan, now: number, display: Display): { readonly label: string; readonly description: string; readonly detail: string } {
  const { content } = span;
  const detail = content?.problem ?? content?.input ?? '';
  return { label: asLabel(span.label) || '(no name)', description: asLabel([stateOf(span, now, display), display.clock(span.start, now), ...fileOf(span)].join(' · ')), detail: asLabel(shortened(detail, longestHoverText)) };
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

const fileOf = ({ file }: CodeSpan): string[] => (file === undefined ? [] : [`from ${shortened(file, longestFileName)}`]);

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…` : text);

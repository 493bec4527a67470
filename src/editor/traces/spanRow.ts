import { shownLabel } from '../../analysis/shownLabel.ts';
import { roleIcons, roleWords, roles } from '../../model/role.ts';
import type { Role } from '../../model/role.ts';
import { markBit, statusCodes } from '../../model/span.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { SpanNode } from '../../protocol/collector.ts';
import type { Display } from '../display.ts';
import type { StandsPlace } from '../standing/standingPaths.ts';
import { roleColour } from './treeRow.ts';
import type { TreeRow } from './treeRow.ts';

/** How a span stands in the Spans view. `elapsedNs` is how long it runs, while it is open; `stands` tells whether its program stands there in the debugger. */
export function spanRow(span: SpanNode, elapsedNs: number, display: Display, stands?: StandsPlace): TreeRow {
  const label = spanLabel(span), duration = durationOf(span, elapsedNs, display);
  const facts = stands === 'here' ? ['stands here', duration] : [duration, stands === 'below' ? 'stands below' : tokensOf(span, display)];
  const description = facts.filter(Boolean).join(' · ');
  return { label, description, ...(stands === 'here' ? standsIcon : iconOf(span)), spoken: [label, roleWords[roleOf(span)], stateOf(span), description].join(', ') };
}

export const isOpen = (span: SpanNode): boolean => span.durationNs === undefined && !isLost(span);
const isLost = ({ marks }: SpanNode): boolean => (marks & markBit('lost')) !== 0;
export const isFailed = (span: SpanNode): boolean => statusCodes[span.status] === 'error';

/** The editor's own mark of the frame that it stands in. */
const standsIcon = { icon: 'debug-stackframe', colour: 'debugIcon.breakpointCurrentStackframeForeground' } as const;

/** The lines of a span's tooltip; the first is its title. `problem` is the message of its status. */
export function spanTooltip(span: SpanNode, elapsedNs: number, problem: string | undefined, display: Display): string[] {
  const tokens = tokensOf(span, display);
  const label = spanLabel(span);
  return [
    label,
    `${roleWords[roleOf(span)]} · ${stateOf(span)}`,
    problem === undefined || problem === '' ? '' : problem.slice(0, 300),
    `Duration: ${durationOf(span, elapsedNs, display)}`,
    span.childCount > 0 ? `Self: ${display.numbers.duration(span.selfNs)}` : '',
    tokens === '' ? '' : `Tokens: ${tokens}`,
    label === span.name ? '' : `Span name: ${visibleName(span.name)}`,
    ...noticeable.flatMap(({ bit, words }) => ((span.marks & bit) === 0 ? [] : [words])),
    'Enter goes to the source, Alt+Enter to the side',
  ].filter(Boolean);
}

const noticeable = [
  { bit: markBit('placeholder'), words: 'Not received itself yet; known through its children.' },
  { bit: markBit('orphan'), words: 'Its parent has not been seen.' },
  { bit: markBit('lost'), words: 'It has no end: the program, or the record of it, stopped first.' },
  { bit: markBit('duplicate'), words: 'Received more than once with other content; the later version is shown.' },
  { bit: markBit('cycle') | markBit('badParent'), words: 'Its parent link makes no sense, so it stands as a root.' },
  { bit: markBit('endBeforeStart'), words: 'It ended before it began, by its own times.' },
  { bit: markBit('noStart') | markBit('outOfRange'), words: 'Its times are out of range.' },
  { bit: markBit('cut') | markBit('repaired'), words: 'Parts of it were cut or repaired.' },
];

const spanLabel = ({ label, name, marks, spanId }: SpanNode): string => shownLabel(label || name, (marks & markBit('placeholder')) !== 0, spanId);

const roleOf = ({ role }: SpanNode): Role => roles[role] ?? 'other';

function durationOf(span: SpanNode, elapsedNs: number, { numbers }: Display): string {
  const { durationNs } = span;
  if (durationNs === undefined && isLost(span)) return 'no end';
  return durationNs === undefined ? numbers.running(elapsedNs) : numbers.duration(durationNs);
}

function tokensOf({ inputTokens, outputTokens }: SpanNode, { numbers }: Display): string {
  return inputTokens === undefined && outputTokens === undefined ? '' : numbers.tokenFlow(inputTokens ?? Number.NaN, outputTokens ?? Number.NaN);
}

function stateOf(span: SpanNode): string {
  if ((span.marks & markBit('placeholder')) !== 0) return 'waiting';
  if (isLost(span)) return 'no end';
  if (isFailed(span)) return 'failed';
  return isOpen(span) ? 'running' : 'ended';
}

function iconOf(span: SpanNode): Pick<TreeRow, 'icon' | 'colour'> {
  if (isFailed(span)) return { icon: 'error', colour: 'spanscope.status.error' };
  const role = roleOf(span);
  const colour = roleColour(role);
  if (isLost(span)) return { icon: 'debug-disconnect', colour };
  if ((span.marks & markBit('placeholder')) !== 0) return { icon: 'question', colour };
  return { icon: roleIcons[role], colour };
}

import { roleWords } from '../../model/role.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { SpanBreakpoint } from '../../protocol/live.ts';
import type { Display } from '../display.ts';

const verbs: Readonly<Record<SpanBreakpoint['on'], string>> = { start: 'starts', end: 'ends', error: 'fails' };
const operatorWords: ReadonlyMap<string, string> = new Map([['=', '='], ['!=', '≠'], ['>', '>'], ['>=', '≥'], ['<', '<'], ['<=', '≤'], ['~', 'contains']]);
const longestPart = 60, nsPerSecond = 1e9;

/** Where a breakpoint stops, in words: `tool web_search fails`, `span named plan* starts, from the 3rd on`. */
export function breakpointLabel(breakpoint: SpanBreakpoint, display: Display): string {
  const { on, hit = 1 } = breakpoint;
  const limit = limitWords(breakpoint, display);
  const isAnySpan = hasNoCondition(breakpoint);
  if (isAnySpan && limit !== undefined && on !== 'error') return `run passes ${limit}${hit > 1 ? `, from the ${ordinal(hit)} on` : ''}`;
  return [
    `${isAnySpan ? 'any span' : subjectOf(breakpoint)}${attributeWords(breakpoint)} ${verbs[on]}`,
    limit === undefined ? '' : `, once its run has passed ${limit}`,
    hit > 1 ? `, from the ${ordinal(hit)} on` : '',
  ].join('');
}

/** `2 hits` of the debug session; empty when there was none. */
export function hitWords(hits: number, display: Display): string {
  return hits === 0 ? '' : display.count(hits, 'hit');
}

/** Whether every span meets it, at some time. */
function hasNoCondition({ name, role, tool, model, attribute }: SpanBreakpoint): boolean {
  return [name, role, tool, model, attribute].every((part) => part === undefined);
}

/** `10,000 tokens` or `1.50 s`, with the number as the rest of the product writes it. */
export function limitWords({ limit }: SpanBreakpoint, display: Display): string | undefined {
  if (limit === undefined) return undefined;
  const { of, above } = limit;
  // Views know steps of a run as its spans.
  return of === 'seconds' ? display.numbers.duration(above * nsPerSecond) : display.count(above, of === 'tokens' ? 'token' : 'span');
}

export function ordinal(number: number): string {
  const tens = number % 100, ones = number % 10;
  const ending = tens >= 11 && tens <= 13 ? 'th' : ones === 1 ? 'st' : ones === 2 ? 'nd' : ones === 3 ? 'rd' : 'th';
  return `${number}${ending}`;
}

/** The condition on an attribute, as it is read aloud; undefined when there is none. */
export function conditionWords({ attribute }: SpanBreakpoint): string | undefined {
  if (attribute === undefined) return undefined;
  const { key, operator, value = '' } = attribute;
  return operator === 'exists' ? `has ${shown(key)}` : `${shown(key)} ${operatorWords.get(operator) ?? operator} ${shown(value)}`;
}

function subjectOf({ name, role, tool, model }: SpanBreakpoint): string {
  const what = tool !== undefined ? `tool ${shown(tool)}` : role === undefined || role === 'other' ? 'span' : roleWords[role].toLowerCase();
  return [what, model === undefined ? '' : `with ${shown(model)}`, name === undefined ? '' : `named ${shown(name)}`].filter(Boolean).join(' ');
}

function attributeWords(breakpoint: SpanBreakpoint): string {
  const words = conditionWords(breakpoint);
  return words === undefined ? '' : breakpoint.attribute?.operator === 'exists' ? ` that ${words}` : ` with ${words}`;
}

function shown(text: string): string {
  const visible = visibleName(text);
  return visible.length > longestPart ? `${visible.slice(0, longestPart)}…` : visible;
}

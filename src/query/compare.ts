import type { AttributeValue } from '../model/attributes.ts';
import type { WantedText } from './query.ts';
import type { Operator } from './tokens.ts';

/** Answers for texts that were asked before: a trace has many spans and few different names. */
export function remembered(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) {
      answer = test(text);
      if (known.size < 10_000) known.set(text, answer);
    }
    return answer;
  };
}

/** A text to be found anywhere in others, without regard to case; `*` stands for anything. */
export function wantedText(wanted: string): WantedText {
  const needle = wanted.toLowerCase();
  const part = needle.split(/[*\u0080-\uffff]/).reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');
  return { test: textTest(wanted.includes('*') ? `*${wanted}*` : wanted), part, isWhole: part === needle };
}

/** Whether a text contains another, without regard to case; `*` stands for anything and then the whole text must fit. */
export function textTest(wanted: string): (text: string) => boolean {
  const needle = wanted.toLowerCase();
  if (!needle.includes('*')) return (text) => text.toLowerCase().includes(needle);
  const pieces = needle.split('*');
  return (text) => fits(text.toLowerCase(), pieces);
}

/** Linear-time match of a text against literal pieces with anything between them. */
function fits(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '', last = pieces[pieces.length - 1] ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

/** Compares numbers. */
export function numberTest(operator: Operator, wanted: number): (value: number) => boolean {
  switch (operator) {
    case '>': return (value) => value > wanted;
    case '>=': return (value) => value >= wanted;
    case '<': return (value) => value < wanted;
    case '<=': return (value) => value <= wanted;
    case '!=': return (value) => value !== wanted;
    default: return (value) => value === wanted;
  }
}

/** The text in which a value is looked for; undefined for values that have none. */
export function textOf(value: AttributeValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** A test of an attribute's value. Members of lists and maps are tested one by one; one that passes is enough. */
export function valueTest(operator: Operator, wanted: string): (value: AttributeValue | undefined) => boolean {
  const single = scalarTest(operator, wanted);
  const some = (value: AttributeValue): boolean => {
    if (Array.isArray(value)) return (value as readonly AttributeValue[]).some(some);
    if (value instanceof Map) return [...(value as ReadonlyMap<string, AttributeValue>).values()].some(some);
    return single(value);
  };
  // "is not" speaks of a value that is there, as in most search languages, and of none of its members being equal.
  if (operator === '!=') { const equal = valueTest('=', wanted); return (value) => value !== undefined && !equal(value); }
  return (value) => value !== undefined && some(value);
}

function scalarTest(operator: Operator, wanted: string): (value: AttributeValue) => boolean {
  const wantedNumber = wanted.trim() === '' ? NaN : Number(wanted);
  const contains = textTest(wanted);
  switch (operator) {
    case '~': return (value) => { const text = textOf(value); return text !== undefined && contains(text); };
    case '>': case '>=': case '<': case '<=': {
      const compare = numberTest(operator, wantedNumber);
      return (value) => (typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value.trim() !== '')) && compare(Number(value));
    }
    case '=': return equalTest(wanted, wantedNumber);
    default: {
      const equal = equalTest(wanted, wantedNumber);
      return (value) => (typeof value === 'string' ? contains(value) : equal(value));
    }
  }
}

function equalTest(wanted: string, wantedNumber: number): (value: AttributeValue) => boolean {
  const wildcard = wanted.includes('*') ? textTest(wanted) : undefined;
  return (value) => {
    if (typeof value === 'number') return value === wantedNumber || (Number.isNaN(value) && wanted === 'NaN');
    const text = textOf(value);
    return text !== undefined && (wildcard === undefined ? text === wanted : wildcard(text));
  };
}

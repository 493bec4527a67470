import type { QueryProblem } from './query.ts';

export type Operator = ':' | '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

/** A piece of a query. `key` and `operator` are absent for free text. */
export type Token =
  | { readonly type: 'open' | 'close' | 'or' | 'not'; readonly start: number; readonly end: number }
  | { readonly type: 'term'; readonly key?: string; readonly operator?: Operator; readonly value: string; readonly quoted: boolean; readonly start: number; readonly end: number };

const operators: readonly Operator[] = ['!=', '>=', '<=', ':', '=', '>', '<', '~'];

/** Splits a query into terms, brackets, `OR` and `-`. Text in double quotes keeps its blanks; `\"` is a quote in it. */
export function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly problem?: QueryProblem } {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    const letter = text[at]!;
    if (/\s/.test(letter)) { at++; continue; }
    if (letter === '(' || letter === ')') { at++; tokens.push({ type: letter === '(' ? 'open' : 'close', start, end: at }); continue; }
    if (letter === '-' && at + 1 < text.length && !/[\s)]/.test(text[at + 1]!)) { at++; tokens.push({ type: 'not', start, end: at }); continue; }
    const key = letter === '"' ? undefined : keyAt(text, at);
    if (key !== undefined) at += key.key.length + key.operator.length;
    const value = valueAt(text, at);
    if (value.unclosed) return { tokens, problem: { message: `The quotation mark at character ${text.indexOf('"', at) + 1} is not closed.`, start: at, end: text.length } };
    at = value.end;
    if (key === undefined && !value.quoted && /^(?:or|\|\|)$/i.test(value.value)) tokens.push({ type: 'or', start, end: at });
    else if (key === undefined && !value.quoted && /^and$/i.test(value.value)) continue;
    else if (key === undefined && !value.quoted && /^not$/i.test(value.value)) tokens.push({ type: 'not', start, end: at });
    else tokens.push({ type: 'term', ...key, value: value.value, quoted: value.quoted, start, end: at });
  }
  return { tokens };
}

function keyAt(text: string, from: number): { key: string; operator: Operator } | undefined {
  let end = from;
  while (end < text.length && /[\w.\-/@#]/.test(text[end]!)) end++;
  // An address such as http://host is free text, not an attribute named http.
  if (end === from || text.startsWith('://', end)) return undefined;
  const operator = operators.find((each) => text.startsWith(each, end));
  return operator === undefined ? undefined : { key: text.slice(from, end), operator };
}

function valueAt(text: string, from: number): { value: string; quoted: boolean; end: number; unclosed?: boolean } {
  const lead = /^(?:!=|>=|<=|>|<|=)/.exec(text.slice(from, from + 2))?.[0] ?? '';
  let at = from + lead.length;
  if (text[at] === '"') {
    let value = '';
    for (at++; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === '\\' && at + 1 < text.length) at++;
      value += text[at]!;
    }
    if (at >= text.length) return { value, quoted: true, end: at, unclosed: true };
    return { value: lead + value, quoted: true, end: at + 1 };
  }
  while (at < text.length && !/[\s()]/.test(text[at]!)) at++;
  return { value: text.slice(from, at), quoted: false, end: at };
}

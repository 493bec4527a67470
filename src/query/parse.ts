import { remembered, valueTest, wantedText } from './compare.ts';
import { fields, spanTerm } from './fields.ts';
import { maxQueryLength } from './query.ts';
import type { ParsedQuery, Query, QueryProblem, Term } from './query.ts';
import { tokensOf } from './tokens.ts';
import type { Operator, Token } from './tokens.ts';

const maxNesting = 32;

/**
 * Reads a query of the filter language that all views share:
 * free text · `service:` `name:` `status:` `role:` `kind:` `model:` `tool:` `agent:` `trace:` `span:` · `duration:>2s` ·
 * `has:error` `has:open` `has:attribute.key` · `tokens:>1k` `cost:>0.05` · attribute comparisons `key=value` `key!=value`
 * `key>3` `key~part` `key:part` · `"quoted text"` · `-` or `NOT` before a term · `OR` and brackets. Terms side by side
 * must all be met. Text is compared without regard to case, `*` stands for anything. `hints.ts` knows keys that may be misspelt.
 */
export function parseQuery(text: string): ParsedQuery {
  if (text.length > maxQueryLength) return problem(`A filter may be ${maxQueryLength} characters long.`, maxQueryLength, text.length);
  const { tokens, problem: broken } = tokensOf(text);
  if (broken !== undefined) return { problem: broken };
  const parser = new Parser(tokens, text);
  const term = parser.parse();
  if (parser.problem !== undefined) return { problem: parser.problem };
  return { query: queryOf(term) };
}

function queryOf(term: Term | undefined): Query {
  return {
    isEmpty: term === undefined,
    matchesSpan: (span) => term === undefined || term.span(span),
    matchesTrace: (trace) => term === undefined || term.trace(trace),
  };
}

const problem = (message: string, start: number, end: number): { problem: QueryProblem } => ({ problem: { message, start, end } });

class Parser {
  problem: QueryProblem | undefined;
  private at = 0;
  private readonly tokens: readonly Token[];
  private readonly text: string;

  constructor(tokens: readonly Token[], text: string) {
    this.tokens = tokens;
    this.text = text;
  }

  parse(): Term | undefined {
    const term = this.either(0);
    const rest = this.tokens[this.at];
    if (rest !== undefined) this.fail('This bracket closes nothing.', rest);
    return term;
  }

  private either(depth: number): Term | undefined {
    let left = this.all(depth);
    while (this.tokens[this.at]?.type === 'or') {
      const or = this.tokens[this.at++]!;
      const right = this.all(depth);
      if (left === undefined || right === undefined) { this.fail('OR stands between two terms.', or); return left; }
      left = anyOf(left, right);
    }
    return left;
  }

  private all(depth: number): Term | undefined {
    let all: Term | undefined;
    for (let token = this.tokens[this.at]; token !== undefined && token.type !== 'or' && token.type !== 'close'; token = this.tokens[this.at]) {
      const next = this.one(token, depth);
      if (next === undefined) return all;
      all = all === undefined ? next : bothOf(all, next);
    }
    return all;
  }

  private one(token: Token, depth: number): Term | undefined {
    this.at++;
    if (depth > maxNesting) return this.fail('The brackets are nested too deep.', token);
    if (token.type === 'not') {
      const next = this.tokens[this.at];
      const inner = next === undefined || next.type === 'or' || next.type === 'close' ? undefined : this.one(next, depth + 1);
      return inner === undefined ? this.problem ? undefined : this.fail('A term is missing after the minus.', token) : negationOf(inner);
    }
    if (token.type === 'open') {
      const inner = this.either(depth + 1);
      if (this.problem !== undefined) return undefined;
      if (this.tokens[this.at]?.type !== 'close') return this.fail('The bracket is not closed.', token);
      this.at++;
      return inner ?? this.fail('The brackets are empty.', token);
    }
    return token.type === 'term' ? this.term(token) : undefined;
  }

  private term(token: Token & { type: 'term' }): Term | undefined {
    if (token.key === undefined || token.operator === undefined) return freeText(token.value);
    const field = fields.get(token.key.toLowerCase());
    if (field !== undefined) {
      const term = field(token.operator, token.value);
      return typeof term === 'string' ? this.fail(term, token) : term;
    }
    if (token.value === '') return this.fail(`A value is missing after ${token.key}${token.operator}`, token);
    return attribute(token.key, token.operator, token.value);
  }

  private fail(message: string, token: Token): undefined {
    const start = token.start, end = Math.min(token.end, this.text.length);
    this.problem ??= { message: `${placeOf(this.text, start, end)}: ${message}`, start, end };
    return undefined;
  }
}

const longestPlace = 40;

/** The part of a query that something is wrong with, for people. */
function placeOf(text: string, start: number, end: number): string {
  return end - start > longestPlace ? `${text.slice(start, start + longestPlace)}…` : end - start > 1 ? text.slice(start, end) : `${text.slice(start, end)} at character ${start + 1}`;
}

function attribute(key: string, operator: Operator, value: string): Term {
  const inner = operator === ':' ? /^(>=|<=|!=|>|<|=)(?=.)/.exec(value)?.[1] as Operator | undefined : undefined;
  const test = inner === undefined ? valueTest(operator, value) : valueTest(inner, value.slice(inner.length));
  return spanTerm((span) => test(span.attribute(key)));
}

function freeText(wanted: string): Term {
  const sought = wantedText(wanted), contains = sought.test;
  const known = remembered(contains);
  const span = spanTerm((each) => known(each.name) || known(each.subject) || known(each.service) || (each.statusMessage !== '' && contains(each.statusMessage))
    || each.hasId(wanted) || each.traceId === wanted || each.someText(sought));
  return {
    span: span.span,
    trace: (trace) => contains(trace.summary.name) || trace.summary.services.some(contains) || trace.summary.traceId === wanted || span.trace(trace),
  };
}

const bothOf = (a: Term, b: Term): Term => ({ span: (span) => a.span(span) && b.span(span), trace: (trace) => a.trace(trace) && b.trace(trace) });
const anyOf = (a: Term, b: Term): Term => ({ span: (span) => a.span(span) || b.span(span), trace: (trace) => a.trace(trace) || b.trace(trace) });
const negationOf = (a: Term): Term => ({ span: (span) => !a.span(span), trace: (trace) => !a.trace(trace) });

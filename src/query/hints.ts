import { fields, hasWords } from './fields.ts';
import { parseQuery } from './parse.ts';
import { tokensOf } from './tokens.ts';

/** A key of a query that is no field, so that it is read as an attribute; it may be misspelt. */
export interface QueryHint {
  readonly key: string;
  /** A query for the spans that have the attribute. */
  readonly havingIt: string;
  /** What to say when none has: short, for people. */
  readonly message: string;
  /** The part of the message that says what to write. */
  readonly advice: string;
  /** The query with the term that may have been meant, and that term; absent when none is known or it cannot be read either. */
  readonly fixed?: string;
  readonly meant?: string;
}

/** Other words for fields. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ['type', 'role'], ['latency', 'duration'], ['time', 'duration'], ['took', 'duration'], ['operation', 'name'], ['session', 'conversation'], ['thread', 'conversation'],
  ['state', 'status'], ['level', 'status'], ['error', 'has:error'], ['price', 'cost'], ['usage', 'tokens'], ['id', 'span'], ['text', 'message'],
]);
const longestShown = 60;
const mostHints = 3;

/** The keys of a query that are no fields, each once, and what to say when no span has such an attribute. */
export function hintsOf(text: string): readonly QueryHint[] {
  const hints = new Map<string, QueryHint>();
  for (const token of tokensOf(text).tokens) {
    if (token.type !== 'term' || token.key === undefined || token.value === '') continue;
    const isHas = ['has', 'is'].includes(token.key.toLowerCase()), key = isHas ? token.value : token.key, term = text.slice(token.start, token.end);
    if ((isHas ? hasWords : [...fields.keys()]).includes(key.toLowerCase()) || hints.has(key)) continue;
    const meant = isHas ? hasLike(key.toLowerCase()) : termLike(key, term), fixed = meant === undefined ? undefined : text.slice(0, token.start) + meant + text.slice(token.end);
    const advice = meant !== undefined ? `Did you mean ${shown(meant)}?` : isHas ? 'Write has:error, has:open or has: and the whole key of an attribute.' : adviceOf(key);
    hints.set(key, {
      key, havingIt: isHas ? term : `${key}!="\u0001"`, message: `No span has an attribute "${shown(key)}". ${advice}`, advice,
      ...(fixed === undefined || meant === undefined || parseQuery(fixed).problem !== undefined ? {} : { fixed, meant }),
    });
  }
  return [...hints.values()].slice(0, mostHints);
}

const shown = (text: string): string => (text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);
const adviceOf = (key: string): string =>
  (key.includes('.') ? 'Attributes are written with their whole key.' : 'Fields are role, name, status, duration and others; attributes are written with their whole key, as in http.request.method=GET.');

/** The term with the field that may have been meant. */
function termLike(key: string, term: string): string | undefined {
  const field = fieldLike(key.toLowerCase());
  return field === undefined || field.includes(':') ? field : field + term.slice(key.length);
}

function hasLike(word: string): string | undefined {
  const meant = wordLike(word, hasWords);
  return meant === undefined ? undefined : `has:${meant}`;
}

const fieldLike = (word: string): string | undefined => otherWords.get(word) ?? wordLike(word, [...fields.keys()]);

/** The word of some that somebody may have meant. */
function wordLike(word: string, names: readonly string[]): string | undefined {
  return (word.length >= 3 ? names.find((name) => name.startsWith(word)) : undefined)
    ?? names.map((name) => ({ name, distance: distanceOf(word, name) })).filter(({ name, distance }) => distance <= (name.length > 5 ? 2 : 1)).sort((a, b) => a.distance - b.distance)[0]?.name;
}

/** How many letters must be added, left out, changed, or swapped with the next one to make one word of another. */
function distanceOf(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Infinity;
  let beforeLast: readonly number[] = [], last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const line = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1], isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      line[j] = Math.min((last[j] as number) + 1, (line[j - 1] as number) + 1, (last[j - 1] as number) + (isSame ? 0 : 1), isSwapped ? (beforeLast[j - 2] as number) + 1 : Infinity);
    }
    [beforeLast, last] = [last, line];
  }
  return last[b.length] as number;
}

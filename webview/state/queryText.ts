import type { Role } from '../../src/model/role.ts';
import { tokensOf } from '../../src/query/tokens.ts';
import type { Token } from '../../src/query/tokens.ts';

type TermToken = Extract<Token, { type: 'term' }>;

const termsOf = (query: string): readonly TermToken[] => tokensOf(query).tokens.filter((token): token is TermToken => token.type === 'term');
const tidy = (query: string): string => query.replaceAll(/\s{2,}/g, ' ').trim();

/** A value as the filter language reads it back: in quotes where it has blanks, brackets or quotes. */
export function quoted(value: string): string {
  return /^[^\s()"\\]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
}

/** Adds a term, unless it is there already. */
export function withTerm(query: string, term: string): string {
  return termsOf(query).some(({ start, end }) => query.slice(start, end) === term) ? query : tidy(`${query} ${term}`);
}

/** A term of a query, and the query without it. */
export interface Removal { readonly term: string; readonly rest: string }

/** Each term with what remains without it; a minus before a term belongs to it. Empty for queries with `OR` or brackets. */
export function removals(query: string): readonly Removal[] {
  const { tokens } = tokensOf(query);
  if (tokens.some(({ type }) => type !== 'term' && type !== 'not')) return [];
  return tokens.flatMap((token, i) => {
    if (token.type !== 'term') return [];
    const before = tokens[i - 1];
    const start = before?.type === 'not' ? before.start : token.start;
    return [{ term: query.slice(start, token.end), rest: tidy(query.slice(0, start) + query.slice(token.end)) }];
  });
}

/** The roles that a query filters by. */
export function rolesIn(query: string): readonly string[] {
  return termsOf(query).filter(isRoleTerm).flatMap(({ value }) => value.toLowerCase().split(','));
}

/** Filters by one more role, or by one less. */
export function withRoleToggled(query: string, role: Role): string {
  const roles = rolesIn(query);
  const wanted = roles.includes(role) ? roles.filter((other) => other !== role) : [...roles, role];
  const kept = termsOf(query).filter(isRoleTerm).reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), query);
  return tidy(wanted.length === 0 ? kept : `${kept} role:${wanted.join(',')}`);
}

const isRoleTerm = ({ key, operator }: TermToken): boolean => key?.toLowerCase() === 'role' && operator === ':';

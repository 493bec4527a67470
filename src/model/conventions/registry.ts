import type { AgentField, AgentView } from '../agent.ts';
import type { Convention, ConventionInput, RoleClaim, Sourced } from './convention.ts';
import { genAi } from './genAi.ts';
import { openInference } from './openInference.ts';
import { openLlmetry } from './openLlmetry.ts';
import { tutorial } from './tutorial.ts';
import { vercelAi } from './vercelAi.ts';

/** Every convention, in the order in which their values are preferred. */
export const conventions: readonly Convention[] = [genAi, openInference, openLlmetry, vercelAi, tutorial];

/** Prefixes of the attribute keys that any convention reads. */
export const keyPrefixes: readonly string[] = [...new Set(conventions.flatMap((convention) => convention.keyPrefixes))];

const namePatterns = conventions.flatMap((convention) => convention.namePattern ?? []);

/** Whether a span's name alone may say that it is an agent's step. */
export function isTellingName(name: string): boolean {
  return namePatterns.some((pattern) => pattern.test(name));
}

/** The cheap part of an agent step: role, names, tokens, cost. Undefined for a span that is none. */
export function stepOf(input: ConventionInput): AgentView | undefined {
  return viewOf(input, false);
}

/** The whole agent step with messages, arguments and results. Undefined for a span that is none. */
export function agentOf(input: ConventionInput): AgentView | undefined {
  return viewOf(input, true);
}

/** What the span is about (tool, agent or model), for a bar's label; undefined when its name says it best. */
export function subjectOf(step: AgentView): string | undefined {
  switch (step.role) {
    case 'llm': case 'embedding': case 'reranker': return step.model;
    case 'tool': return step.toolName;
    case 'agent': return step.agentName;
    default: return undefined;
  }
}

function viewOf(input: ConventionInput, withContent: boolean): AgentView | undefined {
  const claiming = conventions.filter((convention) => convention.claims(input));
  if (claiming.length === 0) return undefined;
  const view = new Map<AgentField, unknown>();
  const sources = new Map<AgentField, string>();
  const take = (fields: object): void => {
    for (const [field, sourced] of Object.entries(fields) as [AgentField, Sourced<unknown> | undefined][]) {
      if (sourced === undefined || view.has(field)) continue;
      view.set(field, sourced.value);
      sources.set(field, sourced.source);
    }
  };
  const role = strongest(claiming.map((convention) => convention.role(input)));
  take({ role: role ?? { value: 'other', source: 'span name' } });
  for (const convention of claiming) take(convention.step(input));
  if (withContent) for (const convention of claiming) take(convention.content(input));
  includeCache(view, sources);
  return { ...(Object.fromEntries(view) as unknown as AgentView), sources };
}

function strongest(claims: readonly (RoleClaim | undefined)[]): RoleClaim | undefined {
  let best: RoleClaim | undefined;
  for (const claim of claims) if (claim !== undefined && (best === undefined || claim.rank < best.rank)) best = claim;
  return best;
}

/**
 * Input tokens include cache reads and writes. A producer whose cache figures are larger than its input leaves them out
 * of it, so the whole is the sum, and its source says that it was inferred.
 */
function includeCache(view: Map<AgentField, unknown>, sources: Map<AgentField, string>): void {
  const input = view.get('inputTokens');
  const cached = Number(view.get('cacheReadTokens') ?? 0) + Number(view.get('cacheWriteTokens') ?? 0);
  if (typeof input !== 'number' || cached <= input) return;
  view.set('inputTokens', input + cached);
  sources.set('inputTokens', `${sources.get('inputTokens') ?? ''} + cache (inferred)`);
}

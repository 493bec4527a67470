import type { AgentField, AgentView } from '../agent.ts';
import type { ContentFields, Convention, ConventionInput, RoleClaim, Sourced, StepFields } from './convention.ts';
import { genAi } from './genAi.ts';
import { langfuse } from './langfuse.ts';
import { langSmith } from './langSmith.ts';
import { mlflow } from './mlflow.ts';
import { openInference } from './openInference.ts';
import { openLlmetry } from './openLlmetry.ts';
import { tutorial } from './tutorial.ts';
import { vercelAi } from './vercelAi.ts';
import { weave } from './weave.ts';

/** Every convention, in the order in which their values are preferred. */
export const conventions: readonly Convention[] = [langfuse, mlflow, langSmith, genAi, openInference, openLlmetry, vercelAi, weave, tutorial];

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

/** Runs for every agent's step that arrives, so it makes nothing that is not needed. */
function viewOf(input: ConventionInput, withContent: boolean): AgentView | undefined {
  const claiming = conventions.filter((convention) => convention.claims(input));
  if (claiming.length === 0) return undefined;
  const role = strongest(claiming.map((convention) => convention.role(input)));
  const view: MutableView = { role: role?.value ?? 'other' };
  const sources = new Map<AgentField, string>([['role', role?.source ?? 'span name']]);
  for (const convention of claiming) take(convention.step(input), view, sources);
  if (withContent) for (const convention of claiming) take(convention.content(input), view, sources);
  includeCache(view, sources);
  return { ...view, sources };
}

type MutableView = { -readonly [F in keyof Omit<AgentView, 'sources'>]: AgentView[F] };

function take(fields: StepFields | ContentFields, view: MutableView, sources: Map<AgentField, string>): void {
  for (const field in fields) {
    const sourced = (fields as Record<string, Sourced<unknown> | undefined>)[field];
    if (sourced === undefined || sources.has(field as AgentField)) continue;
    (view as Record<string, unknown>)[field] = sourced.value;
    sources.set(field as AgentField, sourced.source);
  }
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
function includeCache(view: MutableView, sources: Map<AgentField, string>): void {
  const { inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = view;
  const cached = cacheReadTokens + cacheWriteTokens;
  if (inputTokens === undefined || cached <= inputTokens) return;
  view.inputTokens = inputTokens + cached;
  sources.set('inputTokens', `${sources.get('inputTokens') ?? ''} + cache (inferred)`);
}

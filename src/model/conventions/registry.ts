import type { AgentField, AgentView } from '../agent.ts';
import type { ContentFields, Convention, ConventionInput, KeyedAttributes, RoleClaim, Sourced, StepFields } from './convention.ts';
import { adk } from './adk.ts';
import { evaluationsOf, userOf } from './asides.ts';
import { claudeCode } from './claudeCode.ts';
import { firstTokenOf } from './firstToken.ts';
import { genAi, genAiInstructions } from './genAi.ts';
import { langfuse } from './langfuse.ts';
import { langSmith } from './langSmith.ts';
import { logfire } from './logfire.ts';
import { mlflow } from './mlflow.ts';
import { namedKinds } from './namedKinds.ts';
import { openInference } from './openInference.ts';
import { openLlmetry } from './openLlmetry.ts';
import { tutorial } from './tutorial.ts';
import { vercelAi } from './vercelAi.ts';
import { weave } from './weave.ts';

/** Every convention, in the order in which their values are preferred. */
export const conventions: readonly Convention[] = [langfuse, mlflow, langSmith, claudeCode, genAi, openInference, openLlmetry, vercelAi, logfire, adk, weave, ...namedKinds, tutorial, genAiInstructions];

/** Prefixes of the attribute keys that any convention reads. */
export const keyPrefixes: readonly string[] = [...new Set(conventions.flatMap((convention) => convention.keyPrefixes))];

const namePatterns = conventions.flatMap((convention) => convention.namePattern ?? []);

/** Whether a span's name alone may say that it is an agent's step. */
export function isTellingName(name: string): boolean {
  return namePatterns.some((pattern) => pattern.test(name));
}

/** Those that a name alone may be telling for. */
const namedBits = conventions.reduce((bits, { namePattern }, i) => (namePattern === undefined ? bits : bits | (1 << i)), 0);
/** The same keys come with every span, so it is remembered which conventions they may be telling for. */
const bitsOfKeys = new Map<string, number>();
const bitsOfSequences = new WeakMap<object, number>();
const conventionsOfBits = new Map<number, readonly Convention[]>();
const mostKeys = 2_000;

/** The conventions that may claim a span; events and logs may be telling for any. */
function candidatesOf({ attributes, events, logs }: ConventionInput): readonly Convention[] {
  if (events.length > 0 || logs.length > 0) return conventions;
  const bits = bitsOf(attributes);
  let found = conventionsOfBits.get(bits);
  if (found === undefined) conventionsOfBits.set(bits, found = conventions.filter((_, i) => (bits & (1 << i)) !== 0));
  return found;
}

/** A bit for each. */
function bitsOf(attributes: KeyedAttributes): number {
  const { sequence } = attributes, known = sequence && bitsOfSequences.get(sequence);
  if (known !== undefined) return known;
  let bits = namedBits;
  for (const key of attributes.keys()) bits |= bitsOfKeys.get(key) ?? bitsOfKey(key);
  if (sequence !== undefined) bitsOfSequences.set(sequence, bits);
  return bits;
}

function bitsOfKey(key: string): number {
  const bits = conventions.reduce((found, convention, i) => (convention.keyPrefixes.some((prefix) => key.startsWith(prefix)) ? found | (1 << i) : found), 0);
  if (bitsOfKeys.size < mostKeys) bitsOfKeys.set(key, bits);
  return bits;
}

/** The cheap part of an agent step: role, names, tokens, cost. Undefined for a span that is none. */
export function stepOf(input: ConventionInput): AgentView | undefined {
  return viewOf(input, false);
}

/** The same without where it was read from, in less time: for every span that arrives. */
export function summaryOf(input: ConventionInput): StepSummary | undefined {
  const claiming = claimingOf(input);
  if (claiming.length === 0) return undefined;
  const view: Mutable<StepSummary> = { role: roleOf(claiming, input)?.value ?? 'other' };
  for (const convention of claiming) take(convention.step(input), view);
  includeCache(view);
  return view;
}

/** The whole agent step with messages, arguments and results. Undefined for a span that is none. */
export function agentOf(input: ConventionInput): AgentView | undefined {
  return viewOf(input, true);
}

/** What people read for the span instead of its name: the tool, agent or model that it stands for, or what its library calls it; undefined when its name says it best. */
export function labelOf(input: ConventionInput, step: Subject | undefined): string | undefined {
  const subject = step && subjectOf(step);
  if (subject !== undefined) return subject;
  for (const convention of candidatesOf(input)) {
    const label = convention.label?.(input);
    if (label !== undefined) return label === input.name ? undefined : label;
  }
  return undefined;
}

type Subject = Pick<AgentView, 'role' | 'model' | 'toolName' | 'agentName'>;

/** The tool, agent or model that a step stands for. */
function subjectOf(step: Subject): string | undefined {
  switch (step.role) {
    // What is not known says less than the name.
    case 'llm': case 'embedding': case 'reranker': return step.model === 'unknown' ? undefined : step.model;
    case 'tool': return step.toolName;
    case 'agent': return step.agentName;
    default: return undefined;
  }
}

function viewOf(input: ConventionInput, withContent: boolean): AgentView | undefined {
  const claiming = claimingOf(input);
  if (claiming.length === 0) return undefined;
  const role = roleOf(claiming, input), sources = new Map<AgentField, string>([['role', role?.source ?? 'span name']]);
  const view: Mutable<AgentView> = { role: role?.value ?? 'other', sources };
  for (const convention of claiming) take(convention.step(input), view, sources);
  if (withContent) for (const convention of claiming) take(convention.content(input), view, sources);
  includeCache(view, sources);
  if (withContent) take({ timeToFirstTokenNs: firstTokenOf(input), userId: userOf(input), evaluations: evaluationsOf(input) }, view, sources);
  return view;
}

export type StepSummary = Omit<AgentView, 'sources'>;
type Mutable<T> = { -readonly [F in keyof T]: T[F] };

/** Runs for every agent's step that arrives, so it makes nothing that is not needed. */
function claimingOf(input: ConventionInput): readonly Convention[] {
  const candidates = candidatesOf(input), claiming: Convention[] = [];
  for (const convention of candidates) if (convention.claims(input)) claiming.push(convention);
  return claiming;
}

/** Fields that an earlier convention gave stay. */
function take(fields: StepFields & ContentFields, view: Mutable<StepSummary>, sources?: Map<AgentField, string>): void {
  for (const field in fields) {
    const sourced = (fields as Record<string, Sourced<unknown> | undefined>)[field];
    if (sourced === undefined || view[field as AgentField] !== undefined) continue;
    (view as unknown as Record<string, unknown>)[field] = sourced.value;
    sources?.set(field as AgentField, sourced.source);
  }
}

/** Of several statements the one that is worth most, of equal ones the first. */
function roleOf(claiming: readonly Convention[], input: ConventionInput): RoleClaim | undefined {
  let best: RoleClaim | undefined;
  for (const convention of claiming) {
    const claim = convention.role(input);
    if (claim !== undefined && (best === undefined || claim.rank < best.rank)) best = claim;
  }
  return best;
}

/**
 * Input tokens include cache reads and writes. A producer whose cache figures are larger than its input leaves them out
 * of it, so the whole is the sum, and its source says that it was inferred.
 */
function includeCache(view: Mutable<StepSummary>, sources?: Map<AgentField, string>): void {
  const { inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = view;
  const cached = cacheReadTokens + cacheWriteTokens;
  if (inputTokens === undefined || cached <= inputTokens) return;
  view.inputTokens = inputTokens + cached;
  sources?.set('inputTokens', `${sources.get('inputTokens') ?? ''} + cache (inferred)`);
}

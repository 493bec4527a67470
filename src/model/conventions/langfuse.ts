import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { payload, subjectNames } from './payload.ts';
import { at, figure, firstOf, structured, text } from './read.ts';

const prefix = 'langfuse.observation.';
const typeKey = `${prefix}type`, usageKey = `${prefix}usage_details`, costKey = `${prefix}cost_details`;

/** Types of observations → roles. A span or an event is whatever else is known of it. */
const typeRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['generation', 'llm'], ['agent', 'agent'], ['tool', 'tool'], ['chain', 'chain'], ['retriever', 'retriever'], ['evaluator', 'evaluator'],
  ['embedding', 'embedding'], ['guardrail', 'guardrail'],
]);

/** Langfuse: spans of its SDKs, and its observations (langfuse/langfuse, packages/shared/src/server/otel/attributes.ts). */
export const langfuse: Convention = {
  id: 'langfuse',
  keyPrefixes: ['langfuse.'],
  claims: (input) => input.attributes.has(typeKey),
  role(input) {
    const value = roleOf(input);
    return value && { value, source: typeKey, rank: roleRank.vendor };
  },
  step,
  content: (input) => payload(roleOf(input), firstOf(input, [`${prefix}input`, 'langfuse.trace.input'], structured), firstOf(input, [`${prefix}output`, 'langfuse.trace.output'], structured)),
};

const roleOf = (input: ConventionInput): Role | undefined => typeRoles.get(text(input.attributes.get(typeKey))?.toLowerCase() ?? '');

function step(input: ConventionInput): StepFields {
  const role = roleOf(input), usage = amounts(input, usageKey), cost = amounts(input, costKey);
  return {
    model: firstOf(input, [`${prefix}model.name`], text),
    inputTokens: side(usage, 'input'),
    outputTokens: side(usage, 'output'),
    cacheReadTokens: from(usageKey, first(usage, ['input_cached_tokens', 'cache_read_input_tokens', 'input_cache_read', 'input_cached'])),
    cacheWriteTokens: from(usageKey, first(usage, ['cache_creation_input_tokens', 'input_cache_creation', 'input_cache_write'])),
    reasoningTokens: from(usageKey, first(usage, ['output_reasoning_tokens', 'output_reasoning'])),
    // Calls that failed have a cost of 0 and no usage, which says that nothing is known.
    costUsd: from(costKey, known(cost.get('total') ?? (cost.size > 0 ? sum(cost, () => true) : undefined), usage.size > 0)),
    conversationId: firstOf(input, ['session.id', 'langfuse.session.id'], text),
    ...subjectNames(role, input),
  };
}

const known = (cost: number | undefined, isUsed: boolean): number | undefined => (cost === 0 && !isUsed ? undefined : cost);

type Amounts = ReadonlyMap<string, number>;
/** How OpenAI calls its figures, which some hand on as they are: the details are parts of them. */
const plainNames: ReadonlyMap<string, string> = new Map([['prompt_tokens', 'input'], ['completion_tokens', 'output'], ['input_tokens', 'input'], ['output_tokens', 'output'], ['total_tokens', 'total']]);
const details = [
  ['prompt_tokens_details', 'cached_tokens', 'input_cached_tokens'], ['input_tokens_details', 'cached_tokens', 'input_cached_tokens'],
  ['completion_tokens_details', 'reasoning_tokens', 'output_reasoning_tokens'], ['output_tokens_details', 'reasoning_tokens', 'output_reasoning_tokens'],
] as const;

function amounts(input: ConventionInput, key: string): Amounts {
  const read = structured(input.attributes.get(key));
  const found = new Map<string, number>();
  if (read instanceof Map) for (const [name, value] of read as ReadonlyMap<string, AttributeValue>) {
    const amount = figure(value);
    if (amount !== undefined) found.set(plainNames.get(name) ?? name, amount);
  }
  for (const [member, part, name] of details) {
    const amount = figure(at(at(read, member), part));
    if (amount !== undefined) found.set(name, amount);
  }
  if (at(read, 'prompt_tokens') !== undefined && !found.has('total')) found.set('total', (found.get('input') ?? 0) + (found.get('output') ?? 0));
  return found;
}

/**
 * All tokens of a side. Langfuse adds up the kinds that it has a price for, so that cached tokens stand beside `input`;
 * where `input` and `output` make the total, the others are parts of them.
 */
function side(usage: Amounts, name: 'input' | 'output'): Sourced<number> | undefined {
  const own = usage.get(name), total = usage.get('total');
  const isWhole = own !== undefined && total !== undefined && (usage.get('input') ?? 0) + (usage.get('output') ?? 0) === total;
  const other = name === 'input' ? 'output' : 'input';
  return from(usageKey, isWhole ? own : sum(usage, (key) => key.includes(name) && !key.startsWith(other)));
}

function sum(found: Amounts, counts: (key: string) => boolean): number | undefined {
  let total: number | undefined;
  for (const [key, amount] of found) if (counts(key)) total = (total ?? 0) + amount;
  return total;
}

const first = (found: Amounts, names: readonly string[]): number | undefined => names.map((name) => found.get(name)).find((amount) => amount !== undefined);

const from = (source: string, value: number | undefined): Sourced<number> | undefined => (value === undefined ? undefined : { value, source });

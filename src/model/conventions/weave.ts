import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { Convention, ConventionInput, RoleClaim, Sourced, StepFields } from './convention.ts';
import { payload, subjectNames } from './payload.ts';
import { at, figure, firstOf, structured, text } from './read.ts';

/** Kinds of operations → roles; calls made of OpenTelemetry spans have the kind of those. */
const kindRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['agent', 'agent'], ['llm', 'llm'], ['tool', 'tool'], ['search', 'retriever'], ['retriever', 'retriever'], ['guardrail', 'guardrail'], ['scorer', 'evaluator'],
  ['evaluator', 'evaluator'], ['chain', 'chain'], ['embedding', 'embedding'], ['reranker', 'reranker'], ['chat', 'llm'], ['generation', 'llm'],
]);

/** Operations that Weave's integrations record without a kind: methods of the clients of model providers. */
const modelCall = /\.(?:completions|messages|responses|models|chat)\.(?:create|parse|stream|generate|complete|completions|generate_content(?:_stream)?)$|^litellm\.a?completion$/;
const embeddingCall = /\.embeddings\.create$/;

/** Calls of W&B Weave (wandb/weave, weave/trace_server/trace_server_interface.py): their members stand behind `weave.`. */
export const weave: Convention = {
  id: 'weave',
  keyPrefixes: ['weave.op_name', 'weave.kind'],
  claims: (input) => input.attributes.has('weave.op_name'),
  role,
  step,
  content: (input) => payload(role(input)?.value, firstOf(input, ['weave.inputs'], structured), firstOf(input, ['weave.output'], structured)),
};

function role(input: ConventionInput): RoleClaim | undefined {
  const kind = kindRoles.get(text(input.attributes.get('weave.kind'))?.toLowerCase() ?? '');
  if (kind !== undefined) return { value: kind, source: 'weave.kind', rank: roleRank.vendor };
  const operation = operationOf(input);
  const value = modelCall.test(operation) ? 'llm' : embeddingCall.test(operation) ? 'embedding' : undefined;
  return value && { value, source: 'weave.op_name', rank: roleRank.spanName };
}

/** The middle of `weave:///entity/project/op/<name>:<hash>`. */
function operationOf(input: ConventionInput): string {
  const whole = text(input.attributes.get('weave.op_name')) ?? '';
  const name = whole.slice(whole.lastIndexOf('/op/') + 1);
  return name.replace(/^op\//, '').split(':', 1)[0] ?? '';
}

function step(input: ConventionInput): StepFields {
  const own = role(input)?.value;
  return {
    // The summary of a call adds up what the calls below it used.
    ...(own === 'llm' || own === 'embedding' ? usage(input) : {}),
    conversationId: firstOf(input, ['weave.thread_id'], text),
    ...subjectNames(own, input),
  };
}

function usage(input: ConventionInput): StepFields {
  const byModel = structured(input.attributes.get('weave.summary.usage')), costsByModel = structured(input.attributes.get('weave.summary.weave.costs'));
  const [model, counts] = byModel instanceof Map ? ([...(byModel as ReadonlyMap<string, AttributeValue>)][0] ?? []) : [];
  const costs = model !== undefined && costsByModel instanceof Map ? (costsByModel as ReadonlyMap<string, AttributeValue>).get(model) : undefined;
  const told = text(at(structured(input.attributes.get('weave.inputs')), 'model'));
  const figureOf = (...names: readonly string[]): Sourced<number> | undefined => {
    const value = names.map((name) => figure(at(counts, name))).find((found) => found !== undefined);
    return value === undefined ? undefined : { value, source: 'weave.summary.usage' };
  };
  const cost = ['prompt_tokens_total_cost', 'completion_tokens_total_cost'].map((name) => figure(at(costs, name)));
  return {
    model: model === undefined ? told === undefined ? undefined : { value: told, source: 'weave.inputs.model' } : { value: model, source: 'weave.summary.usage' },
    inputTokens: figureOf('prompt_tokens', 'input_tokens'),
    outputTokens: figureOf('completion_tokens', 'output_tokens'),
    cacheReadTokens: figureOf('cache_read_input_tokens', 'prompt_tokens_details.cached_tokens', 'input_tokens_details.cached_tokens'),
    cacheWriteTokens: figureOf('cache_creation_input_tokens'),
    reasoningTokens: figureOf('completion_tokens_details.reasoning_tokens', 'output_tokens_details.reasoning_tokens'),
    costUsd: cost.some((each) => each !== undefined) ? { value: (cost[0] ?? 0) + (cost[1] ?? 0), source: 'weave.summary.weave.costs' } : undefined,
  };
}

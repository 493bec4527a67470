import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { payload, subjectNames } from './payload.ts';
import { at, figure, firstOf, structured, text } from './read.ts';

const typeKey = 'mlflow.spanType';

/** `mlflow.spanType` → role. */
const typeRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['LLM', 'llm'], ['CHAT_MODEL', 'llm'], ['AGENT', 'agent'], ['CHAIN', 'chain'], ['WORKFLOW', 'chain'], ['TASK', 'chain'], ['PARSER', 'chain'],
  ['TOOL', 'tool'], ['RETRIEVER', 'retriever'], ['RERANKER', 'reranker'], ['EMBEDDING', 'embedding'], ['MEMORY', 'memory'], ['GUARDRAIL', 'guardrail'],
  ['EVALUATOR', 'evaluator'],
]);

/** MLflow tracing (mlflow/mlflow, mlflow/tracing/constant.py). Its values are JSON text, also single words; files may have them decoded. */
export const mlflow: Convention = {
  id: 'mlflow',
  keyPrefixes: ['mlflow.'],
  claims: (input) => input.attributes.has(typeKey),
  role(input) {
    const value = roleOf(input);
    return value && { value, source: typeKey, rank: roleRank.vendor };
  },
  step,
  content: (input) => payload(roleOf(input), firstOf(input, ['mlflow.spanInputs'], structured), firstOf(input, ['mlflow.spanOutputs'], structured)),
};

const word = (value: AttributeValue | undefined): string | undefined => text(structured(value));

const roleOf = (input: ConventionInput): Role | undefined => typeRoles.get(word(input.attributes.get(typeKey))?.toUpperCase() ?? '');

function step(input: ConventionInput): StepFields {
  const role = roleOf(input);
  const { toolName, agentName } = subjectNames(role, input), functionName = firstOf(input, ['mlflow.spanFunctionName'], word);
  return {
    model: firstOf(input, ['mlflow.llm.model'], word),
    provider: firstOf(input, ['mlflow.llm.provider'], word),
    inputTokens: member(input, 'mlflow.chat.tokenUsage', 'input_tokens'),
    outputTokens: member(input, 'mlflow.chat.tokenUsage', 'output_tokens'),
    cacheReadTokens: member(input, 'mlflow.chat.tokenUsage', 'cache_read_input_tokens'),
    cacheWriteTokens: member(input, 'mlflow.chat.tokenUsage', 'cache_creation_input_tokens'),
    costUsd: cost(input),
    conversationId: firstOf(input, ['mlflow.trace.session'], word),
    toolName: toolName?.source === 'span name' ? functionName ?? toolName : toolName,
    agentName,
  };
}

function cost(input: ConventionInput): Sourced<number> | undefined {
  const parts = ['input_cost', 'output_cost'].flatMap((name) => member(input, 'mlflow.llm.cost', name) ?? []);
  return member(input, 'mlflow.llm.cost', 'total_cost')
    ?? (parts.length === 0 ? undefined : { value: parts.reduce((sum, { value }) => sum + value, 0), source: 'mlflow.llm.cost' });
}

function member(input: ConventionInput, key: string, name: string): Sourced<number> | undefined {
  const value = figure(at(structured(input.attributes.get(key)), name));
  return value === undefined ? undefined : { value, source: `${key}.${name}` };
}

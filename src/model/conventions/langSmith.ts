import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { answerContent, payload, subjectNames } from './payload.ts';
import { at, figure, firstOf, structured, text } from './read.ts';

const kindKey = 'langsmith.span.kind';

/** Run types → roles. */
const kindRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['chain', 'chain'], ['llm', 'llm'], ['tool', 'tool'], ['retriever', 'retriever'], ['embedding', 'embedding'], ['prompt', 'chain'], ['parser', 'chain'],
]);

/**
 * LangSmith: spans of its OpenTelemetry exporter and its runs (langchain-ai/langsmith-sdk,
 * python/langsmith/_internal/otel/_otel_exporter.py). Inputs and outputs stand as a whole in `gen_ai.prompt` and
 * `gen_ai.completion`; the operation name that it writes for retrievers and prompts is not what they are.
 */
export const langSmith: Convention = {
  id: 'langSmith',
  keyPrefixes: ['langsmith.'],
  claims: (input) => input.attributes.has(kindKey),
  role(input) {
    const value = roleOf(input);
    return value && { value, source: kindKey, rank: roleRank.vendor };
  },
  step,
  content: (input) => payload(roleOf(input), whole(input, 'gen_ai.prompt', ['input']), answerContent(whole(input, 'gen_ai.completion', ['output', 'outputs']))),
};

function roleOf(input: ConventionInput): Role | undefined {
  const kind = kindRoles.get(text(input.attributes.get(kindKey))?.toLowerCase() ?? '');
  return kind === 'chain' && input.attributes.has('langsmith.metadata.ls_agent_type') ? 'agent' : kind;
}

function step(input: ConventionInput): StepFields {
  const role = roleOf(input), isModel = role === 'llm' || role === 'embedding';
  return {
    model: isModel ? firstOf(input, ['langsmith.metadata.ls_model_name'], text) : undefined,
    provider: isModel ? firstOf(input, ['langsmith.metadata.ls_provider'], text) : undefined,
    conversationId: firstOf(input, ['thread_id', 'session_id', 'conversation_id'].map((key) => `langsmith.metadata.${key}`), text),
    cacheReadTokens: detail(input, 'input', 'cache_read'),
    cacheWriteTokens: detail(input, 'input', 'cache_creation'),
    reasoningTokens: detail(input, 'output', 'reasoning'),
    ...subjectNames(role, input),
  };
}

function detail(input: ConventionInput, side: 'input' | 'output', name: string): Sourced<number> | undefined {
  // The exporter writes an object of Python as text.
  const key = `gen_ai.usage.${side}_token_details`, value = figure(at(structured(text(input.attributes.get(key))?.replaceAll("'", '"')), name));
  return value === undefined ? undefined : { value, source: `${key}.${name}` };
}

type Whole = Sourced<NonNullable<AttributeValue>> | undefined;

/** A value; what functions take or give that is no object is recorded as the only member of one. */
function whole(input: ConventionInput, key: string, onlyMembers: readonly string[]): Whole {
  const found = firstOf(input, [key], structured);
  const only = found?.value instanceof Map && found.value.size === 1 ? onlyMembers.find((name) => at(found.value, name) !== undefined) : undefined;
  if (found === undefined || only === undefined) return found;
  const value = structured(at(found.value, only));
  return value === undefined ? undefined : { value, source: key };
}

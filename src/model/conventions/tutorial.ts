import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { Convention, ConventionInput, Sourced } from './convention.ts';
import { figure, firstOf, listOf, structured, text } from './read.ts';

const telling = /^(?:agent_run$|llm_call$|iteration_\d|tool:|memory:|decision:)/;

/**
 * The names of the hand-written tutorial tracer and of this project's agent kit: `agent_run`, `llm_call`, `tool:NAME`,
 * `memory:OPERATION`, `decision:TYPE`, `iteration_N`, with `llm.*`, `tool.*`, `memory.*` and `decision.*` attributes.
 */
export const tutorial: Convention = {
  id: 'tutorial',
  keyPrefixes: [],
  namePattern: telling,
  claims: (input) => telling.test(input.name),
  role: (input) => ({ value: roleOf(input.name), source: 'span name', rank: roleRank.spanName }),
  step: (input) => {
    const role = roleOf(input.name);
    return {
      model: role === 'llm' ? firstOf(input, ['llm.model', 'model'], text) : undefined,
      inputTokens: firstOf(input, ['llm.prompt_tokens'], figure),
      outputTokens: firstOf(input, ['llm.completion_tokens'], figure),
      costUsd: firstOf(input, ['llm.cost_usd', 'llm.cost'], figure),
      agentName: role === 'agent' ? firstOf(input, ['agent.name', 'agent_type'], text) : undefined,
      toolName: role === 'tool' ? firstOf(input, ['tool.name'], text) ?? afterColon(input) : undefined,
    };
  },
  content: (input) => ({
    toolArguments: firstOf(input, ['tool.arguments', 'tool.input'], structured),
    toolResult: firstOf(input, ['tool.result', 'tool.output'], structured),
    options: options(input),
    chosen: firstOf(input, ['decision.chosen'], text),
    input: firstOf(input, ['task', 'task_preview', 'llm.prompt', 'memory.key'], structured),
    output: firstOf(input, ['result', 'llm.response', 'memory.value'], structured),
  }),
  label: ({ name }) => /^(?:memory|decision):(.+)/s.exec(name)?.[1],
};

function roleOf(name: string): Role {
  if (name === 'agent_run') return 'agent';
  if (name === 'llm_call') return 'llm';
  if (name.startsWith('tool:')) return 'tool';
  if (name.startsWith('memory:')) return 'memory';
  return name.startsWith('decision:') ? 'decision' : 'chain';
}

function afterColon(input: ConventionInput): Sourced<string> | undefined {
  const name = input.name.slice(input.name.indexOf(':') + 1);
  return name === '' ? undefined : { value: name, source: 'span name' };
}

function options(input: ConventionInput): Sourced<readonly string[]> | undefined {
  const list = listOf(structured(input.attributes.get('decision.options')));
  return list.length > 0 ? { value: list.map(optionText), source: 'decision.options' } : undefined;
}

const optionText = (value: AttributeValue): string => (value instanceof Map ? text(value.get('name') as AttributeValue | undefined) ?? '' : String(value));

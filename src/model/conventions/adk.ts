import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { ContentFields, Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { messagesIn } from './messages.ts';
import { at, figure, firstOf, structured, text } from './read.ts';

const scope = 'gcp.vertex.agent', prefix = 'gcp.vertex.agent.';
const requestKey = `${prefix}llm_request`, responseKey = `${prefix}llm_response`;
const telling = /^(?:invocation$|call_llm$|agent_run \[)/;

/**
 * Google's Agent Development Kit (google/adk-python, src/google/adk/telemetry/tracing.py): requests and answers of the model
 * and of tools as JSON text, in which `{}` means that nothing was captured. Newer releases write OpenTelemetry's keys beside.
 */
export const adk: Convention = {
  id: 'adk',
  keyPrefixes: [prefix],
  namePattern: telling,
  claims: (input) => input.scopeName === scope || input.attributes.has(requestKey) || input.attributes.has(`${prefix}tool_call_args`),
  role(input) {
    const role = roleOf(input.name);
    return role && { value: role, source: 'span name', rank: roleRank.spanName };
  },
  step,
  content,
};

function roleOf(name: string): Role | undefined {
  if (name === 'invocation') return 'chain';
  if (name === 'call_llm') return 'llm';
  return agentIn(name) === undefined ? name.startsWith('execute_tool ') ? 'tool' : undefined : 'agent';
}

/** `agent_run [name]`, or `invoke_agent name`. */
const agentIn = (name: string): string | undefined => /^agent_run \[(.+)\]$/.exec(name)?.[1] ?? /^invoke_agent (.+)$/.exec(name)?.[1];

function step(input: ConventionInput): StepFields {
  const agent = agentIn(input.name), usage = at(structured(input.attributes.get(responseKey)), 'usage_metadata');
  const figureOf = (name: string): Sourced<number> | undefined => {
    const value = figure(at(usage, name));
    return value === undefined ? undefined : { value, source: `${responseKey}.usage_metadata` };
  };
  return {
    agentName: agent === undefined ? undefined : { value: agent, source: 'span name' },
    cacheReadTokens: figureOf('cached_content_token_count'),
    reasoningTokens: figureOf('thoughts_token_count'),
    conversationId: firstOf(input, [`${prefix}session_id`], text),
  };
}

function content(input: ConventionInput): ContentFields {
  return {
    toolArguments: firstOf(input, [`${prefix}tool_call_args`], captured),
    toolResult: firstOf(input, [`${prefix}tool_response`], captured),
    inputMessages: firstOf(input, [requestKey], (value) => messagesIn(captured(value), 'user')),
    outputMessages: firstOf(input, [responseKey], (value) => messagesIn(captured(value), 'assistant')),
  };
}

function captured(value: AttributeValue | undefined): NonNullable<AttributeValue> | undefined {
  const read = structured(value);
  return read instanceof Map && read.size === 0 ? undefined : read;
}

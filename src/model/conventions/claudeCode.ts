import type { AgentMessage } from '../agent.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { ContentFields, Convention, ConventionInput, Sourced, StepFields } from './convention.ts';
import { figure, firstOf, structured, sumOf, text } from './read.ts';

const prefix = 'claude_code.';

/** Name behind the prefix → role. A tool's waiting for leave and its running are parts of its span. */
const nameRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['interaction', 'agent'], ['llm_request', 'llm'], ['tool', 'tool'], ['tool.blocked_on_user', 'human'], ['tool.execution', 'chain'], ['hook', 'chain'],
]);

/**
 * Claude Code's own spans (code.claude.com, "Monitoring", traces): keys without a prefix. Its input tokens leave cached
 * ones out, as Anthropic's usage does.
 */
export const claudeCode: Convention = {
  id: 'claudeCode',
  keyPrefixes: [],
  namePattern: /^claude_code\./,
  claims: (input) => roleOf(input) !== undefined,
  role(input) {
    const value = roleOf(input);
    return value && { value, source: 'span name', rank: roleRank.spanName };
  },
  step,
  content,
};

const roleOf = ({ name }: ConventionInput): Role | undefined => (name.startsWith(prefix) ? nameRoles.get(name.slice(prefix.length)) : undefined);

function step(input: ConventionInput): StepFields {
  const role = roleOf(input), conversationId = firstOf(input, ['session.id'], text);
  if (role === 'tool') return { conversationId, toolName: firstOf(input, ['tool_name'], text), toolCallId: firstOf(input, ['tool_use_id'], text) };
  if (role !== 'llm') return { conversationId };
  const firstTokenMs = firstOf(input, ['ttft_ms', 'first_content_ms'], figure);
  return {
    conversationId,
    model: firstOf(input, ['model'], text),
    inputTokens: sumOf(input, ['input_tokens', 'cache_read_tokens', 'cache_creation_tokens']),
    cacheReadTokens: firstOf(input, ['cache_read_tokens'], figure),
    cacheWriteTokens: firstOf(input, ['cache_creation_tokens'], figure),
    outputTokens: firstOf(input, ['output_tokens'], figure),
    timeToFirstTokenNs: firstTokenMs && { value: Math.round(firstTokenMs.value * 1e6), source: firstTokenMs.source },
    responseId: firstOf(input, ['request_id'], text),
    finishReason: firstOf(input, ['stop_reason'], text),
  };
}

function content(input: ConventionInput): ContentFields {
  switch (roleOf(input)) {
    case 'agent': return { input: firstOf(input, ['user_prompt'], text) };
    case 'llm': return { inputMessages: said(input, 'new_context', 'user'), outputMessages: said(input, 'response.model_output', 'assistant') };
    case 'tool': return { toolArguments: firstOf(input, ['tool_input', 'full_command', 'file_path'], structured), toolResult: resultEvent(input) };
    default: return {};
  }
}

function said(input: ConventionInput, key: string, role: string): Sourced<readonly AgentMessage[]> | undefined {
  const found = firstOf(input, [key], text);
  return found && { value: [{ role, parts: [{ type: 'text', text: found.value }] }], source: key };
}

function resultEvent({ events }: ConventionInput): ContentFields['toolResult'] {
  const attributes = events.find(({ name }) => name === 'tool.output')?.attributes;
  if (attributes === undefined) return undefined;
  return { value: structured(attributes.get('output')) ?? structured(attributes.get('content')) ?? attributes, source: 'event:tool.output' };
}

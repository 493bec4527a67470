import type { AttributeValue } from '../model/attributes.ts';
import { jsonText } from './jsonText.ts';

/** The operation of OpenTelemetry's GenAI conventions that an entry of the log was made from. */
const operations = new Map([['llm_request', 'chat'], ['tool_call', 'execute_tool'], ['subagent', 'invoke_agent'], ['user_message', 'invoke_agent'], ['hook', 'execute_hook'], ['generic', '']]);

/** What the log calls the attributes of these conventions, by type of entry. */
const names = new Map<string, ReadonlyMap<string, string>>([
  ['llm_request', new Map([
    ['model', 'gen_ai.request.model'], ['inputTokens', 'gen_ai.usage.input_tokens'], ['outputTokens', 'gen_ai.usage.output_tokens'],
    ['cachedTokens', 'gen_ai.usage.cache_read.input_tokens'], ['maxTokens', 'gen_ai.request.max_tokens'], ['temperature', 'gen_ai.request.temperature'],
    ['topP', 'gen_ai.request.top_p'], ['responseId', 'gen_ai.response.id'], ['inputMessages', 'gen_ai.input.messages'],
  ])],
  ['tool_call', new Map([['args', 'gen_ai.tool.call.arguments'], ['result', 'gen_ai.tool.call.result']])],
  ['subagent', new Map([['agentName', 'gen_ai.agent.name'], ['description', 'gen_ai.agent.description']])],
  ['agent_response', new Map([['response', 'gen_ai.output.messages']])],
]);

/** Whether entries of a type stand for spans, also for those of no length. */
export const isSpanType = (type: string): boolean => operations.has(type);

/** The attributes of an entry as they are, and after them what they are in the GenAI conventions. */
export function copilotAttributes(type: string, name: string, attributes: ReadonlyMap<string, AttributeValue>): Map<string, AttributeValue> {
  const all = new Map<string, AttributeValue>(attributes), operation = operations.get(type) ?? '', known = names.get(type);
  if (operation !== '') all.set('gen_ai.operation.name', operation);
  if (type === 'tool_call') all.set('gen_ai.tool.name', name);
  for (const [key, value] of attributes) {
    const common = known?.get(key);
    if (common !== undefined) all.set(common, value);
  }
  const ttft = attributes.get('ttft'), content = attributes.get('content');
  if (type === 'llm_request' && typeof ttft === 'number') all.set('gen_ai.response.time_to_first_chunk', ttft / 1000);
  if (type === 'user_message' && typeof content === 'string') all.set('gen_ai.input.messages', jsonText([{ role: 'user', parts: [{ type: 'text', content }] }]));
  return all;
}

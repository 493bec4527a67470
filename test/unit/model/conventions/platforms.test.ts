import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../../../src/formats/format.ts';
import { formatById } from '../../../../src/formats/registry.ts';
import type { AgentView } from '../../../../src/model/agent.ts';
import type { Attributes, AttributeValue } from '../../../../src/model/attributes.ts';
import { messagesIn, messagesOf } from '../../../../src/model/conventions/messages.ts';
import { agentOf, stepOf } from '../../../../src/model/conventions/registry.ts';
import { decoded, lenient } from '../../formats/batches.ts';
import { rowsOf } from '../../formats/rows.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures');
const map = (values: Record<string, AttributeValue>): Attributes => new Map(Object.entries(values));
const step = (attributes: Record<string, AttributeValue>, name = 'span'): AgentView | undefined =>
  stepOf({ name, kind: 'internal', scopeName: '', attributes: map(attributes), events: [], logs: [] });

/** The agent steps of a file, by the names of their spans. */
function stepsOf(format: string, file: string): Map<string, AgentView | undefined> {
  const rows = rowsOf(decoded(formatById(format) as Format, new Uint8Array(readFileSync(path.join(fixtures, file))), lenient));
  return new Map(rows.map((row) => [row.name, agentOf({ name: row.name, kind: 'internal', scopeName: row.scopeName, attributes: row.content.attributes, events: row.content.events, logs: [] })]));
}

const asked = [{ role: 'system', parts: [{ type: 'text', text: 'Be nice' }] }, { role: 'user', parts: [{ type: 'text', text: 'hi' }] }];
const chat = { role: 'llm', model: 'gpt-4o-mini', inputTokens: 5, outputTokens: 7, inputMessages: asked };

// What these SDKs sent to an OTLP receiver, and the files that they or their servers wrote of the same run.
describe.each([
  ['Langfuse', 'otlp-json', 'conventions/langfuse/otlp.jsonl', 'chat'], ['LangSmith', 'otlp-json', 'conventions/langSmith/otlp.jsonl', 'llm'],
  ['LangSmith batches', 'langsmith-json', 'formats/langsmith-json/python-batches.jsonl', 'llm'], ['MLflow', 'otlp-json', 'conventions/mlflow/otlp.jsonl', 'chat'],
  ['MLflow traces', 'mlflow-json', 'formats/mlflow-json/trace-v3.json', 'chat'],
])('%s', (_what, format, file, modelCall) => {
  const steps = stepsOf(format, file);

  it('says model, tokens and messages of a model call', () => {
    expect(steps.get(modelCall)).toMatchObject({ ...chat, cacheReadTokens: 2 });
    expect(steps.get(modelCall)?.outputMessages?.[0]?.parts[0]).toEqual({ type: 'text', text: 'Hello' });
  });

  it('says the documents of a retriever, and its question', () => {
    expect(steps.get('retrieve')).toMatchObject({ role: 'retriever', documents: [{ content: expect.stringContaining('Paris') as string }] });
  });

  it('says name, arguments and result of a tool', () => {
    expect(steps.get('search')).toMatchObject({ role: 'tool', toolName: 'search', toolArguments: map({ query: expect.any(String) as string }) });
  });
});

it('LangChain runs in LangSmith have the messages of a model call and what is in the answer of a tool', () => {
  const steps = stepsOf('langsmith-json', 'formats/langsmith-json/langchain-batches.jsonl');
  expect(steps.get('GenericFakeChatModel')).toMatchObject({
    role: 'llm', inputTokens: 5, outputTokens: 7,
    inputMessages: [...asked, { role: 'assistant', parts: [{ type: 'toolCall', name: 'search' }] }, { role: 'tool', parts: [{ type: 'toolResult', id: 'c1', result: 'found x' }] }],
    outputMessages: [{ role: 'assistant', parts: [{ type: 'text', text: 'Hello' }] }],
  });
  expect(steps.get('search')).toMatchObject({ role: 'tool', toolArguments: map({ query: 'x' }), toolResult: 'found x' });
  expect(steps.get('R')).toMatchObject({ role: 'retriever', documents: [{ id: 'd1', content: 'Paris is in France', score: 0.9 }] });
});

describe('Weave calls', () => {
  it('say the model, its messages and what it used, which their parents only add up', () => {
    const steps = stepsOf('weave-json', 'formats/weave-json/stream-query.jsonl');
    expect(steps.get('openai.chat.completions.create')).toMatchObject({ ...chat, model: 'gpt-4o-mini-2024', outputMessages: [{ parts: [{ type: 'text' }, { type: 'toolCall', name: 'search' }] }] });
    expect(steps.get('agent')).not.toHaveProperty('inputTokens');
  });

  it('say what a model call cost, in the sums of its tokens', () => {
    const usage = map({ m: map({ prompt_tokens: 5, completion_tokens: 7, prompt_tokens_details: map({ cached_tokens: 2 }) }) }), costs = map({ m: map({ prompt_tokens_total_cost: 0.001, completion_tokens_total_cost: 0.002 }) });
    expect(step({ 'weave.op_name': 'x', 'weave.kind': 'llm', 'weave.summary.usage': usage, 'weave.summary.weave.costs': costs })).toMatchObject({ model: 'm', inputTokens: 5, cacheReadTokens: 2, costUsd: 0.003 });
  });

  it('have the role of their kind', () => {
    const kinds = [['agent', 'agent'], ['llm', 'llm'], ['tool', 'tool'], ['search', 'retriever'], ['scorer', 'evaluator'], ['guardrail', 'guardrail']];
    for (const [kind, role] of kinds) expect(step({ 'weave.op_name': 'x', 'weave.kind': kind as string })?.role).toBe(role);
  });
});

describe('the OpenAI Agents SDK', () => {
  const steps = stepsOf('openai-agents', 'formats/openai-agents/items.jsonl');
  it('has agents, model calls, tools, handoffs and guardrails', () => {
    expect([...steps].map(([name, view]) => [name, view?.role])).toEqual([
      ['ok', 'guardrail'], ['generation', 'llm'], ['get_weather', 'tool'], ['turn 1', 'chain'], ['handoff', 'handoff'], ['turn 2', 'chain'], ['Researcher', 'agent'],
      ['turn 3', 'chain'], ['Writer', 'agent'], ['Agent workflow', 'chain'], ['cleanup', 'other'],
    ]);
    expect(steps.get('generation')).toMatchObject({ model: 'gpt-4o-mini', inputTokens: 11, outputTokens: 7, conversationId: 'chat-7' });
    expect(stepsOf('openai-agents', 'formats/openai-agents/responses.jsonl').get('response')).toMatchObject({ role: 'llm', inputTokens: 85, outputTokens: 29, cacheReadTokens: 10, reasoningTokens: 3 });
    expect(steps.get('get_weather')).toMatchObject({ toolName: 'get_weather', toolArguments: map({ city: 'Atlantis' }) });
  });
});

it("Google's ADK has agents, messages, and arguments and results of tools", () => {
  const steps = stepsOf('otlp-json', 'conventions/adk/otlp.jsonl');
  expect(steps.get('agent_run [helper]')).toMatchObject({ role: 'agent', agentName: 'helper' });
  expect(steps.get('invocation')?.role).toBe('chain');
  expect(steps.get('execute_tool search')).toMatchObject({ role: 'tool', toolName: 'search', toolArguments: map({ query: 'x' }), toolResult: map({ hits: [1, 2] }) });
  expect(steps.get('execute_tool search')).not.toHaveProperty('inputMessages');
  expect(steps.get('call_llm')).toMatchObject({
    role: 'llm', model: 'gemini-2.5-flash', inputTokens: 5, outputTokens: 7, cacheReadTokens: 2,
    inputMessages: [
      { role: 'system', parts: [{ type: 'text' }] }, { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', parts: [{ type: 'toolCall', id: 'c1', name: 'search', arguments: map({ query: 'x' }) }] }, { role: 'user', parts: [{ type: 'toolResult', id: 'c1', result: map({ hits: [1, 2] }) }] },
    ],
    outputMessages: [{ role: 'assistant', parts: [{ type: 'text', text: 'Hello' }] }],
  });
});

describe('Pydantic AI under Logfire', () => {
  const rows = rowsOf(decoded(formatById('otlp-json') as Format, new Uint8Array(readFileSync(path.join(fixtures, 'conventions/logfire/otlp.jsonl'))), lenient));
  const views = rows.map((row) => ({ name: row.name, view: agentOf({ name: row.name, kind: 'internal', scopeName: row.scopeName, attributes: row.content.attributes, events: row.content.events, logs: [] }) }));

  it('has the messages of a model call, also of releases that wrote them as a list of events', () => {
    const first = views.filter(({ name }) => name === 'chat test').map(({ view }) => [view?.inputMessages?.slice(0, 2), view?.outputMessages?.[0]?.parts[0]?.type]);
    expect(first).toEqual([[asked, 'toolCall'], [asked, 'text'], [asked, 'toolCall'], [asked, 'text']]);
  });

  it('has the agent, its conversation and its result', () => {
    for (const name of ['agent run', 'invoke_agent helper']) {
      expect(views.find((each) => each.name === name)?.view).toMatchObject({ role: 'agent', agentName: 'helper', output: map({ search: 'found a' }) });
    }
  });
});

describe('tokens of Langfuse', () => {
  const tokens = (usage: Record<string, unknown>): unknown => {
    const view = step({ 'langfuse.observation.type': 'generation', 'langfuse.observation.usage_details': JSON.stringify(usage) });
    return [view?.inputTokens, view?.outputTokens, view?.cacheReadTokens];
  };
  it('are added up where kinds stand beside each other, and not where they are parts', () => {
    expect(tokens({ input: 3, input_cached_tokens: 2, output: 7, total: 12 })).toEqual([5, 7, 2]);
    expect(tokens({ input: 5, input_cached_tokens: 2, output: 7, total: 12 })).toEqual([5, 7, 2]);
    expect(tokens({ input: 10, cache_read_input_tokens: 90, cache_creation_input_tokens: 5, output: 1, output_reasoning_tokens: 4 })).toEqual([105, 5, 90]);
  });

  it('are those of OpenAI where these were handed on as they are', () => {
    expect(tokens({ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, prompt_tokens_details: { cached_tokens: 40 }, completion_tokens_details: { reasoning_tokens: 8 } })).toEqual([100, 20, 40]);
    expect(tokens({ prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 40 } })).toEqual([100, 20, 40]);
    expect(tokens({ input_tokens: 100, output_tokens: 20, total_tokens: 120, input_tokens_details: { cached_tokens: 40 } })).toEqual([100, 20, 40]);
    expect(tokens({ input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 90 })).toEqual([100, 20, 90]);
  });

  it('are none, and the cost is not known, of a call that failed', () => {
    const view = step({ 'langfuse.observation.type': 'generation', 'langfuse.observation.level': 'ERROR', 'langfuse.observation.cost_details': '{"input": 0, "output": 0, "total": 0}' });
    expect([view?.inputTokens, view?.costUsd]).toEqual([undefined, undefined]);
    expect(step({ 'langfuse.observation.type': 'generation', 'langfuse.observation.usage_details': '{"input": 5}', 'langfuse.observation.cost_details': '{"total": 0}' })?.costUsd).toBe(0);
  });
});

describe('a tool that OpenLLMetry recorded', () => {
  it('has its arguments and what it answered, without what they were wrapped in', () => {
    const given = JSON.stringify({ input_str: "{'city': 'Paris'}", tags: [], metadata: { thread_id: 't' }, inputs: { city: 'Paris' }, kwargs: { name: null } });
    const result = JSON.stringify({ output: { lc: 1, type: 'constructor', id: ['ToolMessage'], kwargs: { content: 'sunny', type: 'tool', tool_call_id: 'c' } }, kwargs: { name: 'weather' } });
    const wanted = { toolArguments: map({ city: 'Paris' }), toolResult: 'sunny' };
    const agent = (attributes: Record<string, string>) => agentOf({ name: 'x', kind: 'internal', scopeName: '', attributes: map(attributes), events: [], logs: [] });
    expect(agent({ 'traceloop.span.kind': 'tool', 'traceloop.entity.input': given, 'traceloop.entity.output': result })).toMatchObject(wanted);
    expect(agent({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.arguments': given, 'gen_ai.tool.call.result': result })).toMatchObject(wanted);
    expect(agent({ 'traceloop.span.kind': 'tool', 'traceloop.entity.input': '{"tool_name": "weather", "arguments": {"city": "Paris"}}' })?.toolArguments).toEqual(map({ city: 'Paris' }));
  });
});

describe('a call of a tool among the parts of an OpenInference message', () => {
  it('is shown once', () => {
    const prefix = 'llm.output_messages.0.message';
    const call = (at: string) => ({ [`${prefix}.${at}.tool_call.id`]: 't1', [`${prefix}.${at}.tool_call.function.name`]: 'weather', [`${prefix}.${at}.tool_call.function.arguments`]: '{"city":"Paris"}' });
    const view = agentOf({
      name: 'messages.create', kind: 'internal', scopeName: '', events: [], logs: [], attributes: map({
        'openinference.span.kind': 'LLM', [`${prefix}.role`]: 'assistant', [`${prefix}.contents.0.message_content.type`]: 'text', [`${prefix}.contents.0.message_content.text`]: 'Sunny.',
        [`${prefix}.contents.1.message_content.type`]: 'tool_use', ...call('contents.1'), ...call('tool_calls.0'),
      }),
    });
    expect(view?.outputMessages).toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'Sunny.' }, { type: 'toolCall', id: 't1', name: 'weather', arguments: map({ city: 'Paris' }) }] }]);
  });
});

describe('messages inside other values', () => {
  const json = (value: unknown): string => JSON.stringify(value);
  it('are found in requests, answers and what LangChain serialises', () => {
    expect(messagesIn(json({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }), 'user')).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }]);
    expect(messagesIn(json({ choices: [{ message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }] }), 'assistant')).toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'yes' }], finishReason: 'stop' }]);
    expect(messagesIn(json({ candidates: [{ content: { role: 'model', parts: [{ text: 'yes' }] } }] }), 'assistant')).toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'yes' }] }]);
    expect(messagesIn(json({ messages: [[{ lc: 1, type: 'constructor', id: ['HumanMessage'], kwargs: { content: 'hi', type: 'human' } }]] }), 'x')).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }]);
    expect(messagesIn(json({ generations: [[{ text: '', message: { lc: 1, kwargs: { content: '', type: 'ai', tool_calls: [{ name: 'f', args: { a: 1 }, id: 'c' }] } } }]] }), 'x'))
      .toEqual([{ role: 'assistant', parts: [{ type: 'toolCall', name: 'f', id: 'c', arguments: map({ a: 1 }) }] }]);
  });

  it('are none where there are none', () => {
    for (const value of [json({ query: 'x' }), json([1, 2]), json({ output: ['a'] }), json({}), '', undefined]) expect(messagesIn(value, 'user')).toBeUndefined();
    expect(messagesIn('plain text', 'user')).toEqual(messagesOf('plain text', 'user'));
  });
});

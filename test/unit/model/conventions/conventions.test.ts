import { describe, expect, it } from 'vitest';
import type { Attributes, AttributeValue } from '../../../../src/model/attributes.ts';
import type { ConventionInput } from '../../../../src/model/conventions/convention.ts';
import { agentOf, conventions, isTellingName, labelOf, stepOf } from '../../../../src/model/conventions/registry.ts';

const map = (values: Record<string, AttributeValue>): Attributes => new Map(Object.entries(values));
const input = (attributes: Record<string, AttributeValue>, over: Partial<ConventionInput> = {}): ConventionInput =>
  ({ name: 'span', kind: 'internal', scopeName: '', attributes: map(attributes), events: [], logs: [], ...over });
const event = (name: string, attributes: Record<string, AttributeValue>) => ({ name, timeUnixNano: 0n, attributes: map(attributes), droppedAttributesCount: 0 });

describe('roles', () => {
  const cases: readonly [string, ConventionInput, string | undefined][] = [
    ['a plain span is no agent step', input({ 'http.method': 'GET' }), undefined],
    ['an operation name', input({ 'gen_ai.operation.name': 'Chat' }), 'llm'],
    ['OpenInference beats the operation name', input({ 'gen_ai.operation.name': 'chat', 'openinference.span.kind': 'RETRIEVER' }), 'retriever'],
    ['a call of an MCP tool', input({ 'mcp.method.name': 'tools/call' }), 'tool'],
    ['a tool name alone', input({ 'gen_ai.tool.name': 'x' }), 'tool'],
    ['a tool call id alone is a reference', input({ 'gen_ai.tool.call.id': 'x', 'gen_ai.request.model': 'm' }), 'llm'],
    ['a model alone', input({ 'gen_ai.request.model': 'm' }), 'llm'],
    ['Traceloop task', input({ 'traceloop.span.kind': 'task' }), 'chain'],
    ['Traceloop request type', input({ 'llm.request.type': 'rerank' }), 'reranker'],
    ['AI SDK outer span', input({ 'ai.operationId': 'ai.generateText' }, { scopeName: 'ai' }), 'agent'],
    ['AI SDK inner span with GenAI keys', input({ 'ai.operationId': 'ai.generateText.doGenerate', 'gen_ai.request.model': 'm' }, { scopeName: 'ai' }), 'llm'],
    ['AI SDK tool', input({ 'operation.name': 'ai.toolCall weather' }), 'tool'],
    ['tutorial agent', input({}, { name: 'agent_run' }), 'agent'],
    ['tutorial memory', input({}, { name: 'memory:read' }), 'memory'],
    ['tutorial iteration', input({}, { name: 'iteration_12' }), 'chain'],
  ];
  it.each(cases)('%s', (_, subject, role) => { expect(stepOf(subject)?.role).toBe(role); });

  it('finds names that tell without attributes', () => {
    expect(isTellingName('decision:next')).toBe(true);
    expect(isTellingName('GET /llm_call')).toBe(false);
  });
});

describe('tokens', () => {
  it('keeps cache and reasoning as parts of the whole and says where each came from', () => {
    const step = stepOf(input({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.cache_read.input_tokens': '40', 'gen_ai.usage.output_tokens': 7n }));
    expect(step).toMatchObject({ inputTokens: 100, cacheReadTokens: 40, outputTokens: 7 });
    expect(step?.sources.get('cacheReadTokens')).toBe('gen_ai.usage.cache_read.input_tokens');
  });
  it('takes a producer whose cache exceeds its input as excluding it', () => {
    const step = stepOf(input({ 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.cache_read_input_tokens': 90, 'gen_ai.usage.cache_creation_input_tokens': 5 }));
    expect(step?.inputTokens).toBe(105);
    expect(step?.sources.get('inputTokens')).toContain('inferred');
  });
  it('ignores figures that are none', () => {
    expect(stepOf(input({ 'gen_ai.usage.input_tokens': -1, 'gen_ai.usage.output_tokens': 'many' }))).not.toHaveProperty('inputTokens');
  });
  it('reads the older and the other spellings', () => {
    expect(stepOf(input({ 'gen_ai.usage.prompt_tokens': 3 }))?.inputTokens).toBe(3);
    expect(stepOf(input({ 'llm.token_count.prompt': 4, 'openinference.span.kind': 'LLM' }))?.inputTokens).toBe(4);
    expect(stepOf(input({ 'ai.usage.promptTokens': 5, 'ai.operationId': 'ai.x.doGenerate' }))?.inputTokens).toBe(5);
    expect(stepOf(input({ 'llm.prompt_tokens': 6 }, { name: 'llm_call' }))?.inputTokens).toBe(6);
  });
});

describe('labels', () => {
  it('is the thing itself', () => {
    const subject = (given: ConventionInput): string | undefined => labelOf(given, stepOf(given));
    expect(subject(input({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'a', 'gen_ai.response.model': 'a-2' }))).toBe('a-2');
    expect(subject(input({}, { name: 'tool:search' }))).toBe('search');
    expect(subject(input({ 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'coder' }))).toBe('coder');
    expect(subject(input({}, { name: 'iteration_1' }))).toBeUndefined();
    expect(subject(input({ 'openinference.span.kind': 'EMBEDDING', 'embedding.model_name': 'unknown' }))).toBeUndefined();
    expect(subject(input({}, { name: 'decision:next_step' }))).toBe('next_step');
    expect(subject(input({}, { name: 'memory:search' }))).toBe('search');
    expect(subject(input({}, { name: 'memory:' }))).toBeUndefined();
    expect(subject(input({ 'gen_ai.operation.name': 'execute_tool' }, { name: 'execute_tool book_seats' }))).toBe('book_seats');
    expect(subject(input({ 'gen_ai.operation.name': 'invoke_agent' }, { name: 'invoke_agent planner' }))).toBe('planner');
    expect(subject(input({ 'gen_ai.operation.name': 'invoke_agent' }, { name: 'invoke_agent' }))).toBeUndefined();
    expect(subject(input({ 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.workflow.name': 'triage' }, { name: 'invoke_workflow triage' }))).toBe('triage');
    expect(subject(input({ 'traceloop.span.kind': 'workflow', 'traceloop.entity.name': 'joke' }, { name: 'joke.workflow' }))).toBe('joke');
  });

  it('is what Logfire shows, for spans that stand for nothing else', () => {
    const label = (given: ConventionInput): string | undefined => labelOf(given, stepOf(given));
    expect(label(input({ 'logfire.msg': 'Hello Ada' }, { name: 'Hello {name}' }))).toBe('Hello Ada');
    expect(label(input({ 'logfire.msg': 'same' }, { name: 'same' }))).toBeUndefined();
    expect(label(input({ 'logfire.msg': 'running tool: search', 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' }))).toBe('search');
  });
});

describe('the time to the first token', () => {
  const first = (attributes: Record<string, AttributeValue>, events: ConventionInput['events'] = [], startUnixNano = 1_000_000_000n): number | undefined =>
    agentOf(input({ 'gen_ai.operation.name': 'chat', ...attributes }, { events, startUnixNano }))?.timeToFirstTokenNs;
  const at = (name: string, timeUnixNano: bigint) => ({ ...event(name, {}), timeUnixNano });

  it('is counted from the start of the span where only the moment was recorded', () => {
    expect(first({ 'langfuse.observation.completion_start_time': '"1970-01-01T00:00:01.250Z"' })).toBe(250e6);
    expect(first({ 'langfuse.observation.completion_start_time': '1970-01-01T00:00:01.250Z' })).toBe(250e6);
    for (const name of ['ai.stream.firstChunk', 'First Token Stream Event', 'llm.content.completion.chunk', 'gen_ai.content.completion.chunk', 'gen_ai.completion.chunk', 'mlflow.chunk.item.0', 'new_token']) {
      expect(first({}, [at('other', 1n), at(name, 1_400_000_000n), at(name, 1_300_000_000n)])).toBe(300e6);
    }
  });

  it('is the duration that was recorded, where one was', () => {
    expect(first({ 'gen_ai.response.time_to_first_chunk': 0.5 }, [at('new_token', 1_300_000_000n)])).toBe(500e6);
    expect(first({ 'copilot_chat.time_to_first_token': 420 })).toBe(420e6);
    expect(agentOf(input({ first_content_ms: 30 }, { name: 'claude_code.llm_request' }))?.timeToFirstTokenNs).toBe(30e6);
  });

  it('is not known where the moment is before the start, or the start is not known', () => {
    expect(first({ 'langfuse.observation.completion_start_time': '1970-01-01T00:00:00Z' })).toBeUndefined();
    expect(first({ 'langfuse.observation.completion_start_time': 'soon' })).toBeUndefined();
    expect(first({}, [at('new_token', 1_300_000_000n)], 0n)).toBeUndefined();
    expect(first({}, [at('new_token', 0n)])).toBeUndefined();
  });
});

describe('messages', () => {
  it('reads GenAI messages with their instructions and every kind of part', () => {
    const agent = agentOf(input({
      'gen_ai.system_instructions': '[{"type":"text","content":"be short"}]',
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"hi"},{"type":"blob","mime_type":"image/png","content":"AAAA"}]}]',
      'gen_ai.output.messages': [map({ role: 'assistant', parts: [map({ type: 'reasoning', content: 'hm' }), map({ type: 'tool_call', id: '1', name: 'f', arguments: map({ a: 1 }) }), map({ type: 'odd', x: 1 })], finish_reason: 'tool_call' })],
    }));
    expect(agent?.inputMessages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'be short' }] },
      { role: 'user', parts: [{ type: 'text', text: 'hi' }, { type: 'media', mediaType: 'image/png', data: 'AAAA' }] },
    ]);
    expect(agent?.outputMessages?.[0]).toMatchObject({ finishReason: 'tool_call', parts: [{ type: 'reasoning', text: 'hm' }, { type: 'toolCall', id: '1', name: 'f' }, { type: 'other', kind: 'odd' }] });
  });
  it('reads one event a message, from span events and from logs', () => {
    const agent = agentOf(input({ 'gen_ai.system': 'openai' }, {
      events: [event('gen_ai.user.message', { content: 'hi' }), event('gen_ai.choice', { 'gen_ai.event.content': '{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"yo"}}' })],
    }));
    expect(agent?.inputMessages).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }]);
    expect(agent?.outputMessages?.[0]).toMatchObject({ role: 'assistant', finishReason: 'stop', parts: [{ text: 'yo' }] });
    const log = { traceId: 'a', spanId: 'b', timeUnixNano: 1n, observedTimeUnixNano: 1n, severityNumber: 9, severityText: '', eventName: 'gen_ai.user.message', body: map({ content: 'from a log' }), attributes: map({}), flags: 0, droppedAttributesCount: 0 };
    expect(agentOf(input({ 'gen_ai.system': 'openai' }, { logs: [log] }))?.inputMessages?.[0]?.parts).toEqual([{ type: 'text', text: 'from a log' }]);
  });
  it('reads OpenInference keys with tool calls and documents', () => {
    const agent = agentOf(input({
      'openinference.span.kind': 'LLM', 'llm.input_messages.0.message.role': 'user', 'llm.input_messages.0.message.content': 'q',
      'llm.input_messages.10.message.role': 'tool', 'llm.input_messages.10.message.tool_call_id': 'c', 'llm.input_messages.10.message.content': '{"n":1}',
      'llm.output_messages.0.message.role': 'assistant', 'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'f',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"a":[1,2]}', 'retrieval.documents.0.document.content': 'd', 'retrieval.documents.0.document.score': 0.5,
    }));
    expect(agent?.inputMessages?.map((message) => message.role)).toEqual(['user', 'tool']);
    expect(agent?.outputMessages?.[0]?.parts).toEqual([{ type: 'toolCall', name: 'f', arguments: map({ a: [1, 2] }) }]);
    expect(agent?.documents).toEqual([{ content: 'd', score: 0.5 }]);
  });
  it('reads OpenLLMetry keys', () => {
    const agent = agentOf(input({ 'gen_ai.prompt.0.role': 'system', 'gen_ai.prompt.0.content': 's', 'gen_ai.prompt.1.role': 'user', 'gen_ai.prompt.1.content': '[{"type":"text","text":"u"}]', 'gen_ai.completion.0.content': 'a', 'gen_ai.completion.0.finish_reason': 'stop' }));
    expect(agent?.inputMessages).toEqual([{ role: 'system', parts: [{ type: 'text', text: 's' }] }, { role: 'user', parts: [{ type: 'text', text: 'u' }] }]);
    expect(agent?.outputMessages).toEqual([{ role: 'assistant', finishReason: 'stop', parts: [{ type: 'text', text: 'a' }] }]);
  });
  it('reads the AI SDK and keeps a cut text as far as it goes', () => {
    const agent = agentOf(input({ 'ai.operationId': 'ai.streamText.doStream', 'ai.prompt.messages': '[{"role":"user","content":[{"type":"text","text":"what is the wea', 'ai.response.text': 'sunny', 'ai.response.toolCalls': '[{"toolCallId":"1","toolName":"w","input":"{}"}]' }, { scopeName: 'ai' }));
    expect(agent?.inputMessages).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'what is the wea' }] }]);
    expect(agent?.outputMessages?.[0]?.parts).toEqual([{ type: 'text', text: 'sunny' }, { type: 'toolCall', id: '1', name: 'w', arguments: map({}) }]);
  });
  it('keeps untrusted keys apart from objects', () => {
    agentOf(input({ 'openinference.span.kind': 'LLM', 'llm.input_messages.0.__proto__.polluted': 1, 'gen_ai.input.messages': '[{"__proto__":{"polluted":1},"role":"user","content":"x"}]' }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('the registry', () => {
  it('knows every convention once and lists the prefixes that its members claim by', () => {
    expect(new Set(conventions.map((convention) => convention.id)).size).toBe(conventions.length);
  });
});

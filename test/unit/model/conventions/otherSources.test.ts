import { describe, expect, it } from 'vitest';
import type { AgentView } from '../../../../src/model/agent.ts';
import type { Attributes, AttributeValue } from '../../../../src/model/attributes.ts';
import type { ConventionInput } from '../../../../src/model/conventions/convention.ts';
import { messagesOf } from '../../../../src/model/conventions/messages.ts';
import { agentOf, stepOf, summaryOf } from '../../../../src/model/conventions/registry.ts';

const map = (values: Record<string, AttributeValue>): Attributes => new Map(Object.entries(values));
const input = (name: string, attributes: Record<string, AttributeValue>, over: Partial<ConventionInput> = {}): ConventionInput =>
  ({ name, kind: 'internal', scopeName: '', attributes: map(attributes), events: [], logs: [], ...over });
const agent = (attributes: Record<string, AttributeValue>, over: Partial<ConventionInput> = {}): AgentView | undefined => agentOf(input('span', attributes, over));
const event = (name: string, attributes: Record<string, AttributeValue>) => ({ name, timeUnixNano: 0n, attributes: map(attributes), droppedAttributesCount: 0 });
const log = (eventName: string) => ({ traceId: 'a', spanId: 'b', timeUnixNano: 1n, observedTimeUnixNano: 1n, severityNumber: 9, severityText: '', eventName, body: null, attributes: map({}), flags: 0, droppedAttributesCount: 0 });

describe('Claude Code', () => {
  it('has the roles of its spans', () => {
    const roles = ['interaction', 'llm_request', 'tool', 'tool.blocked_on_user', 'tool.execution', 'hook'].map((name) => stepOf(input(`claude_code.${name}`, {}))?.role);
    expect(roles).toEqual(['agent', 'llm', 'tool', 'human', 'chain', 'chain']);
    expect(stepOf(input('claude_code.something_new', {}))).toBeUndefined();
  });

  it('counts cached tokens, which it leaves out of its input', () => {
    const given = input('claude_code.llm_request', {
      'span.type': 'llm_request', model: 'claude-opus-5', 'gen_ai.system': 'anthropic', 'gen_ai.request.model': 'claude-opus-5', input_tokens: 2, output_tokens: 1200,
      cache_read_tokens: 84562, cache_creation_tokens: 7096, stop_reason: 'tool_use', ttft_ms: 12.5, 'session.id': 's', 'response.model_output': 'Done', new_context: 'Go',
    });
    expect(agentOf(given)).toMatchObject({
      role: 'llm', model: 'claude-opus-5', provider: 'anthropic', inputTokens: 91660, outputTokens: 1200, cacheReadTokens: 84562, cacheWriteTokens: 7096,
      timeToFirstTokenNs: 12_500_000, finishReason: 'tool_use', conversationId: 's',
      inputMessages: [{ role: 'user', parts: [{ type: 'text', text: 'Go' }] }], outputMessages: [{ role: 'assistant', parts: [{ type: 'text', text: 'Done' }] }],
    });
    expect(agentOf(given)?.sources.get('inputTokens')).toBe('input_tokens + cache_read_tokens + cache_creation_tokens');
    expect(summaryOf(given)?.inputTokens).toBe(91660);
  });

  it('has name, arguments and result of a tool, and the prompt of an interaction', () => {
    const tool = input('claude_code.tool', { tool_name: 'Bash', tool_use_id: 't1', tool_input: '{"command":"ls"}' }, { events: [event('tool.output', { output: 'a.txt' })] });
    expect(agentOf(tool)).toMatchObject({ role: 'tool', toolName: 'Bash', toolCallId: 't1', toolArguments: map({ command: 'ls' }), toolResult: 'a.txt' });
    expect(agentOf(input('claude_code.interaction', { user_prompt: 'hi' }))).toMatchObject({ role: 'agent', input: 'hi' });
  });
});

describe('platforms that name the kind of a step', () => {
  it.each([
    ['AgentOps', { 'agentops.span.kind': 'tool', 'agentops.entity.name': 'search', 'agentops.entity.input': '{"q":1}', 'agentops.entity.output': 'x' }, { role: 'tool', toolName: 'search', toolArguments: map({ q: 1 }), toolResult: 'x' }],
    ['AgentOps beside an operation name', { 'agentops.span.kind': 'agent', 'gen_ai.operation.name': 'chat' }, { role: 'agent' }],
    ['Weave', { 'weave.span.kind': 'llm', 'wandb.thread_id': 'c' }, { role: 'llm', conversationId: 'c' }],
    ['Braintrust', { 'braintrust.span_attributes': '{"type":"score"}', 'braintrust.input_json': '{"a":1}', 'braintrust.output': 'o' }, { role: 'evaluator', input: map({ a: 1 }), output: 'o' }],
    ['a tool of Genkit', { 'genkit:metadata:subtype': 'tool.v2', 'genkit:name': 'f', 'genkit:input': '"in"', 'genkit:output': '"out"' }, { role: 'tool', toolName: 'f', toolArguments: 'in', toolResult: 'out' }],
    [
      'a model of Genkit', { 'genkit:metadata:subtype': 'model', 'genkit:name': 'googleai/gemini', 'genkit:output': '{"usage":{"inputTokens":42,"outputTokens":17,"thoughtsTokens":3}}' },
      { role: 'llm', model: 'googleai/gemini', inputTokens: 42, outputTokens: 17, reasoningTokens: 3 },
    ],
    ['Mastra', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'a', 'mastra.span.type': 'agent_run', 'mastra.agent_run.input': 'hi', 'mastra.agent_run.output': '{"text":"yo"}' }, { role: 'agent', agentName: 'a', input: 'hi', output: map({ text: 'yo' }) }],
    ['a step of Mastra', { 'gen_ai.operation.name': 'model_generation', 'mastra.span.type': 'model_generation' }, { role: 'chain' }],
    ['OpenLIT', { 'gen_ai.operation.name': 'vectordb' }, { role: 'retriever' }],
    ['Gemini CLI', { 'gen_ai.operation.name': 'user_prompt' }, { role: 'agent' }],
    ['Sentry', { 'sentry.op': 'gen_ai.execute_tool', 'gen_ai.tool.name': 'f', 'gen_ai.request.model': 'm' }, { role: 'tool' }],
    ['a handoff of Traceloop', { 'traceloop.span.kind': 'handoff' }, { role: 'handoff' }],
    ['a handoff by its target', { 'gen_ai.handoff.from_agent': 'a', 'gen_ai.handoff.to_agent': 'b' }, { role: 'handoff' }],
  ])('%s', (_what, attributes, expected) => { expect(agent(attributes)).toMatchObject(expected); });

  it('LiveKit, by the names of its spans', () => {
    expect(agentOf(input('function_tool', { 'lk.function_tool.name': 'f', 'lk.function_tool.arguments': '{"a":1}', 'lk.function_tool.output': 'o' }))).toMatchObject({ role: 'tool', toolName: 'f', toolArguments: map({ a: 1 }), toolResult: 'o' });
    expect(agentOf(input('agent_turn', { 'lk.user_input': 'hi', 'lk.response.text': 'yo' }))).toMatchObject({ role: 'agent', input: 'hi', output: 'yo' });
    expect(agentOf(input('agent_turn', { other: 1 }))).toBeUndefined();
  });
});

describe('Strands', () => {
  const call = { type: 'toolCall', id: 'c', name: 'f', arguments: map({ a: 1 }) };
  it('writes blocks of Bedrock into events, and an answer into its message', () => {
    const events = [
      event('gen_ai.user.message', { content: '[{"text":"hi"}]' }), event('gen_ai.assistant.message', { content: '[{"toolUse":{"toolUseId":"c","name":"f","input":{"a":1}}}]' }),
      event('gen_ai.tool.message', { content: '[{"toolResult":{"toolUseId":"c","status":"success","content":[{"text":"so"}]}}]' }),
      event('gen_ai.choice', { finish_reason: 'tool_use', message: '[{"reasoningContent":{"reasoningText":{"text":"hm"}}},{"toolUse":{"toolUseId":"c","name":"f","input":{"a":1}}}]' }),
    ];
    const view = agent({ 'gen_ai.operation.name': 'chat' }, { events });
    expect(view?.inputMessages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] }, { role: 'assistant', parts: [call] }, { role: 'tool', parts: [{ type: 'toolResult', id: 'c', result: [map({ text: 'so' })] }] },
    ]);
    expect(view?.outputMessages).toEqual([{ role: 'assistant', parts: [{ type: 'reasoning', text: 'hm' }, call], finishReason: 'tool_use' }]);
    expect(agent({}, { events: [event('gen_ai.choice', { message: 'plain\n' })] })?.outputMessages).toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'plain\n' }] }]);
  });

  it('writes what a tool was given and gave into events of its span', () => {
    const given = event('gen_ai.tool.message', { role: 'tool', content: '{"a":1}', id: 'c' });
    const view = agent({ 'gen_ai.operation.name': 'execute_tool' }, { events: [given, event('gen_ai.choice', { message: '[{"text":"so"}]', id: 'c' })] });
    expect(view).toMatchObject({ role: 'tool', toolArguments: map({ a: 1 }), toolResult: [map({ text: 'so' })] });
    expect(view).not.toHaveProperty('inputMessages');
    expect(agent({ 'gen_ai.operation.name': 'execute_tool' }, { events: [given] })?.toolResult).toEqual(map({ a: 1 }));
  });
});

describe('messages', () => {
  const read = (messages: unknown): unknown => messagesOf(JSON.stringify(messages), 'user')?.map(({ role, parts }) => [role, ...parts]);

  it('keep what OpenAI writes beside their content, and items that are no messages', () => {
    expect(read([
      { role: 'assistant', refusal: 'no', content: null }, { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      { role: 'user', content: [{ type: 'file', file: { file_id: 'f1' } }] }, { type: 'web_search_call', id: 'w' }, { type: 'human', content: '' },
    ])).toEqual([
      ['assistant', { type: 'other', kind: 'refusal', value: 'no' }], ['assistant', { type: 'toolCall', name: 'f', arguments: map({ a: 1 }) }],
      ['user', { type: 'media', mediaType: 'unknown', uri: 'f1' }], ['user', { type: 'other', kind: 'web_search_call', value: map({ type: 'web_search_call', id: 'w' }) }], ['user'],
    ]);
  });

  it('of Gemini have instructions, files and thoughts', () => {
    expect(read({
      system_instruction: { parts: [{ text: 'sys' }] },
      contents: [{ role: 'model', parts: [{ text: 'hm', thought: true }, { inlineData: { mimeType: 'image/png', data: 'AA' } }, { file_data: { mime_type: 'a/b', file_uri: 'gs://a' } }] }],
    })).toEqual([
      ['system', { type: 'text', text: 'sys' }],
      ['assistant', { type: 'reasoning', text: 'hm' }, { type: 'media', mediaType: 'image/png', data: 'AA' }, { type: 'media', mediaType: 'a/b', uri: 'gs://a' }],
    ]);
  });

  it('of the AI SDK have their pictures', () => {
    expect(read([{ role: 'user', content: [{ type: 'image', image: 'AA', mimeType: 'image/png' }] }])).toEqual([['user', { type: 'media', mediaType: 'image/png', data: 'AA' }]]);
  });
});

describe('what is told elsewhere', () => {
  it('the session, by the general key of OpenTelemetry', () => {
    expect(agent({ 'gen_ai.operation.name': 'chat', 'session.id': 's' })?.conversationId).toBe('s');
    expect(agent({ 'gen_ai.conversation.id': 'c', 'session.id': 's' })?.conversationId).toBe('c');
  });

  it('what LiteLLM writes of calls of tools, and its costs', () => {
    expect(agent({
      'gen_ai.operation.name': 'chat', 'gen_ai.output.messages': '[{"role":"assistant","parts":[],"finish_reason":"tool_calls"}]', 'gen_ai.cost.total_cost': 0.5,
      'gen_ai.completion.0.function_call.name': 'f', 'gen_ai.completion.0.function_call.arguments': '{"a":1}',
    })).toMatchObject({ costUsd: 0.5, outputMessages: [{ role: 'assistant', parts: [{ type: 'toolCall', name: 'f', arguments: map({ a: 1 }) }] }] });
  });

  it('a provider in any case', () => {
    expect(['OpenAI', 'VERTEX_AI', 'MyOwn'].map((name) => agent({ 'gen_ai.system': name })?.provider)).toEqual(['openai', 'gcp.vertex_ai', 'MyOwn']);
    expect(agent({ 'openinference.span.kind': 'LLM', 'llm.provider': 'OpenAI' })?.provider).toBe('openai');
  });

  it('an evaluation, by an event or by a log record', () => {
    expect(agent({}, { events: [event('gen_ai.evaluation.result', {})] })?.role).toBe('evaluator');
    expect(agent({}, { logs: [log('gen_ai.evaluation.result')] })?.role).toBe('evaluator');
    expect(agent({}, { logs: [{ ...log(''), attributes: map({ 'event.name': 'gen_ai.evaluation.result' }) }] })?.role).toBe('evaluator');
  });

  it('what evaluations said, of any step', () => {
    const result = { 'gen_ai.evaluation.name': 'Relevance', 'gen_ai.evaluation.score.value': 0.5, 'gen_ai.evaluation.score.label': 'partly', 'gen_ai.evaluation.explanation': 'half of it' };
    const said = [map({ name: 'Relevance', score: 0.5, label: 'partly', explanation: 'half of it' })];
    const view = agent({ 'gen_ai.operation.name': 'chat' }, { events: [event('gen_ai.evaluation.result', result)] });
    expect(view).toMatchObject({ role: 'llm', evaluations: said });
    expect(view?.sources.get('evaluations')).toBe('event:gen_ai.evaluation.result');
    expect(agent({}, { logs: [{ ...log('gen_ai.evaluation.result'), attributes: map(result) }] })).toMatchObject({ role: 'evaluator', evaluations: said });
    expect(agent({ 'openinference.span.kind': 'LLM', 'evaluations.0.evaluation.name': 'Relevance', 'evaluations.0.evaluation.score': 1, 'evaluations.1.evaluation.label': 'bad' })?.evaluations)
      .toEqual([map({ name: 'Relevance', score: 1 }), map({ label: 'bad' })]);
    expect(agent({ 'openinference.span.kind': 'LLM', evaluations: 'none' })?.evaluations).toBeUndefined();
  });

  it('the user, whoever wrote it', () => {
    for (const key of ['user.id', 'enduser.id', 'langfuse.user.id', 'ai.telemetry.metadata.userId', 'traceloop.association.properties.user_id', 'langsmith.metadata.user_id']) {
      const view = agent({ 'gen_ai.operation.name': 'chat', [key]: 'ann' });
      expect([view?.userId, view?.sources.get('userId')]).toEqual(['ann', key]);
    }
  });

  it('the texts of embeddings and the query of a reranker of OpenInference', () => {
    expect(agent({ 'openinference.span.kind': 'EMBEDDING', 'embedding.model_name': 'e', 'embedding.embeddings.0.embedding.text': 'a', 'embedding.embeddings.0.embedding.vector': [1], 'embedding.embeddings.1.embedding.text': 'b' }))
      .toMatchObject({ role: 'embedding', model: 'e', input: ['a', 'b'] });
    expect(agent({ 'openinference.span.kind': 'RERANKER', 'reranker.query': 'q', 'reranker.output_documents.0.document.content': 'd' })).toMatchObject({ role: 'reranker', input: 'q', documents: [{ content: 'd' }] });
  });

  it('answers of a model that is called so', () => {
    expect(agent({ 'openinference.span.kind': 'LLM', 'llm.output_messages.0.message.role': 'model', 'llm.output_messages.0.message.content': 'hi' })?.outputMessages?.[0]?.role).toBe('assistant');
  });

  it('costs in parts', () => {
    expect(agent({ 'gen_ai.usage.input_cost': 0.25, 'gen_ai.usage.output_cost': 0.5 })?.costUsd).toBe(0.75);
    expect(agent({ 'openinference.span.kind': 'LLM', 'llm.cost.prompt': 0.25, 'llm.cost.completion': 0.5 })?.costUsd).toBe(0.75);
    expect(agent({ 'mlflow.spanType': '"LLM"', 'mlflow.llm.cost': '{"input_cost":0.25,"output_cost":0.5}' })?.costUsd).toBe(0.75);
  });

  it('cached tokens in what the provider says, in older releases of the AI SDK', () => {
    expect(agent({ 'ai.operationId': 'ai.generateText.doGenerate', 'ai.usage.promptTokens': 100, 'ai.response.providerMetadata': '{"openai":{"cachedPromptTokens":40,"reasoningTokens":5}}' }))
      .toMatchObject({ inputTokens: 100, cacheReadTokens: 40, reasoningTokens: 5 });
    expect(agent({ 'ai.operationId': 'ai.generateText.doGenerate', 'ai.response.providerMetadata': '{"anthropic":{"usage":{"cache_read_input_tokens":7,"cache_creation_input_tokens":3}}}' }))
      .toMatchObject({ cacheReadTokens: 7, cacheWriteTokens: 3 });
  });

  it('the texts of an embedding of the AI SDK, which are JSON, and whole nanoseconds to the first token', () => {
    expect(agent({ 'ai.operationId': 'ai.embedMany.doEmbed', 'ai.values': ['"a"', '"b"'] })?.input).toEqual(['a', 'b']);
    expect(agent({ 'ai.operationId': 'ai.streamText.doStream', 'ai.response.msToFirstChunk': 29.803541 })?.timeToFirstTokenNs).toBe(29_803_541);
  });

  it('instructions without messages, or apart from them', () => {
    const system = { role: 'system', parts: [{ type: 'text', text: 'be short' }] }, instructions = '[{"type":"text","content":"be short"}]';
    expect(agent({ 'gen_ai.system_instructions': instructions })?.inputMessages).toEqual([system]);
    const details = event('gen_ai.client.inference.operation.details', { 'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]' });
    expect(agent({ 'gen_ai.system_instructions': instructions, 'pydantic_ai.all_messages': '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]' })?.inputMessages?.[0]?.role).toBe('user');
    expect(agent({ 'gen_ai.system_instructions': instructions }, { events: [details] })?.inputMessages).toEqual([system, { role: 'user', parts: [{ type: 'text', text: 'hi' }] }]);
  });

  it('what is in the message of a tool of LangChain', () => {
    const result = (value: unknown): unknown => agent({ 'openinference.span.kind': 'TOOL', 'output.value': JSON.stringify(value) })?.toolResult;
    expect(result({ type: 'tool', data: { content: 'sunny', type: 'tool', tool_call_id: 'c' } })).toBe('sunny');
    expect(result({ output: { lc: 1, type: 'constructor', kwargs: { status: 'success', content: '{"t":20}', tool_call_id: 'c' } } })).toEqual(map({ t: 20 }));
    expect(result({ type: 'tool', content: 'sunny' })).toBe('sunny');
    expect(result({ output: 'sunny', content: 1 })).toEqual(map({ output: 'sunny', content: 1 }));
  });

  it('the text of an answer in two forms, which is shown once, and the model of a call that failed', () => {
    const said = 'llm.output_messages.0.message.content', listed = 'llm.output_messages.0.message.contents.0.message_content';
    expect(agent({ 'openinference.span.kind': 'LLM', [said]: 'so', [`${listed}.type`]: 'text', [`${listed}.text`]: 'so', 'llm.invocation_parameters': '{"model":"m"}' }))
      .toMatchObject({ model: 'm', outputMessages: [{ role: 'assistant', parts: [{ type: 'text', text: 'so' }] }] });
  });

  it('an answer of Sentry in text and calls of tools', () => {
    expect(agent({ 'sentry.op': 'gen_ai.chat', 'gen_ai.response.text': 'so', 'gen_ai.response.tool_calls': '[{"id":"1","function":{"name":"f","arguments":"{}"}}]' })?.outputMessages)
      .toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'so' }, { type: 'toolCall', id: '1', name: 'f', arguments: map({}) }] }]);
  });

  it('what a vector database has found', () => {
    const found = event('db.query.result', { 'db.query.result.id': 'd1', 'db.query.result.document': 'Paris', 'db.query.result.score': 0.5 });
    expect(agent({ 'db.system': 'chroma' }, { events: [found] })).toMatchObject({ role: 'retriever', documents: [{ id: 'd1', content: 'Paris', score: 0.5 }] });
  });
});

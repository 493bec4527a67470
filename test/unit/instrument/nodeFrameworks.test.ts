import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { claudeCode, claudeTree } from './claudeCode.ts';
import { drawTree, LiveServer } from './liveServer.ts';
import { isNodeFrom, nodeClients, seesEsModules, ShippedNodeHook } from './nodeHook.ts';
import { lineOf } from './shippedKit.ts';
import type { ReceivedSpan } from './liveServer.ts';

const why = nodeClients === undefined ? ': the Node packages of the integration tests are not installed' : '';

// Programs of these libraries take seconds to start where much else runs.
vi.setConfig({ testTimeout: 60_000 });

let shipped: ShippedNodeHook, live: LiveServer;
beforeAll(async () => { if (nodeClients !== undefined) shipped = await ShippedNodeHook.make(path.join(nodeClients, 'node_modules')); });
afterAll(() => { shipped?.remove(); });
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

/** Runs a program without and with the hook, and gives the spans that were told after checking that nothing else differs. */
async function watched(name: string, text: string, env: Readonly<Record<string, string>> = {}): Promise<readonly ReceivedSpan[]> {
  const file = shipped.write(name, text);
  const own = { OPENAI_AGENTS_DISABLE_TRACING: '0', ...env };
  const [without, withHook] = await Promise.all([shipped.run([file], own), shipped.run([file], { ...own, ...shipped.environment(live) })]);
  expect(withHook).toEqual(without);
  expect(without).toMatchObject({ code: 0, stderr: '' });
  await expect.poll(() => live.connections.size).toBe(0);
  return live.spans();
}

/** The imports of a program as `require`s. */
const asCommonJs = (text: string): string => text.replaceAll(/^import (\{.*\}) from (.*);$/gm, 'const $1 = require($2);').replace(/^await main\(\);$/m, 'main();');
const forms = [['an ES module', 'agent.mjs', (text: string) => text], ['CommonJS', 'agent.cjs', asCommonJs]] as const;
const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const roots = (spans: readonly ReceivedSpan[]) => spans.filter((span) => !spans.some(({ spanId }) => spanId === span.parentSpanId)).map((span) => span.name);

const agents = `import { Agent, Runner, Usage, setTraceProcessors, tool, withGenerationSpan } from '@openai/agents';
import { z } from 'zod';
setTraceProcessors([]);
class ScriptedModel {
  calls = 0;
  async getResponse() {
    return withGenerationSpan(async (span) => { // model
      span.spanData.output = [{ role: 'assistant', content: 'thinks' }];
      span.spanData.usage = { input_tokens: 120, output_tokens: 30 };
      const output = ++this.calls === 1
        ? [{ type: 'function_call', callId: 'call-1', name: 'weather', status: 'completed', arguments: '{"city":"Bern"}' }]
        : [{ type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Sunny.' }] }];
      return { output, usage: new Usage(), responseId: 'r' };
    }, { data: { model: 'scripted-large', input: [{ role: 'user', content: 'weather?' }] } });
  }
  async *getStreamedResponse() {}
}
const model = new ScriptedModel();
const weather = tool({ name: 'weather', description: 'Weather of a city.', parameters: z.object({ city: z.string() }), execute: async ({ city }) => 'It is sunny in ' + city + '.' });
async function main() {
  const agent = new Agent({ name: 'weather agent', model, tools: [weather] });
  const result = await new Runner({ groupId: 'talk' }).run(agent, 'What is the weather in Bern?'); // run
  console.log(result.finalOutput);
}
await main();
`;

describe.skipIf(nodeClients === undefined)(`the OpenAI Agents SDK without OpenTelemetry${why}`, () => {
  for (const [form, name, write] of forms) {
    it.skipIf(form === 'an ES module' && !seesEsModules)(`is seen with its model calls and tools, and the lines that led to them, by ${form}`, async () => {
      const text = write(agents), spans = await watched(name, text);
      const generations = named(spans, 'generation');
      expect(generations.map(({ attributes }) => [attributes['gen_ai.operation.name'], attributes['gen_ai.request.model'], attributes['gen_ai.usage.input_tokens'], attributes['spanscope.source.line']]))
        .toEqual(Array(2).fill(['chat', 'scripted-large', 120, lineOf(text, '// model')]));
      expect(named(spans, 'weather')[0]?.attributes).toMatchObject({
        'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'weather', 'gen_ai.tool.call.arguments': '{"city":"Bern"}', 'gen_ai.tool.call.result': 'It is sunny in Bern.',
        'spanscope.source.line': lineOf(text, '// run'), 'gen_ai.conversation.id': 'talk',
      });
      expect(named(spans, 'weather agent')[0]?.attributes['gen_ai.operation.name']).toBe('invoke_agent');
      expect(roots(spans)).toHaveLength(1);
      expect(spans.every((span) => span.endTimeUnixNano !== undefined)).toBe(true);
    });
  }

  it('is left to those who trace it already', async () => {
    const traced = `const { trace } = require('@opentelemetry/api');\ntrace.getTracer('@arizeai/openinference-instrumentation-openai-agents');\n`;
    expect(await watched('traced.cjs', traced + asCommonJs(agents))).toEqual([]);
  });
});

const langGraph = `import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
process.removeAllListeners('warning');
const weather = tool(({ city }) => {
  if (city === 'Nowhere') throw new Error('no such city');
  return 'It is sunny in ' + city + '.';
}, { name: 'weather', description: 'Weather of a city.', schema: z.object({ city: z.string() }) });
class ScriptedModel extends BaseChatModel {
  _llmType() { return 'scripted'; }
  invocationParams() { return { model: 'scripted-large' }; }
  bindTools() { return this; }
  async _generate(messages) {
    const usage_metadata = { input_tokens: 120, output_tokens: 30, total_tokens: 150, input_token_details: { cache_read: 20 } };
    const message = messages.at(-1).getType() === 'tool'
      ? new AIMessage({ content: 'Sunny.', usage_metadata })
      : new AIMessage({ content: '', tool_calls: [{ name: 'weather', args: { city: 'Bern' }, id: 'call-1' }], usage_metadata });
    return { generations: [{ text: '', message }] };
  }
}
async function main() {
  const graph = createReactAgent({ llm: new ScriptedModel({}), tools: [weather] });
  const { messages } = await graph.invoke({ messages: [['user', 'What is the weather in Bern?']] }, { configurable: { thread_id: 'talk' } }); // invoke
  console.log(messages.at(-1).content);
  await weather.invoke({ city: 'Nowhere' }).catch((error) => console.log(error.message)); // fails
}
await main();
`;

describe.skipIf(nodeClients === undefined || !isNodeFrom(20))(`LangGraph without OpenTelemetry${why}`, () => {
  for (const [form, name, write] of forms) {
    it.skipIf(form === 'an ES module' && !seesEsModules)(`is seen with its model calls and tools, and the lines that led to them, by ${form}`, async () => {
      const text = write(langGraph), spans = await watched(name, text);
      const [first, second] = named(spans, 'ScriptedModel');
      expect(first?.attributes).toMatchObject({
        'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'scripted-large', 'gen_ai.usage.input_tokens': 120, 'gen_ai.usage.output_tokens': 30,
        'gen_ai.usage.cache_read.input_tokens': 20, 'spanscope.source.line': lineOf(text, '// invoke'), 'gen_ai.conversation.id': 'talk',
      });
      expect(JSON.stringify(first?.attributes['gen_ai.input.messages'])).toContain('What is the weather in Bern?');
      expect(JSON.stringify(second?.attributes['gen_ai.output.messages'])).toContain('Sunny.');
      const [tool, failed] = named(spans, 'weather');
      expect(tool?.attributes).toMatchObject({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.result': 'It is sunny in Bern.', 'gen_ai.tool.call.id': 'call-1' });
      expect([failed?.status, failed?.attributes['spanscope.source.line'], failed?.events.map((event) => event.name)]).toEqual([{ code: 'error', message: 'no such city' }, lineOf(text, '// fails'), ['exception']]);
      expect(roots(spans)).toEqual(['LangGraph', 'weather']);
      expect(spans.every((span) => span.endTimeUnixNano !== undefined)).toBe(true);
    });
  }

  const provider = `const { trace } = require('@opentelemetry/api');\nconst { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');\nnew NodeTracerProvider().register();\n`;

  it('hangs below a span of OpenTelemetry that is around it', async () => {
    const text = `${provider}${asCommonJs(langGraph).replace(/main\(\);$/m, "trace.getTracer('x').startActiveSpan('around', (span) => main().then(() => span.end()));")}`;
    const spans = await watched('around.cjs', text), [around] = named(spans, 'around'), [graph] = named(spans, 'LangGraph');
    expect([graph?.traceId, graph?.parentSpanId]).toEqual([around?.traceId, around?.spanId]);
  });

  it('is left to OpenInference where that traces it', async () => {
    const instrumented = `${provider}const { LangChainInstrumentation } = require('@arizeai/openinference-instrumentation-langchain');
new LangChainInstrumentation().manuallyInstrument(require('@langchain/core/callbacks/manager'));
`;
    const spans = await watched('traced.cjs', instrumented + asCommonJs(langGraph));
    expect(new Set(spans.map((span) => (span as { scope?: { name: string } }).scope?.name))).toEqual(new Set(['@arizeai/openinference-instrumentation-langchain']));
  });
});

const claude = `import { query } from '@anthropic-ai/claude-agent-sdk';
async function main() {
  for (const prompt of process.argv.slice(2)) {
    try {
      for await (const message of query({ prompt, options: { pathToClaudeCodeExecutable: ${JSON.stringify(claudeCode)} } })) { // query
        if (message.type === 'result') console.log(message.result);
      }
    } catch (error) {
      console.log(error.message);
    }
  }
}
await main();
`;

describe.skipIf(nodeClients === undefined)(`the Claude Agent SDK without OpenTelemetry${why}`, () => {
  const runIt = async (...prompts: string[]): Promise<readonly ReceivedSpan[]> => {
    const file = shipped.write('claude.mjs', claude);
    const [without, withHook] = await Promise.all([shipped.run([file, ...prompts]), shipped.run([file, ...prompts], shipped.environment(live))]);
    expect(withHook).toEqual(without);
    expect(without).toMatchObject({ code: 0, stderr: '' });
    await expect.poll(() => live.connections.size).toBe(0);
    return live.spans();
  };

  it('is seen with its model calls, tools and sub-agents, and the line that asked', async () => {
    const spans = await runIt('What is the weather in Bern?');
    expect(drawTree(spans)).toBe(claudeTree('claude'));
    const [run] = spans, [call] = named(spans, 'chat claude-scripted');
    expect(run?.attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent', 'gen_ai.conversation.id': 'talk', 'claude.total_cost_usd': 0.25, 'spanscope.source.line': lineOf(claude, '// query'),
      'gen_ai.output.messages': [{ role: 'assistant', content: 'Sunny.' }],
    });
    expect(JSON.stringify(run?.attributes['gen_ai.input.messages'])).toContain('What is the weather in Bern?');
    expect(call?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'claude-scripted', 'gen_ai.usage.input_tokens': 120, 'gen_ai.usage.cache_read.input_tokens': 20, 'gen_ai.usage.output_tokens': 30,
      'gen_ai.output.messages': [{ role: 'assistant', content: [{ type: 'text' }, { type: 'tool_use' }] }],
    });
    expect(named(spans, 'weather')[0]?.attributes).toMatchObject({ 'gen_ai.tool.call.id': 'tool-1', 'gen_ai.tool.call.arguments': { city: 'Bern' }, 'gen_ai.tool.call.result': 'It is sunny in Bern.' });
  });

  it('is seen without what was said, where that is not to be recorded', async () => {
    expect(await shipped.run([shipped.write('claude.mjs', claude), 'secret weather?'], { ...shipped.environment(live), OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'false' })).toMatchObject({ code: 0, stdout: 'Sunny.\n' });
    expect(JSON.stringify(live.messages)).not.toMatch(/secret|Bern|unny/);
    expect(named(live.spans(), 'chat claude-scripted')[0]?.attributes['gen_ai.usage.input_tokens']).toBe(120);
  });

  it('shows a run that broke off, and the next one', async () => {
    const spans = await runIt('crash', 'What is the weather in Bern?'), [broken, whole] = named(spans, 'Claude Agent');
    expect([broken?.status, whole?.status.code]).toEqual([{ code: 'error', message: 'Claude Code ended with exit code 3' }, 'unset']);
    expect(broken?.traceId).not.toBe(whole?.traceId);
    expect(spans.every((span) => span.endTimeUnixNano !== undefined)).toBe(true);
  });

  it('is left to those who trace it already', async () => {
    const traced = claude.replace("async function", "import { trace } from '@opentelemetry/api';\ntrace.getTracer('@arizeai/openinference-instrumentation-claude-agent-sdk');\nasync function");
    const file = shipped.write('traced.mjs', traced);
    expect(await shipped.run([file, 'weather?'], shipped.environment(live))).toMatchObject({ code: 0, stdout: 'Sunny.\n' });
    expect(live.spans()).toEqual([]);
    const byItself = { CLAUDE_CODE_ENABLE_TELEMETRY: '1', CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1' };
    expect(await shipped.run([shipped.write('claude.mjs', claude), 'weather?'], { ...shipped.environment(live), ...byItself })).toMatchObject({ code: 0, stdout: 'Sunny.\n' });
    expect(live.spans()).toEqual([]);
  });
});

describe.skipIf(nodeClients === undefined)(`a program started by the editor${why}`, () => {
  const session = { OTEL_RESOURCE_ATTRIBUTES: 'spanscope.session.id=run-1' };

  it('tells what it has loaded, although it makes no span', async () => {
    const text = `const { trace } = require('@opentelemetry/api');
const { NodeTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } = require('@opentelemetry/sdk-trace-node');
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new InMemorySpanExporter())] }).register();
`;
    expect(await watched('silent.cjs', text, session)).toEqual([]);
    const program = live.messages.findLast((message) => message.program !== undefined)?.program;
    expect(program).toMatchObject({ session: 'run-1', exporters: ['InMemorySpanExporter'] });
    expect(Object.fromEntries(program?.libraries.map(({ name, version }) => [name, version]) ?? [])).toMatchObject({
      '@opentelemetry/api': expect.stringMatching(/^1\.9\./) as string, '@opentelemetry/sdk-trace': expect.stringMatching(/^2\./) as string,
    });
  });

  it.skipIf(!seesEsModules)('names frameworks', async () => {
    await watched('framework.mjs', "import '@langchain/core/callbacks/manager';\n", session);
    expect(live.messages[0]?.program?.libraries).toEqual([{ name: '@langchain/core', version: expect.stringMatching(/^1\./) as string }]);
  });

  it('says nothing of itself to others', async () => {
    await watched('silent.cjs', "require('@opentelemetry/api');\n");
    expect(live.messages.filter(({ program }) => program !== undefined)).toEqual([]);
  });
});

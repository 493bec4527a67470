import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { claudeCode, claudeTree } from './claudeCode.ts';
import { drawTree, LiveServer } from './liveServer.ts';
import { hasModule, pythonWithPackages, ShippedHook } from './pythonHook.ts';
import { lineOf } from './shippedKit.ts';

const python = pythonWithPackages ?? '';
const hasAgents = hasModule('agents.tracing'), hasLangGraph = hasModule('langgraph.prebuilt'), hasClaude = hasModule('claude_agent_sdk');
const why = (has: boolean): string => (has ? '' : ': the Python packages of the integration tests are not installed');

// Programs of these libraries take seconds to start where much else runs.
vi.setConfig({ testTimeout: 60_000 });

let shipped: ShippedHook, live: LiveServer;
beforeAll(() => { shipped = new ShippedHook(); });
afterAll(() => shipped.remove());
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

const run = (text: string, env: Readonly<Record<string, string>> = {}) => shipped.run(python, [shipped.write('agent.py', text)], { ...shipped.environment(live), OPENAI_AGENTS_DISABLE_TRACING: '', ...env });
const withoutHook = (text: string) => shipped.run(python, [shipped.write('agent.py', text)]);
const named = (name: string) => live.spans().find((span) => span.name === name);

const agents = `import asyncio
from agents import Agent, Model, ModelProvider, ModelResponse, RunConfig, Runner, Usage, function_tool, generation_span, set_trace_processors
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText
set_trace_processors([])
class ScriptedModel(Model):
    calls = 0
    async def get_response(self, *args, **kwargs):
        with generation_span(input=[{"role": "user", "content": "weather?"}], model="scripted-large") as span: # model
            self.calls += 1
            span.span_data.output = [{"role": "assistant", "content": "thinks"}]
            span.span_data.usage = {"input_tokens": 120, "output_tokens": 30}
            if self.calls == 1:
                output = [ResponseFunctionToolCall(id="1", call_id="call-1", type="function_call", name="weather", arguments='{"city":"Bern"}')]
            else:
                output = [ResponseOutputMessage(id="2", content=[ResponseOutputText(text="Sunny.", type="output_text", annotations=[])], role="assistant", type="message", status="completed")]
            return ModelResponse(output=output, usage=Usage(), response_id="r")
    def stream_response(self, *args, **kwargs):
        raise NotImplementedError
class Provider(ModelProvider):
    model = ScriptedModel()
    def get_model(self, name):
        return self.model
@function_tool
def weather(city: str) -> str:
    return f"It is sunny in {city}."
async def main():
    agent = Agent(name="weather agent", tools=[weather])
    print((await Runner.run(agent, "What is the weather in Bern?", run_config=RunConfig(model_provider=Provider(), group_id="talk"))).final_output) # run
asyncio.run(main())
`;

describe.skipIf(!hasAgents)(`the OpenAI Agents SDK without OpenTelemetry${why(hasAgents)}`, () => {
  it('is seen with its model calls and tools, and the lines that led to them', async () => {
    expect(await run(agents)).toEqual({ code: 0, signal: null, stdout: 'Sunny.\n', stderr: '' });
    const generations = live.spans().filter((span) => span.name === 'generation');
    expect(generations.map((span) => [span.attributes['gen_ai.operation.name'], span.attributes['gen_ai.request.model'], span.attributes['gen_ai.usage.input_tokens'], span.attributes['spanscope.source.line']]))
      .toEqual(Array(2).fill(['chat', 'scripted-large', 120, lineOf(agents, '# model')]));
    expect(named('weather')?.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'weather', 'gen_ai.tool.call.arguments': '{"city":"Bern"}', 'gen_ai.tool.call.result': 'It is sunny in Bern.',
      'spanscope.source.line': lineOf(agents, '# run'), 'gen_ai.conversation.id': 'talk',
    });
    expect(named('weather agent')?.attributes['gen_ai.operation.name']).toBe('invoke_agent');
    expect(live.spans().filter((span) => span.parentSpanId === undefined)).toHaveLength(1);
    expect(live.spans().every((span) => span.endTimeUnixNano !== undefined)).toBe(true);
  });

  it('is seen without what was said, where that is not to be recorded', async () => {
    expect(await run(agents, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'NO_CONTENT' })).toMatchObject({ code: 0, stdout: 'Sunny.\n' });
    expect(JSON.stringify(live.messages)).not.toMatch(/Bern|unny|thinks/);
    expect(named('generation')?.attributes['gen_ai.usage.input_tokens']).toBe(120);
  });

  it.skipIf(!hasModule('openinference.instrumentation.openai_agents'))('is left to those who trace it already', async () => {
    expect(await run(`import openinference.instrumentation.openai_agents\n${agents}`)).toMatchObject({ code: 0, stdout: 'Sunny.\n' });
    expect(live.spans()).toEqual([]);
  });
});

const langGraph = `import sys, warnings
warnings.simplefilter("ignore")
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.prebuilt import create_react_agent
@tool
def weather(city: str) -> str:
    """Weather of a city."""
    if city == "Nowhere": raise ValueError("no such city")
    return f"It is sunny in {city}."
class ScriptedModel(BaseChatModel):
    model_name: str = "scripted-large"
    @property
    def _llm_type(self):
        return "scripted"
    def bind_tools(self, tools, **kwargs):
        return self
    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        usage = {"input_tokens": 120, "output_tokens": 30, "total_tokens": 150, "input_token_details": {"cache_read": 20}}
        if messages[-1].type == "tool":
            return ChatResult(generations=[ChatGeneration(message=AIMessage("Sunny.", usage_metadata=usage))])
        return ChatResult(generations=[ChatGeneration(message=AIMessage("", tool_calls=[{"name": "weather", "args": {"city": "Bern"}, "id": "call-1"}], usage_metadata=usage))])
graph = create_react_agent(ScriptedModel(), [weather])
print(graph.invoke({"messages": [("user", "What is the weather in Bern?")]})["messages"][-1].content) # invoke
try:
    weather.invoke({"city": "Nowhere"}) # fails
except ValueError as error:
    print(error)
`;

describe.skipIf(!hasLangGraph)(`LangGraph without OpenTelemetry${why(hasLangGraph)}`, () => {
  it('is seen with its model calls and tools, and the lines that led to them', async () => {
    expect(await run(langGraph)).toEqual(await withoutHook(langGraph));
    const [first, second] = live.spans().filter((span) => span.name === 'ScriptedModel');
    expect(first?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'scripted-large', 'gen_ai.usage.input_tokens': 120, 'gen_ai.usage.output_tokens': 30,
      'gen_ai.usage.cache_read.input_tokens': 20, 'spanscope.source.line': lineOf(langGraph, '# invoke'),
    });
    expect(JSON.stringify(first?.attributes['gen_ai.input.messages'])).toContain('What is the weather in Bern?');
    expect(JSON.stringify(second?.attributes['gen_ai.output.messages'])).toContain('Sunny.');
    const [tool, failed] = live.spans().filter((span) => span.name === 'weather');
    expect(tool?.attributes).toMatchObject({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.result': 'It is sunny in Bern.', 'gen_ai.tool.call.id': 'call-1' });
    // A text in older versions.
    expect(JSON.stringify(tool?.attributes['gen_ai.tool.call.arguments'])).toMatch(/city.*Bern/);
    expect([failed?.status, failed?.attributes['spanscope.source.line'], failed?.events.map((event) => event.name)]).toEqual([{ code: 'error', message: expect.stringContaining('no such city') as string }, lineOf(langGraph, '# fails'), ['exception']]);
    expect(live.spans().filter((span) => span.parentSpanId === undefined).map((span) => span.name)).toEqual(['LangGraph', 'weather']);
  });

  it('hangs below a span of OpenTelemetry that is around it', async () => {
    const around = `from opentelemetry import trace\nfrom opentelemetry.sdk.trace import TracerProvider\ntrace.set_tracer_provider(TracerProvider())\nouter = trace.get_tracer("x").start_as_current_span("around")\nouter.__enter__()\n`;
    expect(await run(`${around}${langGraph}outer.__exit__(None, None, None)\n`)).toMatchObject({ code: 0, stdout: 'Sunny.\nno such city\n' });
    expect([named('LangGraph')?.traceId, named('LangGraph')?.parentSpanId]).toEqual([named('around')?.traceId, named('around')?.spanId]);
  });

  it.skipIf(!hasModule('openinference.instrumentation.langchain'))('is left to those who trace it already', async () => {
    expect(await run(`import openinference.instrumentation.langchain\n${langGraph}`)).toMatchObject({ code: 0 });
    expect(live.spans()).toEqual([]);
  });
});

const claude = `import asyncio
from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient, ProcessError, ResultMessage, query
options = ClaudeAgentOptions(cli_path=${JSON.stringify(claudeCode)})
async def main():
    async for message in query(prompt="What is the weather in Bern?", options=options): # query
        if isinstance(message, ResultMessage):
            print(message.result)
    async with ClaudeSDKClient(options) as client:
        for prompt in ("And now?", "crash"):
            try:
                await client.query(prompt) # asks
                async for message in client.receive_response():
                    if isinstance(message, ResultMessage):
                        print(message.result)
            except ProcessError as error:
                print(error.exit_code)
asyncio.run(main())
`;

describe.skipIf(!hasClaude)(`the Claude Agent SDK without OpenTelemetry${why(hasClaude)}`, () => {
  it('is seen with its model calls, tools and sub-agents, and the lines that asked', async () => {
    expect(await run(claude)).toEqual(await withoutHook(claude));
    const [first, second, broken, ...more] = live.spans().filter((span) => span.name === 'Claude Agent'), within = live.spans().filter((span) => span.traceId === first?.traceId);
    expect(more).toEqual([]);
    expect(drawTree(within)).toBe(claudeTree('agent'));
    expect([first, second, broken].map((span) => span?.attributes['spanscope.source.line'])).toEqual([lineOf(claude, '# query'), lineOf(claude, '# asks'), lineOf(claude, '# asks')]);
    expect(first?.attributes).toMatchObject({ 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.conversation.id': 'talk', 'claude.total_cost_usd': 0.25, 'gen_ai.output.messages': [{ role: 'assistant', content: 'Sunny.' }] });
    expect(JSON.stringify(first?.attributes['gen_ai.input.messages'])).toContain('What is the weather in Bern?');
    expect(within.find((span) => span.name === 'chat claude-scripted')?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 120, 'gen_ai.usage.cache_read.input_tokens': 20, 'gen_ai.usage.output_tokens': 30,
      'gen_ai.output.messages': [{ role: 'assistant', content: [{ type: 'text' }, { type: 'tool_use' }] }],
    });
    expect(within.find((span) => span.name === 'weather')?.attributes).toMatchObject({ 'gen_ai.tool.call.id': 'tool-1', 'gen_ai.tool.call.arguments': { city: 'Bern' }, 'gen_ai.tool.call.result': 'It is sunny in Bern.' });
    expect([broken?.status.code, broken?.status.message]).toEqual(['error', expect.stringContaining('exit code 3')]);
    expect(live.spans().every((span) => span.endTimeUnixNano !== undefined)).toBe(true);
  });

  it('is left to those who trace it already', async () => {
    const loaded = 'import sys, types\nsys.modules["openinference.instrumentation.claude_agent_sdk"] = types.ModuleType("x")\n';
    expect(await run(loaded + claude)).toMatchObject({ code: 0 });
    expect(live.spans()).toEqual([]);
  });
});

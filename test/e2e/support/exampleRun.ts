import type { TestSpan } from './spans.ts';

const stack = `RateLimitError: 429 Too Many Requests
    at searchTrains (/somewhere/else/tools.js:12:9)
    at run (/somewhere/else/agent.js:40:3)`;

/** A run as an agent with OpenTelemetry sends it: rounds, a model call, tools at once of which one fails, a retry. */
export const exampleRun: readonly TestSpan[] = [
  { id: 'run', name: 'invoke_agent planner', ms: 10_000, attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'planner' } },
  { id: 'one', parent: 'run', name: 'iteration_1', at: 100, ms: 4900 },
  {
    id: 'think', parent: 'one', name: 'chat mock-large', at: 200, ms: 1800,
    attributes: {
      'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'mock-large', 'gen_ai.usage.input_tokens': 1200, 'gen_ai.usage.output_tokens': 80,
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Find the best train to Vienna."}]}]',
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"I compare three companies."}]}]',
    },
  },
  { id: 'tool-a', parent: 'one', name: 'execute_tool search_trains', at: 2100, ms: 900, attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search_trains' } },
  {
    id: 'tool-b', parent: 'one', name: 'execute_tool search_trains', at: 2150, ms: 1400, error: '429 Too Many Requests',
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search_trains', 'gen_ai.tool.call.arguments': '{"carrier":"OEBB"}' },
    events: [{ name: 'exception', at: 3500, attributes: { 'exception.type': 'RateLimitError', 'exception.message': '429 Too Many Requests', 'exception.stacktrace': stack } }],
  },
  { id: 'check', parent: 'one', name: 'check answers', at: 4200, ms: 600 },
  { id: 'two', parent: 'run', name: 'iteration_2', at: 5100, ms: 4500 },
  { id: 'guides', parent: 'two', name: 'retrieval guides', at: 5200, ms: 700, attributes: { 'gen_ai.operation.name': 'retrieval' } },
  {
    id: 'conclude', parent: 'two', name: 'chat mock-small', at: 6000, ms: 1500,
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'mock-small', 'gen_ai.usage.input_tokens': 900, 'gen_ai.usage.output_tokens': 120 },
  },
  { id: 'hold', parent: 'two', name: 'execute_tool hold_seats', at: 7600, ms: 1900, error: '504 Gateway Timeout', attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'hold_seats' } },
];

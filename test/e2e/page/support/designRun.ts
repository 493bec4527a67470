import type { SourceLink, StackFrameLink } from '../../../../src/protocol/panel.ts';
import { at } from './scenario.ts';
import type { Scenario, ScenarioSpan } from './scenario.ts';

/** The run of the design's pictures: two agents that repair the rounding of order totals, with one failed test run. */

const source = (label: string, functionName: string): readonly SourceLink[] => [{ index: 0, label, functionName, origin: 'code.file.path and code.line.number' }];

const model = (name: string, provider: string) => ({ model: name, provider });
const sonnet = model('claude-sonnet-4-5', 'anthropic'), mini = model('gpt-5-mini', 'openai'), embedding = model('text-embedding-3-small', 'openai');

const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', text: content }] });
const toolResult = (id: string, result: unknown) => ({ role: 'tool', parts: [{ type: 'toolResult', id, result }] });

const failingOutput = [
  '============ FAILURES ============', '____ test_rounds_half_even ____', '  total = cart.total()', 'E AssertionError: 19.99 != 20.00',
  ...Array.from({ length: 44 }, (_, i) => `tests/test_totals.py line ${i + 1} of the report`),
].join('\n');

const stack = [
  'Traceback (most recent call last):', '  File "/work/agent/tools/tests.py", line 38, in run_tests', '    raise TestsFailed(report)',
  '  File "/work/agent/tests/test_totals.py", line 52, in test_rounds_half_even', '    assert cart.total() == Decimal("20.00")',
  '  File "/work/agent/tests/test_totals.py", line 71, in test_sums_before_rounding', '    assert total == expected', 'AssertionError: 19.99 != 20.00',
].join('\n');

const frames: readonly StackFrameLink[] = [
  { index: 0, event: 0, line: 3, label: 'tests/test_totals.py:52', functionName: 'test_rounds_half_even', origin: 'stack trace' },
  { index: 1, event: 0, line: 5, label: 'tests/test_totals.py:71', functionName: 'test_sums_before_rounding', origin: 'stack trace' },
];

const runTests: Partial<ScenarioSpan> = {
  frames,
  agent: { toolName: 'run_tests', toolCallId: 'call_7Qx2', toolArguments: { path: 'tests/test_totals.py', timeout_s: 60 }, toolResult: failingOutput },
  attributes: {
    'code.file.path': '/work/agent/tools/tests.py', 'code.function.name': 'run_tests', 'code.line.number': 33, 'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'run_tests', 'gen_ai.tool.type': 'function', 'gen_ai.tool.call.id': 'call_7Qx2', 'gen_ai.tool.call.arguments': '{"path":"tests/test_totals.py","timeout_s":60}',
    'gen_ai.tool.call.result': failingOutput, 'process.exit.code': 1, 'tests.failed': 2, 'tests.total': 41, 'tests.flaky': false, 'thread.name': 'MainThread',
  },
  events: [{ name: 'exception', timeUnixNano: at(15.79), attributes: { 'exception.type': 'AssertionError', 'exception.message': '19.99 != 20.00', 'exception.stacktrace': stack } }],
  logs: Array.from({ length: 6 }, (_, i) => ({
    timeUnixNano: at(10.4 + i * 0.8), severity: i === 5 ? 'ERROR' : 'INFO', severityNumber: i === 5 ? 17 : 9, body: i === 5 ? '2 of 41 tests failed' : `collected ${(i + 1) * 8} tests`, attributes: { 'logger.name': 'pytest' },
  })),
};

const earlier = Array.from({ length: 9 }, (_, i) => (i % 2 === 0 ? text('user', `Question ${i + 1} about the totals.`) : text('assistant', `Answer ${i + 1}.`)));

const secondCall: Partial<ScenarioSpan> = {
  agent: {
    ...sonnet, timeToFirstTokenNs: 640e6, finishReason: 'tool_calls',
    inputMessages: [
      text('system', 'You are coder. Change as little as possible and keep the public interface as it is. Run the tests after every change.'),
      ...earlier.slice(0, 8), text('assistant', 'I will run the tests.'),
      toolResult('call_7Qx2', 'AssertionError: 19.99 != 20.00\ntest_rounds_half_even, test_sums_before_rounding'),
      { role: 'tool', name: 'notes from researcher', parts: [{ type: 'toolResult', id: 'call_8', result: 'Totals are rounded per line, then summed. The specification rounds once, half to even, after the sum.' }] },
    ],
    outputMessages: [{
      role: 'assistant', finishReason: 'tool_calls', parts: [
        { type: 'reasoning', text: 'Each line keeps too many digits. The sum is what must be rounded.' },
        { type: 'text', text: 'The rounding happens in `Line.total`. I will move it to `Cart.total`, then check types and style before running the tests again.' },
        { type: 'toolCall', id: 'c1', name: 'apply_patch', arguments: { file: 'cart.py', added: 9, removed: 6 } },
        { type: 'toolCall', id: 'c2', name: 'typecheck', arguments: { path: 'cart.py' } },
        { type: 'toolCall', id: 'c3', name: 'lint', arguments: { path: 'cart.py' } },
      ],
    }],
  },
  attributes: {
    'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-4-5', 'gen_ai.response.model': 'claude-sonnet-4-5',
    'gen_ai.request.max_tokens': 4096, 'gen_ai.request.temperature': 0.2, 'gen_ai.response.id': 'msg_01H7f3', 'gen_ai.usage.input_tokens': 13480,
    'gen_ai.usage.output_tokens': 1120, 'gen_ai.usage.cache_read.input_tokens': 6144, 'gen_ai.conversation.id': 'conv_5c1e', 'code.file.path': '/work/agent/coder.py',
    'code.function.name': 'coder.call_model', 'code.line.number': 71, 'gen_ai.response.finish_reasons': ['tool_calls'],
  },
  events: [{ name: 'gen_ai.first_chunk', timeUnixNano: at(18.34), attributes: {} }, { name: 'retry', timeUnixNano: at(17.75), attributes: { attempt: 1 } }],
  links: [
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: 't1', attributes: { 'link.kind': 'follows' } },
    { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', attributes: {} },
  ],
};

const span = (id: string, parent: string | undefined, role: ScenarioSpan['role'], label: string, start: number, end: number | undefined, more: Partial<ScenarioSpan> = {}): ScenarioSpan => ({
  id, ...(parent === undefined ? {} : { parent }), role, name: label, start, ...(end === undefined ? {} : { end }), ...more,
});

const price = (input: number, cached: number, output: number, [fresh, read, out]: readonly [number, number, number]): number => ((input - cached) * fresh + cached * read + output * out) / 1e6;
const sonnetPrice = [3, 0.3, 15] as const, miniPrice = [0.25, 0.025, 2] as const;
const call = (tokens: readonly [number, number, number], who: 'sonnet' | 'mini', label: string): Partial<ScenarioSpan> => ({
  name: `chat ${who === 'sonnet' ? 'claude-sonnet-4-5' : 'gpt-5-mini'}`, subject: who === 'sonnet' ? 'claude-sonnet-4-5' : 'gpt-5-mini', tokens,
  cost: price(tokens[0], tokens[2], tokens[1], who === 'sonnet' ? sonnetPrice : miniPrice), agent: who === 'sonnet' ? sonnet : mini, sources: source(label, 'call_model'),
});

export const designSpans: readonly ScenarioSpan[] = [
  span('root', undefined, 'agent', 'fix-rounding', 0, undefined, { name: 'invoke_agent fix-rounding', subject: 'fix-rounding', sources: source('run.py:31', 'main'), agent: { input: 'Cart totals are off by one cent in some orders. Find out why, fix it and make the tests pass.' } }),
  span('guard', 'root', 'guardrail', 'input_check', 0.05, 0.42, { sources: source('guards.py:12', 'check') }),
  span('plan', 'root', 'llm', '', 0.45, 4.62, call([2140, 412, 0], 'sonnet', 'planner.py:47')),
  span('dec', 'root', 'decision', 'delegate', 4.64, 4.74, { agent: { options: ['ask_user', 'answer', 'delegate to researcher and coder'], chosen: 'delegate to researcher and coder' } }),
  span('res', 'root', 'agent', 'researcher', 4.8, 21.9, { name: 'invoke_agent researcher', subject: 'researcher' }),
  span('r1', 'res', 'llm', '', 4.95, 8.1, call([1820, 236, 0], 'mini', 'researcher.py:41')),
  span('rs', 'res', 'tool', 'search_docs', 8.2, 10.9, { noSource: 'It has no code.* attributes, and 3 functions in this workspace are named search_docs.' }),
  span('rv', 'res', 'retriever', 'code_index', 8.2, 9.9, { agent: { input: 'total', documents: [{ id: 'cart.py#Cart.total', score: 0.82, content: 'def total(self):\n    return sum(line.total for line in self.lines)' }, { id: 'line.py#Line.total', score: 0.77, content: 'def total(self):\n    return round(self.price * self.count, 2)' }] } }),
  span('rve', 'rv', 'embedding', 'text-embedding-3-small', 8.25, 8.74, { tokens: [96, 0], agent: embedding }),
  span('rvd', 'rv', 'other', 'SELECT chunks', 8.78, 9.85, { attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT chunk, embedding <=> $1 AS distance FROM chunks ORDER BY distance LIMIT 8', 'db.operation.name': 'SELECT', 'server.address': 'localhost', 'code.line.number': 39 } }),
  ...Array.from({ length: 6 }, (_, i) => span(`rf${i}`, 'res', 'tool', 'read_file', 8.25 + i * 0.22, 8.45 + i * 0.22, { sources: source('tools/files.py:9', 'read_file') })),
  span('rh', 'res', 'tool', 'http_get', 8.3, 11.6),
  span('r2', 'res', 'llm', '', 11.8, 16.4, call([9640, 388, 1536], 'mini', 'researcher.py:41')),
  span('rm', 'res', 'memory', 'write notes', 16.45, 16.86),
  span('rv2', 'res', 'retriever', 'code_index', 16.9, 18.0),
  span('rve2', 'rv2', 'embedding', 'text-embedding-3-small', 16.95, 17.32, { tokens: [64, 0] }),
  span('rvd2', 'rv2', 'other', 'SELECT chunks', 17.36, 17.96),
  span('r3', 'res', 'llm', '', 18.1, 21.6, call([11_200, 640, 9216], 'mini', 'researcher.py:41')),
  span('cod', 'root', 'agent', 'coder', 4.9, undefined, { name: 'invoke_agent coder', subject: 'coder', sources: source('coder.py:52', 'run') }),
  span('i1', 'cod', 'chain', 'iteration 1', 5, 17.2),
  span('c1', 'i1', 'llm', '', 5.1, 9.3, call([6310, 905, 1024], 'sonnet', 'coder.py:71')),
  span('p1', 'i1', 'tool', 'apply_patch', 9.4, 10.1),
  span('t1', 'i1', 'tool', 'run_tests', 10.2, 15.8, { name: 'execute_tool run_tests', subject: 'run_tests', error: '2 of 41 tests failed (exit code 1)', sources: source('tools/tests.py:33', 'run_tests'), ...runTests }),
  span('py1', 't1', 'other', 'pytest -q', 10.32, 15.74),
  span('ev1', 'i1', 'evaluator', 'patch_score', 15.9, 17.1),
  span('i2', 'cod', 'chain', 'iteration 2', 17.3, 31),
  span('m2', 'i2', 'memory', 'read notes', 17.35, 17.64),
  span('c2', 'i2', 'llm', '', 17.7, 22.4, { ...call([13_480, 1120, 6144], 'sonnet', 'coder.py:71'), ...secondCall }),
  span('p2', 'i2', 'tool', 'apply_patch', 22.5, 23.2),
  span('ty2', 'i2', 'tool', 'typecheck', 22.55, 25.2),
  span('li2', 'i2', 'tool', 'lint', 22.5, 24),
  span('t2', 'i2', 'tool', 'run_tests', 25.3, 30.6, { name: 'execute_tool run_tests', subject: 'run_tests' }),
  span('py2', 't2', 'other', 'pytest -q', 25.42, 30.54),
  span('i3', 'cod', 'chain', 'iteration 3', 31.1, undefined),
  span('c3', 'i3', 'llm', '', 31.2, undefined, call([15_260, 274, 13_312], 'sonnet', 'coder.py:71')),
];

export const designRun: Scenario = { status: { state: 'listening', receivedSpans: 40 }, spans: designSpans, now: 38.4 };

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawTree, LiveServer } from './liveServer.ts';
import { findPython } from './python.ts';
import { lineOf, run, ShippedKit } from './shippedKit.ts';
import type { Ended } from './shippedKit.ts';

const python = findPython();
if (python === undefined) process.stdout.write('skipped: no Python 3.9 or later on this machine, so the Python kit is not tested\n');

let kit: ShippedKit;
let server: LiveServer;
beforeAll(async () => { kit = await ShippedKit.make(); });
afterAll(() => kit.remove());
beforeEach(async () => { server = await LiveServer.listen(); });
afterEach(() => server.close());

const begin = `import sys
sys.path.insert(0, ${JSON.stringify('KIT')})
import asyncio, json, os, threading, time
from spanscope import *
`;

function program(name: string, text: string): string {
  return kit.write(name, begin.replace('"KIT"', JSON.stringify(`${kit.folder}/kit`)) + text);
}

function runPython(file: string, env: Readonly<Record<string, string>> = {}, onOutput?: () => void): Promise<Ended> {
  return run(python as string, ['-W', 'error', file], { SPANSCOPE_ENDPOINT: server.endpoint, ...env }, onOutput);
}

describe.skipIf(python === undefined)('the Python kit', () => {
  const nesting = `
agent = AgentTracer(configure("snake"))

@traced
def helper(value):  # helper
    return value + 1

@traced("named", attributes={"kind": "async"})
async def fetch(number):  # fetch
    await asyncio.sleep(0.001)
    if number == 2:
        raise LookupError("no number 2")
    return number

@traced
def numbers():
    for number in range(2):
        with trace_span("inside"):
            yield number
    return "end"

@traced
async def stream():
    yield 1
    with trace_span("inside stream"):
        await asyncio.sleep(0)
    yield 2

class Tools:
    @traced
    @staticmethod
    def still():
        return "still"

    @traced("method")
    def method(self):
        return self

async def round(number, span):
    with agent.llm_call("m-1", 100, 0.7, provider="mock") as call:  # llm
        for piece in ("Hel", "lo"):
            call.chunk(piece)
            await asyncio.sleep(0)
        call.respond(completion_tokens=2, finish_reason="stop")
    with agent.decision("action", ["search", "stop"]) as decision:
        decision.choose("search")
    results = await asyncio.gather(*(fetch(n) for n in (1, 2)), return_exceptions=True)
    assert results[0] == 1 and isinstance(results[1], LookupError), results
    with agent.tool_call("search", {"query": "x"}) as tool:
        assert tool.set_result({"hits": helper(2)}) == {"hits": 3}
    async with agent.memory_operation("write", "vector"):
        pass
    return "done" if number == 2 else None

async def main():
    with agent.agent_run("compare prices", agent_type="react", model="m-1"):  # run
        assert await agent.iterate(5, round) == "done"
        with trace_span("generators"):
            assert list(numbers()) == [0, 1]
            assert [item async for item in stream()] == [1, 2]
            for number in numbers():
                break
        assert Tools.still() == "still"
        Tools().method()

asyncio.run(main())
first = agent.tracer.start_span("first")
second = agent.tracer.start_span("second")
second.end()
third = agent.tracer.start_span("third")
third.end()
first.end()
assert agent.tracer.current_span is None
`;

  it('nests spans through functions, coroutines, generators and tasks, and stands on the lines that made them', async () => {
    const file = program('nesting.py', nesting);
    expect(await runPython(file)).toEqual({ code: 0, output: '' });
    const round = (number: number): string[] => [
      `  iteration_${number} (snake) ok`, '    llm_call (snake) ok', '    decision:action (snake) ok', '    named (snake) ok', '    named (snake) error',
      '    tool:search (snake) ok', '      helper (snake) ok', '    memory:write (snake) ok',
    ];
    expect(drawTree(server.spans()).split('\n')).toEqual([
      'agent_run (snake) ok', ...round(1), ...round(2),
      '  generators (snake) ok', '    numbers (snake) ok', '      inside (snake) ok', '      inside (snake) ok',
      '    stream (snake) ok', '      inside stream (snake) ok', '    numbers (snake) ok', '      inside (snake) ok', '  still (snake) ok', '  method (snake) ok',
      'first (snake) ok', '  second (snake) ok', '  third (snake) ok',
    ]);
    const text = begin + nesting;
    const where = (name: string): unknown => {
      const attributes = server.spans().find((span) => span.name === name)?.attributes;
      return [attributes?.['code.file.path'], attributes?.['code.line.number']];
    };
    expect(where('agent_run')).toEqual([file, lineOf(text, '# run')]);
    expect(where('llm_call')).toEqual([file, lineOf(text, '# llm')]);
    // A task's coroutine is called by the event loop, so its definition is the nearest place.
    expect(where('named')).toEqual([file, lineOf(text, '@traced("named"')]);
    expect(where('helper')).toEqual([file, lineOf(text, 'helper(2)')]);
    expect(where('first')).toEqual([file, lineOf(text, '"first"')]);
  });

  it('records what the Node kit records', async () => {
    await runPython(program('content.py', nesting));
    const attributesOf = (name: string): unknown => server.spans().find((span) => span.name === name)?.attributes;
    expect(attributesOf('agent_run')).toMatchObject({ task_preview: 'compare prices', 'task.length': 14, agent_type: 'react', model: 'm-1', total_iterations: 2, 'code.function.name': 'main' });
    expect(attributesOf('llm_call')).toMatchObject({
      'llm.model': 'm-1', 'llm.prompt_tokens': 100, 'llm.completion_tokens': 2, 'llm.temperature': 0.7, 'llm.duration_ms': expect.any(Number),
      'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'mock', 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 2,
      'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'Hello' }], finish_reason: 'stop' }],
    });
    expect(attributesOf('decision:action')).toMatchObject({ 'decision.type': 'action', 'decision.option_count': 2, 'decision.chosen': 'search' });
    expect(attributesOf('tool:search')).toMatchObject({ 'tool.name': 'search', 'tool.input_size': 13, 'tool.success': true, 'gen_ai.tool.call.result': { hits: 3 } });
    expect(attributesOf('memory:write')).toMatchObject({ 'memory.operation': 'write', 'memory.type': 'vector' });
    expect(attributesOf('helper')).toMatchObject({ 'function.name': 'helper', 'function.module': '__main__' });
    const failed = server.spans().find((span) => span.status.code === 'error');
    expect(failed).toMatchObject({ status: { message: 'no number 2' }, events: [{ name: 'exception', attributes: { 'exception.type': 'LookupError', 'exception.message': 'no number 2' } }] });
    const stack = String(failed?.events[0]?.attributes['exception.stacktrace']);
    expect(stack).toContain('in fetch');
    expect(stack).not.toContain('spanscope.py');
    expect(server.messages[0]).toMatchObject({ type: 'hello', client: { name: 'snake', language: 'python', cwd: process.cwd() } });
  });

  it('tells start, changes and end as they happen', async () => {
    const file = program('live.py', `
tracer = configure("live")
with tracer.trace_span("work", attributes={"a": 1}, kind="client") as span:
    tracer.flush()
    span.set_attribute("b", 2).add_event("first", {"x": 1})
    tracer.flush()
    span.update_name("renamed")
    tracer.flush()
    span.set_attribute("c", 3)
`);
    expect(await runPython(file)).toEqual({ code: 0, output: '' });
    // How many updates there are depends on when the exporter's thread gets its turn.
    const [, start, ...updates] = server.messages;
    const end = updates.pop();
    expect(start).toMatchObject({ type: 'start', span: { name: 'work', kind: 'client', status: { code: 'unset' }, attributes: { a: 1 } } });
    expect(new Set(updates.map((update) => update.type))).toEqual(new Set(['update']));
    expect(Object.assign({}, ...updates.map((update) => update.attributes))).toMatchObject({ b: 2 });
    expect(updates.flatMap((update) => update.events ?? [])).toMatchObject([{ name: 'first', attributes: { x: 1 } }]);
    expect(updates.at(-1)).toMatchObject({ name: 'renamed' });
    expect(end).toMatchObject({ type: 'end', status: { code: 'ok' }, endTimeUnixNano: expect.stringMatching(/^\d{19}$/) });
    expect(server.spans()[0]?.attributes).toMatchObject({ a: 1, b: 2, c: 3 });
  });

  it('reconnects, and sends again what was not confirmed', async () => {
    server.acknowledge = false;
    const file = program('reconnect.py', `
tracer = configure("again")
open_span = tracer.start_span("open")
with tracer.trace_span("unconfirmed"):
    pass
while not os.path.exists(sys.argv[0] + ".go"):
    time.sleep(0.01)
open_span.end()
`);
    const running = runPython(file);
    await server.until(() => server.spans().length === 2);
    server.goAway();
    server.acknowledge = true;
    server.comeBack();
    await server.until(() => server.spans().length === 2);
    kit.write('reconnect.py.go', '');
    expect(await running).toEqual({ code: 0, output: '' });
    expect(server.messages.map((message) => message.type)).toEqual(['hello', 'start', 'span', 'end']);
  });

  it('keeps the newest spans within its bound while nobody listens, and never gets in the way', async () => {
    server.goAway();
    const file = program('bound.py', `
exporter = LiveExporter(max_spans=100)
tracer = configure("bound", exporters=[exporter])
with tracer.trace_span("root"):
    for number in range(1000):
        with tracer.trace_span(f"span {number}"):
            pass
print(exporter.lost_spans, flush=True)
while not os.path.exists(sys.argv[0] + ".go"):
    time.sleep(0.01)
`);
    let made: () => void = () => undefined;
    const allMade = new Promise<void>((resolve) => { made = resolve; });
    const running = runPython(file, {}, () => made());
    await allMade;
    server.comeBack();
    await server.until(() => server.spans().length === 100);
    kit.write('bound.py.go', '');
    expect(await running).toEqual({ code: 0, output: '901\n' });
    expect(server.messages.find((message) => message.type === 'log')?.body).toMatch(/^901 spans were not sent/);
    expect(await runPython(program('nobody.py', 'with trace_span("work"):\n    print("worked")\n'), { SPANSCOPE_ENDPOINT: 'ws://127.0.0.1:1' })).toEqual({ code: 0, output: 'worked\n' });
  });

  it('delivers thousands of spans from several threads, and what a crash leaves', async () => {
    const file = program('threads.py', `
def work(name):
    for number in range(1000):
        with trace_span(f"{name} {number}", attributes={"text": "ü" * 50}):
            pass
threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
with trace_span("huge") as span:
    for number in range(6):
        span.set_attribute(f"text {number}", "ü" * 900_000)
get_tracer().flush(15)
with trace_span("crash"):
    raise RuntimeError("uncaught")
`);
    expect(await runPython(file)).toMatchObject({ code: 1, output: expect.stringContaining('RuntimeError: uncaught') });
    expect(server.spans()).toHaveLength(4002);
    expect(server.spans().find((span) => span.name === 'huge')?.attributes['text 0']).toMatch(/^ü+… \[\d+ more characters\]$/);
    expect(server.spans().find((span) => span.name === 'crash')?.status).toEqual({ code: 'error', message: 'uncaught' });
    expect(Math.max(...server.frames)).toBeLessThan(4 << 20);
  });

  it('starts afresh in a forked process', async () => {
    const file = program('forks.py', `
import warnings
warnings.simplefilter("ignore")  # newer Pythons warn of any fork beside a thread
tracer = configure("forks")
with tracer.trace_span("parent"):
    tracer.flush()
    child = os.fork()
    if child == 0:
        with tracer.trace_span("in child"):
            pass
        tracer.flush()
        os._exit(0)
    os.waitpid(child, 0)
`);
    expect(await run(python as string, [file], { SPANSCOPE_ENDPOINT: server.endpoint })).toEqual({ code: 0, output: '' });
    expect(drawTree(server.spans())).toBe('parent (forks) ok\n  in child (forks) ok');
    expect(server.messages.filter((message) => message.type === 'hello')).toHaveLength(2);
  });

  it('keeps values as they were, whatever they are', async () => {
    const file = program('values.py', `
import dataclasses, datetime, enum, math
class Colour(enum.Enum):
    RED = "red"
@dataclasses.dataclass
class Point:
    x: int
    y: int
class Hostile:
    def __str__(self):
        raise RuntimeError("no")
loop = {"name": "loop"}
loop["self"] = loop
items = [1]
with trace_span("values") as span:
    span.set_attributes({
        "items": items, "loop": loop, "hostile": Hostile(), "big": 2**70, "nan": math.nan, "bytes": b"\\x01\\x02\\x03",
        "date": datetime.datetime(2026, 1, 2, 3, 4, 5), "colour": Colour.RED, "point": Point(1, 2), "set": {5}, "none": None,
        "surrogate": "\\ud800", 7: "key",
    })
    items.append(2)
    span.attributes["behind its back"] = Hostile()
`);
    expect(await runPython(file)).toEqual({ code: 0, output: '' });
    expect(server.spans()[0]?.attributes).toMatchObject({
      items: [1], loop: { name: 'loop', self: '[circular]' }, hostile: '[unreadable]', big: '1180591620717411303424', nan: 'NaN', bytes: 'AQID',
      date: '2026-01-02T03:04:05', colour: 'red', point: { x: 1, y: 2 }, set: [5], 7: 'key',
    });
  });

  it('writes and reads contexts as the Node kit does', async () => {
    const file = program('context.py', `
tracer = configure("context", exporters=[])
traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
with tracer.trace_span("receive", parent=extract({"TraceParent": traceparent, "baggage": "user=ada%20l,bad", "tracestate": "v=1"})) as span:
    tracer.set_baggage("plan", "a,b")
    out = [inject({}, [form]) for form in ("w3c", "b3", "b3multi")]
    print(json.dumps([span.trace_id, span.parent_span_id, span.span_id, out]))
hostile = ["", "00", "ff" + traceparent[2:], traceparent + "-more", "x" * 1000000, traceparent.replace("4bf9", "4BF9"), None, 5, b"\\xff", [], ["a"]]
assert not any(extract({"traceparent": value}) for value in hostile)
assert extract({"b3": "a3ce929d0e0e4736-00f067aa0ba902b7-d"})[:3] == ("0000000000000000a3ce929d0e0e4736", "00f067aa0ba902b7", 1)
assert extract({"X-B3-TraceId": "4bf92f3577b34da6a3ce929d0e0e4736", "x-b3-spanid": "00f067aa0ba902b7", "x-b3-sampled": "0"}).flags == 0
assert extract({b"traceparent": traceparent.encode()}).span_id == "00f067aa0ba902b7"
`);
    const { code, output } = await runPython(file);
    expect(code).toBe(0);
    const [traceId, parent, spanId, out] = JSON.parse(output) as [string, string, string, unknown];
    expect([traceId, parent]).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']);
    const baggage = 'user=ada%20l,plan=a%2Cb';
    expect(out).toEqual([
      { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'v=1', baggage },
      { b3: `${traceId}-${spanId}-1`, baggage },
      { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1', baggage },
    ]);
  });

  it('exports to a file, the console and OTLP/HTTP as well', async () => {
    const file = program('others.py', `
import http.server
bodies, answers = [], [503, 200]
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        bodies.append((self.path, self.headers["content-type"], self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(answers.pop(0) if answers else 200)
        self.end_headers()
    def log_message(self, *args):
        pass
receiver = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
path = sys.argv[0] + ".jsonl"
tracer = Tracer("others", exporters=[FileExporter(path), ConsoleExporter(sys.stdout.write), OtlpHttpExporter(f"http://127.0.0.1:{receiver.server_port}/v1/traces")])
with tracer.trace_span("outer", attributes={"n": 1, "list": ["a", {"b": 0.5}]}):
    with tracer.trace_span("inner"):
        pass
for _ in range(4):
    tracer.flush()
# How many batches there are is for the kit to choose.
def spans_of(requests):
    return [span for text in requests for span in json.loads(text)["resourceSpans"][0]["scopeSpans"][0]["spans"]]
with open(path) as lines:
    spans = spans_of(lines.read().splitlines())
assert [span["name"] for span in spans] == ["inner", "outer"]
assert bodies[0] == bodies[1] and bodies[0][:2] == ("/v1/traces", "application/json"), bodies
assert spans_of(body for _, _, body in bodies[1:]) == spans
print(json.dumps(spans[1]["attributes"][-2:]))
`);
    const { code, output } = await runPython(file);
    expect([code, output]).toEqual([0, expect.stringMatching(/^Trace [0-9a-f]{32}, 2 spans/)]);
    expect(JSON.parse(output.trimEnd().split('\n').at(-1) ?? '')).toEqual([
      { key: 'n', value: { intValue: '1' } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { kvlistValue: { values: [{ key: 'b', value: { doubleValue: 0.5 } }] } }] } } },
    ]);
  });
});

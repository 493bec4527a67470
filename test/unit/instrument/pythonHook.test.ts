import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawTree, LiveServer } from './liveServer.ts';
import { findPython } from './python.ts';
import { hasModule, pythonWithPackages, sdk, ShippedHook, whyNoPackages } from './pythonHook.ts';
import { lineOf } from './shippedKit.ts';

const anyPython = findPython() ?? '', python = pythonWithPackages ?? '';
const isPosix = process.platform !== 'win32';

let shipped: ShippedHook, live: LiveServer;
beforeAll(() => { shipped = new ShippedHook(); });
afterAll(() => shipped.remove());
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

const runHooked = (text: string, name = 'agent.py') => shipped.run(python, [shipped.write(name, text)], shipped.environment(live));
const lines = () => live.spans().map((span) => [span.name, span.attributes['spanscope.source.line'], span.attributes['spanscope.source.function']]).toSorted((a, b) => String(a[0]).localeCompare(String(b[0])));
const withoutHook = (text: string) => shipped.run(python, [shipped.write('agent.py', text)]);

describe.skipIf(anyPython === '')(`a Python with the hook${anyPython === '' ? ': no Python here' : ''}`, () => {
  it('does nothing for a program that loads no library with spans', async () => {
    const file = shipped.write('plain.py', 'import sys\nprint(sorted(name for name in sys.modules if "spanscope" in name))\nsys.exit(7)\n');
    expect(await shipped.run(anyPython, [file], shipped.environment(live))).toEqual({ code: 7, signal: null, stdout: "['_spanscope_hook']\n", stderr: '' });
    expect(await shipped.run(anyPython, [file], { ...shipped.environment(live), SPANSCOPE_HOOK: 'off' })).toMatchObject({ code: 7, stderr: '' });
    expect(live.messages).toEqual([]);
  });

  it('runs the sitecustomize that it stands before, as the module of that name, with its errors', async () => {
    const other = path.join(shipped.folder, 'other');
    mkdirSync(other, { recursive: true });
    const file = shipped.write('custom.py', 'import sitecustomize\nprint(sitecustomize.told, sitecustomize.__file__.endswith("other/sitecustomize.py".replace("/", __import__("os").sep)))\n');
    shipped.write('other/sitecustomize.py', 'told = "user"\n');
    expect(await shipped.run(anyPython, [file], shipped.environment(live, other))).toMatchObject({ code: 0, stdout: 'user True\n', stderr: '' });
    shipped.write('other/sitecustomize.py', 'raise ValueError("the user\'s own")\n');
    const wrong = shipped.write('plain.py', 'print("runs")');
    const without = await shipped.run(anyPython, [wrong], { PYTHONPATH: other });
    expect(without.stderr).toContain('the user');
    expect(await shipped.run(anyPython, [wrong], shipped.environment(live, other))).toEqual(without);
  });
});

describe.skipIf(python === '')(`a Python program with the OpenTelemetry SDK and the hook${whyNoPackages}`, () => {
  const program = `${sdk}
class Planner:
    def plan(self):
        with tracer.start_as_current_span("plan") as span: # plan
            span.set_attribute("n", 1)
            span.add_event("thought", {"k": "v"})
            while not os.path.exists("planned"): time.sleep(0.01)

with tracer.start_as_current_span("run", kind=trace.SpanKind.SERVER) as run: # run
    Planner().plan()
    try:
        with tracer.start_as_current_span("fail"): # fail
            raise ValueError("no")
    except ValueError:
        pass
print("done")
sys.exit(3)
`;

  it('tells its spans from their start with the lines that made them', async () => {
    const running = runHooked(program);
    await live.until(() => live.spans().some((span) => span.name === 'plan'));
    shipped.write('planned', '');
    expect(await running).toEqual({ code: 3, signal: null, stdout: 'done\n', stderr: '' });
    const [run, plan, fail] = live.spans();
    expect(drawTree(live.spans())).toBe('run (agent) unset\n  plan (agent) unset\n  fail (agent) error');
    expect([run, plan].map((span) => live.typesOf(span?.spanId ?? '')).map((types) => [types[0], types.at(-1)])).toEqual([['start', 'end'], ['start', 'end']]);
    expect(lines()).toEqual([['fail', lineOf(program, '# fail'), '<module>'], ['plan', lineOf(program, '# plan'), expect.stringMatching(/plan$/)], ['run', lineOf(program, '# run'), '<module>']]);
    expect(run?.attributes['spanscope.source.file']).toBe(path.join(shipped.folder, 'agent.py'));
    expect(run?.kind).toBe('server');
    expect([run, plan, fail].map((span) => typeof span?.attributes['spanscope.process.pid'])).toEqual(['number', 'undefined', 'undefined']);
    expect([plan?.attributes['n'], plan?.events.map((event) => [event.name, event.attributes])]).toEqual([1, [['thought', { k: 'v' }]]]);
    expect(fail?.events[0]?.attributes['exception.message']).toBe('no');
    expect(live.messages.filter(({ type }) => type !== 'hello').every((message) => (message as { witness?: boolean }).witness === true)).toBe(true);
  });

  it('leaves what the program prints and exports as it was', async () => {
    const text = `${sdk.replace('TracerProvider())', 'provider := TracerProvider())')}
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=lambda span: f"{span.name} {sorted(span.attributes)} {len(span.events)}\\n")))
with tracer.start_as_current_span("a", attributes={"k": 1}): pass
span = tracer.start_span("twice")
span.end()
span.end()
raise RuntimeError("the end")
`;
    const without = await withoutHook(text);
    expect(without.code).toBe(1);
    expect(await runHooked(text)).toEqual(without);
    expect(live.spans().map((each) => each.name)).toEqual(['a', 'twice']);
    live.goAway();
    expect(await runHooked(text)).toEqual(without);
  });

  it('leaves open spans behind when it is killed', async () => {
    const text = `${sdk}with tracer.start_as_current_span("waits for ever"): # here\n    time.sleep(60)\n`;
    const ended = await shipped.run(python, [shipped.write('agent.py', text)], shipped.environment(live), (kill) => { void live.until(() => live.spans().length > 0).then(() => kill()); });
    expect(ended.signal).toBe('SIGKILL');
    expect(live.messages.map(({ type }) => type)).toEqual(['hello', 'start']);
    expect(lines()).toEqual([['waits for ever', lineOf(text, '# here'), '<module>']]);
  });

  it('finds the lines of threads, of parallel tasks and of generators', async () => {
    const text = `${sdk}
def thread(): 
    tracer.start_span("in thread").end() # thread
async def tool(n):
    with tracer.start_as_current_span(f"tool {n}"): # tool
        await asyncio.sleep(0.02)
def numbers():
    with tracer.start_as_current_span("generator"): # generator
        yield 1
async def main():
    with tracer.start_as_current_span("main"): # main
        await asyncio.gather(tool(1), tool(2))
started = threading.Thread(target=thread)
started.start()
started.join()
asyncio.run(main())
list(numbers())
import functools, json
list(map(lambda n: tracer.start_span("mapped").end(), [1])) # mapped
`;
    expect(await runHooked(text)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(lines().map(([name, line]) => [name, line])).toEqual([
      ['generator', lineOf(text, '# generator')], ['in thread', lineOf(text, '# thread')], ['main', lineOf(text, '# main')], ['mapped', lineOf(text, '# mapped')],
      ['tool 1', lineOf(text, '# tool')], ['tool 2', lineOf(text, '# tool')],
    ]);
    expect(live.spans().filter((span) => span.name.startsWith('tool')).map((span) => span.parentSpanId)).toEqual(Array(2).fill(live.spans().find((span) => span.name === 'main')?.spanId));
  });

  it.skipIf(!isPosix)('tells of children: processes, forks, pools, and what a process becomes', async () => {
    const text = `${sdk}
import multiprocessing, warnings
def work(n):
    with tracer.start_as_current_span(f"work {n}"):
        return n
if __name__ == "__main__":
    if len(sys.argv) > 1:
        with tracer.start_as_current_span(sys.argv[1]):
            if sys.argv[1] == "became":
                sys.exit(4)
        os.execv(sys.executable, [sys.executable, __file__, "became"])
    with tracer.start_as_current_span("parent"):
        time.sleep(0.05)
        assert subprocess.call([sys.executable, __file__, "subprocess"]) == 4
        pid = os.fork()
        if pid == 0:
            work("fork")
            os._exit(5)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(1) as pool:
                assert pool.map(work, [method]) == [method]
                pool.close()
                pool.join()
        work("after")
`;
    expect(await runHooked(text)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(live.spans().map((span) => span.name).toSorted()).toEqual(['became', 'parent', 'subprocess', 'work after', 'work fork', 'work fork', 'work spawn']);
    expect(live.spans().every((span) => span.endTimeUnixNano !== undefined)).toBe(true);
    expect(new Set(live.spans().map((span) => `${span.traceId}${span.spanId}`)).size).toBe(7);
    const topmost = live.spans().filter(({ name }) => !['became', 'work after'].includes(name));
    expect(new Set(topmost.map((span) => span.attributes['spanscope.process.pid']).filter((pid) => typeof pid === 'number')).size).toBe(5);
  });

  it.skipIf(!isPosix)('stays one thread for whoever forks', async () => {
    const text = `${sdk}
tracer.start_span("a").end()
time.sleep(0.05)
before = []
os.register_at_fork(before=lambda: before.append(threading.active_count()))
span = tracer.start_span("b")
time.sleep(0.05)
if os.fork() == 0:
    os._exit(0)
os.wait()
span.end()
time.sleep(0.05)
print(len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 2)
`;
    const ended = await shipped.run(python, ['-W', 'error', shipped.write('agent.py', text)], shipped.environment(live));
    expect(ended).toEqual({ code: 0, signal: null, stdout: '2\n', stderr: '' });
    expect(live.spans().map((span) => [span.name, span.endTimeUnixNano !== undefined])).toEqual([['a', true], ['b', true]]);
    expect(live.messages.filter(({ type }) => type === 'hello')).toHaveLength(1);
  });

  it('tells a receiver that comes back of what is open, and of what ended meanwhile', async () => {
    const text = `${sdk}
outer = tracer.start_span("outer")
print("open", flush=True)
while not os.path.exists("go on"): time.sleep(0.01)
tracer.start_span("meanwhile").end()
outer.end()
while not os.path.exists("end"): time.sleep(0.01)
`;
    const running = runHooked(text);
    await live.until(() => live.spans().length > 0);
    live.goAway();
    shipped.write('go on', '');
    live.comeBack();
    await live.until(() => live.spans().filter((span) => span.endTimeUnixNano !== undefined).length === 2);
    shipped.write('end', '');
    expect(await running).toMatchObject({ code: 0, stderr: '' });
    expect(live.spans().map((span) => span.name)).toEqual(['outer', 'meanwhile']);
  });

  it('sends spans whose values JSON has no word for', async () => {
    const text = `${sdk}span = tracer.start_span("odd", attributes={"nan": float("nan"), "big": 2 ** 63 - 1, "list": (1.5, 2.5), "text": "\\u00fc\\ud800"})\nspan.add_event("e", {"inf": float("-inf")})\nspan.end()\n`;
    expect(await runHooked(text)).toMatchObject({ code: 0 });
    expect(live.spans()[0]?.attributes).toMatchObject({ nan: 'NaN', list: [1.5, 2.5] });
    expect(live.spans()[0]?.events[0]?.attributes).toEqual({ inf: '-Infinity' });
  });

  it('makes the spans of a program that sets up no SDK, until it does', async () => {
    const text = `from opentelemetry import trace
import opentelemetry.sdk.trace
tracer = trace.get_tracer("library")
with tracer.start_as_current_span("outer") as outer: # outer
    with tracer.start_as_current_span("inner"):
        print(outer.is_recording(), type(trace.get_tracer_provider()).__name__)
trace.set_tracer_provider(opentelemetry.sdk.trace.TracerProvider(resource=opentelemetry.sdk.resources.Resource.create({"service.name": "own"})))
with tracer.start_as_current_span("own"): pass
`;
    expect(await runHooked(text)).toEqual({ code: 0, signal: null, stdout: 'True ProxyTracerProvider\n', stderr: '' });
    expect(drawTree(live.spans())).toBe('outer (agent) unset\n  inner (agent) unset\nown (own) unset');
    expect(live.spans()[0]?.attributes['spanscope.source.line']).toBe(lineOf(text, '# outer'));
  });

  it('makes the spans of a program that has no SDK', async () => {
    const text = `import sys
sys.modules["opentelemetry.sdk"] = None # as where it is not installed
from opentelemetry import trace
tracer = trace.get_tracer("library", "2")
@tracer.start_as_current_span("decorated")
def decorated():
    trace.get_current_span().set_attribute("deep", [1, 2])
with tracer.start_as_current_span("outer", kind=trace.SpanKind.SERVER, attributes={"k": "v"}) as outer: # outer
    decorated()
    try:
        with tracer.start_as_current_span("fails", links=[trace.Link(outer.get_span_context(), {"why": 1})]): # fails
            raise ValueError("no")
    except ValueError as error:
        print("raised", error)
    with tracer.start_span("by hand") as span:
        span.add_event("half", {"n": 1})
        span.update_name("by hand, renamed")
        span.set_status(trace.Status(trace.StatusCode.OK))
outer.end()
`;
    expect(await runHooked(text)).toEqual({ code: 0, signal: null, stdout: 'raised no\n', stderr: '' });
    expect(drawTree(live.spans())).toBe('outer (agent) unset\n  decorated (agent) unset\n  fails (agent) error\n  by hand, renamed (agent) ok');
    const [outer, decorated, fails, byHand] = live.spans();
    expect([outer?.kind, outer?.attributes['k'], outer?.attributes['spanscope.source.line']]).toEqual(['server', 'v', lineOf(text, '# outer')]);
    expect([decorated?.attributes['deep'], byHand?.events.map((event) => event.name)]).toEqual([[1, 2], ['half']]);
    expect([fails?.attributes['spanscope.source.line'], fails?.events[0]?.attributes['exception.message'], fails?.links?.[0]?.spanId]).toEqual([lineOf(text, '# fails'), 'no', outer?.spanId]);
  });

  it.skipIf(!hasModule('opentelemetry.instrumentation.auto_instrumentation'))('stays beside opentelemetry-instrument', async () => {
    const file = shipped.write('instrumented.py', 'from opentelemetry import trace\nwith trace.get_tracer("x").start_as_current_span("mine"): print(type(trace.get_tracer_provider()).__name__)\n');
    const env = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
    const args = ['-c', 'from opentelemetry.instrumentation.auto_instrumentation import run; run()', python, file];
    expect(await shipped.run(python, args, { ...shipped.environment(live), ...env })).toMatchObject({ code: 0, stdout: 'TracerProvider\n' });
    expect(drawTree(live.spans())).toBe('mine (agent) unset');
  });

  it('runs as ever when the hook itself is broken', async () => {
    const broken = new ShippedHook();
    try {
      const text = `${sdk}tracer.start_span("a").end()\nprint("done")\n`;
      for (const module of ['connection', 'location', 'otel_sdk', '__init__']) {
        broken.write(`hook/_spanscope_hook/${module}.py`, 'raise ValueError("broken")\n');
        expect(await broken.run(python, [broken.write('agent.py', text)], broken.environment(live)), module).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
      }
    } finally {
      broken.remove();
    }
  });

  it('gives the modules that it waits for their own loaders', async () => {
    const text = `import importlib, inspect, importlib.resources\nimport opentelemetry.sdk.trace as sdk\nprint(type(sdk.__loader__).__name__, type(sdk.__spec__.loader).__name__, "class Span" in inspect.getsource(sdk))\nimportlib.reload(sdk)\n`;
    expect(await runHooked(text)).toEqual({ code: 0, signal: null, stdout: 'SourceFileLoader SourceFileLoader True\n', stderr: '' });
  });
});

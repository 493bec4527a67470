import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LiveServer } from './liveServer.ts';
import { debugPython } from './pythonDebuggee.ts';
import { hasModule, isPythonFrom, pythonWithPackages, sdk, ShippedHook, whyNoPackages } from './pythonHook.ts';
import { lineOf } from './shippedKit.ts';
import type { Debugged, DebugOptions } from './pythonDebuggee.ts';

const python = pythonWithPackages ?? '';
const hasDebugger = hasModule('debugpy');

let shipped: ShippedHook, live: LiveServer;
beforeAll(() => { shipped = new ShippedHook(); });
afterAll(() => shipped.remove());
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

const withToken = () => ({ ...shipped.environment(live), SPANSCOPE_TOKEN: 'secret' });
const debug = (text: string, more: Partial<DebugOptions> = {}): Promise<Debugged> =>
  debugPython(python, { file: shipped.write('agent.py', text), cwd: shipped.folder, env: withToken(), ...more });
const tops = ({ stops }: Debugged) => stops.map(({ reason, frames: [top] }) => `${reason} ${top?.file} ${top?.line}`);
const hits = () => live.messages.filter(({ type }) => type === 'breakpoint.hit').map(({ breakpointId }) => breakpointId);

/** Until Python 3.9 a block ends at its last line. */
const endOfBlock = isPythonFrom(10) ? '# tool' : '# error';

const program = `${sdk}
def lookup(city):
    tool = tracer.start_span("lookup", attributes={"gen_ai.tool.name": "weather", "city": city}) # tool
    if city == "Oslo":
        tool.set_status(trace.Status(trace.StatusCode.ERROR)) # error
    tool.end() # end
with tracer.start_as_current_span("agent run"): # first
    for city in ("Bern", "Oslo", "Rome"):
        lookup(city)
print("done")
sys.exit(3)
`;

describe.skipIf(!hasDebugger)(`a Python program that is debugged${whyNoPackages}`, { timeout: 60_000 }, () => {
  const at = (mark: string, text = program): string => `breakpoint agent.py ${lineOf(text, mark)}`;

  it('stands at its line from the very first span on, when the receiver knows the span already', async () => {
    live.breakpoints = [
      { id: 'a', enabled: true, on: 'start', name: 'AGENT *' },
      { id: 'b', enabled: true, on: 'start', role: 'tool', tool: 'weather', hit: 3 },
      { id: 'c', enabled: true, on: 'error' },
      { id: 'd', enabled: true, on: 'end', attribute: { key: 'city', operator: '=', value: 'Bern' } },
      { id: 'e', enabled: true, on: 'start', name: 'other' },
    ];
    const debugged = await debug(program);
    expect(hits()).toEqual(['a', 'd', 'c', 'b']);
    expect(live.messages.findIndex(({ type }) => type === 'start')).toBeLessThan(live.messages.findIndex(({ type }) => type === 'breakpoint.hit'));
    expect({ ...debugged, stops: tops(debugged) }).toEqual({ stops: [at('# first'), at('# end'), at('# error'), at('# tool')], stdout: 'done\n', stderr: '', code: 3 });
  });

  it('stands at spans of the agent kit as well, which sends them itself', async () => {
    live.breakpoints = [
      { id: 'a', enabled: true, on: 'start', name: 'agent_run' },
      { id: 'b', enabled: true, on: 'start', role: 'tool', tool: 'weather', hit: 3 },
      { id: 'c', enabled: true, on: 'error' },
      { id: 'd', enabled: true, on: 'end', attribute: { key: 'city', operator: '=', value: 'Bern' } },
    ];
    shipped.write('spanscope.py', readFileSync(new URL('../../../src/instrument/python/spanscope.py', import.meta.url), 'utf8'));
    const text = `
from spanscope import AgentTracer, configure
agent = AgentTracer(configure(service_name="kit"))
def lookup(city):
    with agent.tool_call("weather", attributes={"city": city}) as span: # tool
        if city == "Oslo":
            span.set_status("error") # error
with agent.agent_run("go"): # first
    for city in ("Bern", "Oslo", "Rome"):
        lookup(city)
print("done")
`;
    const debugged = await debug(text);
    expect({ ...debugged, stops: tops(debugged) }).toEqual({ stops: [at('# first', text), at(endOfBlock, text), at('# error', text), at('# tool', text)], stdout: 'done\n', stderr: '', code: 0 });
    expect(hits()).toEqual(['a', 'd', 'c', 'b']);
    // The receiver knows each of them by then, and they are the kit's own.
    for (const hit of live.messages.filter(({ type }) => type === 'breakpoint.hit')) expect(live.typesOf(hit.spanId ?? '').indexOf('breakpoint.hit')).toBeGreaterThan(0);
    expect(live.spans().map(({ name, endTimeUnixNano }) => [name, endTimeUnixNano === undefined])).toEqual([['agent_run', false], ...Array.from({ length: 3 }, () => ['tool:weather', false])]);
    const stepped = await debug(text, { atStop: (_, count) => (count === 1 ? 'next' : 'continue') });
    expect(tops(stepped).slice(0, 2)).toEqual([at('# first', text), `step agent.py ${lineOf(text, '# first') + 1}`]);
  });

  it('stands in parallel tasks, in threads one after the other, and in generators', async () => {
    live.breakpoints = [{ id: 'tool', enabled: true, on: 'start', name: 'tool *' }, { id: 'gen', enabled: true, on: 'end', name: 'generator' }];
    const text = `${sdk}
both = threading.Barrier(2)
async def tool(n):
    with tracer.start_as_current_span(f"tool {n}"): # task
        await asyncio.sleep(0)
def thread(n):
    both.wait()
    with tracer.start_as_current_span(f"tool {n}"): # thread
        pass
def numbers():
    with tracer.start_as_current_span("generator"): yield 1 # generator
async def main():
    await asyncio.gather(tool(1), tool(2))
asyncio.run(main())
threads = [threading.Thread(target=thread, args=(n,)) for n in (3, 4)]
for each in threads: each.start()
for each in threads: each.join()
print(list(numbers()))
`;
    const debugged = await debug(text);
    expect({ ...debugged, stops: tops(debugged) }).toEqual({ stops: [at('# task', text), at('# task', text), at('# thread', text), at('# thread', text), at('# generator', text)], stdout: '[1]\n', stderr: '', code: 0 });
    expect(new Set(debugged.stops.slice(2, 4).map((stop) => stop.thread)).size).toBe(2);
    expect(hits()).toEqual(['tool', 'tool', 'tool', 'tool', 'gen']);
  });

  it('goes on step by step from there, never within the hook, whatever is to be seen', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'outer' }];
    const text = `${sdk}
with tracer.start_as_current_span("outer"): # outer
    inner = tracer.start_span("inner") # next
    inner.end() # after
print("done")
`;
    const steps = ['next', 'next', 'continue'];
    const stepped = await debug(text, { atStop: (_, count) => steps[count - 1] ?? 'continue' });
    expect(stepped.stops.map(({ reason, frames: [top] }) => [reason, top?.line])).toEqual([['breakpoint', lineOf(text, '# outer')], ['step', lineOf(text, '# next')], ['step', lineOf(text, '# after')]]);
    const into = await debug(text, { justMyCode: false, atStop: (_, count) => (count < 25 ? 'stepIn' : 'continue') });
    expect(into.stops).toHaveLength(25);
    expect(into.stops[0]?.frames[0]?.line).toBe(lineOf(text, '# outer'));
    expect(into.stops.filter(({ frames: [top] }) => top?.file !== 'agent.py').length).toBeGreaterThan(5);
    expect(into.stops.flatMap(({ frames }) => frames).filter(({ file }) => ['otel_sdk.py', 'live.py', 'stops.py', 'debugger.py'].includes(file))).toEqual([]);
    expect(into.code).toBe(0);
  });

  it('does not stand at spans that the user makes while it stands', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start' }];
    const text = `${sdk}\ntracer.start_span("only") # only\nprint("done")\n`;
    const results: unknown[] = [];
    const debugged = await debug(text, { atStop: async ({ frames: [top] }, _, ask) => {
      results.push((await ask('evaluate', { expression: 'tracer.start_span("by hand").is_recording()', frameId: top?.id, context: 'repl' }))['result']);
      return 'continue';
    } });
    expect([tops(debugged), results, debugged.code]).toEqual([[at('# only', text)], ['True'], 0]);
  });

  it('stands at its next line where a library that is not to be seen began the span, else in the library', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'node' }];
    const text = `${sdk}
@tracer.start_as_current_span("node")
def node():
    print("in node") # node
@tracer.start_as_current_span("node")
async def task():
    print("in task") # task
thread = threading.Thread(target=node)
thread.start()
thread.join()
asyncio.run(task())
print("done")
`;
    const stdout = 'in node\nin task\ndone\n', inLibrary: unknown = expect.stringMatching(/^breakpoint __init__.py/);
    const hidden = await debug(text);
    expect([tops(hidden), hidden.stdout]).toEqual([[at('# node', text), at('# task', text)], stdout]);
    const seen = await debug(text, { justMyCode: false });
    expect([tops(seen), seen.stdout]).toEqual([[inLibrary, inLibrary], stdout]);
  });

  it.skipIf(!hasModule('opentelemetry.instrumentation.fastapi'))('stands at the first line of its own within a span of a web framework, also in a thread, or where that ends without any', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'GET /plain' }, { id: 'b', enabled: true, on: 'start', name: 'GET /task' }, { id: 'c', enabled: true, on: 'start', name: 'GET' }, { id: 'd', enabled: true, on: 'end', name: 'GET /slow' }];
    const text = `import asyncio, threading, time, urllib.error, urllib.request
import uvicorn
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
app = FastAPI()
asked = threading.Event()
@app.get("/slow")
async def slow():
    asked.set()
    while asked.is_set(): await asyncio.sleep(0.01) # slow
    return "slow"
@app.get("/plain")
def plain():
    return "plain" # plain
@app.get("/task")
async def task():
    return "task" # task
FastAPIInstrumentor.instrument_app(app, exclude_spans=["send", "receive"])
server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
said = []
def ask(path):
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        said.append(urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}").read().decode())
    except urllib.error.HTTPError as error:
        said.append(error.code)
def client():
    while not server.started: time.sleep(0.01)
    beside = threading.Thread(target=ask, args=("slow",))
    beside.start()
    asked.wait()
    for path in ("plain", "task", "plain", "nothing"): ask(path)
    asked.clear()
    beside.join()
    server.should_exit = True
threading.Thread(target=client).start()
server.run()
print(said)
`;
    const debugged = await debug(text);
    const inLibrary: unknown = expect.stringMatching(/^breakpoint (?!agent\.py)/);
    expect(tops(debugged)).toEqual([at('# plain', text), at('# task', text), at('# plain', text), inLibrary, inLibrary]);
    expect([debugged.stdout, debugged.stderr, debugged.code]).toEqual([`['"plain"', '"task"', '"plain"', 404, '"slow"']\n`, '', 0]);
    expect(hits()).toEqual(['a', 'b', 'a', 'c', 'd']);
  });

  it('stands at spans of programs without an SDK', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'fails' }, { id: 'b', enabled: true, on: 'error' }];
    const own = `import sys
sys.modules["opentelemetry.sdk"] = None # as where it is not installed
from opentelemetry import trace
try:
    with trace.get_tracer("library").start_as_current_span("fails"): raise ValueError("no") # fails
except ValueError:
    pass
`;
    const debugged = await debug(own);
    expect([tops(debugged), debugged.code]).toEqual([[at('# fails', own), at('# fails', own)], 0]);
    expect(hits()).toEqual(['a', 'b']);
  });

  it.skipIf(!hasModule('langchain_core'))('stands at runs of a library that is no OpenTelemetry, which says only at the end that they failed', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', role: 'chain', name: 'think' }, { id: 'b', enabled: true, on: 'error' }, { id: 'c', enabled: true, on: 'end', name: 'nothing' }];
    const text = `from langchain_core.runnables import RunnableLambda
def think(fails):
    if fails: raise ValueError("no")
for fails in (False, True):
    try:
        RunnableLambda(think).invoke(fails) # think
    except ValueError as error:
        print(error)
`;
    const debugged = await debug(text);
    expect([tops(debugged), debugged.stdout, debugged.code]).toEqual([Array(3).fill(at('# think', text)), 'no\n', 0]);
    expect(hits()).toEqual(['a', 'a', 'b']);
  });

  it('follows what is switched off and on while it runs', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'step' }];
    const text = `${sdk}
while not os.path.exists("over"):
    tracer.start_span("step").end() # step
    tracer.start_span("last").end() # last
    time.sleep(0.01)
`;
    const step = at('# step', text), last = at('# last', text);
    const debugged = await debug(text, { atStop: ({ frames: [top] }) => {
      const isLast = top?.line === lineOf(text, '# last');
      live.tell(isLast ? [] : [{ id: 'b', enabled: true, on: 'start', name: 'last' }]);
      if (isLast) shipped.write('over', '');
      return 'continue';
    } });
    expect(tops(debugged)[0]).toBe(step);
    expect(tops(debugged).filter((stop) => stop !== step)).toEqual([last]);
    expect(debugged.code).toBe(0);
  });

  it('does not stand without the token', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start' }];
    const debugged = await debug(program, { env: shipped.environment(live) });
    expect({ ...debugged, stops: tops(debugged) }).toEqual({ stops: [], stdout: 'done\n', stderr: '', code: 3 });
  });

  it('waits for nobody who is not there', async () => {
    live.goAway();
    expect(await debug(program)).toEqual({ stops: [], stdout: 'done\n', stderr: '', code: 3 });
  });
});

describe.skipIf(python === '')(`a Python program with breakpoints and without a debugger${whyNoPackages}`, () => {
  it('never stands', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start' }, { id: 'b', enabled: true, on: 'error' }, { id: 'c', enabled: true, on: 'end' }];
    expect(await shipped.run(python, [shipped.write('agent.py', program)], withToken())).toEqual({ code: 3, signal: null, stdout: 'done\n', stderr: '' });
    expect(hits()).toEqual([]);
    expect(live.spans().map(({ name }) => name)).toEqual(['agent run', 'lookup', 'lookup', 'lookup']);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { drawTree, LiveServer } from './liveServer.ts';
import { hasModule, pythonWithPackages, sdk, ShippedHook, whyNoPackages } from './pythonHook.ts';
import { lineOf } from './shippedKit.ts';

const python = pythonWithPackages ?? '', hasGevent = hasModule('gevent');

vi.setConfig({ testTimeout: 60_000 });

let shipped: ShippedHook, live: LiveServer;
beforeAll(() => { shipped = new ShippedHook(); });
afterAll(() => shipped.remove());
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

const patch = 'from gevent import monkey; monkey.patch_all()\n';
const ways = [
  ['before all', `${patch}${sdk}`],
  ['after OpenTelemetry was loaded', `${sdk}${patch}`],
  ['after the first span', `${sdk}tracer.start_span("early").end()\ntime.sleep(0.1)\n${patch}`],
] as const;

/** Runs a program without and with the hook; nothing else may differ. */
async function same(text: string): Promise<void> {
  const file = shipped.write('agent.py', text), without = await shipped.run(python, [file]);
  expect(await shipped.run(python, [file], shipped.environment(live))).toEqual(without);
}

const spans = () => live.spans().filter(({ name }) => name !== 'early');

describe.skipIf(!hasGevent)(`a Python program of gevent with the hook${whyNoPackages}`, () => {
  it.each(ways)('tells the spans of its tasks, server and client with their lines, when it changes Python %s', async (_, begin) => {
    const text = `${begin}import gevent
from gevent.pywsgi import WSGIServer
from urllib.request import urlopen
def tool(n):
    with tracer.start_as_current_span(f"tool {n}"): # tool
        gevent.sleep(0.01)
        with tracer.start_as_current_span(f"deep {n}"): time.sleep(0.01) # deep
def answer(environ, start_response):
    with tracer.start_as_current_span("answer"): # answer
        gevent.sleep(0.01)
        start_response("200 OK", [])
        return [b"yes"]
with tracer.start_as_current_span("run"): # run
    gevent.joinall([gevent.spawn(tool, n) for n in range(2)])
    server = WSGIServer(("127.0.0.1", 0), answer, log=None)
    server.start()
    with tracer.start_as_current_span("ask"): # ask
        print(urlopen(f"http://127.0.0.1:{server.server_port}/").read())
    server.stop()
print("done")
sys.exit(3)
`;
    await same(text);
    expect(drawTree(spans()).split('\n').toSorted()).toEqual(['  ask (agent) unset', '  deep 0 (agent) unset', '  deep 1 (agent) unset', 'answer (agent) unset', 'run (agent) unset', 'tool 0 (agent) unset', 'tool 1 (agent) unset']);
    for (const { name, attributes } of spans()) expect(attributes['spanscope.source.line'], name).toBe(lineOf(text, `# ${name.split(' ')[0] ?? ''}`));
  });

  it.each(ways)('ends when all its tasks have ended, when it changes Python %s', async (_, begin) => {
    await same(`${begin}import gevent
def work(name):
    tracer.start_span(name).end()
gevent.spawn(work, "task")
gevent.wait()
gevent.get_hub().threadpool.apply(work, ("in a thread",))
thread = threading.Thread(target=work, args=("in what was a thread",))
thread.start()
thread.join()
def leave():
    work("last")
    sys.exit(4)
gevent.spawn(leave).join()
`);
    expect(spans().map(({ name }) => name)).toEqual(['task', 'in a thread', 'in what was a thread', 'last']);
  });

  it('tells its spans while it computes without letting others run', async () => {
    const text = `${patch}${sdk}tracer.start_span("begins")\nwhile not os.path.exists("seen"): pass\n`;
    const running = shipped.run(python, [shipped.write('agent.py', text)], shipped.environment(live));
    await live.until(() => live.spans().length > 0);
    shipped.write('seen', '');
    expect(await running).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  it.skipIf(process.platform === 'win32')('tells of processes that it forks', async () => {
    await same(`${patch}${sdk}import multiprocessing
def work(name):
    tracer.start_span(name).end()
work("parent")
time.sleep(0.05)
if os.fork() == 0:
    work("forked")
    os._exit(0)
os.wait()
process = multiprocessing.get_context("fork").Process(target=work, args=("process",))
process.start()
process.join()
work("after")
`);
    expect(spans().map(({ name }) => name)).toEqual(['parent', 'forked', 'process', 'after']);
  });

  it('is not held up when nobody listens', async () => {
    const file = shipped.write('agent.py', `${patch}${sdk}import gevent\ngevent.spawn(lambda: tracer.start_span("a").end()).join()\ngevent.wait()\nprint("done")\n`);
    live.goAway();
    expect(await shipped.run(python, [file], shipped.environment(live))).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
  });
});

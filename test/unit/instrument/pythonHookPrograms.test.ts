import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPython } from './python.ts';
import { LiveServer } from './liveServer.ts';
import { hasModule, pythonWithPackages, sdk, ShippedHook, whyNoPackages } from './pythonHook.ts';
import { lineOf } from './shippedKit.ts';
import type { AddressInfo } from 'node:net';
import type { ChildProcess } from 'node:child_process';

const anyPython = findPython() ?? '', python = pythonWithPackages ?? '';
const isPosix = process.platform !== 'win32';
const uv = (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'uv')).find((file) => existsSync(file));

// Programs of these libraries take seconds to start where much else runs.
vi.setConfig({ testTimeout: 60_000 });

let shipped: ShippedHook, live: LiveServer;
beforeAll(() => { shipped = new ShippedHook(); });
afterAll(() => shipped.remove());
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

const names = () => live.spans().map((span) => span.name).toSorted();

describe.skipIf(anyPython === '')(`a Python that does not look at PYTHONPATH or at site${anyPython === '' ? ': no Python here' : ''}`, () => {
  it.each(['-S', '-I', '-E'])('runs as ever with %s', async (option) => {
    const args = [option, shipped.write('plain.py', 'import sys\nprint([name for name in sys.modules if "spanscope" in name or name == "sitecustomize"])\nsys.exit(7)\n')];
    expect(await shipped.run(anyPython, args, shipped.environment(live))).toEqual({ code: 7, signal: null, stdout: '[]\n', stderr: '' });
    expect(live.messages).toEqual([]);
  });
});

describe.skipIf(python === '')(`a Python program with the hook${whyNoPackages}`, () => {
  const same = async (text: string, args: readonly string[] = []) => {
    const file = shipped.write('agent.py', text);
    const without = await shipped.run(python, [file, ...args]);
    expect(await shipped.run(python, [file, ...args], shipped.environment(live))).toEqual(without);
    return without;
  };

  it('that is told to end by a signal, or ends in the middle of a thread, leaves as it would without', async () => {
    const file = shipped.write('agent.py', `${sdk}tracer.start_span("a").end()\ntime.sleep(60)\n`);
    const ended = await shipped.run(python, [file], shipped.environment(live), (kill) => { void live.until(() => names().includes('a')).then(() => kill('SIGTERM')); });
    expect(ended).toEqual({ code: null, signal: 'SIGTERM', stdout: '', stderr: '' });
    expect(await same(`${sdk}
def work():
    with tracer.start_as_current_span("b"):
        sys.exit(5)
thread = threading.Thread(target=work, daemon=True)
thread.start()
thread.join()
tracer.start_span("c").end()
os._exit(9)
`)).toMatchObject({ code: 9 });
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('is told of to its last span when that is all it does', async () => {
    await same(`${sdk}tracer.start_span("only").end()\n`);
    expect(names()).toEqual(['only']);
  });

  it.skipIf(!isPosix)('is told of to its last span when it has forked before its end', async () => {
    await same(`${sdk}tracer.start_span("before").end()\nif os.fork() == 0:\n    os._exit(0)\nos.wait()\n`);
    expect(names()).toEqual(['before']);
  });

  it.skipIf(!hasModule('uvloop'))('runs tasks of libraries on uvloop, whose spans have no line of the user’s', async () => {
    shipped.write('site-packages/tools.py', 'async def work(tracer):\n    with tracer.start_as_current_span("of a library"): pass\n');
    const text = `${sdk}
import uvloop
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "site-packages"))
import tools
async def main():
    with tracer.start_as_current_span("main"): # main
        await asyncio.create_task(tools.work(tracer))
        await tools.work(tracer) # awaits
loop = uvloop.new_event_loop()
loop.run_until_complete(main())
loop.close()
`;
    await same(text);
    expect(live.spans().map(({ name, attributes }) => [name, attributes['spanscope.source.line']])).toEqual([['main', lineOf(text, '# main')], ['of a library', undefined], ['of a library', lineOf(text, '# awaits')]]);
  });

  it.skipIf(!isPosix)('is told of in processes of a server that forks them', async () => {
    await same(`${sdk}
import concurrent.futures, multiprocessing
def work(name):
    with tracer.start_as_current_span(name):
        return name
if __name__ == "__main__":
    context = multiprocessing.get_context("forkserver")
    work("parent")
    process = context.Process(target=work, args=("process",))
    process.start()
    process.join()
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        print(list(pool.map(work, ["pool"])))
`);
    expect(names()).toEqual(['parent', 'pool', 'process']);
  });

  it('tells what it has loaded to the editor that has started it, although it makes no span', async () => {
    const environment = { ...shipped.environment(live), OTEL_RESOURCE_ATTRIBUTES: 'spanscope.session.id=run-1' };
    const text = `from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
trace.set_tracer_provider(TracerProvider())
trace.get_tracer_provider().add_span_processor(BatchSpanProcessor(ConsoleSpanExporter()))
`;
    expect(await shipped.run(python, [shipped.write('agent.py', text)], environment)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(live.messages.map(({ type, program }) => [type, program])).toEqual([['hello', {
      session: 'run-1', exporters: ['ConsoleSpanExporter'],
      libraries: ['opentelemetry-api', 'opentelemetry-sdk'].map((name) => ({ name, version: expect.stringMatching(/^\d+\./) as string })),
    }]]);
    live.goAway();
    expect(await shipped.run(python, [shipped.write('agent.py', text)], environment)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  it.skipIf(uv === undefined)(`is told of when uv runs it${uv === undefined ? ': uv is not on the PATH' : ''}`, async () => {
    const file = shipped.write('agent.py', `${sdk}tracer.start_span("by uv").end()\n`);
    const ended = await shipped.run(uv ?? '', ['run', '--quiet', '--offline', '--no-project', '--python', python, file], shipped.environment(live));
    expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(names()).toEqual(['by uv']);
  });
});

const server = `${sdk}
class Application:
    def __init__(self):
        tracer.start_span("begins VERSION").end()
    async def __call__(self, scope, receive, send):
        pass
def wsgi(environ, start_response):
    with tracer.start_as_current_span("answers"):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(os.getpid()).encode()]
app = Application()
`;

describe.skipIf(python === '' || !isPosix)(`a Python server with the hook${whyNoPackages}`, () => {
  let child: ChildProcess | undefined;
  afterEach(async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => { child?.once('close', resolve); });
    child.kill('SIGKILL');
    await ended;
  });

  function serve(folder: string, args: readonly string[]): Promise<number | null> {
    const started = spawn(python, args, { cwd: folder, env: { ...process.env, ...shipped.environment(live, folder) }, stdio: 'ignore' });
    child = started;
    return new Promise((resolve) => { started.once('close', resolve); });
  }

  function prepare(): string {
    const folder = path.join(shipped.folder, 'server');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'application.py'), server.replace('VERSION', 'one'));
    return folder;
  }

  it('is told of by its reloader, with each new process', async () => {
    const folder = prepare(), ended = serve(folder, ['-m', 'uvicorn', '--reload', '--lifespan', 'off', '--port', String(await freePort()), 'application:app']);
    await live.until(() => names().includes('begins one'));
    // It may not have looked at the file before the first change. A change ends the process that the one before began, so each gets more time.
    let version = 0, next = 0;
    await expect.poll(() => {
      if (Date.now() >= next) {
        next = Date.now() + 1500 * 2 ** version;
        writeFileSync(path.join(folder, 'application.py'), server.replace('VERSION', `number ${++version}`));
      }
      return names().some((name) => name.startsWith('begins number'));
    }, { timeout: 80_000, interval: 200 }).toBe(true);
    child?.kill('SIGINT');
    await ended;
    expect(new Set(live.messages.flatMap(({ client }) => client?.['pid'] ?? [])).size).toBeGreaterThan(1);
  }, 120_000);

  it.skipIf(!hasModule('gunicorn'))('is told of by each worker that it forks, with the application loaded before or after', async () => {
    const folder = prepare();
    for (const more of [[], ['--preload'], ...hasModule('gevent') ? [['--worker-class', 'gevent']] : []]) {
      const port = await freePort(), before = live.spans().length;
      const ended = serve(folder, ['-m', 'gunicorn', '--workers', '2', ...more, '--bind', `127.0.0.1:${port}`, 'application:wsgi']);
      await expect.poll(() => fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.status, () => 0), { timeout: 30_000 }).toBe(200);
      await live.until(() => live.spans().slice(before).filter((span) => span.name === 'answers' && span.endTimeUnixNano !== undefined).length > 0);
      child?.kill('SIGTERM');
      expect(await ended).toBe(0);
      await expect.poll(() => live.spans().slice(before).filter((span) => span.name === 'begins one').length).toBe(more.includes('--preload') ? 1 : 2);
    }
  }, 90_000);
});

async function freePort(): Promise<number> {
  const listening = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { listening.once('listening', resolve); });
  const { port } = listening.address() as AddressInfo;
  await new Promise((resolve) => { listening.close(resolve); });
  return port;
}

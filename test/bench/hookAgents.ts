// How much longer agents take with the hooks: whole runs of the agents of the integration tests and of some small ones, with the
// hook switched off, with it, and with a thousand span breakpoints. All of them believe that they are debugged, since breakpoints
// concern nobody else. Needs the packages of the integration tests. Run: npm run bench:hook-agents -- [rounds]
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { hookBundle } from '../../src/instrument/hookBundle.mjs';
import { installedClients } from '../launcher/realClients.ts';
import { startHookReceiver } from './support/hookReceiver.ts';
import { Report } from './support/report.ts';

const rounds = Number(process.argv[2] ?? 5);
const source = path.resolve(import.meta.dirname, '../../src/instrument');

/** What the hook asks of a debugger, without what a real one costs. */
const debugged = `
import runpy, sys, types
debugger = types.SimpleNamespace(is_attached=lambda: True)
sys.modules["_pydevd_bundle.pydevd_constants"] = types.SimpleNamespace(get_global_debugger=lambda: debugger)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
`;
const begin = `import asyncio, concurrent.futures
from recorder import finish, start_tracing
provider = start_tracing("bench")
tracer = provider.get_tracer("bench", "1")
def tool(n):
    with tracer.start_as_current_span(f"tool {n}", attributes={"gen_ai.tool.name": "search", "n": n}):
        return n
`;
/** 550 spans each. */
const programs = {
  'tasks.py': `${begin}
async def work(n):
    with tracer.start_as_current_span(f"task {n}"):
        await asyncio.sleep(0.001)
async def main():
    for _ in range(50):
        with tracer.start_as_current_span("round"):
            await asyncio.gather(*(work(n) for n in range(10)))
asyncio.run(main())
finish(provider)
`,
  'threads.py': `${begin}
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    for _ in range(50):
        with tracer.start_as_current_span("round"):
            list(pool.map(tool, range(10)))
finish(provider)
`,
  'generators.py': `${begin}
def tools():
    with tracer.start_as_current_span("round"):
        for n in range(10):
            yield tool(n)
for _ in range(50):
    list(tools())
finish(provider)
`,
};

type Environment = Readonly<Record<string, string>>;
/** The commands of one run, begun together; each is given further arguments for its interpreter. */
type Agent = (env: Environment) => readonly (() => Promise<void>)[];

const folder = mkdtempSync(path.join(tmpdir(), 'hook-agents-')), receiver = await startHookReceiver();
const nodeFolder = installedClients('node'), pythonFolder = installedClients('python');
const pythonHook = path.join(folder, 'python'), nodeHook = path.join(folder, 'hook.cjs');
cpSync(path.join(source, 'python/hook'), pythonHook, { recursive: true });
copyFileSync(path.join(source, 'python/spanscope.py'), path.join(pythonHook, '_spanscope_hook/kit.py'));
await build({ ...hookBundle, outfile: nodeHook });
for (const [name, text] of Object.entries({ ...programs, 'debugged.py': debugged })) writeFileSync(path.join(folder, name), text);

function run(command: string, args: readonly string[], cwd: string, env: Environment): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http, SPANSCOPE_RECORDING: path.join(folder, `recording-${path.basename(args.at(-1) ?? '')}`), ...env } });
  let said = '';
  child.stderr.on('data', (text: Buffer) => { said += text.toString(); });
  child.once('error', reject);
  child.once('close', (code) => { if (code === 0) resolve(); else reject(new Error(`${args.join(' ')} ended with ${String(code)}: ${said}`)); });
  return promise;
}

const node = (file: string): Agent => (env) => [() => run(process.execPath, ['--inspect=0', file], nodeFolder ?? '', { ...env, NODE_OPTIONS: `--require ${nodeHook}` })];

function python(...commands: readonly (readonly string[])[]): Agent {
  const venv = path.join(pythonFolder ?? '', 'venv/bin');
  return (env) => commands.map((args) => () => run(path.join(venv, 'python'), args, pythonFolder ?? '', { ...env, PATH: `${venv}${path.delimiter}${process.env['PATH'] ?? ''}`, PYTHONPATH: [pythonHook, pythonFolder].join(path.delimiter) }));
}

const script = path.join(folder, 'debugged.py');
const debuggedPython = (file: string): Agent => python([script, file]);
const instrumented = ['-c', 'from opentelemetry.instrumentation.auto_instrumentation import run; run()', 'python', script];

function webAgent(): Agent {
  const both = python([...instrumented, 'web_app.py'], [...instrumented, 'web_client.py']);
  const more = { OTEL_PROPAGATORS: 'b3multi', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
  return (env) => both({ ...env, ...more });
}

const agents = new Map<string, Agent>([
  ...(nodeFolder === undefined ? [] : [['OpenTelemetry JS', node('traces.mjs')], ['Vercel AI SDK', node('aiSdk.mjs')]] as const),
  ...(pythonFolder === undefined ? [] : [
    ['OpenTelemetry Python', debuggedPython('traces.py')], ['LangGraph', debuggedPython('langgraph_agent.py')], ['OpenAI Agents', debuggedPython('openai_agents.py')],
    ['FastAPI and its client', webAgent()], ['asyncio, parallel tools, 550 spans', debuggedPython(path.join(folder, 'tasks.py'))],
    ['threads, 550 spans', debuggedPython(path.join(folder, 'threads.py'))], ['generators, 550 spans', debuggedPython(path.join(folder, 'generators.py'))],
  ] as const),
]);
const cases = [
  ['hook off', { SPANSCOPE_HOOK: 'off' }],
  ['hook on', { SPANSCOPE_ENDPOINT: receiver.endpoint }],
  ['a thousand breakpoints', { SPANSCOPE_ENDPOINT: receiver.endpoint, SPANSCOPE_TOKEN: 'bench' }],
] as const;

async function freePort(): Promise<number> {
  const server = createServer(), { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}

async function measured(agent: Agent, env: Environment): Promise<number> {
  const commands = agent({ ...env, WEB_APP_PORT: String(await freePort()) }), before = performance.now();
  await Promise.all(commands.map((begun) => begun()));
  return performance.now() - before;
}

const report = new Report('hookAgents');
if (agents.size === 0) process.stdout.write('hookAgents: the packages of the integration tests are not installed\n');
for (const [name, agent] of agents) {
  // The first run reads everything from disk.
  await measured(agent, cases[0][1]);
  const ms = cases.map((): number[] => []);
  // In turns, so that what else the machine does meets all alike.
  for (let round = 0; round < rounds; round++) for (const [i, [, env]] of cases.entries()) ms[i]?.push(await measured(agent, env));
  for (const [i, [figure]] of cases.entries()) report.add({ case: name, figure, unit: 'ms', values: ms[i] ?? [] });
  for (const [i, [figure]] of cases.entries()) {
    if (i > 0) report.add({ case: name, figure: `${figure}, times as long`, unit: '×', values: (ms[i] ?? []).map((value, round) => value / (ms[0]?.[round] ?? 0)) });
  }
}
await receiver.stop();
rmSync(folder, { recursive: true });
report.end();

// What the Python hook costs a program, a span: all processor time of its process until everything is delivered, without the
// hook, with it switched off, with it, and with a thousand span breakpoints and a debugger that asks for nothing; and how much
// longer a program with one span takes when nobody listens. Needs the Python packages of the integration tests. Run: npm run bench:hook-python -- [spans]
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installedClients } from '../launcher/realClients.ts';
import { startHookReceiver } from './support/hookReceiver.ts';
import { Report } from './support/report.ts';

const spans = Number(process.argv[2] ?? 20_000);
const rounds = 5;
const source = path.resolve(import.meta.dirname, '../../src/instrument/python');
const nobody = 'ws://127.0.0.1:1/v1/spans';

/** Spans of the SDK below fifteen frames of the program's own. An agent waits for its model now and then. */
const program = `
import os, sys, time, types
if "BENCH_DEBUGGER" in os.environ:
    # What the hook asks of a debugger, without what a real one costs.
    debugger = types.SimpleNamespace(is_attached=lambda: True)
    sys.modules["_pydevd_bundle.pydevd_constants"] = types.SimpleNamespace(get_global_debugger=lambda: debugger)
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
tracer = trace.get_tracer("bench", "1")
def work(count):
    for i in range(count):
        with tracer.start_as_current_span("step", attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": i}):
            pass
        if i % 100 == 0: time.sleep(0.002)
def within(depth, count):
    return work(count) if depth == 0 else within(depth - 1, count)
within(15, 1000)
time.sleep(0.5)
before = time.process_time()
within(15, ${spans})
time.sleep(1)
print((time.process_time() - before) / ${spans} * 1e6)
`;
const short = `
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
trace.get_tracer("bench").start_span("one").end()
`;

/** Another Python by SPANSCOPE_TEST_PYTHON, as for the tests. */
const python = process.env['SPANSCOPE_TEST_PYTHON'] ?? path.join(installedClients('python') ?? '', 'venv/bin/python');
if (!path.isAbsolute(python)) {
  process.stdout.write('hookPython: the Python packages of the integration tests are not installed\n');
  process.exit(0);
}
const folder = mkdtempSync(path.join(tmpdir(), 'hook-bench-')), hook = path.join(folder, 'hook');
cpSync(path.join(source, 'hook'), hook, { recursive: true });
copyFileSync(path.join(source, 'spanscope.py'), path.join(hook, '_spanscope_hook/kit.py'));
writeFileSync(path.join(folder, 'program.py'), program);
writeFileSync(path.join(folder, 'short.py'), short);

function run(command: string, file: string, env: Readonly<Record<string, string>>): { readonly output: number; readonly ms: number } {
  const before = performance.now();
  const { stdout, status, stderr } = spawnSync(command, [path.join(folder, file)], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(stderr);
  return { output: Number(stdout), ms: performance.now() - before };
}

const report = new Report('hookPython'), receiver = await startHookReceiver();
const cases = [
  ['without the hook', {}], ['switched off', { PYTHONPATH: hook, SPANSCOPE_HOOK: 'off' }],
  ['with the hook', { PYTHONPATH: hook, SPANSCOPE_ENDPOINT: receiver.endpoint }], ['with the hook, nobody listens', { PYTHONPATH: hook, SPANSCOPE_ENDPOINT: nobody }],
  ['with the hook and a thousand breakpoints', { PYTHONPATH: hook, SPANSCOPE_ENDPOINT: receiver.endpoint, SPANSCOPE_TOKEN: 'bench' }],
  ['with the hook, a thousand breakpoints and a debugger', { PYTHONPATH: hook, SPANSCOPE_ENDPOINT: receiver.endpoint, SPANSCOPE_TOKEN: 'bench', BENCH_DEBUGGER: 'yes' }],
] as const;
// In turns, so that what else the machine does meets all alike.
const cpu = cases.map((): number[] => []), ms = cases.map((): number[] => []);
for (let round = 0; round < rounds; round++) {
  cases.forEach(([, env], i) => {
    cpu[i]?.push(run(python, 'program.py', env).output);
    ms[i]?.push(run(python, 'short.py', env).ms);
  });
}
cases.forEach(([name], i) => {
  report.add({ case: name, figure: 'processor time, a span', unit: 'µs', values: cpu[i] ?? [] });
  report.add({ case: name, figure: 'a program with one span', unit: 'ms', values: ms[i] ?? [] });
});
for (const [name, at] of [['added by the hook', 2], ['added with a thousand breakpoints and a debugger', 5]] as const) {
  report.add({ case: name, figure: 'processor time, a span', unit: 'µs', values: (cpu[at] ?? []).map((value, round) => value - (cpu[0]?.[round] ?? 0)) });
}
report.end();
await receiver.stop();
rmSync(folder, { recursive: true });

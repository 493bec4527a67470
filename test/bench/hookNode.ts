// What the Node hook costs a program, a span: all processor time of its process until everything is delivered, without the
// hook, with it switched off, with it, and with a thousand span breakpoints; and where spans are told while they are open.
// Run: npm run bench:hook-node -- [spans]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { hookBundle } from '../../src/instrument/hookBundle.mjs';
import { startHookReceiver } from './support/hookReceiver.ts';
import { Report } from './support/report.ts';
import { median } from './support/statistics.ts';

const spans = Number(process.argv[2] ?? 20_000);
const rounds = 3, turns = 5;
/** Another Node by SPANSCOPE_TEST_NODE, as for the tests. */
const node = process.env['SPANSCOPE_TEST_NODE'] ?? process.execPath;

/** Spans of the SDK below ten frames of the program's own, two of them in one another. */
const program = `
const { trace } = require('@opentelemetry/api');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
new NodeTracerProvider().register();
const tracer = trace.getTracer('bench');
const within = (depth, work) => depth === 0 ? work() : within(depth - 1, work);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function step(i) {
  await tracer.startActiveSpan('step', async (span) => {
    span.setAttribute('number', i);
    tracer.startActiveSpan('tool', { attributes: { 'tool.name': 'search', size: 17, ok: true } }, (inner) => inner.setAttribute('result', 'found').end());
    span.end();
  });
}
async function long(i) {
  const span = tracer.startSpan('step', { attributes: { 'tool.name': 'search', size: 17, ok: true } });
  await pause(30);
  span.setAttribute('result', 'found').end();
}
async function work(count) {
  if (process.env.BENCH_LONG !== undefined) for (let i = 0; i < count; i += 1000) await Promise.all(Array.from({ length: 1000 }, (_, n) => within(10, () => long(n))));
  else for (let i = 0; i < count; i += 2) {
    await within(10, () => step(i));
    if (i % 100 === 0) await new Promise(setImmediate);
  }
  await pause(100);
}
(async () => {
  await work(5000);
  const cpu = [];
  for (let round = 0; round < ${rounds}; round++) {
    const before = process.cpuUsage();
    await work(${spans});
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / ${spans});
  }
  console.log(JSON.stringify(cpu));
})();
`;

const folder = mkdtempSync(path.join(tmpdir(), 'hook-bench-'));
const hook = path.join(folder, 'hook.cjs'), file = path.join(folder, 'program.cjs');
await build({ ...hookBundle, outfile: hook });
writeFileSync(file, program);
symlinkSync(path.resolve(import.meta.dirname, '../../node_modules'), path.join(folder, 'node_modules'), 'dir');

const receiver = await startHookReceiver();
const report = new Report('hookNode');

function measure(env: Readonly<Record<string, string>>, options: readonly string[] = []): readonly number[] {
  return JSON.parse(execFileSync(node, [...options, file], { encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })) as number[];
}

const on = { NODE_OPTIONS: `--require ${hook}`, SPANSCOPE_ENDPOINT: receiver.endpoint };
const cases = [
  ['no hook', {}], ['off', { ...on, SPANSCOPE_HOOK: 'off' }], ['live', on], ['nobody listens', { ...on, SPANSCOPE_ENDPOINT: 'ws://127.0.0.1:1/' }],
  ['live, a debugger and a thousand breakpoints', { ...on, SPANSCOPE_TOKEN: 'bench' }, ['--inspect=0']],
  ['no hook, spans open for 30 ms', { BENCH_LONG: 'yes' }], ['live, spans open for 30 ms', { ...on, BENCH_LONG: 'yes' }],
] as const;
// In turns, so that what else the machine does meets all alike.
const values = new Map<string, number[]>(cases.map(([name]) => [name, []]));
for (let turn = 0; turn < turns; turn++) for (const [name, env, options] of cases) values.get(name)?.push(median(measure(env, options)));
for (const [name, all] of values) report.add({ case: name, figure: 'processor time, a span', unit: 'µs', values: all });
for (const [name, beside] of [['live', 'no hook'], ['nobody listens', 'no hook'], ['live, a debugger and a thousand breakpoints', 'no hook'], ['live, spans open for 30 ms', 'no hook, spans open for 30 ms']] as const) {
  report.add({ case: name, figure: 'the hook alone, a span (25 µs at most)', unit: 'µs', values: (values.get(name) ?? []).map((value, turn) => value - (values.get(beside)?.[turn] ?? 0)) });
}
await receiver.stop();
rmSync(folder, { recursive: true });
report.end();

// What the Node hook costs a program, a span: all processor time of its process until everything is delivered, without the
// hook, with it switched off, with it, and with a thousand span breakpoints. Run: npm run bench:hook-node -- [spans]
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
const rounds = 3;

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
async function work(count) {
  for (let i = 0; i < count; i += 2) {
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

function measure(name: string, env: Readonly<Record<string, string>>, options: readonly string[] = []): readonly number[] {
  const values = JSON.parse(execFileSync(process.execPath, [...options, file], { encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })) as number[];
  report.add({ case: name, figure: 'processor time, a span', unit: 'µs', values });
  return values;
}

const on = { NODE_OPTIONS: `--require ${hook}`, SPANSCOPE_ENDPOINT: receiver.endpoint };
const without = median(measure('no hook', {}));
measure('off', { ...on, SPANSCOPE_HOOK: 'off' });
for (const [name, env, options] of [
  ['live', on, []],
  ['nobody listens', { ...on, SPANSCOPE_ENDPOINT: 'ws://127.0.0.1:1/' }, []],
  ['live, a debugger and a thousand breakpoints', { ...on, SPANSCOPE_TOKEN: 'bench' }, ['--inspect=0']],
] as const) {
  const values = measure(name, env, options).map((value) => value - without);
  report.add({ case: name, figure: 'the hook alone, a span (25 µs at most)', unit: 'µs', values });
}
await receiver.stop();
rmSync(folder, { recursive: true });
report.end();

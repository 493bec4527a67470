import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LiveServer } from './liveServer.ts';
import { node, seesEsModules, ShippedNodeHook } from './nodeHook.ts';
import type { Ended } from './programFolder.ts';
import type { ReceivedSpan } from './liveServer.ts';

let shipped: ShippedNodeHook, live: LiveServer;
beforeAll(async () => { shipped = await ShippedNodeHook.make(); });
afterAll(() => { shipped.remove(); });
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

/** Runs a program without and with the hook, and gives the spans that were told after checking that nothing else differs. */
async function watched(args: readonly string[]): Promise<readonly ReceivedSpan[]> {
  const [without, withHook] = await Promise.all([shipped.run(args), shipped.run(args, shipped.environment(live))]);
  expect(shownOf(withHook)).toEqual(shownOf(without));
  await expect.poll(() => live.connections.size).toBe(0);
  return live.spans();
}

/** Where Node has no hooks for its loader, the hook stands among the frames of errors in the main module. */
const shownOf = (ended: Ended): Ended => (seesEsModules ? ended : { ...ended, stderr: ended.stderr.replaceAll(/^ +at .*\n/gm, '') });

const begin = `const { trace } = require('@opentelemetry/api');
const only = trace.getTracer('t').startSpan('only');
only.end();
`;
const ends = [
  ['at its last line', '', { code: 0 }],
  ['by process.exit', 'process.exit(3);', { code: 3 }],
  ['by process.exit in a promise', 'Promise.resolve().then(() => process.exit(4));', { code: 4 }],
  ['by an error that nobody catches', 'throw new Error("uncaught");', { code: 1 }],
  ['by a promise that nobody catches', 'Promise.reject(new Error("unhandled"));', { code: 1 }],
  ['by an exit code', 'process.exitCode = 5;', { code: 5 }],
] as const;

describe('the only span of a program', () => {
  it.each(ends)('is told when the program ends %s', async (_, last, wanted) => {
    const file = shipped.write('only.cjs', `${begin}${last}\n`);
    expect((await watched([file])).map(({ name, endTimeUnixNano }) => [name, endTimeUnixNano !== undefined])).toEqual([['only', true]]);
    expect(await shipped.run([file])).toMatchObject(wanted);
  });

  it.each(ends)('is told when the program ends %s and its connection before the receiver has read it', async (_, last) => {
    live.losesFirst = true;
    const connected = "require('@opentelemetry/api').trace.getTracer('t').startSpan('first').end();\n";
    const file = shipped.write('unread.cjs', `${connected}setTimeout(() => {\n${begin}${last}\n}, 300);\n`);
    expect((await watched([file])).map(({ name, endTimeUnixNano }) => [name, endTimeUnixNano !== undefined])).toEqual([['first', true], ['only', true]]);
  });

  it('is confirmed before the program ends by itself', async () => {
    live.acknowledgeAfterMs = 100;
    await watched([shipped.write('confirmed.cjs', begin)]);
    expect(live.left).toBe(0);
  });

  it('is told when the program was busy for longer than a connection is waited for', async () => {
    const file = shipped.write('busy.cjs', `${begin.replace('\n', "\nfor (const end = Date.now() + 3500; Date.now() < end;);\n")}setTimeout(() => { for (const end = Date.now() + 400; Date.now() < end;); });\n`);
    expect((await watched([file])).map(({ name }) => name)).toEqual(['only']);
  });

  it('is told when an ES module waits for ever at its top', async () => {
    const file = shipped.write('waits.mjs', "import { trace } from '@opentelemetry/api';\ntrace.getTracer('t').startSpan('only').end();\nawait new Promise(() => {});\n");
    expect((await watched([file])).map(({ name }) => name)).toEqual(['only']);
    expect(await shipped.run([file])).toMatchObject({ code: 13 });
  });

  it.skipIf(process.platform === 'win32')('is told when the program is told to end, with a listener of its own or without', async () => {
    for (const listener of ['', "process.on('SIGTERM', () => { trace.getTracer('t').startSpan('told').end(); process.exit(6); });"]) {
      const file = shipped.write('term.cjs', `${begin}${listener}setInterval(() => {}, 1000);\n`), before = live.spans().length;
      const child = spawn(node, [file], { cwd: shipped.folder, env: { ...process.env, ...shipped.environment(live) }, stdio: 'ignore' });
      const ended = new Promise((resolve) => { child.once('close', (code, signal) => { resolve([code, signal]); }); });
      await live.until(() => live.spans().length > before);
      child.kill('SIGTERM');
      expect(await ended).toEqual(listener === '' ? [null, 'SIGTERM'] : [6, null]);
    }
    await expect.poll(() => live.spans().map(({ name }) => name)).toEqual(['only', 'only', 'told']);
  });

  it('is told of a worker thread that ends at once, is ended, or exits', async () => {
    const file = shipped.write('threads.cjs', `
const { Worker, isMainThread, workerData } = require('node:worker_threads');
if (isMainThread) for (const how of ['ends', 'exits', 'is ended']) {
  const worker = new Worker(__filename, { workerData: how });
  if (how === 'is ended') worker.once('message', () => worker.terminate());
} else {
  const { trace } = require('@opentelemetry/api');
  trace.getTracer('t').startSpan(workerData).end();
  if (workerData === 'exits') process.exit(0);
  if (workerData === 'is ended') setInterval(() => require('node:worker_threads').parentPort.postMessage('x'), 200);
}
`);
    expect((await watched([file])).map(({ name }) => name).toSorted()).toEqual(['ends', 'exits', 'is ended']);
  });

  it('is told of each process of a cluster', async () => {
    const file = shipped.write('cluster.cjs', `
const cluster = require('node:cluster');
const { trace } = require('@opentelemetry/api');
trace.getTracer('t').startSpan(cluster.isPrimary ? 'primary' : 'worker').end();
if (cluster.isPrimary) for (let i = 0; i < 2; i++) cluster.fork();
else process.disconnect();
`);
    expect((await watched([file])).map(({ name }) => name).toSorted()).toEqual(['primary', 'worker', 'worker']);
  });

  it('is told of ES modules in worker threads and of children begun without arguments for Node', async () => {
    shipped.write('child.mjs', "import { trace } from '@opentelemetry/api';\ntrace.getTracer('t').startSpan('child').end();\n");
    const file = shipped.write('parent.mjs', `
import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
execFileSync(process.execPath, ['child.mjs'], { env: process.env });
new Worker(new URL('child.mjs', import.meta.url));
`);
    expect((await watched([file])).map(({ name }) => name)).toEqual(['child', 'child']);
  });
});

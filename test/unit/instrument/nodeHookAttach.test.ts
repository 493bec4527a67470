import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { controlRequest } from '../../../src/debug/controlRequest.ts';
import { LiveServer } from './liveServer.ts';
import { attachToNode } from './nodeDebuggee.ts';
import { node, ShippedNodeHook } from './nodeHook.ts';
import { lineOf } from './shippedKit.ts';
import type { ChildProcess } from 'node:child_process';

let shipped: ShippedNodeHook, live: LiveServer, child: ChildProcess | undefined;
beforeAll(async () => { shipped = await ShippedNodeHook.make(); });
afterAll(() => { shipped.remove(); });
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(async () => {
  child?.kill('SIGKILL');
  await live.close();
});

const program = `
const { existsSync } = require('node:fs');
const { trace } = require('@opentelemetry/api');
const tracer = trace.getTracer('t');
const timer = setInterval(() => {
  tracer.startSpan('tick').end(); // tick
  if (!existsSync(__dirname + '/end')) return;
  clearInterval(timer);
  console.log('done');
}, 10);
`;

const hits = () => live.messages.filter(({ type }) => type === 'breakpoint.hit').length;
const question = '(globalThis[Symbol.for("spanscope.activeSpans")] || []).reduce((found, tell) => found || tell(), undefined)';

async function moreTicks(): Promise<void> {
  const before = live.spans().length;
  await live.until(() => live.spans().length >= before + 5);
}

describe('a Node program that a debugger is attached to while it runs', () => {
  it('stops when it was begun without the token, which the debugger hands over', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'tick' }];
    child = spawn(node, ['--inspect=0', shipped.write('agent.cjs', program)], { cwd: shipped.folder, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] ?? '', ...shipped.environment(live) } });
    let stderr = '';
    child.stderr?.on('data', (text: Buffer) => { stderr += text.toString(); });
    await moreTicks();
    const debug = await attachToNode(/listening on (ws:\S+)/.exec(stderr)?.[1] ?? '');
    await debug.run(controlRequest('node', 'secret') ?? '');
    const frames = await debug.nextStop();
    expect(frames.find(({ file }) => file === 'agent.cjs')?.line).toBe(lineOf(program, '// tick'));
    expect(live.messages.filter(({ token }) => token === 'secret').length).toBeGreaterThan(0);
    debug.leave();
    await moreTicks();
  }, 60_000);

  it('tells of no stops before, stands at its line then, and goes on when it is left alone, as often as one likes', async () => {
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'tick' }];
    child = spawn(node, ['--inspect=0', shipped.write('agent.cjs', program)], { cwd: shipped.folder, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', ...shipped.environment(live), SPANSCOPE_TOKEN: 'secret' } });
    let stdout = '', stderr = '';
    child.stdout?.on('data', (text: Buffer) => { stdout += text.toString(); });
    child.stderr?.on('data', (text: Buffer) => { stderr += text.toString(); });
    const ended = new Promise((resolve) => { child?.once('close', resolve); });
    await moreTicks();
    await moreTicks();
    // Only by the first can the program know that nobody is there, and by another one when something held it up just then.
    expect(hits()).toBeLessThan(4);
    for (let session = 0; session < 2; session++) {
      const debug = await attachToNode(/listening on (ws:\S+)/.exec(stderr)?.[1] ?? ''), before = hits();
      for (let stop = 1; stop <= 2; stop++) {
        if (stop > 1) debug.resume();
        const frames = await debug.nextStop();
        expect(frames.find(({ file }) => file === 'agent.cjs')?.line).toBe(lineOf(program, '// tick'));
        // As the editor does at every stop.
        await debug.evaluate(frames[0], question);
        await expect.poll(hits).toBeGreaterThanOrEqual(before + stop);
      }
      const stood = hits();
      debug.leave();
      await moreTicks();
      await moreTicks();
      expect(hits()).toBeLessThan(stood + 4);
    }
    shipped.write('end', '');
    expect([await ended, stdout]).toEqual([0, 'done\n']);
  }, 60_000);
});

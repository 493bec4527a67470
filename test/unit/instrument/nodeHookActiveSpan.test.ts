import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spanInAnswer, spanQuestion } from '../../../src/debug/activeSpan.ts';
import { LiveServer } from './liveServer.ts';
import { debugNode } from './nodeDebuggee.ts';
import { ShippedNodeHook } from './nodeHook.ts';
import { ShippedKit } from './shippedKit.ts';
import type { Step } from './nodeDebuggee.ts';

let shipped: ShippedNodeHook, live: LiveServer;

beforeAll(async () => { shipped = await ShippedNodeHook.make(); });
afterAll(() => { shipped.remove(); });
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

/** At one `debugger;`: the name of the active span, as far as the receiver knew it by then. */
type Stand = string | undefined;

/** Debugs a program that stands at every `debugger;` of its own, and asks there as the editor does. */
async function standIn(program: string, env: Readonly<Record<string, string>> = {}): Promise<{ readonly stands: readonly Stand[]; readonly stdout: string; readonly code: number | null }> {
  const file = shipped.write('agent.cjs', program);
  const stands: Stand[] = [];
  const ended = await debugNode(file, { ...shipped.environment(live), ...env }, async ([top], evaluate): Promise<Step> => {
    const ids = top === undefined ? undefined : spanInAnswer({ result: await evaluate(top, spanQuestion('pwa-node') ?? '') });
    const known = (): Stand => live.spans().find(({ spanId }) => spanId === ids?.spanId)?.name;
    // The program stands, so what it has sent is on its way or was never sent.
    if (ids !== undefined) await expect.poll(known, { timeout: 5000 }).toBeDefined();
    stands.push(known());
    return 'resume';
  });
  return { stands, ...ended };
}

const sdk = `
const { trace, context } = require('@opentelemetry/api');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
new NodeTracerProvider().register();
const tracer = trace.getTracer('t');`;
const agent = `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const call = (name) => tracer.startActiveSpan(name, async (span) => {
  await pause(5);
  debugger;
  span.end();
});
debugger;
tracer.startActiveSpan('agent', async (root) => {
  debugger;
  await call('first');
  await Promise.all([call('left'), call('right')]);
  debugger;
  root.end();
});
console.log('done');`;

describe('the span in which a program stands', () => {
  it('is that of the stopped task, known to the receiver though the program could send nothing since', async () => {
    expect(await standIn(sdk + agent)).toEqual({ stands: [undefined, 'agent', 'first', 'left', 'right', 'agent'], stdout: 'done\n', code: 0 });
  });

  it('is told of before the program goes on', async () => {
    live.acknowledgeAfterMs = 100;
    live.breakpoints = [];
    const program = `${sdk}\ntracer.startActiveSpan('agent', (span) => { debugger; span.end(); });`;
    expect(await standIn(program, { SPANSCOPE_TOKEN: 'a token' })).toEqual({ stands: ['agent'], stdout: '', code: 0 });
    expect(live.left).toBe(0);
  });

  it('is told of programs that have the API and no SDK', async () => {
    expect((await standIn(`const { trace } = require('@opentelemetry/api');\nconst tracer = trace.getTracer('t');${agent}`)).stands).toEqual([undefined, 'agent', 'first', 'left', 'right', 'agent']);
  });

  it('is told by the agent kit too', async () => {
    const kit = await ShippedKit.make();
    try {
      const program = `
const { traceSpan, configure } = await import(${JSON.stringify(pathToFileURL(path.join(kit.folder, 'kit/spanscope.mjs')).href)});
configure({ serviceName: 'agent' });
await traceSpan('agent', async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  await traceSpan('tool', async () => { debugger; });
  debugger;
});
debugger;`;
      expect((await standIn(`(async () => {${program}\n})();`)).stands).toEqual(['tool', 'agent', undefined]);
    } finally {
      kit.remove();
    }
  });

  it('is none in a program without spans, and asking does no harm there', async () => {
    expect(await standIn("let x = 1;\ndebugger;\nconsole.log('done');")).toEqual({ stands: [undefined], stdout: 'done\n', code: 0 });
  });
});

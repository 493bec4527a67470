import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { spanInAnswer, spanQuestion } from '../../../src/debug/activeSpan.ts';
import { hookBundle } from '../../../src/instrument/hookBundle.mjs';
import { LiveServer } from './liveServer.ts';
import { ShippedKit } from './shippedKit.ts';
import { node } from './nodeHook.ts';

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));
let folder: string, hook: string, live: LiveServer;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'spanscope-hook-'));
  hook = path.join(folder, 'hook.cjs');
  await build({ ...hookBundle, outfile: hook, logLevel: 'silent' });
  symlinkSync(packages, path.join(folder, 'node_modules'), 'dir');
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => live?.close());

interface Paused { readonly callFrames: readonly { readonly callFrameId: string }[] }
interface Heard { readonly id?: number; readonly method?: string; readonly params?: Paused; readonly result?: { readonly result?: { readonly value?: unknown } } }
/** At one `debugger;`: the name of the active span, as far as the receiver knew it by then. */
type Stand = string | undefined;

/** Debugs a program that stands at every `debugger;` of its own, and asks there as the editor does. */
async function standIn(program: string): Promise<{ readonly stands: readonly Stand[]; readonly stdout: string; readonly code: number | null }> {
  live = await LiveServer.listen();
  const file = path.join(folder, 'agent.cjs');
  writeFileSync(file, program);
  const child = spawn(node, ['--inspect-brk=0', file], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', NODE_OPTIONS: `--require ${hook}`, SPANSCOPE_ENDPOINT: live.endpoint },
  });
  let stdout = '', said = '';
  child.stdout.on('data', (text: Buffer) => { stdout += text.toString(); });
  const address = new Promise<string>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      const found = /listening on (ws:\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const ended = new Promise<number | null>((resolve) => { child.once('close', resolve); });
  const socket = new WebSocket(await address);
  const stands: Promise<Stand>[] = [];
  let id = 0, isFirst = true;
  const send = (method: string, params: object = {}): number => {
    socket.send(JSON.stringify({ id: ++id, method, params }));
    return id;
  };
  const asked = new Map<number, (answer: unknown) => void>();
  socket.on('open', () => { for (const method of ['Runtime.enable', 'Debugger.enable', 'Runtime.runIfWaitingForDebugger']) send(method); });
  socket.on('message', (data: Buffer) => {
    const { id: answered, method, params, result } = JSON.parse(data.toString()) as Heard;
    asked.get(answered ?? -1)?.(result?.result?.value);
    if (method === 'Runtime.executionContextDestroyed') socket.close();
    if (method !== 'Debugger.paused') return;
    const [frame] = params?.callFrames ?? [];
    if (isFirst || frame === undefined) send('Debugger.resume');
    else stands.push(ask(frame.callFrameId));
    isFirst = false;
  });
  const ask = async (callFrameId: string): Promise<Stand> => {
    const value = await new Promise<unknown>((resolve) => { asked.set(send('Debugger.evaluateOnCallFrame', { callFrameId, expression: spanQuestion('pwa-node') }), resolve); });
    const ids = spanInAnswer({ result: value });
    const known = (): string | undefined => live.spans().find(({ spanId }) => spanId === ids?.spanId)?.name;
    // The program stands, so what it has sent is on its way or was never sent.
    if (ids !== undefined) await expect.poll(known, { timeout: 5000 }).toBeDefined();
    send('Debugger.resume');
    return known();
  };
  const code = await ended;
  return { stands: await Promise.all(stands), stdout, code };
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

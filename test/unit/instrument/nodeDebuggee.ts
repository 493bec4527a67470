import { spawn } from 'node:child_process';
import path from 'node:path';
import { WebSocket } from 'ws';
import { node } from './nodeHook.ts';

/** `file` is the name of a script without its folder, `line` counts from 1. */
export interface Frame { readonly id: string; readonly file: string; readonly line: number }
export type Step = 'resume' | 'stepOver' | 'stepInto' | 'stepOut';
/** Evaluates an expression in a frame. */
export type Evaluate = (frame: Frame, expression: string) => Promise<unknown>;

interface Params {
  readonly callFrames?: readonly { readonly callFrameId: string; readonly location: { readonly lineNumber: number; readonly scriptId: string } }[];
  readonly scriptId?: string;
  readonly url?: string;
}
interface Heard { readonly id?: number; readonly method?: string; readonly params?: Params; readonly result?: { readonly result?: { readonly value?: unknown } } }

const askAgainMs = 300;

/** Debugs a Node program to its end. `onStop` hears of each stop after that at its beginning, and says how it goes on. */
export async function debugNode(file: string, env: Readonly<Record<string, string>>, onStop: (frames: readonly Frame[], evaluate: Evaluate) => Step | Promise<Step>): Promise<{ readonly stdout: string; readonly code: number | null }> {
  const child = spawn(node, ['--inspect-brk=0', file], { cwd: path.dirname(file), stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', ...env } });
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
  const files = new Map<string | undefined, string>(), asked = new Map<number | undefined, (value: unknown) => void>();
  let lastId = 0, isBegun = false, failure: unknown;
  const send = (method: string, params: object = {}): number => {
    socket.send(JSON.stringify({ id: ++lastId, method, params }));
    return lastId;
  };
  const evaluate: Evaluate = ({ id }, expression) => new Promise((resolve) => { asked.set(send('Debugger.evaluateOnCallFrame', { callFrameId: id, expression }), resolve); });
  // Node now and then overlooks it while it begins.
  const begin = setInterval(() => { if (socket.readyState === WebSocket.OPEN) send('Runtime.runIfWaitingForDebugger'); }, askAgainMs);
  socket.on('open', () => ['Runtime.enable', 'Debugger.enable', 'Runtime.runIfWaitingForDebugger'].forEach((method) => send(method)));
  socket.on('message', (data: Buffer) => {
    const { id, method, params: { callFrames = [], scriptId, url = '' } = {}, result } = JSON.parse(data.toString()) as Heard;
    asked.get(id)?.(result?.result?.value);
    if (method === 'Debugger.scriptParsed') files.set(scriptId, path.basename(url));
    if (method === 'Runtime.executionContextDestroyed') socket.close();
    if (method !== 'Debugger.paused') return;
    clearInterval(begin);
    const frames = callFrames.map(({ callFrameId, location }) => ({ id: callFrameId, file: files.get(location.scriptId) ?? '', line: location.lineNumber + 1 }));
    const step = isBegun ? onStop(frames, evaluate) : 'resume';
    isBegun = true;
    Promise.resolve(step).then((way) => send(`Debugger.${way}`), (error: unknown) => {
      failure = error;
      child.kill();
    });
  });
  const code = await ended;
  clearInterval(begin);
  if (failure !== undefined) throw failure;
  return { stdout, code };
}

/** A debugger of a program that runs already. */
export interface Attached {
  /** The frames of a stop that nobody was told of yet. */
  nextStop(): Promise<readonly Frame[]>;
  evaluate(frame: Frame | undefined, expression: string): Promise<void>;
  /** Evaluates an expression while the program runs. */
  run(expression: string): Promise<void>;
  resume(): void;
  /** The program goes on alone, also when it stands. */
  leave(): void;
}

export async function attachToNode(address: string): Promise<Attached> {
  const socket = new WebSocket(address), files = new Map<string | undefined, string>(), stops: (readonly Frame[])[] = [], waiting = new Map<number | undefined, () => void>();
  let lastId = 0, wake: (() => void) | undefined;
  const send = (method: string, params: object = {}): Promise<void> => {
    socket.send(JSON.stringify({ id: ++lastId, method, params }));
    return new Promise((resolve) => { waiting.set(lastId, resolve); });
  };
  socket.on('message', (data: Buffer) => {
    const { id, method, params: { callFrames = [], scriptId, url = '' } = {} } = JSON.parse(data.toString()) as Heard;
    waiting.get(id)?.();
    if (method === 'Debugger.scriptParsed') files.set(scriptId, path.basename(url));
    if (method !== 'Debugger.paused') return;
    stops.push(callFrames.map(({ callFrameId, location }) => ({ id: callFrameId, file: files.get(location.scriptId) ?? '', line: location.lineNumber + 1 })));
    wake?.();
  });
  await new Promise((resolve) => { socket.once('open', resolve); });
  await send('Debugger.enable');
  return {
    async nextStop() {
      while (stops.length === 0) await new Promise<void>((resolve) => { wake = resolve; });
      return stops.shift() ?? [];
    },
    evaluate: (frame, expression) => send('Debugger.evaluateOnCallFrame', { callFrameId: frame?.id, expression }),
    run: (expression) => send('Runtime.evaluate', { expression }),
    resume: () => { void send('Debugger.resume'); },
    leave: () => { socket.close(); },
  };
}

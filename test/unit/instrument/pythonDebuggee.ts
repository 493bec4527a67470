import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import path from 'node:path';
import type { EventEmitter } from 'node:events';
import type { NetConnectOpts } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** Where a debugged program stood: its stack from the top, as the user sees it, and why. */
export interface Stop { readonly thread: number; readonly reason: string; readonly frames: readonly { readonly file: string; readonly line: number; readonly name: string; readonly id: number }[] }

export interface Debugged { readonly stops: readonly Stop[]; readonly stdout: string; readonly stderr: string; readonly code: number | undefined }

export interface DebugOptions {
  /** The program to start, or where one runs already: `connect`, `listen` or `processId` of an attach request. */
  readonly file: string | { readonly connect: NetConnectOpts } | { readonly listen: object } | { readonly processId: number };
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly justMyCode?: boolean;
  /** What is done once the program runs. */
  readonly atReady?: (ask: Ask) => Promise<void>;
  /** What is done at a stop; `continue` when absent. */
  readonly atStop?: (stop: Stop, count: number, ask: Ask) => Promise<string> | string;
}

type Body = Readonly<Record<string, unknown>>;
export type Ask = (command: string, args?: object) => Promise<Body>;

interface Incoming { readonly type: string; readonly event?: string; readonly command?: string; readonly request_seq?: number; readonly success?: boolean; readonly message?: string; readonly body?: Body }

/** Debugs a program with the debugpy of a Python, by the Debug Adapter Protocol, to its end or until it is left alone (`disconnect`). */
export async function debugPython(python: string, { file, cwd, env, justMyCode = true, atReady, atStop = () => 'continue' }: DebugOptions): Promise<Debugged> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL|SPANSCOPE|PYTHON)/.test(name)));
  const adapter = typeof file === 'object' && 'connect' in file ? connected(file.connect) : started(python, cwd, own);
  const waiting = new Map<number, PromiseWithResolvers<Body>>();
  const stops: Stop[] = [], output = { stdout: '', stderr: '' };
  const ended = Promise.withResolvers<number | undefined>(), ready = Promise.withResolvers<void>();
  let seq = 0, code: number | undefined;
  const ask: Ask = (command, args = {}) => {
    const answer = Promise.withResolvers<Body>(), text = JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args });
    waiting.set(seq, answer);
    adapter.input.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return answer.promise;
  };
  const stand = async (body: Body): Promise<void> => {
    const thread = Number(body['threadId']), { stackFrames } = await ask('stackTrace', { threadId: thread });
    const frames = (stackFrames as { id: number; name: string; line: number; source?: { path?: string } }[]).map(({ id, name, line, source }) => ({ id, name, line, file: path.basename(source?.path ?? '') }));
    const stop = { thread, reason: String(body['reason']), frames };
    stops.push(stop);
    await ask(await atStop(stop, stops.length, ask), { threadId: thread });
  };
  const take = ({ type, event, request_seq: asked = 0, success, message, body = {} }: Incoming): void => {
    const answer = waiting.get(asked);
    if (type === 'response' && success === true) answer?.resolve(body);
    else if (type === 'response') answer?.reject(new Error(message));
    else if (event === 'initialized') ready.resolve();
    else if (event === 'stopped') stand(body).catch(ended.reject);
    else if (event === 'exited') code = Number(body['exitCode']);
    else if (event === 'terminated') ended.resolve(code);
    else if (event === 'output' && (body['category'] === 'stdout' || body['category'] === 'stderr')) output[body['category']] += String(body['output']);
  };
  readMessages(adapter.output, take);
  adapter.source.once('error', ended.reject);
  adapter.source.once('close', () => ended.resolve(code));
  await ask('initialize', { adapterID: 'debugpy', linesStartAt1: true, pathFormat: 'path' });
  const launched = typeof file === 'string' ? ask('launch', { type: 'debugpy', request: 'launch', program: file, python: [python], console: 'internalConsole', redirectOutput: true, cwd, env, justMyCode })
    : ask('attach', { type: 'debugpy', request: 'attach', ...file, cwd, justMyCode });
  await Promise.race([ready.promise, launched]);
  await ask('setExceptionBreakpoints', { filters: [] });
  await ask('configurationDone');
  try {
    await launched;
    await atReady?.(ask);
    return { code: await ended.promise, stops, ...output };
  } finally {
    adapter.end();
  }
}

interface Adapter { readonly source: EventEmitter; readonly input: Writable; readonly output: Readable; end(): void }

function started(python: string, cwd: string, env: NodeJS.ProcessEnv): Adapter {
  const source = spawn(python, ['-m', 'debugpy.adapter'], { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] });
  return { source, input: source.stdin, output: source.stdout, end: () => { source.kill(); } };
}

/** A program that listens for debuggers has an adapter of its own. */
function connected(address: NetConnectOpts): Adapter {
  const source = connect(address);
  return { source, input: source, output: source, end: () => { source.destroy(); } };
}

function readMessages(stream: Readable, take: (message: Incoming) => void): void {
  let bytes = Buffer.alloc(0);
  stream.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    for (;;) {
      const head = bytes.indexOf('\r\n\r\n'), length = Number(/Content-Length: (\d+)/.exec(bytes.toString('latin1', 0, Math.max(0, head)))?.[1]);
      if (head < 0 || bytes.length < head + 4 + length) return;
      take(JSON.parse(bytes.toString('utf8', head + 4, head + 4 + length)) as Incoming);
      bytes = bytes.subarray(head + 4 + length);
    }
  });
}

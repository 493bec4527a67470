import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AddressInfo } from 'node:net';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import type { SpanBreakpoint } from '../../../src/protocol/live.ts';
import { activated, listening, load, openFolder, until } from './support.ts';

const python = process.env['SPANSCOPE_TEST_PYTHON'];

/** Both make spans until the file `end` is there, and count them in the file `ticks`. */
const node = `
const fs = require('node:fs');
const { trace } = ${load('@opentelemetry/api')};
const tracer = trace.getTracer('t');
let ticks = 0;
const timer = setInterval(() => {
  tracer.startSpan('tick').end(); // tick
  fs.writeFileSync(__dirname + '/ticks', String(++ticks));
  if (fs.existsSync(__dirname + '/end')) clearInterval(timer);
}, 20);
`;
const snake = `import os, sys, time
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
tracer, here, ticks = trace.get_tracer("t"), os.path.dirname(__file__), 0
while not os.path.exists(here + "/end"):
    tracer.start_span("tick").end() # tick
    ticks += 1
    with open(here + "/ticks", "w") as file: file.write(str(ticks))
    time.sleep(0.02)
`;

async function freePort(): Promise<number> {
  const listens = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { listens.once('listening', resolve); });
  const { port } = listens.address() as AddressInfo;
  await new Promise((resolve) => { listens.close(resolve); });
  return port;
}

describe('attaching a debugger to a program of a terminal', function () {
  this.timeout(120_000);
  let api: SpanscopeApi, folder = '', breakpoint: SpanBreakpoint | undefined;
  const running = new Set<vscode.DebugSession>(), listeners: vscode.Disposable[] = [];
  const ticks = (): number => (existsSync(path.join(folder, 'ticks')) ? Number(readFileSync(path.join(folder, 'ticks'), 'utf8')) : 0);
  const happens = <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> => until(look, () => `${what} did not happen; ${ticks()} ticks, ${[...running].map(({ name }) => name).join()} ${vscode.window.terminals.map(({ name, exitStatus }) => `${name} ${exitStatus?.code}`).join()}; stands ${String(vscode.debug.activeStackItem instanceof vscode.DebugStackFrame)}, shows ${vscode.window.activeTextEditor?.document.uri.fsPath}:${vscode.window.activeTextEditor?.selection.active.line}`);
  const moreTicks = (): Promise<true> => {
    const before = ticks();
    return happens('going on', () => (ticks() > before + 5 ? true : undefined));
  };

  before(async () => {
    api = await activated();
    await listening(api);
    listeners.push(
      vscode.debug.onDidStartDebugSession((session) => running.add(session)),
      vscode.debug.onDidTerminateDebugSession((session) => running.delete(session)),
    );
  });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(openFolder().uri.fsPath, 'attached-'));
    breakpoint = await vscode.commands.executeCommand<SpanBreakpoint>('spanscope.addSpanBreakpoint', { on: 'start', name: 'tick' });
  });

  afterEach(async () => {
    writeFileSync(path.join(folder, 'end'), '');
    await vscode.debug.stopDebugging();
    await vscode.commands.executeCommand('spanscope.deleteSpanBreakpoint', breakpoint?.id);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const terminal of vscode.window.terminals) terminal.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  after(async () => {
    for (const listener of listeners) listener.dispose();
    await api.clear();
    await api.stopReceiver();
  });

  /** Attaches, stands at the line twice, and lets go of the program while it stands. */
  async function attach(file: string, text: string, configuration: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<void> {
    const line = text.split('\n').findIndex((each) => each.endsWith(' tick')) + 1;
    assert.ok(await vscode.debug.startDebugging(openFolder(), { name: 'Attach', request: 'attach', ...configuration }));
    const stood = new Set<number>();
    while (stood.size < 2) {
      const threadId = await happens('a stop at the line', () => {
        const item = vscode.debug.activeStackItem, editor = vscode.window.activeTextEditor;
        const isThere = item instanceof vscode.DebugStackFrame && editor?.document.uri.fsPath === file && editor.selection.active.line + 1 === line && !stood.has(ticks());
        return isThere ? item.threadId : undefined;
      });
      const { session } = vscode.debug.activeStackItem ?? {};
      stood.add(ticks());
      if (stood.size < 2) await session?.customRequest('continue', { threadId });
    }
    // Otherwise js-debug ends the program.
    await vscode.commands.executeCommand('workbench.action.debug.disconnect');
    await happens('the end of the session', () => (running.size === 0 ? true : undefined));
    await moreTicks();
  }

  it('lets a Node program stand at the user’s line, and go on when it is detached', async () => {
    const file = path.join(folder, 'agent.cjs'), port = await freePort();
    writeFileSync(file, node);
    vscode.window.createTerminal({ name: 'agent', shellPath: process.execPath, shellArgs: [`--inspect=127.0.0.1:${port}`, file], env: { ELECTRON_RUN_AS_NODE: '1' } });
    await moreTicks();
    await attach(file, node, { type: 'node', address: '127.0.0.1', port });
  });

  it('lets a Python program stand at the user’s line, and go on when it is detached', async function () {
    if (python === undefined) return this.skip();
    const file = path.join(folder, 'agent.py'), port = await freePort();
    writeFileSync(file, snake);
    vscode.window.createTerminal({ name: 'agent', shellPath: python, shellArgs: ['-m', 'debugpy', '--listen', `127.0.0.1:${port}`, file] });
    await moreTicks();
    await attach(file, snake, { type: 'debugpy', connect: { host: '127.0.0.1', port } });
  });
});

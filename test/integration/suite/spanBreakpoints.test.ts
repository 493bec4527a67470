import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import type { SpanBreakpoint } from '../../../src/protocol/live.ts';
import { activated, listening, load, root, until } from './support.ts';

const [folder] = vscode.workspace.workspaceFolders ?? [];

/** A file of the workspace that is there for these tests. */
function program(name: string, text: string): string {
  const file = path.join(folder?.uri.fsPath ?? '', name);
  writeFileSync(file, text);
  return file;
}

const setup = `
const { trace } = ${load('@opentelemetry/api')};
const { NodeTracerProvider } = ${load('@opentelemetry/sdk-trace-node')};
new NodeTracerProvider().register();
const tracer = trace.getTracer('t');
`;
/** From 1. */
const lineOf = (text: string, mark: string): number => text.split('\n').findIndex((line) => line.includes(`// ${mark}`)) + 1;

interface Frame { readonly line: number; readonly source?: { readonly path?: string } }
/** Where the debugger stands: the line that the editor shows, and whether the program's own top frame is there too. */
interface Place { readonly session: vscode.DebugSession; readonly threadId: number; readonly file: string; readonly line: number; readonly isOnTop: boolean }

const framesOf = async (session: vscode.DebugSession, threadId: number): Promise<readonly Frame[]> => (await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 20 }) as { readonly stackFrames: readonly Frame[] }).stackFrames;

/** Extensions are told addresses where the editor runs elsewhere. */
function pathOf({ source: { path: told = '' } = {} }: Frame): string {
  return told.includes('://') ? vscode.Uri.parse(told).fsPath : told;
}

async function placeNow(): Promise<Place | undefined> {
  const item = vscode.debug.activeStackItem, editor = vscode.window.activeTextEditor;
  if (!(item instanceof vscode.DebugStackFrame) || editor === undefined) return undefined;
  const { session, threadId } = item, file = editor.document.uri.fsPath, line = editor.selection.active.line + 1;
  const [top] = await framesOf(session, threadId).catch(() => []);
  return top === undefined ? undefined : { session, threadId, file, line, isOnTop: pathOf(top) === file && top.line === line };
}

const running = new Set<vscode.DebugSession>();

/** Waits for something, and says where the debugger stands when it does not happen. */
const happens = <T>(what: string, look: () => Promise<T | undefined> | T | undefined, patienceMs?: number): Promise<T> =>
  until(look, async () => `${what} did not happen; the debugger stands at ${JSON.stringify(await placeNow(), ['file', 'line', 'isOnTop'])}`, patienceMs);

const standsAt = (file: string, line: number, isOnTop = true): Promise<Place> => happens(`a stop at ${path.basename(file)}:${line}`, async () => {
  const place = await placeNow();
  return place?.file === file && place.line === line && place.isOnTop === isOnTop ? place : undefined;
});

async function goOn({ session, threadId }: Place): Promise<void> {
  await session.customRequest('continue', { threadId });
  await happens('the program going on', async () => {
    const item = vscode.debug.activeStackItem;
    return !(item instanceof vscode.DebugStackFrame) || item.session !== session || (await framesOf(session, threadId).catch(() => [])).length === 0 ? true : undefined;
  }, 5000).catch(() => undefined);
}

/** Goes on as F5 does. */
const continueHere = (): Thenable<unknown> => vscode.commands.executeCommand('workbench.action.debug.continue');

async function start(file: string, more: Partial<vscode.DebugConfiguration> = {}): Promise<void> {
  assert.ok(await vscode.debug.startDebugging(folder, { type: 'node', request: 'launch', name: 'Run agent', console: 'internalConsole', program: file, ...more }));
}

const ended = (): Promise<true> => happens('the end of the program', () => (running.size === 0 ? true : undefined));
const add = async (draft: object): Promise<SpanBreakpoint> => await vscode.commands.executeCommand<SpanBreakpoint>('spanscope.addSpanBreakpoint', draft);
const remove = (id: string): Thenable<unknown> => vscode.commands.executeCommand('spanscope.deleteSpanBreakpoint', id);
const openFiles = (): readonly string[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).flatMap(({ input }) => (input instanceof vscode.TabInputText ? [path.basename(input.uri.fsPath)] : []));
const output = (file: string): Promise<string> => happens('the output', async () => {
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.file(`${file}.out`)).then((found) => found, () => undefined);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
});
const done = "require('node:fs').writeFileSync(__filename + '.out', 'done');\n";

describe('span breakpoints', function () {
  this.timeout(90_000);
  let api: SpanscopeApi;
  const added: SpanBreakpoint[] = [], listeners: vscode.Disposable[] = [];
  const breakAt = async (...drafts: readonly object[]): Promise<void> => { for (const draft of drafts) added.push(await add(draft)); };

  before(async () => {
    api = await activated();
    await listening(api);
    listeners.push(
      vscode.debug.onDidStartDebugSession((session) => running.add(session)),
      vscode.debug.onDidTerminateDebugSession((session) => running.delete(session)),
    );
  });

  afterEach(async () => {
    await vscode.debug.stopDebugging();
    await ended();
    for (const { id } of added.splice(0)) await remove(id);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  after(async () => {
    for (const listener of listeners) listener.dispose();
    await api.clear();
    await api.stopReceiver();
  });

  it('stop at the line of the user’s that begins, fails and ends a span, select the span, and let the program go on', async () => {
    const text = `${setup}
const span = tracer.startSpan('lookup'); // start
span.setStatus({ code: 2 }); // error
span.end(); // end
${done}`;
    const file = program('stops.cjs', text);
    await breakAt({ on: 'start', name: 'LOOK*' }, { on: 'error' }, { on: 'end', name: 'lookup' });
    await start(file);
    await standsAt(file, lineOf(text, 'start'));
    const selected = await happens('the span being selected', async () => vscode.commands.executeCommand<SpanBreakpoint | undefined>('spanscope.breakWhenEnds').then((found) => found, () => undefined));
    assert.equal(selected.name, 'lookup');
    await happens('a trace panel', () => (vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).some(({ input }) => input instanceof vscode.TabInputWebview) ? true : undefined));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file);
    await continueHere();
    await standsAt(file, lineOf(text, 'error'));
    await continueHere();
    await standsAt(file, lineOf(text, 'end'));
    assert.deepEqual(openFiles(), ['stops.cjs']);
    await continueHere();
    await ended();
    assert.equal(await output(file), 'done');
  });

  it('count, and are off as soon as they are turned off', async () => {
    const text = `${setup}
let rounds = 0;
const timer = setInterval(() => {
  tracer.startSpan('round', { attributes: { rounds } }).end(); // round
  if (++rounds < 60) return;
  clearInterval(timer);
  ${done}
}, 50);
`;
    const file = program('rounds.cjs', text);
    await breakAt({ on: 'start', name: 'round', hit: 3 });
    await start(file);
    const place = await standsAt(file, lineOf(text, 'round'));
    const { result } = await place.session.customRequest('evaluate', { expression: 'rounds', frameId: (vscode.debug.activeStackItem as vscode.DebugStackFrame).frameId }) as { readonly result: string };
    assert.equal(result, '2');
    await vscode.commands.executeCommand('spanscope.toggleSpanBreakpoint', added[0]?.id);
    await continueHere();
    await ended();
    assert.equal(await output(file), 'done');
  });

  it('show the line of the user’s where a package makes the span, before its work, and step into that', async () => {
    const text = `${setup}
let hasBegun = false;
tracer.startActiveSpan('work', (span) => { // made
  hasBegun = true; // work
  span.end();
});
${done}`;
    const file = program('active.cjs', text);
    await breakAt({ on: 'start', name: 'work' });
    await start(file, { skipFiles: ['<node_internals>/**', '**/node_modules/**'] });
    const { session } = await standsAt(file, lineOf(text, 'made'), false);
    const { result } = await session.customRequest('evaluate', { expression: 'hasBegun', frameId: (vscode.debug.activeStackItem as vscode.DebugStackFrame).frameId }) as { readonly result: string };
    assert.equal(result, 'false');
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    await standsAt(file, lineOf(text, 'work'));
    assert.deepEqual(openFiles(), ['active.cjs']);
    await continueHere();
    await ended();
    assert.equal(await output(file), 'done');
  });

  it('stop at the line of compiled TypeScript, from where steps go on past the hook', async () => {
    const source = `
import { trace } from ${JSON.stringify(path.join(root, 'node_modules/@opentelemetry/api'))};
import { NodeTracerProvider } from ${JSON.stringify(path.join(root, 'node_modules/@opentelemetry/sdk-trace-node'))};
interface Order { readonly seats: number }
new NodeTracerProvider().register();
function book(order: Order): number {
  const span = trace.getTracer('t').startSpan('book'); // made
  span.end(); // after
  return order.seats; // left
}
book({ seats: 2 });
`;
    const { transformSync } = require(path.join(root, 'node_modules/esbuild')) as { transformSync(text: string, options: object): { readonly code: string } };
    const typed = program('book.ts', source);
    const compiled = program('book.cjs', transformSync(source, { loader: 'ts', format: 'cjs', sourcemap: 'inline', sourcefile: 'book.ts' }).code);
    await breakAt({ on: 'start', name: 'book' });
    await start(compiled);
    await standsAt(typed, lineOf(source, 'made'));
    await vscode.commands.executeCommand('workbench.action.debug.stepInto');
    await standsAt(typed, lineOf(source, 'after'));
    await vscode.commands.executeCommand('workbench.action.debug.stepInto');
    await standsAt(typed, lineOf(source, 'left'));
    assert.deepEqual(openFiles(), ['book.ts']);
    await continueHere();
    await ended();
  });

  it('stop where a span of the agent kit begins, and where it ends after its work has awaited, from where steps go on in the user’s code', async () => {
    const text = `
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { AgentTracer, configure } from ${JSON.stringify(pathToFileURL(path.join(root, 'dist/kit/spanscope.mjs')).href)};
configure({ serviceName: 'kit' });
const agent = new AgentTracer();
async function forecast(city) {
  await pause(20);
  globalThis.hasAwaited = true;
  return 'sunny in ' + city;
}
async function answer() {
  const said = await agent.toolCall('weather', { arguments: { city: 'Bern' } }, () => forecast('Bern')); // tool
  return said.length; // after
}
const length = await agent.agentRun('go', answer);
const twice = agent.memoryOperation('read', {}, () => 2 * length); // memory
writeFileSync(new URL(import.meta.url + '.out'), 'done ' + twice); // last
`;
    const file = program('kit.mjs', text), line = (mark: string): number => lineOf(text, mark);
    await breakAt({ on: 'start', name: 'tool:weather' }, { on: 'end', name: 'tool:weather' }, { on: 'start', name: 'memory:*' });
    await start(file);
    for (const hasAwaited of ['undefined', 'true']) {
      await happens(`a stop where hasAwaited is ${hasAwaited}`, async () => {
        const { session } = await standsAt(file, line('tool'), false);
        const { result } = await session.customRequest('evaluate', { expression: 'String(globalThis.hasAwaited)' }) as { readonly result: string };
        return result === `'${hasAwaited}'` ? true : undefined;
      });
      if (hasAwaited === 'undefined') await continueHere();
    }
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    await standsAt(file, line('after'));
    await continueHere();
    await standsAt(file, line('memory'), false);
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    await standsAt(file, line('last'));
    assert.deepEqual(openFiles(), ['kit.mjs']);
    await continueHere();
    await ended();
    assert.equal(await output(file), 'done 26');
  });

  it('stop the demo agent in both of its processes, which prints what it prints without', async () => {
    const demo = path.join(root, 'dist/demo'), planner = path.join(demo, 'planner.mjs'), worker = path.join(demo, 'worker.mjs');
    const env = { SPANSCOPE_DEMO_SPEED: '20' };
    const { stdout: alone } = await promisify(execFile)(process.execPath, [planner], { env: { ...process.env, ...env, ELECTRON_RUN_AS_NODE: '1', SPANSCOPE_ENDPOINT: 'ws://127.0.0.1:1/' } });
    const lines = async (file: string, mark: string): Promise<number> => (await vscode.workspace.openTextDocument(file)).getText().split('\n').findIndex((each) => each.includes(mark)) + 1;
    let said = '', stops = 0;
    listeners.push(vscode.debug.registerDebugAdapterTrackerFactory('pwa-node', {
      createDebugAdapterTracker: () => ({ onDidSendMessage({ event, body }: { event?: string; body?: { category?: string; output?: string } }) {
        if (event === 'stopped') stops++;
        if (event === 'output' && body?.category === 'stdout') said += body.output ?? '';
      } }),
    }));
    const searches = await lines(worker, "agent.toolCall('search_trains'"), holds = await lines(planner, "agent.toolCall('hold_seats'"), runs = await lines(planner, 'agent.agentRun(task');
    await breakAt({ on: 'error', tool: 'search_trains' }, { on: 'error', tool: 'hold_seats' }, { on: 'end', attribute: { key: 'gen_ai.agent.name', operator: '=', value: 'planner' } });
    await start(planner, { env, outputCapture: 'std' });
    for (const [i, [file, line]] of ([[worker, searches], [planner, holds], [planner, runs]] as const).entries()) {
      await happens(`stop ${i + 1}`, () => (stops > i ? true : undefined));
      await standsAt(file, line, false);
      await continueHere();
    }
    await ended();
    assert.equal(said, alone);
  });

  it('stop each of several processes', async () => {
    const text = `${setup}
const { fork } = require('node:child_process');
const isChild = process.argv[2] === 'child';
if (!isChild) fork(__filename, ['child']);
setTimeout(() => {
  const span = tracer.startSpan(isChild ? 'child' : 'parent'); // made
  span.end();
}, 500);
`;
    const file = program('family.cjs', text);
    await breakAt({ on: 'start', name: 'parent' }, { on: 'start', name: 'child' });
    await start(file);
    const stood = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const place = await happens('a stop of another process', async () => {
        const now = await placeNow();
        return now?.line === lineOf(text, 'made') && now.isOnTop && !stood.has(now.session.id) ? now : undefined;
      });
      stood.add(place.session.id);
      const { result } = await place.session.customRequest('evaluate', { expression: 'isChild', frameId: (vscode.debug.activeStackItem as vscode.DebugStackFrame).frameId }) as { readonly result: string };
      stood.add(result);
      await goOn(place);
    }
    assert.equal(stood.size, 4);
    assert.ok(stood.has('true') && stood.has('false'));
    await ended();
  });

  it('stop a thread', async () => {
    const text = `${setup}
const { Worker, isMainThread } = require('node:worker_threads');
if (isMainThread) {
  tracer.startSpan('main').end();
  new Worker(__filename);
} else {
  const span = tracer.startSpan('thread'); // made
  span.end();
  ${done}
}
`;
    const file = program('threads.cjs', text);
    await breakAt({ on: 'start', name: 'thread' });
    await start(file);
    await standsAt(file, lineOf(text, 'made'));
    await continueHere();
    await ended();
    assert.equal(await output(file), 'done');
  });

  it('stop no program without a debugger', async () => {
    const file = program('free.cjs', `${setup}tracer.startSpan('free').end();\n${done}`);
    await breakAt({ on: 'start' }, { on: 'end' });
    const over = new Promise<number | undefined>((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => { if (execution.task.name === 'Run free.cjs') { listener.dispose(); resolve(exitCode); } });
    });
    await vscode.commands.executeCommand('spanscope.runFile', vscode.Uri.file(file));
    assert.equal(await over, 0);
    assert.equal(await output(file), 'done');
  });

  it('are added from a line of code, and an ordinary breakpoint from a span', async () => {
    const text = `${setup}
const span = tracer.startSpan('from a line'); // made
span.end();
`;
    const file = program('line.cjs', text);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    editor.selection = new vscode.Selection(lineOf(text, 'made') - 1, 0, lineOf(text, 'made') - 1, 0);
    const breakpoint = await vscode.commands.executeCommand<SpanBreakpoint>('spanscope.breakAtSpansOfLine');
    added.push(breakpoint);
    assert.deepEqual({ ...breakpoint, id: '' }, { id: '', enabled: true, on: 'start', name: 'from a line' });
    await start(file);
    await standsAt(file, lineOf(text, 'made'));
    await happens('an ordinary breakpoint', async () => {
      await vscode.commands.executeCommand('spanscope.addLineBreakpoint');
      return vscode.debug.breakpoints.some((each) => each instanceof vscode.SourceBreakpoint && each.location.uri.fsPath === file && each.location.range.start.line === lineOf(text, 'made') - 1) ? true : undefined;
    });
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await continueHere();
    await ended();
  });
});

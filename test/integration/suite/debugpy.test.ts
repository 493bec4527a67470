import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import type { SpanRecord } from '../../../src/model/records.ts';
import type { SpanBreakpoint } from '../../../src/protocol/live.ts';
import { activated, listening, root, until } from './support.ts';

const python = process.env['SPANSCOPE_TEST_PYTHON'];
const [folder] = vscode.workspace.workspaceFolders ?? [];
let programs = '';

/** A program in a folder of the workspace that is there for these tests. */
function program(name: string, text: string): string {
  const file = path.join(programs, name);
  writeFileSync(file, text);
  return file;
}

const setup = `import asyncio, os, subprocess, sys, threading, time
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
tracer = trace.get_tracer("t")
`;
/** From 1. */
const lineOf = (text: string, mark: string): number => text.split('\n').findIndex((line) => line.includes(`# ${mark}`)) + 1;

/** What a session said that it printed, and the exit code of its program. */
interface Said { stdout: string; stderr: string; code?: number }
interface AdapterEvent { readonly type?: string; readonly event?: string; readonly body?: { readonly category?: string; readonly output?: string; readonly exitCode?: number } }
/** Where a program stands: its own top frame, which is the one that the editor shows as well. */
interface Place { readonly session: vscode.DebugSession; readonly threadId: number; readonly frameId: number; readonly file: string; readonly line: number }
interface Frame { readonly id: number; readonly line: number; readonly source?: { readonly path?: string } }

const sessions = new Map<vscode.DebugSession, Said>();
const running = new Set<vscode.DebugSession>();

/** Waits for something, and says where the debugger is when it does not happen. */
const happens = <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> => until(look, () => {
  const item = vscode.debug.activeStackItem, editor = vscode.window.activeTextEditor;
  const shown = editor === undefined ? 'nothing' : `${editor.document.uri.fsPath}:${editor.selection.active.line + 1}`;
  return `${what} did not happen; the debugger ${item === undefined ? 'runs' : `stands in ${item.session.name}`}, and the editor shows ${shown}`;
});

async function placeNow(): Promise<Place | undefined> {
  const item = vscode.debug.activeStackItem, editor = vscode.window.activeTextEditor;
  if (!(item instanceof vscode.DebugStackFrame) || editor === undefined) return undefined;
  const { session, threadId, frameId } = item, file = editor.document.uri.fsPath, line = editor.selection.active.line + 1;
  const answer = await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 1 }).then((found) => found as { stackFrames: readonly Frame[] }, () => undefined);
  const top = answer?.stackFrames[0];
  // The editor gives paths as addresses to extensions.
  return top?.source?.path?.endsWith(file.replaceAll('\\', '/')) === true && top.line === line ? { session, threadId, frameId, file, line } : undefined;
}

/** The same in any process: the editor loses sight of one that stops in the moment in which another one ends. */
async function placeAnywhere(file: string, line: number): Promise<Place | undefined> {
  for (const session of running) {
    const { threads } = await session.customRequest('threads').then((found) => found as { threads: readonly { id: number }[] }, () => ({ threads: [] }));
    for (const { id: threadId } of threads) {
      const [top] = await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 1 }).then((found) => (found as { stackFrames: readonly Frame[] }).stackFrames, () => []);
      if (top?.line === line && top.source?.path?.endsWith(path.basename(file)) === true) return { session, threadId, frameId: top.id, file, line };
    }
  }
  return undefined;
}

const standsAt = (file: string, line: number): Promise<Place> => happens(`a stop at ${path.basename(file)}:${line}`, async () => {
  const place = await placeNow();
  return place?.file === file && place.line === line ? place : undefined;
});

/** The value of an expression where a program stands. */
async function valueAt({ session, frameId }: Place, expression: string): Promise<string> {
  return ((await session.customRequest('evaluate', { expression, frameId, context: 'watch' })) as { result: string }).result;
}

const continueHere = (): Thenable<unknown> => vscode.commands.executeCommand('workbench.action.debug.continue');

async function start(file: string, more: Partial<vscode.DebugConfiguration> = {}, options: vscode.DebugSessionOptions = {}): Promise<void> {
  const configuration = { type: 'debugpy', request: 'launch', name: 'Python agent', console: 'internalConsole', redirectOutput: true, program: file, ...more };
  assert.ok(await vscode.debug.startDebugging(folder, configuration, options));
}

/** What the program said, once it is over. */
async function ended(): Promise<Said> {
  await happens('the end of the program', () => (running.size === 0 ? true : undefined));
  const [main] = [...sessions].find(([session]) => session.parentSession === undefined) ?? [];
  return (main === undefined ? undefined : sessions.get(main)) ?? { stdout: '', stderr: '' };
}

async function spansOf(api: SpanscopeApi, name: string): Promise<readonly SpanRecord[]> {
  return happens(`a trace "${name}"`, async () => {
    const trace = (await api.listTraces()).find((each) => each.name === name);
    return trace?.endUnixNano === undefined ? undefined : api.getTrace(trace.traceId);
  });
}

describe('the Python debugger', function () {
  this.timeout(120_000);
  let api: SpanscopeApi;
  const listeners: vscode.Disposable[] = [], added: SpanBreakpoint[] = [];
  const breakAt = async (...drafts: readonly object[]): Promise<void> => {
    for (const draft of drafts) added.push(await vscode.commands.executeCommand<SpanBreakpoint>('spanscope.addSpanBreakpoint', draft));
  };

  before(async function () {
    if (python === undefined || folder === undefined) return this.skip();
    programs = mkdtempSync(path.join(folder.uri.fsPath, 'python-'));
    api = await activated();
    await listening(api);
    listeners.push(
      vscode.debug.onDidStartDebugSession((session) => running.add(session)),
      vscode.debug.onDidTerminateDebugSession((session) => running.delete(session)),
      vscode.debug.registerDebugAdapterTrackerFactory('debugpy', {
        createDebugAdapterTracker(session) {
          const said: Said = { stdout: '', stderr: '' };
          sessions.set(session, said);
          return { onDidSendMessage({ type, event, body }: AdapterEvent) {
            if (type !== 'event') return;
            if (event === 'output' && (body?.category === 'stdout' || body?.category === 'stderr')) said[body.category] += body.output ?? '';
            if (event === 'exited' && body?.exitCode !== undefined) said.code = body.exitCode;
          } };
        },
      }),
    );
  });

  afterEach(async () => {
    await vscode.debug.stopDebugging();
    await ended();
    sessions.clear();
    for (const { id } of added.splice(0)) await vscode.commands.executeCommand('spanscope.deleteSpanBreakpoint', id);
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  after(async () => {
    for (const listener of listeners) listener.dispose();
    if (python === undefined) return;
    await api.clear();
    await api.stopReceiver();
  });

  it('starts programs with the hook, which tells spans with their lines and leaves output and exit code alone', async () => {
    const text = `${setup}
with tracer.start_as_current_span("debugged run"): # run
    print(os.environ["PYTHONPATH"].split(os.pathsep)[0])
    tracer.start_span("step").end() # step
print("to the other stream", file=sys.stderr)
sys.stdout.flush()
os._exit(3) # the debugger would stop at a SystemExit
`;
    const file = program('plain.py', text);
    await start(file);
    assert.deepEqual(await ended(), { stdout: `${path.join(root, 'dist/hook/python')}\n`, stderr: 'to the other stream\n', code: 3 });
    const spans = await spansOf(api, 'debugged run');
    const lines = spans.map(({ name, attributes }) => [name, attributes['spanscope.source.file'], Number(attributes['spanscope.source.line'])]);
    assert.deepEqual(lines, [['debugged run', file, lineOf(text, 'run')], ['step', file, lineOf(text, 'step')]]);
    assert.equal(spans[0]?.resource['spanscope.session.name'], 'Python agent');
  });

  it('stands at the line that begins, fails and ends a span, and goes on', async () => {
    const text = `${setup}
span = tracer.start_span("lookup") # start
span.set_status(trace.Status(trace.StatusCode.ERROR)) # error
span.end() # end
print("done")
`;
    const file = program('stops.py', text);
    await breakAt({ on: 'start', name: 'LOOK*' }, { on: 'error' }, { on: 'end', name: 'lookup' });
    await start(file);
    await standsAt(file, lineOf(text, 'start'));
    const selected = await happens('the span being selected', async () => vscode.commands.executeCommand<SpanBreakpoint | undefined>('spanscope.breakWhenEnds').then((found) => found, () => undefined));
    assert.equal(selected.name, 'lookup');
    added.push(selected);
    await continueHere();
    await standsAt(file, lineOf(text, 'error'));
    await continueHere();
    await standsAt(file, lineOf(text, 'end'));
    await continueHere();
    assert.deepEqual(await ended(), { stdout: 'done\n', stderr: '', code: 0 });
  });

  it('stands in parallel tasks, threads and generators, beside ordinary breakpoints', async () => {
    const text = `${setup}
async def tool(n):
    with tracer.start_as_current_span(f"tool {n}"): # task
        await asyncio.sleep(0.01)
        print(n) # ordinary
async def main():
    await asyncio.gather(tool(1), tool(2))
def thread():
    tracer.start_span("in thread").end() # thread
def numbers():
    with tracer.start_as_current_span("in generator"): # generator
        yield 1
asyncio.run(main())
worker = threading.Thread(target=thread)
worker.start()
worker.join()
print(list(numbers()))
`;
    const file = program('parallel.py', text), line = (mark: string): number => lineOf(text, mark);
    await breakAt({ on: 'start', name: 'tool *' }, { on: 'start', name: 'in *' });
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(vscode.Uri.file(file), new vscode.Position(line('ordinary') - 1, 0)))]);
    await start(file);
    const seen: string[] = [];
    for (const mark of ['task', 'task', 'ordinary', 'ordinary', 'thread', 'generator']) {
      const expression = mark === 'task' || mark === 'ordinary' ? 'n' : '0';
      const place = await happens(`a stop at ${mark}`, async () => {
        const now = await placeNow();
        if (now?.line !== line(mark)) return undefined;
        // It may go on just then.
        const found = await valueAt(now, expression).catch(() => undefined), value = `${mark} ${found}`;
        return found === undefined || seen.includes(value) ? undefined : { ...now, value };
      });
      assert.equal(place.file, file);
      seen.push(place.value);
      await continueHere();
    }
    assert.deepEqual(seen.slice(0, 2), ['task 1', 'task 2']);
    const { stdout, code } = await ended();
    assert.deepEqual([stdout.split('\n').toSorted(), code], [['', '1', '2', '[1]'], 0]);
  });

  it('stands in child processes as well, of a program in a terminal', async () => {
    const text = `${setup}
name = "child" if len(sys.argv) > 1 else "parent"
def work():
    tracer.start_span(name).end() # made
work()
if name == "child":
    os._exit(5)
if hasattr(os, "fork"):
    pid = os.fork()
    if pid == 0:
        name = "forked"
        work()
        os._exit(0)
    os.waitpid(pid, 0)
os._exit(subprocess.call([sys.executable, __file__, "child"]))
`;
    const file = program('family.py', text);
    await breakAt({ on: 'start', role: 'other' });
    await start(file, { console: 'integratedTerminal' });
    for (const name of process.platform === 'win32' ? ['parent', 'child'] : ['parent', 'forked', 'child']) {
      const { session, threadId } = await happens(`a stop of the ${name}`, async () => {
        const now = await placeNow() ?? await placeAnywhere(file, lineOf(text, 'made'));
        return now?.line === lineOf(text, 'made') && (await valueAt(now, 'name').catch(() => '')) === `'${name}'` ? now : undefined;
      });
      await session.customRequest('continue', { threadId });
    }
    assert.equal((await ended()).code, 5);
  });

  it('steps from a call into a function that the agent kit traces, past the kit, and is over where it is stopped there', async () => {
    const text = `from spanscope import traced
@traced("plan")
def plan(task):
    notes = task.upper() # body
    return notes
plan("first")
plan("second") # call
`;
    copyFileSync(path.join(root, 'dist/kit/spanscope.py'), path.join(programs, 'spanscope.py'));
    const file = program('wrapped.py', text);
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(vscode.Uri.file(file), new vscode.Position(lineOf(text, 'call') - 1, 0)))]);
    await start(file);
    await standsAt(file, lineOf(text, 'call'));
    await vscode.commands.executeCommand('workbench.action.debug.stepInto');
    await standsAt(file, lineOf(text, 'body'));
    const running = await happens('a trace that goes on', async () => (await api.listTraces()).find(({ name, openCount }) => name === 'plan' && openCount === 1));
    await vscode.debug.stopDebugging();
    await ended();
    await happens('the end of the trace, with its pause', async () => {
      const [span] = await api.getTrace(running.traceId);
      return span?.marks.includes('lost') === true && span.attributes['spanscope.paused'] !== undefined ? true : undefined;
    });
    assert.equal((await api.listTraces()).find(({ traceId }) => traceId === running.traceId)?.openCount, 0);
  });

  it('is needed to stop: a program that is run without it goes on', async () => {
    const file = program('free.py', `${setup}tracer.start_span("free").end()\nprint("done")\nsys.exit(4)\n`);
    await breakAt({ on: 'start' }, { on: 'end' });
    await start(file, {}, { noDebug: true });
    assert.deepEqual(await ended(), { stdout: 'done\n', stderr: '', code: 4 });
    assert.equal((await spansOf(api, 'free')).length, 1);
  });
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, eventually, listening } from './support.ts';

const root = process.env['SPANSCOPE_TEST_ROOT'] ?? '';
const load = (name: string): string => `require(${JSON.stringify(path.join(root, 'node_modules', name))})`;
const lines = [
  `const { trace } = ${load('@opentelemetry/api')};`,
  `const { NodeTracerProvider } = ${load('@opentelemetry/sdk-trace-node')};`,
  'new NodeTracerProvider().register();',
  "const tracer = trace.getTracer('t');",
  'function search(query) {',
  "  return tracer.startActiveSpan('search_docs', { attributes: { 'gen_ai.tool.name': 'search_docs', 'gen_ai.tool.call.arguments': '{\"query\":\"rounding\"}' } }, (span) => {",
  '    const found = query.length; // in the tool',
  '    span.end();',
  '    return found;',
  '  });',
  '}',
  "tracer.startActiveSpan('research agent', async (span) => {",
  "  const found = search('rounding');",
  '  const twice = found * 2; // in the agent',
  '  span.end();',
  '});',
];
const python = process.env['SPANSCOPE_TEST_PYTHON'];
const pythonLines = [
  'from opentelemetry import trace',
  'from opentelemetry.sdk.trace import TracerProvider',
  'trace.set_tracer_provider(TracerProvider())',
  'tracer = trace.get_tracer("t")',
  'def search(query):',
  '    with tracer.start_as_current_span("search_docs", attributes={"gen_ai.tool.name": "search_docs"}):',
  '        found = len(query)  # in the tool',
  '    return found',
  'with tracer.start_as_current_span("research agent"):',
  '    found = search("rounding")  # calls the tool',
  '    print(found)  # in the agent',
];
/** The last line with a text. */
const lineOf = (mark: string, text = lines): number => text.findLastIndex((line) => line.includes(mark));

interface Frame { readonly id: number; readonly line: number; readonly source?: { readonly path?: string } }

describe('standing in the debugger', function () {
  this.timeout(90_000);
  let api: SpanscopeApi;
  let file: vscode.Uri;
  let over: Promise<unknown> = Promise.resolve();

  before(async () => {
    api = await activated();
    await listening(api);
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder, 'no folder is open');
    file = vscode.Uri.joinPath(folder.uri, 'standing.cjs');
    writeFileSync(file.fsPath, `${lines.join('\n')}\n`);
  });

  afterEach(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await over;
    await api.clear();
  });

  after(async () => {
    await vscode.workspace.fs.delete(file);
    await api.stopReceiver();
  });

  /** Starts the program, which stands at its first breakpoint then. */
  async function standAt(...marks: readonly string[]): Promise<void> {
    vscode.debug.addBreakpoints(marks.map((mark) => new vscode.SourceBreakpoint(new vscode.Location(file, new vscode.Position(lineOf(mark), 0)))));
    over = eventually(vscode.debug.onDidTerminateDebugSession, (session) => session.parentSession === undefined);
    const stands = standsAt(marks[0] ?? '');
    assert.ok(await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { type: 'node', request: 'launch', name: 'Standing', program: file.fsPath, console: 'internalConsole' }));
    await stands;
  }

  /** The frame of a line has the focus. */
  const standsAt = (mark: string): Promise<vscode.DebugStackFrame> => standsOn(file, lineOf(mark));

  async function standsOn(source: vscode.Uri, line: number): Promise<vscode.DebugStackFrame> {
    let seen: unknown;
    return await until(async () => {
      const item = vscode.debug.activeStackItem;
      if (item === undefined || !('frameId' in item)) return undefined;
      const frames = await framesOf(item);
      const frame = frames.find(({ id }) => id === item.frameId);
      seen = [item.frameId, frames.map(({ id, line }) => [id, line])];
      // Extensions are told addresses where the editor runs elsewhere.
      const told = frame?.source?.path ?? '';
      return frame !== undefined && (told.includes('://') ? vscode.Uri.parse(told).fsPath : told) === source.fsPath && frame.line === line + 1 ? item : undefined;
    }, () => `nothing stands at line ${line + 1}, but at ${JSON.stringify(seen)}`);
  }

  /** None while the program runs. */
  async function framesOf({ session, threadId }: vscode.DebugStackFrame): Promise<readonly Frame[]> {
    const answer: unknown = await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 50 }).then((frames: unknown) => frames, () => undefined);
    return (answer as { readonly stackFrames: readonly Frame[] } | undefined)?.stackFrames ?? [];
  }

  async function until<T>(look: () => Promise<T | undefined>, problem: () => string): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const found = await look();
      if (found !== undefined) return found;
      assert.ok(attempt < 900, attempt < 900 ? '' : problem());
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }

  /** The texts beside a line, as soon as there is one that begins so. */
  const valuesAt = (mark: string, frame: vscode.DebugStackFrame, begin: string): Promise<readonly string[]> => valuesOn(file, lineOf(mark), frame, begin);

  async function valuesOn(source: vscode.Uri, at: number, { frameId }: vscode.DebugStackFrame, begin: string): Promise<readonly string[]> {
    const line = new vscode.Range(at, 0, at, 4), context: vscode.InlineValueContext = { frameId, stoppedLocation: line };
    return until(async () => {
      const values = await vscode.commands.executeCommand<vscode.InlineValue[]>('vscode.executeInlineValueProvider', source, new vscode.Range(0, 0, at + 1, 0), context);
      const texts = values.flatMap((value) => ('text' in value ? [value.text] : []));
      return texts.some((text) => text.startsWith(begin)) ? texts : undefined;
    }, () => `no value "${begin}" beside the line`);
  }

  async function selectedSpan(): Promise<string> {
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand('spanscope.copySpanId');
    return vscode.env.clipboard.readText();
  }

  async function traceNow(): Promise<{ readonly traceId: string; idOf(name: string): string }> {
    const trace = await until(async () => (await api.listTraces()).find(({ name }) => name === 'research agent'), () => 'the trace has not come');
    const spans = await api.getTrace(trace.traceId);
    return { traceId: trace.traceId, idOf: (wanted) => spans.find(({ name }) => name === wanted)?.spanId ?? `no ${wanted}` };
  }

  it('shows the active span of the line, and another one when the program stands elsewhere', async () => {
    await standAt('in the tool', 'in the agent');
    assert.deepEqual(await valuesAt('in the tool', await standsAt('in the tool'), 'span'), ['span: search_docs', 'arguments: {"query":"rounding"}']);
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    assert.deepEqual(await valuesAt('in the agent', await standsAt('in the agent'), 'span'), ['span: research agent']);
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    assert.deepEqual(await valuesAt('  span.end();', await standsAt('  span.end();'), 'span'), ['span: research agent']);
  });

  it('goes from a frame to its span and from a span to its frame', async () => {
    await standAt('in the tool');
    const top = await standsAt('in the tool');
    const { traceId, idOf } = await traceNow();
    await valuesAt('in the tool', top, 'span');
    await vscode.commands.executeCommand('spanscope.showSpanOfFrame');
    assert.equal(await selectedSpan(), idOf('search_docs'));

    const agent = idOf('research agent');
    await until(async () => {
      await api.showTrace(traceId, agent);
      return await selectedSpan() === agent ? true : undefined;
    }, () => 'the span is not selected');
    await vscode.commands.executeCommand('spanscope.showFrameOfSpan');
    const below = await standsAt("startActiveSpan('search_docs'");
    assert.notEqual(below.frameId, top.frameId);
    // What the call stack says of the frame under its menu.
    await vscode.commands.executeCommand('spanscope.showSpanOfFrame', file.toString(), { sessionId: below.session.id, threadId: below.threadId, frameId: below.frameId });
    assert.equal(await selectedSpan(), idOf('research agent'));

    await vscode.commands.executeCommand('spanscope.showSpanOfFrame', file.toString(), { sessionId: top.session.id, threadId: top.threadId, frameId: top.frameId });
    await vscode.commands.executeCommand('spanscope.showFrameOfSpan');
    await standsAt('in the tool');
  });

  it('does all that in Python', async function () {
    if (python === undefined) return this.skip();
    const source = vscode.Uri.joinPath(vscode.Uri.joinPath(file, '..'), 'standing.py');
    writeFileSync(source.fsPath, `${pythonLines.join('\n')}\n`);
    const line = (mark: string): number => lineOf(mark, pythonLines);
    const at = (mark: string): Promise<vscode.DebugStackFrame> => standsOn(source, line(mark));
    vscode.debug.addBreakpoints(['in the tool', 'in the agent'].map((mark) => new vscode.SourceBreakpoint(new vscode.Location(source, new vscode.Position(line(mark), 0)))));
    over = eventually(vscode.debug.onDidTerminateDebugSession, (session) => session.parentSession === undefined);
    assert.ok(await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { type: 'debugpy', request: 'launch', name: 'Standing', program: source.fsPath, python: [python], console: 'internalConsole' }));
    const top = await at('in the tool');
    assert.deepEqual(await valuesOn(source, line('in the tool'), top, 'span'), ['span: search_docs']);
    const { traceId, idOf } = await traceNow();
    await vscode.commands.executeCommand('spanscope.showSpanOfFrame');
    assert.equal(await selectedSpan(), idOf('search_docs'));
    const agent = idOf('research agent');
    await until(async () => {
      await api.showTrace(traceId, agent);
      return await selectedSpan() === agent ? true : undefined;
    }, () => 'the span is not selected');
    await vscode.commands.executeCommand('spanscope.showFrameOfSpan');
    await vscode.commands.executeCommand('workbench.action.debug.callStackDown');
    const below = await at('calls the tool');
    await vscode.commands.executeCommand('spanscope.showSpanOfFrame', source.toString(), { sessionId: below.session.id, threadId: below.threadId, frameId: below.frameId });
    assert.equal(await selectedSpan(), agent);
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    assert.deepEqual(await valuesOn(source, line('in the agent'), await at('in the agent'), 'span'), ['span: research agent']);
    await vscode.workspace.fs.delete(source);
  });

  it('says nothing of spans where the setting is off', async () => {
    const settings = vscode.workspace.getConfiguration('spanscope.debug');
    await standAt('in the agent');
    const frame = await standsAt('in the agent');
    await valuesAt('in the agent', frame, 'span');
    await settings.update('inlineValues', false, vscode.ConfigurationTarget.Global);
    try {
      const line = new vscode.Range(lineOf('in the agent'), 0, lineOf('in the agent'), 4);
      await until(async () => {
        const values = await vscode.commands.executeCommand<vscode.InlineValue[]>('vscode.executeInlineValueProvider', file, line, { frameId: frame.frameId, stoppedLocation: line });
        return values.length === 0 ? true : undefined;
      }, () => 'values are still shown');
    } finally {
      await settings.update('inlineValues', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

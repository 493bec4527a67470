import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, eventually, listening, load, openFolder, until } from './support.ts';

/** A program in the workspace folder, and how it is debugged. */
interface Program { readonly uri: vscode.Uri; readonly lines: readonly string[]; readonly configuration: { readonly type: string } & Readonly<Record<string, unknown>> }

const nodeLines = [
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
const lineOf = ({ lines }: Program, mark: string): number => lines.findLastIndex((line) => line.includes(mark));

interface Frame { readonly id: number; readonly line: number; readonly source?: { readonly path?: string } }

describe('standing in the debugger', function () {
  this.timeout(90_000);
  let api: SpanscopeApi;
  let inNode: Program;
  let over: Promise<unknown> = Promise.resolve();

  before(async () => {
    api = await activated();
    await listening(api);
    inNode = write('standing.cjs', nodeLines, { type: 'node' });
  });

  afterEach(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await over;
    await api.clear();
  });

  after(async () => {
    await vscode.workspace.fs.delete(inNode.uri);
    await api.stopReceiver();
  });

  function write(name: string, lines: readonly string[], configuration: Program['configuration']): Program {
    const uri = vscode.Uri.joinPath(openFolder().uri, name);
    writeFileSync(uri.fsPath, `${lines.join('\n')}\n`);
    return { uri, lines, configuration };
  }

  /** Starts a program with breakpoints, and gives the frame in which it stands at the first of them. */
  async function standAt(program: Program, ...marks: readonly string[]): Promise<vscode.DebugStackFrame> {
    vscode.debug.addBreakpoints(marks.map((mark) => new vscode.SourceBreakpoint(new vscode.Location(program.uri, new vscode.Position(lineOf(program, mark), 0)))));
    over = eventually(vscode.debug.onDidTerminateDebugSession, (session) => session.parentSession === undefined);
    const stands = standsAt(program, marks[0] ?? '');
    assert.ok(await vscode.debug.startDebugging(openFolder(), { ...program.configuration, request: 'launch', name: 'Standing', program: program.uri.fsPath, console: 'internalConsole' }));
    return await stands;
  }

  /** The frame of a line, as soon as it has the focus. */
  async function standsAt(program: Program, mark: string): Promise<vscode.DebugStackFrame> {
    const line = lineOf(program, mark);
    let seen: unknown;
    return await until(async () => {
      const item = vscode.debug.activeStackItem;
      if (item === undefined || !('frameId' in item)) return undefined;
      const frames = await framesOf(item);
      const frame = frames.find(({ id }) => id === item.frameId);
      seen = [item.frameId, frames.map(({ id, line }) => [id, line])];
      // Extensions are told addresses where the editor runs elsewhere.
      const told = frame?.source?.path ?? '';
      return frame !== undefined && (told.includes('://') ? vscode.Uri.parse(told).fsPath : told) === program.uri.fsPath && frame.line === line + 1 ? item : undefined;
    }, () => `nothing stands at line ${line + 1}, but at ${JSON.stringify(seen)}`);
  }

  /** None while the program runs. */
  async function framesOf({ session, threadId }: vscode.DebugStackFrame): Promise<readonly Frame[]> {
    const answer: unknown = await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 50 }).then((frames: unknown) => frames, () => undefined);
    return (answer as { readonly stackFrames: readonly Frame[] } | undefined)?.stackFrames ?? [];
  }

  /** The texts beside a line, as soon as there is one that begins so. */
  async function valuesAt(program: Program, mark: string, { frameId }: vscode.DebugStackFrame, begin: string): Promise<readonly string[]> {
    const at = lineOf(program, mark), line = new vscode.Range(at, 0, at, 4), context: vscode.InlineValueContext = { frameId, stoppedLocation: line };
    return until(async () => {
      const values = await vscode.commands.executeCommand<vscode.InlineValue[]>('vscode.executeInlineValueProvider', program.uri, new vscode.Range(0, 0, at + 1, 0), context);
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

  async function selectSpan(traceId: string, spanId: string): Promise<void> {
    await until(async () => {
      await api.showTrace(traceId, spanId);
      return await selectedSpan() === spanId ? true : undefined;
    }, () => 'the span is not selected');
  }

  /** What the call stack says of a frame under its menu. */
  const showSpanOf = ({ uri }: Program, { session, threadId, frameId }: vscode.DebugStackFrame): Thenable<unknown> => vscode.commands.executeCommand('spanscope.showSpanOfFrame', uri.toString(), { sessionId: session.id, threadId, frameId });

  it('shows the active span of the line, and another one when the program stands elsewhere', async () => {
    const top = await standAt(inNode, 'in the tool', 'in the agent');
    assert.deepEqual(await valuesAt(inNode, 'in the tool', top, 'span'), ['span: search_docs', 'arguments: {"query":"rounding"}']);
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    assert.deepEqual(await valuesAt(inNode, 'in the agent', await standsAt(inNode, 'in the agent'), 'span'), ['span: research agent']);
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    assert.deepEqual(await valuesAt(inNode, '  span.end();', await standsAt(inNode, '  span.end();'), 'span'), ['span: research agent']);
  });

  it('goes from a frame to its span and from a span to its frame', async () => {
    const top = await standAt(inNode, 'in the tool');
    const { traceId, idOf } = await traceNow();
    await valuesAt(inNode, 'in the tool', top, 'span');
    await vscode.commands.executeCommand('spanscope.showSpanOfFrame');
    assert.equal(await selectedSpan(), idOf('search_docs'));

    await selectSpan(traceId, idOf('research agent'));
    await vscode.commands.executeCommand('spanscope.showFrameOfSpan');
    const below = await standsAt(inNode, "startActiveSpan('search_docs'");
    assert.notEqual(below.frameId, top.frameId);
    await showSpanOf(inNode, below);
    assert.equal(await selectedSpan(), idOf('research agent'));

    await showSpanOf(inNode, top);
    await vscode.commands.executeCommand('spanscope.showFrameOfSpan');
    await standsAt(inNode, 'in the tool');
  });

  it('does all that in Python', async function () {
    if (python === undefined) return this.skip();
    const inPython = write('standing.py', pythonLines, { type: 'debugpy', python: [python] });
    const top = await standAt(inPython, 'in the tool', 'in the agent');
    assert.deepEqual(await valuesAt(inPython, 'in the tool', top, 'span'), ['span: search_docs']);
    const { traceId, idOf } = await traceNow();
    await vscode.commands.executeCommand('spanscope.showSpanOfFrame');
    assert.equal(await selectedSpan(), idOf('search_docs'));

    await selectSpan(traceId, idOf('research agent'));
    await vscode.commands.executeCommand('spanscope.showFrameOfSpan');
    await vscode.commands.executeCommand('workbench.action.debug.callStackDown');
    await showSpanOf(inPython, await standsAt(inPython, 'calls the tool'));
    assert.equal(await selectedSpan(), idOf('research agent'));

    await vscode.commands.executeCommand('workbench.action.debug.continue');
    assert.deepEqual(await valuesAt(inPython, 'in the agent', await standsAt(inPython, 'in the agent'), 'span'), ['span: research agent']);
    await vscode.workspace.fs.delete(inPython.uri);
  });

  it('says nothing of spans where the setting is off', async () => {
    const settings = vscode.workspace.getConfiguration('spanscope.debug');
    const frame = await standAt(inNode, 'in the agent');
    await valuesAt(inNode, 'in the agent', frame, 'span');
    await settings.update('inlineValues', false, vscode.ConfigurationTarget.Global);
    try {
      const at = lineOf(inNode, 'in the agent'), line = new vscode.Range(at, 0, at, 4);
      await until(async () => {
        const values = await vscode.commands.executeCommand<vscode.InlineValue[]>('vscode.executeInlineValueProvider', inNode.uri, line, { frameId: frame.frameId, stoppedLocation: line });
        return values.length === 0 ? true : undefined;
      }, () => 'values are still shown');
    } finally {
      await settings.update('inlineValues', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

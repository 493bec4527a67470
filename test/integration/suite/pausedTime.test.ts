import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, eventually, listening, load, openFolder, until } from './support.ts';

const lines = [
  `const { trace } = ${load('@opentelemetry/api')};`,
  `const { NodeTracerProvider } = ${load('@opentelemetry/sdk-trace-node')};`,
  'new NodeTracerProvider().register();',
  "trace.getTracer('t').startActiveSpan('research agent', (span) => {",
  '  const twice = 2; // stands here',
  '  span.end();',
  '});',
];
const key = 'spanscope.paused';

describe('time spent in the debugger', function () {
  this.timeout(90_000);
  let api: SpanscopeApi;
  let program: vscode.Uri;

  before(async () => {
    api = await activated();
    await listening(api);
    program = vscode.Uri.joinPath(openFolder().uri, 'paused.cjs');
    writeFileSync(program.fsPath, `${lines.join('\n')}\n`);
  });

  after(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await vscode.workspace.fs.delete(program);
    await api.clear();
    await api.stopReceiver();
  });

  async function pausedIn(traceId: string): Promise<string | undefined> {
    const said = (await api.getTrace(traceId)).map(({ attributes }) => attributes[key]).find((value) => value !== undefined);
    return said === undefined ? undefined : String(said);
  }

  it('is kept with the trace, goes with its exports and comes back from them', async () => {
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(program, new vscode.Position(lines.findIndex((line) => line.includes('stands here')), 0)))]);
    const over = eventually(vscode.debug.onDidTerminateDebugSession, (session) => session.parentSession === undefined);
    assert.ok(await vscode.debug.startDebugging(openFolder(), { type: 'node', request: 'launch', name: 'Paused', program: program.fsPath, console: 'internalConsole' }));
    await until(async () => (vscode.debug.activeStackItem !== undefined && 'frameId' in vscode.debug.activeStackItem ? true : undefined), () => 'the program does not stand');
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await over;
    const { traceId } = await until(async () => (await api.listTraces()).find(({ name }) => name === 'research agent'), () => 'the trace has not come');
    const said = await until(() => pausedIn(traceId), () => 'the trace does not say that its program stood');
    assert.match(said, /^20\d\d-[\dT:.-]+Z\/20\d\d-[\dT:.-]+Z$/);
    const [from = '', to = ''] = said.split('/');
    assert.ok(Date.parse(from) < Date.parse(to), said);

    const file = vscode.Uri.joinPath(program, '..', 'paused.jaeger.json');
    await vscode.workspace.fs.writeFile(file, await api.exportTrace(traceId, 'jaeger-json'));
    await api.clear();
    const { traceIds } = await api.importFile(file);
    assert.equal(await pausedIn(traceIds[0] ?? ''), said);
    await vscode.workspace.fs.delete(file);
  });
});

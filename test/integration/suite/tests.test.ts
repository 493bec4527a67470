import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import type { SpanRecord, TraceSummary } from '../../../src/model/records.ts';
import { activated, listening, load, openFolder, root } from './support.ts';


function file(name: string, lines: readonly string[]): vscode.Uri {
  const uri = vscode.Uri.joinPath(openFolder().uri, name);
  writeFileSync(uri.fsPath, `${lines.join('\n')}\n`);
  return uri;
}

/** Debugs a program to its end. */
async function debug(program: vscode.Uri): Promise<void> {
  let session: vscode.DebugSession | undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const listeners = [
    vscode.debug.onDidStartDebugSession((began) => { session ??= began; }),
    vscode.debug.onDidTerminateDebugSession((ended) => { if (ended === session) resolve(); }),
  ];
  try {
    assert.ok(await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { type: 'node', request: 'launch', name: 'Run tests', console: 'internalConsole', program: program.fsPath }));
    await promise;
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}

async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`${what} did not come`);
}

describe('tests of a test runner', function () {
  this.timeout(60_000);
  let api: SpanscopeApi;
  let controller: vscode.TestController;

  before(async () => {
    api = await activated();
    await listening(api);
    controller = vscode.tests.createTestController('suite.tests', 'Suite');
  });

  after(async () => {
    controller.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await api.clear();
    await api.stopReceiver();
  });

  it('lead to their traces from the Testing view, from a message, and from their lines', async () => {
    const uri = file('cart.test.cjs', [
      `const { trace } = ${load('@opentelemetry/api')};`,
      'const { describe, it } = require("node:test");',
      'const work = (name) => trace.getTracer("cart").startActiveSpan(name, (span) => span.end());',
      'describe("cart", () => {',
      '  it("adds", () => work("adding"));',
      '  it("removes", () => {',
      '    work("removing");',
      '    throw new Error("not there");',
      '  });',
      '});',
    ]);
    await debug(uri);
    const named = (name: string) => async (): Promise<TraceSummary | undefined> => (await api.listTraces('has:test')).find((each) => each.name === name);
    const removing = await eventually('the trace of the failed test', named('removing')), adding = await eventually('the other trace', named('adding'));
    const [span] = await eventually('its outcome', async () => {
      const spans: SpanRecord[] = await api.getTrace(removing.traceId);
      return spans[0]?.attributes['spanscope.test.status'] === undefined ? undefined : spans;
    });
    assert.deepEqual([span?.attributes['spanscope.test.name'], span?.attributes['spanscope.test.file'], span?.attributes['spanscope.test.status']], ['cart > removes', uri.fsPath, 'failed']);
    assert.deepEqual((await api.listTraces('test:adds')).map(({ traceId }) => traceId), [adding.traceId]);

    const suite = controller.createTestItem('cart', 'cart', uri), item = controller.createTestItem('removes', 'removes', uri);
    suite.children.add(item);
    controller.items.add(suite);
    const open = (target?: unknown): Thenable<unknown> => vscode.commands.executeCommand('spanscope.openTestTrace', target);
    assert.equal(await open(item), removing.traceId);
    assert.equal(await open({ test: item, message: new vscode.TestMessage('not there') }), removing.traceId);
    const editor = await vscode.window.showTextDocument(uri);
    editor.selection = new vscode.Selection(4, 3, 4, 3);
    assert.equal(await open(), adding.traceId);
    assert.equal(await open(controller.createTestItem('other', 'other', uri)), undefined);
  });

  it('are known in a task as well, and in a terminal like it', async () => {
    const uri = file('task.test.mjs', [
      `import { createRequire } from 'node:module';`,
      'import test from "node:test";',
      `const { trace } = createRequire(import.meta.url)(${JSON.stringify(path.join(root, 'node_modules/@opentelemetry/api'))});`,
      'test("runs in a task", () => trace.getTracer("task").startSpan("done in a task").end());',
    ]);
    const shell = new vscode.ShellExecution({ value: process.execPath, quoting: vscode.ShellQuoting.Strong }, ['--test', { value: uri.fsPath, quoting: vscode.ShellQuoting.Strong }], { env: { ELECTRON_RUN_AS_NODE: '1' } });
    const task = new vscode.Task({ type: 'shell' }, vscode.TaskScope.Workspace, 'Tests in a task', 'suite', shell);
    await vscode.tasks.executeTask(task);
    const found = await eventually('the trace of the task', async () => (await api.listTraces('test:"runs in a task"'))[0]);
    assert.equal(found.name, 'done in a task');
  });

  it('and their session are known of spans whose exporter reads no environment', async () => {
    await debug(file('own.test.cjs', [
      `const { BasicTracerProvider, SimpleSpanProcessor } = ${load('@opentelemetry/sdk-trace-base')};`,
      `const { OTLPTraceExporter } = ${load('@opentelemetry/exporter-trace-otlp-proto')};`,
      `const { resourceFromAttributes } = ${load('@opentelemetry/resources')};`,
      'const { after, test } = require("node:test");',
      'const provider = new BasicTracerProvider({ resource: resourceFromAttributes({ "service.name": "own" }), spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())] });',
      'test("sends", () => provider.getTracer("own").startSpan("exported in a test").end());',
      'after(() => provider.shutdown());',
    ]));
    const span = await eventually('the span with all that is known of it', async () => {
      const [summary] = await api.listTraces('name:"exported in a test"');
      const [found] = summary === undefined ? [] : await api.getTrace(summary.traceId);
      return found?.service === 'own' && found.attributes['spanscope.test.status'] !== undefined ? found : undefined;
    });
    assert.equal(span.resource['spanscope.session.name'], 'Run tests');
    assert.equal(span.attributes['spanscope.test.name'], 'sends');
    assert.deepEqual(span.marks, []);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import type { SpanRecord } from '../../../src/model/records.ts';
import { activated, listening, load, openFolder, root } from './support.ts';

interface EnvironmentRow { readonly name: string; readonly value: string; readonly note: string }

/** A file of the workspace that is there for this test. */
function program(name: string, lines: readonly string[]): string {
  const file = path.join(openFolder().uri.fsPath, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** A program that writes down what it was given. */
const reporter = (name: string): string => program(`${name}.cjs`, [
  `const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_RESOURCE_ATTRIBUTES', 'SPANSCOPE_TOKEN', 'SPANSCOPE_ENDPOINT'];`,
  `require('node:fs').writeFileSync(__dirname + '/${name}.json', JSON.stringify(names.map((name) => process.env[name] ?? null)));`,
]);

/** Debugs a program to its end; the configuration that the debugger was given. */
async function debug(configuration: Partial<vscode.DebugConfiguration>): Promise<vscode.DebugConfiguration> {
  let session: vscode.DebugSession | undefined;
  const { promise, resolve } = Promise.withResolvers<vscode.DebugConfiguration>();
  const listeners = [
    vscode.debug.onDidStartDebugSession((began) => { session ??= began; }),
    vscode.debug.onDidTerminateDebugSession((ended) => { if (ended === session) resolve(ended.configuration); }),
  ];
  try {
    const started = await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { type: 'node', request: 'launch', name: 'Run agent', console: 'internalConsole', ...configuration });
    assert.ok(started, 'the program could not be started');
    return await promise;
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}

function taskEnd(name: string): Promise<void> {
  return new Promise((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution }) => { if (execution.task.name === name) { listener.dispose(); resolve(); } });
  });
}

async function reportOf(name: string): Promise<(string | null)[]> {
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(openFolder().uri, `${name}.json`));
  return JSON.parse(new TextDecoder().decode(bytes)) as (string | null)[];
}

async function spansOf(api: SpanscopeApi, name: string): Promise<SpanRecord[]> {
  for (let attempt = 0; ; attempt++) {
    const trace = (await api.listTraces()).find((each) => each.name === name);
    if (trace?.endUnixNano !== undefined) return api.getTrace(trace.traceId);
    assert.ok(attempt < 200, `no trace "${name}" arrived`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}


describe('debugging', function () {
  this.timeout(60_000);
  let api: SpanscopeApi;
  let http: string;

  before(async () => {
    api = await activated();
    http = await listening(api);
  });

  after(async () => {
    await api.clear();
    await api.stopReceiver();
  });

  it('shows the spans of a program whose exporter was told nothing, tied to its session', async () => {
    await debug({ program: program('exporting.cjs', [
      `const { BasicTracerProvider, BatchSpanProcessor } = ${load('@opentelemetry/sdk-trace-base')};`,
      `const { OTLPTraceExporter } = ${load('@opentelemetry/exporter-trace-otlp-proto')};`,
      `const { resourceFromAttributes, detectResources, envDetector } = ${load('@opentelemetry/resources')};`,
      'const resource = resourceFromAttributes({ "service.name": "exporting" }).merge(detectResources({ detectors: [envDetector] }));',
      'const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });',
      'provider.getTracer("test").startSpan("exported run").end();',
      'provider.shutdown();',
    ]) });
    const [span] = await spansOf(api, 'exported run');
    assert.equal(span?.resource['spanscope.session.name'], 'Run agent');
    assert.match(String(span?.resource['spanscope.session.id']), /^[\w-]+$/);
    assert.equal(span?.resource['spanscope.workspace'], vscode.workspace.name);
  });

  it('shows the spans of a program without any exporter while it runs, with their lines', async () => {
    const file = program('silent.cjs', [
      `const { BasicTracerProvider } = ${load('@opentelemetry/sdk-trace-base')};`,
      `const { trace } = ${load('@opentelemetry/api')};`,
      'trace.setGlobalTracerProvider(new BasicTracerProvider());',
      'const span = trace.getTracer("test").startSpan("silent run");',
      'span.end();',
      'setInterval(() => {}, 1000);',
    ]);
    const over = debug({ program: file });
    const [span] = await spansOf(api, 'silent run');
    await vscode.debug.stopDebugging();
    await over;
    assert.equal(span?.attributes['spanscope.source.file'], file);
    assert.equal(Number(span?.attributes['spanscope.source.line']), 4);
  });

  it('adds to the options of Node that are there', async () => {
    const { env } = await debug({ program: reporter('options'), env: { NODE_OPTIONS: '--max-old-space-size=512' } });
    assert.match((env as Record<string, string>)['NODE_OPTIONS'] ?? '', /^--max-old-space-size=512 --require .*hook\.cjs"?$/);
    const [endpoint, , token] = await reportOf('options');
    assert.equal(endpoint, http);
    assert.ok((token ?? '').length >= 22);
  });

  it('lets a program in a terminal know the token without typing it there', async () => {
    const { env } = await debug({ program: reporter('in-terminal'), console: 'integratedTerminal' });
    const [, , token] = await reportOf('in-terminal');
    assert.match(token ?? '', /^[\w-]{40,}$/);
    assert.ok(!JSON.stringify(env).includes(token ?? ''), 'the token is typed');
  });

  it('leaves a program alone whose configuration says so', async () => {
    await debug({ program: reporter('alone'), spanscope: false });
    assert.deepEqual(await reportOf('alone'), [null, null, null, null]);
  });

  it('leaves the address that the user has set, and says so', async () => {
    await debug({ program: reporter('kept'), env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
    const [endpoint, attributes, , ours] = await reportOf('kept');
    assert.equal(endpoint, 'http://127.0.0.1:9');
    assert.match(attributes ?? '', /^spanscope\.session\.id=[\w-]+$/);
    assert.equal(ours, http);
    const rows = await vscode.commands.executeCommand<EnvironmentRow[]>('spanscope.showEnvironment', true);
    assert.deepEqual(rows.find(({ name }) => name === 'OTEL_EXPORTER_OTLP_ENDPOINT'), { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://127.0.0.1:9', note: 'left as the launch configuration has it' });
    assert.doesNotMatch(rows.find(({ name }) => name === 'SPANSCOPE_TOKEN')?.value ?? '', /\w/);
  });

  it('takes an address from a file of variables for the user’s as well', async () => {
    const envFile = program('debug.env', ['OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9"']);
    await debug({ program: reporter('fromFile'), envFile });
    assert.equal((await reportOf('fromFile'))[0], 'http://127.0.0.1:9');
  });

  it('sets nothing where a workspace has turned it off', async () => {
    const settings = vscode.workspace.getConfiguration('spanscope.debug');
    await settings.update('environment', false, vscode.ConfigurationTarget.Workspace);
    try {
      await debug({ program: reporter('off') });
      assert.deepEqual(await reportOf('off'), [null, null, null, null]);
    } finally {
      await settings.update('environment', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('runs a file with tracing', async () => {
    const file = reporter('ran');
    const ended = taskEnd('Run ran.cjs');
    await vscode.commands.executeCommand('spanscope.runFile', vscode.Uri.file(file));
    await ended;
    const [endpoint, attributes] = await reportOf('ran');
    assert.equal(endpoint, http);
    assert.match(attributes ?? '', /spanscope\.session\.name=ran\.cjs/);
  });

  it('runs a Python file with tracing, the hook first on its path', async function () {
    if (spawnSync('python3', ['--version']).status !== 0) return this.skip();
    const file = program('ran.py', [
      'import json, os, sys',
      `json.dump([os.environ.get('OTEL_EXPORTER_OTLP_ENDPOINT'), os.environ['PYTHONPATH'].split(os.pathsep)[0], str('sitecustomize' in sys.modules)], open(os.path.join(os.path.dirname(__file__), 'ranPython.json'), 'w'))`,
    ]);
    const ended = taskEnd('Run ran.py');
    await vscode.commands.executeCommand('spanscope.runFile', vscode.Uri.file(file));
    await ended;
    assert.deepEqual(await reportOf('ranPython'), [http, path.join(root, 'dist/hook/python'), 'True']);
  });

  it('leads programs of new terminals here, without a token and without a run', async () => {
    const file = reporter('terminal');
    const closed = new Promise<void>((resolve) => {
      const listener = vscode.window.onDidCloseTerminal((terminal) => { if (terminal.name === 'reporter') { listener.dispose(); resolve(); } });
    });
    vscode.window.createTerminal({ name: 'reporter', shellPath: process.execPath, shellArgs: [file] });
    await closed;
    assert.deepEqual(await reportOf('terminal'), [http, null, null, http]);
  });

  it('lets every debugger’s configurations say that a program is left alone', async () => {
    const launch = vscode.Uri.joinPath(openFolder().uri, '.vscode', 'launch.json');
    const text = (property: string): string => JSON.stringify({ version: '0.2.0', configurations: [{ type: 'node', request: 'launch', name: 'a', program: 'a.js', [property]: false }] });
    const problems = (): string => vscode.languages.getDiagnostics(launch).map(({ message }) => message).join();
    const becomes = (wanted: string): Promise<void> => new Promise((resolve) => {
      const check = (): void => { if (problems() === wanted) { listener.dispose(); resolve(); } };
      const listener = vscode.languages.onDidChangeDiagnostics(check);
      check();
    });
    const write = (property: string): Thenable<void> => vscode.workspace.fs.writeFile(launch, new TextEncoder().encode(text(property)));
    await write('spanscopeOther');
    await vscode.window.showTextDocument(launch);
    await becomes('Property spanscopeOther is not allowed.');
    await write('spanscope');
    await becomes('');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(launch);
  });
});

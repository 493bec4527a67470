import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, listening, openFolder, until } from './support.ts';

/** Sends a span as an SDK would that follows the variables. */
const agent = `require 'json'
require 'net/http'
require 'securerandom'
def text(key, value) = { key: key, value: { stringValue: value } }
attributes = ENV['OTEL_RESOURCE_ATTRIBUTES'].split(',').map { |pair| key, value = pair.split('=', 2); text(key, URI.decode_www_form_component(value)) }
attributes << text('token', ENV['SPANSCOPE_TOKEN'].to_s)
now = Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond)
span = { traceId: SecureRandom.hex(16), spanId: SecureRandom.hex(8), name: 'ruby run', startTimeUnixNano: (now - 1_000_000).to_s, endTimeUnixNano: now.to_s }
body = { resourceSpans: [{ resource: { attributes: attributes }, scopeSpans: [{ spans: [span] }] }] }
Net::HTTP.post(URI(ENV['OTEL_EXPORTER_OTLP_ENDPOINT'] + '/v1/traces'), body.to_json, 'content-type' => 'application/json')
`;

describe('the environment of programs', function () {
  this.timeout(60_000);
  let api: SpanscopeApi;
  let http: string;
  let folder: string;

  before(async () => {
    api = await activated();
    http = await listening(api);
    // A path of a socket has room for about a hundred characters.
    folder = mkdtempSync(path.join(os.tmpdir(), 'span-'));
  });

  after(async () => {
    await api.clear();
    await api.stopReceiver();
    rmSync(folder, { recursive: true, force: true });
  });

  it('comes to one that a debugger of another language starts through a shell, and makes its spans one run of the session', async function () {
    if (process.env['SPANSCOPE_TEST_RDBG'] === undefined) return this.skip();
    const script = path.join(folder, 'agent.rb');
    writeFileSync(script, agent);
    const name = `Ruby agent's "first" run; $(exit)`;
    const ended = new Promise<void>((resolve) => {
      const listener = vscode.debug.onDidTerminateDebugSession((session) => { if (session.name === name) { listener.dispose(); resolve(); } });
    });
    assert.ok(await vscode.debug.startDebugging(openFolder(), { type: 'rdbg', request: 'launch', name, script }));
    const trace = await until(async () => (await api.listTraces()).find((each) => each.name === 'ruby run'), () => 'no span of the program arrived');
    await ended;
    const [span] = await api.getTrace(trace.traceId);
    assert.deepEqual([span?.resource['spanscope.session.name'], span?.resource['spanscope.workspace'], span?.resource['token']], [name, vscode.workspace.name, '']);
    assert.match(String(span?.resource['spanscope.session.id']), /^[\w-]+$/);
  });

  it('leaves a task what it sets itself', async () => {
    const tasks = vscode.Uri.joinPath(openFolder().uri, '.vscode', 'tasks.json'), report = path.join(folder, 'task.json');
    const script = path.join(folder, 'task.cjs');
    writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(report)}, JSON.stringify(process.env))`);
    const run = async (env: object): Promise<Record<string, string>> => {
      await vscode.workspace.fs.writeFile(tasks, new TextEncoder().encode(JSON.stringify({ version: '2.0.0', tasks: [{ label: 'report', type: 'process', command: process.execPath, args: [script], options: { env } }] })));
      const wanted = JSON.stringify(env);
      await until(() => (wanted === JSON.stringify(vscode.workspace.getConfiguration('tasks').get<{ options: { env: object } }[]>('tasks')?.[0]?.options.env) ? true : undefined), () => 'the editor did not read tasks.json');
      const task = (await vscode.tasks.fetchTasks()).find((each) => each.name === 'report');
      assert.ok(task, 'the task was not found');
      const ended = new Promise<void>((resolve) => {
        const listener = vscode.tasks.onDidEndTask(({ execution }) => { if (execution.task.name === 'report') { listener.dispose(); resolve(); } });
      });
      await vscode.tasks.executeTask(task);
      await ended;
      return JSON.parse(readFileSync(report, 'utf8')) as Record<string, string>;
    };
    try {
      assert.equal((await run({}))['OTEL_EXPORTER_OTLP_ENDPOINT'], http);
      const own = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', PYTHONPATH: 'src', NODE_OPTIONS: '--no-warnings' };
      const found = await run(own);
      assert.deepEqual([found['OTEL_EXPORTER_OTLP_ENDPOINT'], found['OTEL_EXPORTER_OTLP_PROTOCOL'], found['PYTHONPATH']], ['http://127.0.0.1:9', undefined, 'src']);
      assert.match(found['NODE_OPTIONS'] ?? '', /^--no-warnings --require .*hook\.cjs"?$/);
    } finally {
      await vscode.workspace.fs.delete(tasks);
    }
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../src/editor/api.ts';
import type { SpanRecord } from '../../src/model/records.ts';

/** One span as the SDK's own in-memory exporter recorded it (see fixtures/agents). */
interface Recorded {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: string;
  readonly startUnixNano: string;
  readonly endUnixNano: string;
  readonly status: { readonly code: string; readonly message: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version: string };
}

const nodeFolder = process.env['SPANSCOPE_TEST_NODE_CLIENTS'];
const pythonFolder = process.env['SPANSCOPE_TEST_PYTHON_CLIENTS'];
const python = process.env['SPANSCOPE_TEST_PYTHON'];

describe('spans of real SDKs arrive as the SDK itself recorded them', () => {
  let api: SpanscopeApi;
  before(async () => {
    api = (await vscode.extensions.getExtension<SpanscopeApi>('spanscope.spanscope')?.activate()) as SpanscopeApi;
    await api.startReceiver({ httpPort: 0, grpcPort: 0 });
  });
  after(() => api.stopReceiver());

  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    for (const compression of ['none', 'gzip']) {
      it(`OpenTelemetry JS over ${protocol}, compression ${compression}`, async function () {
        this.timeout(60_000);
        if (nodeFolder === undefined) return this.skip();
        await compare(api, await runNode(api, 'traces.mjs', { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, ...compressed(compression) }));
      });
    }
  }
  it('OpenTelemetry Python with the hook beside its exporter: once, with the lines', async function () {
    this.timeout(60_000);
    if (python === undefined) return this.skip();
    const hook = path.join(process.env['SPANSCOPE_TEST_ROOT'] as string, 'dist/hook/python');
    const recorded = await runPython(api, ['traces.py'], { PYTHONPATH: [hook, pythonFolder as string].join(path.delimiter) });
    await compare(api, recorded);
    const spans = await api.getTrace(recorded[0]?.traceId as string);
    assert.deepEqual(spans.filter((span) => span.marks.includes('duplicate') || typeof span.attributes['spanscope.source.line'] !== 'number').map((span) => span.name), []);
  });
  for (const protocol of ['http/protobuf', 'grpc']) {
    for (const compression of ['none', 'gzip']) {
      it(`OpenTelemetry Python over ${protocol}, compression ${compression}`, async function () {
        this.timeout(60_000);
        if (python === undefined) return this.skip();
        await compare(api, await runPython(api, ['traces.py'], { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, ...compressed(compression) }));
      });
    }
  }

  it('OpenTelemetry Python over grpc at the address of HTTP, as one variable leads all exporters', async function () {
    this.timeout(60_000);
    if (python === undefined) return this.skip();
    await compare(api, await runPython(api, ['traces.py'], { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: api.endpoints.http ?? '' }));
  });

  it('two processes make one trace with the hand-over visible', async function () {
    this.timeout(60_000);
    if (nodeFolder === undefined) return this.skip();
    const recorded = await runNode(api, 'planner.mjs');
    await compare(api, recorded);
    const spans = await api.getTrace(recorded[0]?.traceId as string);
    assert.deepEqual(spans.map((span) => [span.name, span.service]), [['plan', 'planner'], ['send task', 'planner'], ['do task', 'worker']]);
    assert.equal(spans[2]?.parentSpanId, spans[1]?.spanId);
    assert.deepEqual(spans.flatMap((span) => span.marks), []);
  });

  it('FastAPI and httpx under opentelemetry-instrument with B3 headers', async function () {
    this.timeout(60_000);
    if (python === undefined) return this.skip();
    const env = { OTEL_PROPAGATORS: 'b3multi', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', WEB_APP_PORT: String(await freePort()) };
    const instrument = ['-c', 'from opentelemetry.instrumentation.auto_instrumentation import run; run()'];
    const [app, client] = await Promise.all([
      runPython(api, [...instrument, 'python', 'web_app.py'], { ...env, OTEL_SERVICE_NAME: 'web-app' }),
      runPython(api, [...instrument, 'python', 'web_client.py'], { ...env, OTEL_SERVICE_NAME: 'web-client' }),
    ]);
    await compare(api, [...app, ...client]);
    const ask = client.find((span) => span.name === 'ask') as Recorded;
    const spans = await api.getTrace(ask.traceId);
    assert.deepEqual([...new Set(spans.map((span) => span.service))].sort(), ['web-app', 'web-client']);
    assert.equal(spans.filter((span) => span.parentSpanId === undefined).length, 1, 'one root');
  });

  it('the AI SDK with its OpenTelemetry integration', async function () {
    this.timeout(60_000);
    if (nodeFolder === undefined) return this.skip();
    const { spans, summary } = await agentRun(api, await runNode(api, 'aiSdk.mjs'));
    assert.equal(summary.llmCalls, 2);
    assert.equal(summary.toolCalls, 1);
    assert.deepEqual([summary.inputTokens, summary.outputTokens], [240, 60]);
    assertWeatherTool(spans);
    assert.equal(spans.find((span) => span.agent?.role === 'agent')?.agent?.agentName, 'weather-agent');
  });

  it('version 5 of the AI SDK', async function () {
    this.timeout(60_000);
    if (nodeFolder === undefined) return this.skip();
    const { spans, summary } = await agentRun(api, await runNode(api, 'aiSdk5.mjs'));
    assert.equal(summary.llmCalls, 2);
    assert.deepEqual([summary.inputTokens, summary.outputTokens], [240, 60]);
    assertWeatherTool(spans);
  });

  it('LangGraph with OpenInference', async function () {
    this.timeout(60_000);
    if (python === undefined) return this.skip();
    const { spans, summary } = await agentRun(api, await runPython(api, ['langgraph_agent.py']));
    assert.equal(summary.llmCalls, 2);
    assert.equal(summary.toolCalls, 1);
    assert.deepEqual([summary.inputTokens, summary.outputTokens], [240, 60]);
    assert.equal(spans.find((span) => span.agent?.role === 'tool')?.agent?.toolName, 'weather');
  });

  it('the OpenAI Agents SDK with OpenInference', async function () {
    this.timeout(60_000);
    if (python === undefined) return this.skip();
    const { spans, summary } = await agentRun(api, await runPython(api, ['openai_agents.py']));
    assert.equal(summary.llmCalls, 2);
    assert.deepEqual([summary.inputTokens, summary.outputTokens], [240, 60]);
    assertWeatherTool(spans);
    assert.ok(spans.some((span) => span.agent?.role === 'agent' && span.agent.agentName === 'weather agent'));
  });
});

/** Python's gRPC exporter knows no word for "none". */
const compressed = (compression: string): Record<string, string> => (compression === 'none' ? {} : { OTEL_EXPORTER_OTLP_COMPRESSION: compression });

function assertWeatherTool(spans: readonly SpanRecord[]): void {
  const tool = spans.find((span) => span.agent?.role === 'tool');
  assert.equal(tool?.agent?.toolName, 'weather');
  assert.deepEqual(tool.agent.toolArguments, { city: 'Bern' });
}

async function agentRun(api: SpanscopeApi, recorded: readonly Recorded[]) {
  await compare(api, recorded);
  const traceId = (recorded.find((span) => span.parentSpanId === null) ?? recorded[0])?.traceId as string;
  const summary = (await api.listTraces()).find((trace) => trace.traceId === traceId);
  assert.ok(summary, 'the trace is listed');
  return { spans: await api.getTrace(traceId), summary };
}

function runNode(api: SpanscopeApi, file: string, env: Readonly<Record<string, string>> = {}): Promise<Recorded[]> {
  return runClient(api, path.join(process.env['SPANSCOPE_TEST_ROOT'] as string, 'node_modules/.bin/node'), [file], nodeFolder as string, env);
}

function runPython(api: SpanscopeApi, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Recorded[]> {
  const bin = path.dirname(python as string);
  return runClient(api, python as string, args, pythonFolder as string, { PYTHONPATH: pythonFolder as string, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`, ...env });
}

/** Runs a program to its end with one environment variable pointing at the receiver (and the protocol), and reads what it recorded. */
async function runClient(api: SpanscopeApi, command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<Recorded[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-recording-')), recording = path.join(folder, 'spans.json');
  const endpoint = env['OTEL_EXPORTER_OTLP_PROTOCOL'] === 'grpc' ? `http://${api.endpoints.grpc ?? ''}` : api.endpoints.http;
  const child = spawn(command, [...args], { cwd, env: { ...process.env, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env, SPANSCOPE_RECORDING: recording } });
  let said = '';
  child.stdout.on('data', (data: Buffer) => { said += data.toString(); });
  child.stderr.on('data', (data: Buffer) => { said += data.toString(); });
  const code = await new Promise((resolve, reject) => { child.once('error', reject); child.once('close', resolve); });
  assert.equal(code, 0, said);
  const recorded = [recording, `${recording}.worker`].filter((file) => existsSync(file)).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Recorded[]);
  rmSync(folder, { recursive: true, force: true });
  return recorded;
}

/** Every recorded span is there, and equal in everything that was recorded. */
async function compare(api: SpanscopeApi, recorded: readonly Recorded[]): Promise<void> {
  assert.ok(recorded.length > 0, 'the program recorded no span');
  for (const traceId of new Set(recorded.map((span) => span.traceId))) {
    const wanted = recorded.filter((span) => span.traceId === traceId);
    const received = await api.getTrace(traceId);
    assert.equal(received.length, wanted.length, `spans of trace ${traceId}`);
    for (const span of wanted) {
      const found = received.find((each) => each.spanId === span.spanId);
      assert.ok(found, `span ${span.name} is missing`);
      assert.deepEqual(asRecorded(found), normalised(span));
    }
  }
}

function asRecorded(span: SpanRecord): unknown {
  return {
    traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId ?? null, name: span.name, kind: span.kind,
    startUnixNano: span.startUnixNano, endUnixNano: span.endUnixNano, status: { code: span.status.code, message: span.status.message ?? '' },
    // What a hook adds is no part of what the SDK recorded.
    attributes: copy(Object.fromEntries(Object.entries(span.attributes).filter(([key]) => !key.startsWith('spanscope.')))),
    events: span.events.map((event) => ({ name: event.name, timeUnixNano: event.timeUnixNano, attributes: copy(event.attributes) })),
    links: span.links.map((link) => ({ traceId: link.traceId, spanId: link.spanId, attributes: copy(link.attributes) })),
    resource: copy(span.resource),
    scope: { name: span.scope?.name ?? '', version: span.scope?.version ?? '' },
  };
}

/** Integers beyond 2^53 are decimal text in records; JavaScript SDKs send them as the integers that their doubles are. */
function normalised(span: Recorded): unknown {
  return copy(JSON.parse(JSON.stringify(span, (_, value: unknown) => (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value).toString() : value))));
}

const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

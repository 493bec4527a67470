import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Admission } from '../../../src/collector/receivers/admission.ts';
import { ControlChannel } from '../../../src/collector/receivers/controlChannel.ts';
import { openHttpListener } from '../../../src/collector/receivers/httpListener.ts';
import { httpReceivers } from '../../../src/collector/receivers/registry.ts';
import { DecodingSink } from '../collector/receivers/support/decodingSink.ts';
import { drawTree, LiveServer } from './liveServer.ts';
import { isNodeFrom, nodeClients, ShippedNodeHook } from './nodeHook.ts';
import { lineOf } from './shippedKit.ts';
import type { AddressInfo } from 'node:net';
import type { ReceivedSpan } from './liveServer.ts';
import type { Ended } from './programFolder.ts';

const stripsTypes = isNodeFrom(23, 6) || (isNodeFrom(22, 18) && !isNodeFrom(23));

let shipped: ShippedNodeHook, live: LiveServer;

beforeAll(async () => { shipped = await ShippedNodeHook.make(); });
afterAll(() => { shipped.remove(); });
afterEach(() => live.close());

const run = (args: readonly string[], env?: Readonly<Record<string, string>>, onOutput?: () => void): Promise<Ended> => shipped.run(args, env, onOutput === undefined ? {} : { onOutput });
const write = (name: string, text: string): string => shipped.write(name, text);

/** Environment of a program with the hook. */
async function hooked(): Promise<Record<string, string>> {
  live = await LiveServer.listen();
  return shipped.environment(live);
}

/** Kills the program that is connected. */
function kill(): void {
  const pid = live.messages.find(({ type }) => type === 'hello')?.client?.['pid'];
  if (typeof pid === 'number') process.kill(pid, 'SIGKILL');
}

/** What a program writes has ids and times that differ in each run. */
const steady = (text: string): string => text.replaceAll(/\b[0-9a-f]{16}(?:[0-9a-f]{16})?\b/g, 'ID').replaceAll(/\b\d+(?:\.\d+)?(?:ms|n)?\b/g, 'N');

/** Runs a program without and with the hook, and gives the spans that were told after checking that nothing else differs. */
async function watched(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<readonly ReceivedSpan[]> {
  const hookEnv = await hooked();
  const [without, withHook] = await Promise.all([run(args, env), run(args, { ...env, ...hookEnv })]);
  expect({ ...withHook, stdout: steady(withHook.stdout), stderr: steady(withHook.stderr) })
    .toEqual({ ...without, stdout: steady(without.stdout), stderr: steady(without.stderr) });
  return received();
}

/** All spans of programs that have ended; what they sent last may still be on its way to us. */
async function received(): Promise<readonly ReceivedSpan[]> {
  await expect.poll(() => live.connections.size).toBe(0);
  return live.spans();
}

const line = (span: ReceivedSpan): readonly unknown[] => [
  span.name, span.attributes['spanscope.source.file'], span.attributes['spanscope.source.line'], span.attributes['spanscope.source.function'],
];

const sdkProgram = `
const { trace, SpanStatusCode } = require('@opentelemetry/api');
const { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const resource = resourceFromAttributes({ 'service.name': 'shop' });
new NodeTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }).register();
const tracer = trace.getTracer('agents', '1.2.3');
class Agent {
  async run() {
    await tracer.startActiveSpan('run', { kind: 3, attributes: { model: 'm', list: ['a', 'b'] } }, async (span) => { // run
      await new Promise((resolve) => setTimeout(resolve, 50));
      const tool = tracer.startSpan('tool'); // tool
      tool.addEvent('asked', { 'n': 1 });
      tool.recordException(new TypeError('no such city'));
      tool.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
      tool.end();
      span.setAttribute('model', 'changed').setAttribute('tokens', 7);
      span.updateName('renamed');
      span.end();
    });
  }
}
new Agent().run();
`;

describe('spans of the OpenTelemetry SDK', () => {
  it('are told from their start to their end with the line of the program, and its own exporter prints what it did', async () => {
    const file = write('sdk.cjs', sdkProgram);
    const spans = await watched([file], { OTEL_RESOURCE_ATTRIBUTES: 'spanscope.session.id=s1,service.name=environment' });
    expect(drawTree(spans)).toBe('renamed (shop) unset\n  tool (shop) error');
    const [root, tool] = spans as [ReceivedSpan, ReceivedSpan];
    expect([root, tool].map(line)).toEqual([
      ['renamed', file, lineOf(sdkProgram, '// run'), 'Agent.run'], ['tool', file, lineOf(sdkProgram, '// tool'), '<anonymous>'],
    ]);
    expect(root).toMatchObject({ kind: 'producer', scope: { name: 'agents', version: '1.2.3' }, attributes: { model: 'changed', list: ['a', 'b'], tokens: 7 } });
    expect(root.resource.attributes).toMatchObject({ 'spanscope.session.id': 's1', 'service.name': 'shop' });
    expect(tool).toMatchObject({ kind: 'internal', status: { code: 'error', message: 'failed' } });
    expect(tool.events).toMatchObject([{ name: 'asked', attributes: { n: 1 } }, { name: 'exception', attributes: { 'exception.type': 'TypeError' } }]);
    expect(BigInt(root.endTimeUnixNano ?? 0) - BigInt(root.startTimeUnixNano)).toBeGreaterThan(40_000_000n);
    expect(live.typesOf(root.spanId)[0]).toBe('start');
    expect(live.messages.filter(({ type }) => type !== 'hello').every((message) => 'witness' in message && message.witness === true)).toBe(true);
  });

  it('are seen when a provider is never registered, and when the SDK is imported by an ES module', async () => {
    const text = `import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
const tracer = new BasicTracerProvider().getTracer('own');
function work() {
  tracer.startSpan('of my own').end(); // work
}
work();
`;
    const file = write('own.mjs', text);
    expect((await watched([file])).map(line)).toEqual([['of my own', file, lineOf(text, '// work'), 'work']]);
  });

  it('are seen in a bundle that has API and SDK inside', async () => {
    write('bundled.ts', sdkProgram.replaceAll(/const (\{.*\}) = require\((.*)\);/g, 'import $1 from $2;'));
    const file = path.join(shipped.folder, 'out/bundled.mjs');
    const banner = { js: `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);` };
    await build({ entryPoints: [path.join(shipped.folder, 'bundled.ts')], outfile: file, bundle: true, minify: true, sourcemap: 'inline', platform: 'node', format: 'esm', banner, logLevel: 'silent' });
    expect((await watched([file])).map(({ name }) => name)).toEqual(['renamed', 'tool']);
  });

  it('of a sampler that drops them are not told', async () => {
    const file = write('dropped.cjs', sdkProgram.replace('spanProcessors', 'sampler: { shouldSample: () => ({ decision: 0 }), toString: () => "none" }, spanProcessors'));
    expect(await watched([file])).toEqual([]);
  });

  it('tell while they are open what has changed', async () => {
    const env = await hooked();
    const file = write('changing.cjs', `
const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
const span = new BasicTracerProvider().getTracer('t').startSpan('long');
let count = 0;
setInterval(() => span.setAttribute('key ' + count++, 1), 50);
`);
    const ended = run([file], env);
    await live.until(() => live.messages.filter(({ type }) => type === 'update').length > 1);
    expect(Object.keys(live.spans()[0]?.attributes ?? {})).toEqual(expect.arrayContaining(['key 0', 'key 1', 'key 2']));
    kill();
    expect(await ended).toMatchObject({ signal: 'SIGKILL' });
    expect(live.spans()[0]?.endTimeUnixNano).toBeUndefined();
  });
});

describe('the OpenTelemetry API without an SDK', () => {
  const text = `import { context, trace } from '@opentelemetry/api';
const tracer = trace.getTracer('framework', '2.0');
async function agent() {
  return tracer.startActiveSpan('agent', { attributes: { 'gen_ai.agent.name': 'x' } }, async (span) => { // agent
    await new Promise((resolve) => setTimeout(resolve, 1));
    try {
      return await tracer.startActiveSpan('tool', async (tool) => { // tool
        tool.recordException(new Error('lost'));
        tool.setStatus({ code: 2, message: 'lost' });
        tool.end();
        throw new Error('lost');
      });
    } catch (error) {
      console.log(error.message, trace.getActiveSpan() === span);
    }
    context.bind(trace.setSpan(context.active(), span), () => tracer.startSpan('bound').end())();
    span.addEvent('over', { ok: true }, new Date()).end();
    return 17;
  });
}
await agent();
`;

  it('gets spans with their parents, which say where they were made', async () => {
    const file = write('api.mjs', text);
    const env = await hooked();
    expect(await run([file], env)).toEqual({ code: 0, signal: null, stdout: 'lost true\n', stderr: '' });
    expect(drawTree(await received())).toBe('agent (api) unset\n  tool (api) error\n  bound (api) unset');
    expect(live.spans().slice(0, 2).map(line)).toEqual([
      ['agent', file, lineOf(text, '// agent'), 'agent'], ['tool', file, lineOf(text, '// tool'), '<anonymous>'],
    ]);
    expect(live.spans()[0]?.events).toMatchObject([{ name: 'over', attributes: { ok: true } }]);
  });

  it('uses the provider that the program registers later, also for tracers from before', async () => {
    const file = write('later.cjs', `
const { trace } = require('@opentelemetry/api');
const tracer = trace.getTracer('early');
tracer.startSpan('before').end();
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
tracer.startSpan('after').end();
console.log(exporter.getFinishedSpans().map(({ name, parentSpanContext }) => [name, parentSpanContext]));
`);
    expect((await watched([file])).map(({ name }) => name)).toEqual(['before', 'after']);
  });

  it('leaves spans of a provider without the parents that they would not have without a manager of contexts', async () => {
    const file = write('unmanaged.cjs', `
const { context, trace } = require('@opentelemetry/api');
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
const tracer = trace.getTracer('t');
tracer.startActiveSpan('outer', (outer) => {
  tracer.startSpan('inner').end();
  context.bind(trace.setSpan(context.active(), outer), () => tracer.startSpan('bound').end())();
  outer.end();
});
console.log(exporter.getFinishedSpans().map(({ name, parentSpanContext }) => [name, parentSpanContext === undefined]));
`);
    expect(drawTree(await watched([file]))).not.toMatch(/^ /m);
  });

  it('makes no spans when OpenTelemetry is switched off', async () => {
    expect(await watched([write('disabled.mjs', text.replace("trace.getActiveSpan() === span", "''"))], { OTEL_SDK_DISABLED: 'true' })).toEqual([]);
  });
});

describe('the line of a span', () => {
  const typed = `import { trace } from '@opentelemetry/api';
interface Task {
  readonly text: string;
}

const tracer = trace.getTracer('typed');
const task: Task = { text: 'x' };
class Planner {
  plan(this: Planner): void {
    tracer.startSpan(task.text).end(); // planned
  }
}
new Planner().plan();
`;

  it.skipIf(!stripsTypes)(`is that of the TypeScript file which Node runs itself${stripsTypes ? '' : ': this Node does not strip types'}`, async () => {
    const file = write('typed.mts', typed);
    expect((await watched([file])).map(line)).toEqual([['x', file, lineOf(typed, '// planned'), 'Planner.plan']]);
  });

  it('is that of the original file where source maps are on', async () => {
    const file = write('mapped/typed.ts', typed);
    const out = path.join(shipped.folder, 'mapped/out.mjs');
    await build({ entryPoints: [file], outfile: out, sourcemap: 'linked', format: 'esm', minifyWhitespace: true, logLevel: 'silent' });
    expect((await watched(['--enable-source-maps', out])).map(line)).toEqual([['x', file, lineOf(typed, '// planned'), expect.any(String)]]);
    expect((await watched([out])).map(line)).toEqual([['x', out, 1, 'Planner.plan']]);
  });

  it('is found at any depth for one and the same tracer', async () => {
    write('node_modules_of/node_modules/frames/index.cjs', 'exports.frames = (n, work) => n === 0 ? work() : exports.frames(n - 1, work);');
    const text = `
const { trace } = require('@opentelemetry/api');
const { frames } = require('./node_modules_of/node_modules/frames/index.cjs');
trace.setGlobalTracerProvider(new (require('@opentelemetry/sdk-trace-base').BasicTracerProvider)());
const tracer = trace.getTracer('t');
for (const depth of [0, 1, 2, 3, 7, 19, 40, 70, 0]) {
  frames(depth, tracer.startSpan.bind(tracer, String(depth))).end(); // here
}
`;
    const file = write('depths.cjs', text), here = lineOf(text, '// here');
    const spans = (await watched([file])).map(line);
    expect(spans.map(([name, , at]) => [name, at])).toEqual(['0', '1', '2', '3', '7', '19', '40', '70', '0'].map((name) => [name, name === '70' ? undefined : here]));
  });

  it('is found through many frames of libraries, and leaves alone how the program formats its stacks', async () => {
    write('node_modules_of/node_modules/deep/index.cjs', 'exports.deep = (n, work) => n === 0 ? work() : exports.deep(n - 1, work);');
    const text = `
const { trace } = require('@opentelemetry/api');
const { deep } = require('./node_modules_of/node_modules/deep/index.cjs');
Error.stackTraceLimit = 3;
const format = Error.prepareStackTrace = (error, frames) => frames.length;
const tracer = trace.getTracer('t');
deep(30, tracer.startSpan.bind(tracer, 'deep')).end(); // deep
console.log(Error.stackTraceLimit, Error.prepareStackTrace === format, new Error('x').stack);
`;
    const file = write('deep.cjs', text);
    expect((await watched([file])).map(line)).toEqual([['deep', file, lineOf(text, '// deep'), '<anonymous>']]);
  });
});

describe('a program', () => {
  const begin = `const { trace } = require('@opentelemetry/api');
const tracer = trace.getTracer('t');
tracer.startSpan('open');
tracer.startSpan('ended').end();
`;

  it('that calls process.exit, or ends by an error, is told of to its last moment', async () => {
    const exits = await watched([write('exits.cjs', `${begin}setTimeout(() => { tracer.startSpan('last').end(); process.exit(3); }, 100);\n`)]);
    expect(drawTree(exits)).toBe('open (exits) open\nended (exits) unset\nlast (exits) unset');
    await live.close();
    const throws = await watched([write('throws.cjs', `${begin}setTimeout(() => { tracer.startSpan('last').end(); throw new Error('uncaught'); }, 100);\n`)]);
    expect(drawTree(throws)).toBe('open (throws) open\nended (throws) unset\nlast (throws) unset');
  });

  it('that ends before anything can come in is told of', async () => {
    const spans = await watched([write('sudden.cjs', `${begin}process.exit(4);\n`)]);
    expect(drawTree(spans)).toBe('open (sudden) open\nended (sudden) unset');
  });

  it('hears of its end once, with its own listeners', async () => {
    await watched([write('listens.cjs', `${begin}process.on('beforeExit', () => console.log('before')).on('exit', (code) => console.log('exit', code, process.listenerCount('beforeExit')));\n`)]);
    expect(live.spans()).toHaveLength(2);
  });

  it('that is killed leaves its open spans', async () => {
    const file = write('killed.cjs', `${begin}setInterval(() => console.log('now'), 100);\n`);
    expect(await run([file], await hooked(), kill)).toMatchObject({ signal: 'SIGKILL' });
    expect(drawTree(await received())).toBe('open (killed) open\nended (killed) unset');
  });

  it('is told of with its worker threads and child processes', async () => {
    const file = write('family.cjs', `
const { Worker, isMainThread } = require('node:worker_threads');
const { fork } = require('node:child_process');
const { trace } = require('@opentelemetry/api');
const isChild = process.argv[2] === 'child';
trace.getTracer('t').startSpan(isChild ? 'child' : isMainThread ? 'parent' : 'thread').end();
if (isMainThread && !isChild) {
  new Worker(__filename);
  fork(__filename, ['child']);
}
`);
    expect((await watched([file])).map(({ name }) => name).toSorted()).toEqual(['child', 'parent', 'thread']);
  });

  it('under node:test, with the clock and timers of its tests replaced, is told of', async () => {
    const file = write('some.test.mjs', `
import test from 'node:test';
import { trace } from '@opentelemetry/api';
test('a test', (t) => {
  t.mock.timers.enable();
  trace.getTracer('t').startSpan('in a test').end();
});
`);
    expect((await watched(['--test', '--test-reporter=tap', file])).map(({ name }) => name)).toEqual(['in a test']);
  });

  it('that instruments http does not see the connection of the hook', async () => {
    const file = write('http.cjs', `
const http = require('node:http'), { request } = http;
const { trace } = require('@opentelemetry/api');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
http.request = function (...args) {
  console.log('connects');
  trace.getTracer('http').startSpan('GET').end();
  return request.apply(this, args);
};
new NodeTracerProvider().register();
trace.getTracer('t').startSpan('work');
setInterval(() => undefined, 1000);
`);
    const env = await hooked();
    // The first connection is older than the instrumentation.
    live.goAway();
    const ended = run([file], env, () => live.comeBack());
    await live.until(() => live.spans().length > 0);
    kill();
    expect((await ended).stdout).toContain('connects');
    expect(live.spans().map(({ name }) => name)).toEqual(['work']);
  });

  it('is not held up, nor told anything, when nobody listens or nobody answers', async () => {
    const env = await hooked();
    const file = write('alone.cjs', begin);
    const quiet = { code: 0, signal: null, stdout: '', stderr: '' };
    expect(await run([file], { ...env, SPANSCOPE_ENDPOINT: 'ws://127.0.0.1:1/' })).toEqual(quiet);
    const mute = createServer();
    await new Promise<void>((resolve) => { mute.listen(0, '127.0.0.1', resolve); });
    expect(await run([file], { ...env, SPANSCOPE_ENDPOINT: `ws://127.0.0.1:${(mute.address() as AddressInfo).port}` })).toEqual(quiet);
    mute.close();
  });

  it('is left alone when the hook is off, and by all of it but its first lines when it makes no spans', async () => {
    const env = await hooked();
    const text = `console.log(Reflect.ownKeys(globalThis).filter((key) => typeof key === 'symbol' && /spanscope|opentelemetry/.test(key.description)).length);
console.log(process.listenerCount('exit'), process.moduleLoadList.filter((name) => /NativeModule (http|crypto)$/.test(name)));`;
    const file = write('plain.cjs', text);
    expect(await run([file], { ...env, SPANSCOPE_HOOK: 'off' })).toMatchObject({ stdout: '0\n0 []\n' });
    expect(await run([file], env)).toMatchObject({ stdout: '3\n0 []\n', stderr: '' });
    expect(live.messages).toEqual([]);
  });
});

describe('the receiver', () => {
  it('takes all that the hook tells, beside what the program sends itself', async () => {
    const env = await hooked();
    const sink = new DecodingSink();
    const control = new ControlChannel(() => undefined);
    const port = await openHttpListener(0, httpReceivers, { sink, control, admission: new Admission({ allowedHosts: [], allowedOrigins: [] }), identity: () => ({}), report: (fault) => { throw fault; } });
    const file = write('sends.cjs', sdkProgram.replace('new ConsoleSpanExporter()', "new (require('@opentelemetry/exporter-trace-otlp-http').OTLPTraceExporter)()"));
    expect(await run([file], {
      ...env, SPANSCOPE_ENDPOINT: `ws://127.0.0.1:${port.port}/v1/spans`, SPANSCOPE_TOKEN: control.token, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port.port}`,
    })).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    await port.close();
    expect(sink.batches.flatMap((batch) => [batch.rejectedCount, ...batch.problems]).filter((problem) => problem !== 0)).toEqual([]);
    expect(new Set(sink.spans.map(({ spanId }) => spanId)).size).toBe(2);
    expect(sink.spans.map(({ content }) => content.attributes.get('spanscope.source.file'))).toContain(file);
    expect(sink.spans.filter(({ endUnixNano }) => endUnixNano > 0n).map(({ name }) => name).toSorted()).toEqual(expect.arrayContaining(['renamed', 'tool']));
  });
});

const tsx = path.join(nodeClients ?? '', 'node_modules/tsx/dist/cli.mjs');
const hasTsx = nodeClients !== undefined && existsSync(tsx);
describe.skipIf(!hasTsx)(`tsx${hasTsx ? '' : ': the Node packages of the integration tests are not installed'}`, () => {
  it('shows lines of the original file', async () => {
    const text = `import { trace } from '@opentelemetry/api';\ninterface A {\n  b: string;\n}\nexport const a: A = { b: 'c' };\ntrace.getTracer('t').startSpan('typed').end(); // here\n`;
    const file = write('typed.ts', text);
    expect((await watched([tsx, file])).map(line)).toEqual([['typed', file, lineOf(text, '// here'), '<anonymous>']]);
    await live.close();
    const module = write('typed.mts', text);
    expect((await watched(['--import', path.join(nodeClients ?? '', 'node_modules/tsx/dist/esm/index.mjs'), module])).map(line)).toEqual([['typed', module, lineOf(text, '// here'), '<anonymous>']]);
  });
});

import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawTree, LiveServer } from './liveServer.ts';
import { ShippedNodeHook } from './nodeHook.ts';
import { lineOf } from './shippedKit.ts';
import type { BuildOptions } from 'esbuild';
import type { ReceivedSpan } from './liveServer.ts';

let shipped: ShippedNodeHook, live: LiveServer;
beforeAll(async () => { shipped = await ShippedNodeHook.make(); });
afterAll(() => { shipped.remove(); });
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

/** Runs a bundle with all its packages inside, without and with the hook, and gives the spans that were told and what it printed, which is the same. */
async function bundled(text: string, options: BuildOptions = {}, change = (code: string): string => code): Promise<{ readonly spans: readonly ReceivedSpan[]; readonly stdout: string }> {
  const { outputFiles = [] } = await build({
    stdin: { contents: text, resolveDir: shipped.folder, loader: 'js' }, write: false, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent',
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" }, ...options,
  });
  const file = shipped.write(`out/bundle.${options.format === 'cjs' ? 'cjs' : 'mjs'}`, change(outputFiles[0]?.text ?? ''));
  const [without, withHook] = await Promise.all([shipped.run([file]), shipped.run([file], shipped.environment(live))]);
  expect(withHook).toEqual(without);
  await expect.poll(() => live.connections.size).toBe(0);
  return { spans: live.spans(), stdout: withHook.stdout };
}

const agent = `import { context, trace } from '@opentelemetry/api';
const tracer = trace.getTracer('framework', '2.0');
async function agent() {
  return tracer.startActiveSpan('agent', { attributes: { 'gen_ai.agent.name': 'x' } }, async (span) => { // agent
    await new Promise((resolve) => setTimeout(resolve, 1));
    await tracer.startActiveSpan('tool', async (tool) => {
      tool.recordException(new Error('lost'));
      tool.setStatus({ code: 2, message: 'lost' });
      tool.end();
    });
    context.bind(trace.setSpan(context.active(), span), () => tracer.startSpan('bound').end())();
    tracer.startSpan('root', { root: true }).end();
    tracer.startSpan('above', {}, context.active().deleteValue(Symbol.for('OpenTelemetry Context Key SPAN'))).end();
    span.end();
  });
}
agent().then(() => console.log('done', globalThis[Symbol.for('opentelemetry.js.api.1')]));
`;
const tree = 'agent (bundle) unset\n  tool (bundle) error\n  bound (bundle) unset\nroot (bundle) unset\nabove (bundle) unset';
const noBanner = { banner: {} };

describe('a bundle with the OpenTelemetry API inside and no SDK', () => {
  it.each<readonly [string, BuildOptions]>([
    ['as it is', {}],
    ['as it is, for an old Node', { target: 'node12', format: 'cjs', ...noBanner }],
    ['minified', { minify: true }],
    ['minified, for an old Node', { minify: true, target: 'node12', format: 'cjs', ...noBanner }],
    ['minified from CommonJS', { minify: true, mainFields: ['main'], conditions: ['require'] }],
    ['with short names and its lines', { minifyIdentifiers: true }],
    ['with its names in fewer lines', { minifyWhitespace: true, minifySyntax: true, keepNames: true }],
  ])('gets spans with their parents, %s', async (_, options) => {
    const { spans, stdout } = await bundled(agent, options);
    expect(drawTree(spans)).toBe(tree);
    expect(stdout).toBe('done undefined\n');
  });

  it('gets their lines', async () => {
    const { spans } = await bundled(agent, { write: false }, (code) => `${'\n'.repeat(3)}${code}`);
    expect([path.basename(String(spans[0]?.attributes['spanscope.source.file'])), spans[0]?.attributes['spanscope.source.function']]).toEqual(['bundle.mjs', 'agent']);
    expect(Number(spans[0]?.attributes['spanscope.source.line'])).toBeGreaterThan(lineOf(agent, '// agent') + 3);
  });

  it.each(['1.0.0', '1.4.1', '1.9.0'])('gets them as well with version %s of the API', async (version) => {
    const { spans } = await bundled(agent, { minify: true }, (code) => {
      expect(code).toMatch(/"1\.9\.\d+"/);
      return code.replaceAll(/"1\.9\.\d+"/g, `"${version}"`);
    });
    expect(drawTree(spans)).toBe(tree);
  });

  it('keeps what it registers beside a provider', async () => {
    const text = `${agent.replace('{ context,', '{ context, diag, DiagLogLevel,')}
diag.setLogger({ ...console, error: (text) => console.log('error', text), debug: (text) => console.log('debug', text) }, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
context.setGlobalContextManager({ active: () => undefined, with: () => undefined, bind: () => undefined, enable() {}, disable() {} });
context.disable();
`;
    for (const minify of [false, true]) {
      const { spans, stdout } = await bundled(text.replace(/, globalThis.*$/m, ", 'diag' in globalThis[Symbol.for('opentelemetry.js.api.1')]));"), { minify });
      expect(stdout).toMatch(/debug @opentelemetry\/api: Unregistering a global for context v[\d.]+\n/);
      expect(stdout).toContain('done true');
      expect(drawTree(spans.slice(-5))).toBe(tree);
    }
  });

  it('that registers a provider later has its spans from then on, also by tracers and providers from before, until it takes it back', async () => {
    const text = `import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
const provider = trace.getTracerProvider(), tracer = trace.getTracer('early'), exporter = new InMemorySpanExporter();
const work = (name) => tracer.startActiveSpan(name, (span) => {
  provider.getTracer('of the provider').startSpan(name + ' inner').end();
  span.end();
});
work('before');
const register = () => console.log(trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })));
register();
work('after');
trace.getTracer('late').startSpan('late').end();
register();
trace.disable();
console.log(exporter.getFinishedSpans().map(({ name, parentSpanContext }) => [name, parentSpanContext]));
trace.getTracer('again').startSpan('without').end();
register();
trace.getTracer('again').startSpan('registered again').end();
console.log(exporter.getFinishedSpans().length);
`;
    for (const minify of [false, true]) {
      const { spans, stdout } = await bundled(text, { minify });
      expect(drawTree(spans.filter(({ name }) => /^(?:before|without)/.test(name))), String(minify)).toBe('before (bundle) unset\n  before inner (bundle) unset\nwithout (bundle) unset');
      expect(spans.map(({ name }) => name).toSorted()).toEqual(['after', 'after inner', 'before', 'before inner', 'late', 'registered again', 'without']);
      live.messages.length = 0;
      expect(stdout).toMatch(/^true\nfalse\n\[\n {2}\[ 'after inner', undefined \],\n {2}\[ 'after', undefined \],\n {2}\[ 'late', undefined \]\n\]\ntrue\n4\n$/);
    }
  });

  it('is seen when it takes back one provider and registers one of another kind', async () => {
    const { spans } = await bundled(`import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 }) }) });
trace.getTracer('t').startSpan('nowhere').end();
trace.disable();
trace.setGlobalTracerProvider(new BasicTracerProvider());
trace.getTracer('t').startSpan('seen').end();
`, { minify: true });
    expect(spans.map(({ name }) => name)).toEqual(['seen']);
  });

  it('makes no spans when OpenTelemetry is switched off', async () => {
    const { spans } = await bundled(`process.env.OTEL_SDK_DISABLED = 'true';\n${agent.replace('import {', 'const {').replace("} from '@opentelemetry/api'", "} = require('@opentelemetry/api')")}`, { format: 'cjs', ...noBanner });
    expect(spans).toEqual([]);
  });
});

import { cpSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawTree, LiveServer } from './liveServer.ts';
import { nodeClients, seesEsModules, ShippedNodeHook } from './nodeHook.ts';
import { ProgramFolder } from './programFolder.ts';
import { lineOf } from './shippedKit.ts';
import type { ReceivedSpan } from './liveServer.ts';

const packages = nodeClients === undefined ? undefined : path.join(nodeClients, 'node_modules');
const why = packages === undefined ? ': the Node packages of the integration tests are not installed' : '';

const store = new ProgramFolder();
let shipped: ShippedNodeHook, live: LiveServer;
beforeAll(async () => {
  if (packages === undefined) return;
  const folder = path.join(store.folder, 'node_modules/@opentelemetry');
  for (const name of ['api', 'sdk-trace', 'context-async-hooks']) cpSync(path.join(packages, `otel-3-${name}`), path.join(folder, name), { recursive: true });
  cpSync(path.join(packages, 'otel-3-sdk-trace/node_modules/@opentelemetry'), folder, { recursive: true });
  cpSync(path.join(packages, '@opentelemetry/semantic-conventions'), path.join(folder, 'semantic-conventions'), { recursive: true });
  shipped = await ShippedNodeHook.make(path.dirname(folder));
});
afterAll(() => {
  if (packages !== undefined) shipped.remove();
  store.remove();
});
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

/** Runs a program without and with the hook, and gives the spans that were told after checking that nothing else differs. */
async function watched(name: string, text: string): Promise<readonly ReceivedSpan[]> {
  const file = shipped.write(name, name.endsWith('.cjs') ? text.replaceAll(/^import (.*) from (.*);$/gm, 'const $1 = require($2);') : text);
  const [without, withHook] = await Promise.all([shipped.run([file]), shipped.run([file], shipped.environment(live))]);
  expect(withHook).toEqual(without);
  await expect.poll(() => live.connections.size).toBe(0);
  return live.spans();
}

const kinds = ['cjs', 'mjs'] as const;

describe.skipIf(packages === undefined)(`OpenTelemetry’s API 1.10 and SDK 3, which come as CommonJS and as ES modules${why}`, () => {
  it.each(kinds)('are seen in a program that registers them (%s)', async (kind) => {
    const text = `import { context, trace } from '@opentelemetry/api';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
const tracer = trace.getTracer('early');
tracer.startSpan('before').end();
const exporter = { export: (spans, done) => { console.log(spans.map(({ name }) => name)); done({ code: 0 }); }, shutdown: async () => {} };
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
console.log(trace.setGlobalTracerProvider(provider), context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
tracer.startActiveSpan('outer', { kind: 3 }, (span) => { // outer
  tracer.startSpan('inner').end();
  span.recordException(new TypeError('no'));
  span.setStatus({ code: 2, message: 'failed' });
  span.end();
});
provider.forceFlush();
`;
    const spans = await watched(`registers.${kind}`, text);
    expect(drawTree(spans.filter(({ name }) => name !== 'before')).replaceAll(/\(.*?\)/g, '()')).toBe('outer () error\n  inner () unset');
    const outer = spans.find(({ name }) => name === 'outer');
    expect([outer?.kind, outer?.attributes['spanscope.source.line'], outer?.status, outer?.events[0]?.attributes['exception.type']]).toEqual(['producer', lineOf(text, '// outer'), { code: 'error', message: 'failed' }, 'TypeError']);
    expect(spans.map(({ name }) => name)).toContain('before');
  });

  it.each(kinds)('are seen with a provider that is never registered (%s)', async (kind) => {
    const spans = await watched(`own.${kind}`, "import { TracerProvider } from '@opentelemetry/sdk-trace';\nnew TracerProvider().getTracer('t').startSpan('own').end();\n");
    expect(spans.map(({ name }) => name)).toEqual(kind === 'mjs' && !seesEsModules ? [] : ['own']);
  });

  it.each(kinds)('are seen with the API alone (%s)', async (kind) => {
    const text = `import { trace } from '@opentelemetry/api';
const tracer = trace.getTracer('t');
tracer.startActiveSpan('agent', async (span) => {
  await null;
  tracer.startSpan('tool').end();
  span.end();
  console.log(trace.getActiveSpan() === undefined || trace.getActiveSpan() === span);
});
`;
    expect(drawTree(await watched(`alone.${kind}`, text))).toBe('agent (alone) unset\n  tool (alone) unset');
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kitTypes } from '../../../src/instrument/kitTypes.mjs';

const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const agent = `
import { AgentTracer, configure, extract, inject, toJson, traced, traceSpan } from './spanscope.mjs';
import type { LlmSpan, Span, SpanExporter, Trace } from './spanscope.mjs';
const wrapped: (value: number) => Promise<string> = traced('name', async (value: number) => String(value));
const direct: number = traceSpan('name', (span: Span) => { span.setAttribute('a', [1, { b: null }]); return 4; });
class Tools {
  @traced('named') async later(query: string): Promise<number> { return query.length; }
  @traced plain(query: string): number { return query.length; }
  @traced() *steps(): Generator<number> { yield 1; }
}
const silent: SpanExporter = { flush: () => Promise.resolve() };
const agent = new AgentTracer(configure({ serviceName: 'typed', exporters: [silent] }));
const reply: Promise<string> = agent.llmCall('m', { promptTokens: 1 }, async (call: LlmSpan) => { call.chunk('a'); call.respond({ completionTokens: 1 }); return 'a'; });
const chosen: string = agent.decision('kind', { options: ['a', 'b'] }, () => 'a');
const found: Promise<number | undefined> = agent.iterate(3, async (round: number) => (round > 1 ? round : undefined));
const trace: Trace | undefined = agent.tracer.currentTrace;
const headers: { a: string } = inject({ a: 'b' });
agent.agentRun('task', { agentName: 'x' }, () => traceSpan('child', { parent: extract(new Headers()), kind: 'consumer' }, () => undefined));
// @ts-expect-error -- a misspelt option is told
configure({ serviceNam: 'x' });
// @ts-expect-error -- so is a wrong kind
traceSpan('name', { kind: 'sideways' }, () => undefined);
export const all = [wrapped, direct, Tools, reply, chosen, found, trace === undefined ? '' : toJson(trace), headers];
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spanscope-types-'));
  writeFileSync(path.join(folder, 'spanscope.d.mts'), kitTypes());
  writeFileSync(path.join(folder, 'agent.ts'), agent);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the types that travel with the kit', () => {
  const cases = [['standard decorators', []], ['experimental decorators', ['--experimentalDecorators']], ['exact optional properties', ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']]] as const;
  it.each(cases)('fit an agent with %s and without the types of Node', (_, more) => {
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--module', 'nodenext', '--types', '', ...more];
    const { stdout, status } = spawnSync(process.execPath, [compiler, ...options, 'agent.ts', 'spanscope.d.mts'], { cwd: folder, encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });
});

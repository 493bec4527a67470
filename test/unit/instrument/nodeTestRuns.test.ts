import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installedClients } from '../../launcher/realClients.ts';
import { LiveServer } from './liveServer.ts';
import { ShippedNodeHook } from './nodeHook.ts';
import { runProgram } from './programFolder.ts';

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const jest = path.join(installedClients('node') ?? '', 'node_modules/jest/bin/jest.js');
const hasJest = path.isAbsolute(jest) && existsSync(jest);

let shipped: ShippedNodeHook, live: LiveServer;

beforeAll(async () => {
  shipped = await ShippedNodeHook.make();
  shipped.write('agent.cjs', `
const { trace } = require('@opentelemetry/api');
if (process.env.SDK !== 'none') {
  const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
  new NodeTracerProvider().register();
}
const tracer = trace.getTracer('agent');
const { existsSync } = require('node:fs');
// Workers of test runners are killed as soon as they are done, also before their hook is connected.
exports.work = (name) => tracer.startActiveSpan(name, async (span) => {
  do await new Promise((resolve) => setTimeout(resolve, 5)); while (!existsSync(process.env.READY));
  tracer.startSpan('inner').end();
  span.end();
});
`);
});
afterAll(() => { shipped.remove(); });
afterEach(() => live.close());

/** Runs tests with or without the hook; they end as they would, with what they print but for times. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<readonly [number | null, string]> {
  let output = '';
  const { code } = await runProgram(process.execPath, args, { cwd: shipped.folder, env: { NO_COLOR: '1', ...env }, onOutput: (text) => { output += text; } });
  return [code, output.replaceAll(/\d+(?:\.\d+)?\s?(?:ms|s)?\b/g, 'N').replaceAll(/ +N\b| \(N\)|, estimated/g, '')];
}

/** What the spans of a test run say of their tests: `span: test, outcome`, sorted. */
async function testsOf(args: readonly string[], file: string, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  live = await LiveServer.listen();
  const ready = path.join(shipped.folder, `ready-${live.port}`), without = await run(args, { ...env, READY: shipped.folder });
  void live.until(() => live.messages.some(({ type }) => type === 'hello')).then(() => writeFileSync(ready, ''));
  const withHook = await run(args, { ...env, READY: ready, ...shipped.environment(live) });
  expect(withHook[0]).toBe(without[0]);
  // What of Node itself stands in a stack depends on when what was waited for.
  const [printed, expected] = [withHook, without].map(([, output]) => output.split('\n').filter((line) => !line.includes('node:internal')).toSorted());
  expect(printed).toEqual(expected);
  await expect.poll(() => live.connections.size).toBe(0);
  return live.spans().map(({ name, attributes }) => {
    const test = attributes['spanscope.test.name'];
    if (test !== undefined) expect(attributes['spanscope.test.file']).toBe(file);
    return `${name}: ${String(test)}, ${String(attributes['spanscope.test.status'])}`;
  }).filter((text) => text !== 'inner: undefined, undefined').toSorted();
}

const common = ['a: cart > adds, passed', 'b: cart > fails, failed', 'c: skips, skipped', 'd: last, passed'];

describe('spans of programs under a test runner', () => {
  it('say in which test of node:test they began, nested or at the same time, and how it ended', async () => {
    const file = shipped.write('node/some.test.mjs', `
import assert from 'node:assert/strict';
import test, { describe, it } from 'node:test';
import agent from '../agent.cjs';
describe('cart', { concurrency: 2 }, () => {
  it('adds', () => agent.work('a'));
  it('fails', async () => { await agent.work('b'); assert.equal(1, 2); });
  it('fails at once', () => { assert.equal(1, 2); });
});
test('skips', async (t) => { await agent.work('c'); t.skip(); });
test('last', () => agent.work('d'));
test('outer', async (t) => { await t.test('within', () => agent.work('e')); });
`);
    expect(await testsOf(['--test', '--test-reporter=tap', file], file)).toEqual([...common, 'e: outer > within, passed']);
    await live.close();
    expect(await testsOf(['--test-reporter=tap', file], file)).toEqual([...common, 'e: outer > within, passed']);
  });

  it('say it for CommonJS, and for spans that begin outside of tests nothing', async () => {
    const file = shipped.write('node/some.test.cjs', `
const agent = require('../agent.cjs');
const test = require('node:test');
agent.work('outside');
test('one', () => agent.work('inside'));
`);
    expect(await testsOf(['--test-reporter=tap', file], file)).toEqual(['inside: one, passed', 'outside: undefined, undefined']);
  });

  it.each(['forks', 'threads', 'vmThreads'])('say in which test of vitest (%s) they began, but for tests that run at the same time', async (pool) => {
    const file = shipped.write(`vitest-${pool}/some.test.mjs`, `
import { describe, expect, it, test } from 'vitest';
import agent from '../agent.cjs';
describe('cart', () => {
  it('adds', () => agent.work('a'));
  it('fails', async () => { await agent.work('b'); expect(1).toBe(2); });
  it('fails at once', () => { expect(1).toBe(2); });
});
test('skips', async (context) => { await agent.work('c'); context.skip(); });
test('last', () => agent.work('d'));
test.concurrent('with others', () => agent.work('e'));
`);
    const args = [path.join(packages, 'vitest/vitest.mjs'), 'run', '--root', shipped.folder, '--dir', path.dirname(file), '--pool', pool, '--reporter', 'tap-flat'];
    expect(await testsOf(args, file)).toEqual([...common, 'e: undefined, undefined']);
  });

  it('say in which test of mocha they began, with those of hooks before it', async () => {
    const file = shipped.write('mocha/some.spec.mjs', `
import assert from 'node:assert/strict';
import agent from '../agent.cjs';
describe('cart', () => {
  beforeEach(() => agent.work('before'));
  it('adds', () => agent.work('a'));
  it('fails', async () => { await agent.work('b'); assert.equal(1, 2); });
  it('fails at once', () => { assert.equal(1, 2); });
});
it('skips', async function () { await agent.work('c'); this.skip(); });
it('last', () => agent.work('d'));
`);
    expect(await testsOf([path.join(packages, 'mocha/bin/mocha.js'), '--no-diff', '--slow', '60000', file], file)).toEqual([...common.slice(0, 2), 'before: cart > adds, passed', 'before: cart > fails at once, failed', 'before: cart > fails, failed', ...common.slice(2)]);
  });

  it.skipIf(!hasJest).each(['', 'none'])(`say in which test of jest they began, with an SDK and with the API alone (%j)${hasJest ? '' : ': the Node packages of the integration tests are not installed'}`, async (SDK) => {
    const file = shipped.write('jest/some.test.cjs', `
const agent = require('../agent.cjs');
describe('cart', () => {
  it('adds', () => agent.work('a'));
  it('fails', async () => { await agent.work('b'); expect(1).toBe(2); });
  it('fails at once', () => { expect(1).toBe(2); });
});
test('last', () => agent.work('d'));
`);
    shipped.write('jest.config.cjs', "module.exports = { testMatch: ['**/jest/*.test.cjs'], reporters: [['default', { summaryThreshold: 0 }]] };");
    expect(await testsOf([jest, '--ci'], file, { SDK })).toEqual(common.filter((text) => !text.startsWith('c:')));
  });
});

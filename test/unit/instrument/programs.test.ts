import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LiveServer } from './liveServer.ts';
import { lineOf, run, ShippedKit } from './shippedKit.ts';
import type { AddressInfo } from 'node:net';

let kit: ShippedKit;
beforeAll(async () => { kit = await ShippedKit.make(); });
afterAll(() => kit.remove());

let server: LiveServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(): Promise<{ live: LiveServer; env: Record<string, string> }> {
  const live = await LiveServer.listen();
  server = live;
  return { live, env: { SPANSCOPE_ENDPOINT: live.endpoint } };
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);

describe('the line of a span', () => {
  const typed = `import { AgentTracer, configure, traced, traceSpan } from './kit/spanscope.mjs';
interface Task {
  readonly text: string;
}

const agent = new AgentTracer(configure({ serviceName: 'lines' }));
const wrapped = traced('wrapped', async (task: Task): Promise<number> => task.text.length); // definition
class Planner {
  private readonly task: Task = { text: 'x' };
  async plan(this: Planner): Promise<void> {
    await agent.llmCall('m', async () => { // llm
      await new Promise((resolve) => setTimeout(resolve, 1));
      traceSpan('after await', () => undefined);
    });
    await wrapped(this.task); // call
    await Promise.all([1].map((n: number) => agent.toolCall('mapped', () => n)));
    agent.decision('choice', { chosen: 'a' });
    setTimeout(wrapped, 1, this.task);
  }
}
await agent.agentRun('lines', () => new Planner().plan());
const manual = agent.tracer.startSpan('manual');
manual.end();
`;

  it.skipIf(!stripsTypes)(`is that of the TypeScript file which Node runs itself${stripsTypes ? '' : ': this Node does not strip types'}`, async () => {
    const { live, env } = await serve();
    const file = kit.write('lines.ts', typed);
    expect(await run(process.execPath, [file], env)).toMatchObject({ code: 0, output: '' });
    const found = live.spans().map((span) => [span.name, span.attributes['code.line.number'], span.attributes['code.function.name']]);
    expect(found).toEqual(expect.arrayContaining([
      ['agent_run', lineOf(typed, 'await agent.agentRun'), '<anonymous>'],
      ['llm_call', lineOf(typed, '// llm'), 'Planner.plan'],
      ['after await', lineOf(typed, 'after await'), '<anonymous>'],
      ['wrapped', lineOf(typed, '// call'), 'Planner.plan'],
      ['tool:mapped', lineOf(typed, 'mapped'), '<anonymous>'],
      ['decision:choice', lineOf(typed, 'choice'), 'Planner.plan'],
      ['wrapped', lineOf(typed, '// definition'), '<anonymous>'],
      ['manual', lineOf(typed, 'manual'), '<anonymous>'],
    ]));
    expect(found).toHaveLength(8);
    expect(new Set(live.spans().map((span) => span.attributes['code.file.path']))).toEqual(new Set([file]));
  });
});

describe('the end of a program', () => {
  it('waits until the last spans are delivered', async () => {
    const { live, env } = await serve();
    const file = kit.write('short.mjs', `import { traceSpan } from './kit/spanscope.mjs';\nfor (let i = 0; i < 500; i++) traceSpan('work ' + i, () => {});\n`);
    expect(await run(process.execPath, [file], env)).toMatchObject({ code: 0, output: '' });
    expect(live.spans()).toHaveLength(500);
    expect(live.spans()[0]?.resource.attributes['service.name']).toBe('short');
  });

  it('by process.exit or an uncaught error still sends what a connection takes', async () => {
    const { live, env } = await serve();
    const begin = `import { configure, traceSpan } from './kit/spanscope.mjs';\nconst tracer = configure();\ntraceSpan('first', () => {});\nawait tracer.flush();\nfor (let i = 0; i < 100; i++) traceSpan('last ' + i, () => {});\n`;
    expect(await run(process.execPath, [kit.write('exits.mjs', `${begin}process.exit(3);\n`)], env)).toMatchObject({ code: 3 });
    expect(await run(process.execPath, [kit.write('throws.mjs', `${begin}traceSpan('thrower', () => { throw new Error('uncaught'); });\n`)], env)).toMatchObject({ code: 1 });
    await live.until(() => live.spans().length === 203);
    expect(live.spans().at(-1)).toMatchObject({ name: 'thrower', status: { code: 'error' } });
  });

  it('is not held up when nobody listens, nor when somebody listens who never answers', async () => {
    const file = kit.write('alone.mjs', `import { traceSpan } from './kit/spanscope.mjs';\ntraceSpan('work', () => {});\n`);
    const alone = await run(process.execPath, [file], { SPANSCOPE_ENDPOINT: 'ws://127.0.0.1:1/' });
    expect(alone).toMatchObject({ code: 0, output: '' });
    const mute = createServer();
    await new Promise<void>((resolve) => { mute.listen(0, '127.0.0.1', resolve); });
    const env = { SPANSCOPE_ENDPOINT: `ws://127.0.0.1:${(mute.address() as AddressInfo).port}` };
    expect(await run(process.execPath, [file], env)).toMatchObject({ code: 0, output: '' });
    mute.close();
  });
});

describe('the environment', () => {
  it('tells where to send and under which name', async () => {
    const { live } = await serve();
    const file = kit.write('named.mjs', `import { traceSpan } from './kit/spanscope.mjs';\ntraceSpan('work', () => {});\n`);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${live.port}`, OTEL_SERVICE_NAME: 'by environment', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test%20bed' };
    await run(process.execPath, [file], env);
    expect(live.spans()[0]?.resource.attributes).toMatchObject({ 'service.name': 'by environment', 'deployment.environment.name': 'test bed' });
    await run(process.execPath, [file], { ...env, OTEL_SDK_DISABLED: 'true' });
    expect(live.spans()).toHaveLength(1);
  });
});

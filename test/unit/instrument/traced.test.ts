import { transform } from 'esbuild';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure } from '../../../src/instrument/node/defaultTracer.ts';
import { traced, traceSpan } from '../../../src/instrument/node/traced.ts';
import { Tracer } from '../../../src/instrument/node/tracer.ts';
import { MemoryExporter } from './memoryExporter.ts';
import { run, ShippedKit } from './shippedKit.ts';

function setUp(): MemoryExporter {
  const exporter = new MemoryExporter();
  configure({ serviceName: 'test', exporters: [exporter] });
  return exporter;
}

describe('a traced function', () => {
  it('makes a span of every call, sync and async, and stays the function it was', async () => {
    const exporter = setUp();
    const add = traced(function add(a: number, b: number) { return a + b; });
    const double = traced('twice', { attributes: { kind: 'maths' } }, async (value: number) => { await sleep(1); return add(value, value); });
    expect([add.name, add.length]).toEqual(['add', 2]);
    await expect(double(4)).resolves.toBe(8);
    expect(exporter.parents()).toEqual(['twice < -', 'add < twice']);
    expect(exporter.named('twice').attributes.get('kind')).toBe('maths');
    expect(exporter.named('add').attributes.get('function.name')).toBe('add');
  });

  it('keeps `this` and what was put on the function', () => {
    setUp();
    const method = Object.assign(function method(this: { factor: number }, value: number) { return this.factor * value; }, { schema: 'v1' });
    const wrapped = traced('method', method);
    expect(wrapped.call({ factor: 3 }, 2)).toBe(6);
    expect(wrapped.schema).toBe('v1');
  });

  it('belongs to the service of the span it is called in', () => {
    setUp();
    const other = new MemoryExporter();
    const work = traced('work', () => traceSpan('below', () => undefined));
    new Tracer({ serviceName: 'other', exporters: [other] }).traceSpan('outer', () => work());
    expect(other.parents()).toEqual(['outer < -', 'work < outer', 'below < work']);
  });

  it('that is a generator lasts until it is exhausted, without being current in its consumer', async () => {
    const exporter = setUp();
    const numbers = traced('numbers', function* () {
      const sent: unknown = yield 1;
      traceSpan('inside', () => undefined);
      yield sent;
      return 'end';
    });
    const streamed = traced('streamed', async function* () {
      await sleep(1);
      yield 'a';
      traceSpan('inside stream', () => undefined);
      yield 'b';
    });
    const iterator = numbers();
    expect(iterator.next()).toEqual({ value: 1, done: false });
    traceSpan('outside', () => undefined);
    expect(iterator.next('sent')).toEqual({ value: 'sent', done: false });
    expect(exporter.named('numbers').ended).toBe(false);
    expect(iterator.next()).toEqual({ value: 'end', done: true });
    expect(exporter.named('numbers').ended).toBe(true);
    const seen: string[] = [];
    for await (const item of streamed()) seen.push(item);
    expect(seen).toEqual(['a', 'b']);
    expect(exporter.parents()).toEqual(['numbers < -', 'outside < -', 'inside < numbers', 'streamed < -', 'inside stream < streamed']);
    expect(exporter.spans.every((span) => span.ended)).toBe(true);
  });

  it('that is a generator ends when it is closed early or fails, and has no span when it never ran', async () => {
    const exporter = setUp();
    const endless = traced('endless', function* () { for (;;) yield 1; });
    for (const item of endless()) if (item === 1) break;
    const failing = traced('failing', async function* () { yield 1; throw new Error('broke'); });
    await expect((async () => { for await (const item of failing()) expect(item).toBe(1); })()).rejects.toThrow('broke');
    (endless() as Iterator<number>).return?.();
    expect(exporter.spans.map((span) => [span.name, span.ended, span.status.code])).toEqual([['endless', true, 'ok'], ['failing', true, 'error']]);
  });
});

describe('the decorator', () => {
  let kit: ShippedKit;
  beforeAll(async () => { kit = await ShippedKit.make(); });
  afterAll(() => kit.remove());

  const program = `
    import { configure, traced } from './kit/spanscope.mjs';
    const spans: string[] = [];
    configure({ exporters: [{ onEnd: (span) => spans.push(span.name + '/' + span.status.code), flush: async () => {} }] });
    class Agent {
      factor = 2;
      @traced plain(value: number): number { return this.factor * value; }
      @traced('named') async later(value: number): Promise<number> { return this.plain(value); }
      @traced('options', { attributes: { a: 1 } }) static shared(): string { return 'shared'; }
      @traced() *steps(): Generator<number> { yield 1; throw new Error('stop'); }
    }
    const agent = new Agent();
    let error = '';
    try { for (const step of agent.steps()) void step; } catch (thrown) { error = String(thrown); }
    console.log(JSON.stringify([await agent.later(4), Agent.shared(), error, spans]));
  `;

  it.each([['standard', false], ['experimental', true]])('works on methods in its %s form', async (_, experimentalDecorators) => {
    const { code } = await transform(program, { loader: 'ts', format: 'esm', target: 'es2022', tsconfigRaw: { compilerOptions: { experimentalDecorators } } });
    const { output } = await run(process.execPath, [kit.write(`decorated${String(experimentalDecorators)}.mjs`, code)]);
    expect(JSON.parse(output)).toEqual([8, 'shared', 'Error: stop', ['steps/error', 'plain/ok', 'named/ok', 'options/ok']]);
  });
});

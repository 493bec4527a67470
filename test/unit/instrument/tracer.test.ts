import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AgentTracer } from '../../../src/instrument/node/agent.ts';
import { Tracer } from '../../../src/instrument/node/tracer.ts';
import { MemoryExporter } from './memoryExporter.ts';

function setUp(): { tracer: Tracer; exporter: MemoryExporter } {
  const exporter = new MemoryExporter();
  return { tracer: new Tracer({ serviceName: 'test', exporters: [exporter] }), exporter };
}

describe('nesting', () => {
  it('follows the asynchronous flow through awaits, timers and callbacks', async () => {
    const { tracer, exporter } = setUp();
    await tracer.traceSpan('outer', async () => {
      await sleep(1);
      await tracer.traceSpan('inner', async () => {
        await new Promise<void>((resolve) => {
          setImmediate(() => tracer.traceSpan('in callback', () => resolve()));
        });
      });
      tracer.traceSpan('after', () => undefined);
    });
    expect(exporter.parents()).toEqual(['outer < -', 'inner < outer', 'in callback < inner', 'after < outer']);
    expect(new Set(exporter.spans.map((span) => span.traceId)).size).toBe(1);
  });

  it('keeps branches that run side by side apart', async () => {
    const { tracer, exporter } = setUp();
    await tracer.traceSpan('all', () => Promise.all(['a', 'b', 'c'].map((name, index) => tracer.traceSpan(name, async () => {
      await sleep(3 - index);
      await tracer.traceSpan(`${name}1`, () => sleep(1));
      tracer.traceSpan(`${name}2`, () => undefined);
    }))));
    expect(new Set(exporter.parents())).toEqual(new Set([
      'a < all', 'a1 < a', 'a2 < a', 'all < -', 'b < all', 'b1 < b', 'b2 < b', 'c < all', 'c1 < c', 'c2 < c',
    ]));
  });

  it('has a stack of spans that are begun and ended by hand', async () => {
    const { tracer, exporter } = setUp();
    const first = tracer.startSpan('first');
    const second = tracer.startSpan('second');
    await sleep(1);
    expect(tracer.currentSpan).toBe(second);
    second.end();
    expect(tracer.currentSpan).toBe(first);
    tracer.startSpan('third').end();
    first.end();
    expect(tracer.currentSpan).toBeUndefined();
    tracer.startSpan('elsewhere').end();
    expect(exporter.parents()).toEqual(['first < -', 'second < first', 'third < first', 'elsewhere < -']);
    expect(exporter.named('elsewhere').traceId).not.toBe(first.traceId);
  });

  it('goes on below the parent when spans end in another order than they began', () => {
    const { tracer, exporter } = setUp();
    const first = tracer.startSpan('first');
    const second = tracer.startSpan('second');
    first.end();
    tracer.startSpan('third').end();
    second.end();
    expect(tracer.currentSpan).toBeUndefined();
    expect(exporter.parents()).toEqual(['first < -', 'second < first', 'third < second']);
  });

  it('puts spans of a trace that was begun by hand into it, with its baggage', () => {
    const { tracer, exporter } = setUp();
    const trace = tracer.startTrace({ baggage: { user: 'ada' } });
    tracer.traceSpan('root', () => tracer.traceSpan('child', () => tracer.setBaggage('plan', 'b')));
    tracer.startSpan('left open');
    tracer.endTrace();
    tracer.traceSpan('other', () => undefined);
    expect(trace.rootSpan?.name).toBe('root');
    expect(trace.spanTree().map(({ span, children }) => [span.name, children.map((child) => child.span.name)])).toEqual([['root', ['child']], ['left open', []]]);
    expect([...trace.baggage]).toEqual([['user', 'ada'], ['plan', 'b']]);
    expect(exporter.named('left open').ended).toBe(true);
    expect(exporter.named('other').traceId).not.toBe(trace.traceId);
  });

  it('takes a parent other than the current span, or none', () => {
    const { tracer, exporter } = setUp();
    const far = tracer.traceSpan('far', (span) => span);
    const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 };
    tracer.traceSpan('near', () => {
      tracer.traceSpan('by span', { parent: far }, () => undefined);
      tracer.traceSpan('by context', { parent: remote }, () => tracer.traceSpan('below', () => undefined));
      tracer.traceSpan('alone', { parent: null }, () => undefined);
    });
    expect(exporter.named('by span').traceId).toBe(far.traceId);
    expect(exporter.named('by context')).toMatchObject({ traceId: remote.traceId, parentSpanId: remote.spanId });
    expect(exporter.named('below').traceId).toBe(remote.traceId);
    expect(exporter.named('alone').parentSpanId).toBeUndefined();
    expect(exporter.named('alone').traceId).not.toBe(exporter.named('near').traceId);
  });
});

describe('errors', () => {
  it('become the status and an exception event, and go on to the caller', async () => {
    const { tracer, exporter } = setUp();
    const error = new RangeError('too far');
    expect(() => tracer.traceSpan('sync', () => { throw error; })).toThrow(error);
    await expect(tracer.traceSpan('async', async () => { await sleep(1); throw error; })).rejects.toBe(error);
    for (const name of ['sync', 'async']) {
      const span = exporter.named(name);
      expect(span.status).toEqual({ code: 'error', message: 'too far' });
      expect(span.ended).toBe(true);
      expect(span.events.map((event) => [event.name, event.attributes['exception.type'], event.attributes['exception.message']])).toEqual([['exception', 'RangeError', 'too far']]);
      expect(span.events[0]?.attributes['exception.stacktrace']).toContain('tracer.test.ts');
    }
  });

  it('need not be errors, and may be unreadable', () => {
    const { tracer, exporter } = setUp();
    const hostile = { get message(): string { throw new Error('no'); } };
    for (const [name, thrown] of [['text', 'just text'], ['nothing', undefined], ['hostile', hostile]] as const) {
      expect(() => tracer.traceSpan(name, () => { throw thrown; })).toThrow();
      expect(exporter.named(name).status.code).toBe('error');
    }
    expect(exporter.named('text').status.message).toBe('just text');
  });

  it('of an exporter never reach the agent', async () => {
    const broken = { onStart: () => { throw new Error('start'); }, onEnd: () => { throw new Error('end'); }, flush: () => Promise.reject(new Error('flush')) };
    const tracer = new Tracer({ exporters: [broken] });
    expect(tracer.traceSpan('work', () => 7)).toBe(7);
    await tracer.shutdown();
  });
});

describe('a span', () => {
  it('gives back the very promise of the work, and starts a lazy thenable once', async () => {
    const { tracer, exporter } = setUp();
    class ApiPromise extends Promise<string> { readonly requestId = 'r1'; }
    const promise = tracer.traceSpan('subclass', () => ApiPromise.resolve('x') as ApiPromise);
    expect(promise.requestId).toBe('r1');
    await promise;
    let started = 0;
    const query = { then: (done: (value: number) => void) => { started++; done(5); } };
    await expect(tracer.traceSpan('lazy', () => query)).resolves.toBe(5);
    expect(started).toBe(1);
    expect(exporter.spans.every((span) => span.ended)).toBe(true);
  });

  it('does not change after its end', () => {
    const { tracer } = setUp();
    const span = tracer.traceSpan('work', (own) => own.setAttribute('a', 1));
    const end = span.endTimeUnixNano;
    span.setAttribute('b', 2).addEvent('late').setStatus('error').updateName('other').end();
    expect([...span.attributes.keys()]).not.toContain('b');
    expect(span).toMatchObject({ name: 'work', status: { code: 'ok' }, events: [], endTimeUnixNano: end });
  });

  it('keeps values as they were, whatever they are', () => {
    const { tracer } = setUp();
    const list = [1];
    const circular: Record<string, unknown> = { name: 'loop' };
    circular['self'] = circular;
    const hostile = { get secret(): string { throw new Error('no'); } };
    const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => ({ inner }), 'bottom');
    const span = tracer.traceSpan('work', (own) => own.setAttributes({
      list, circular, hostile, deep,
      big: 2n ** 63n, small: 5n, nan: Number.NaN, date: new Date(0), map: new Map([['k', new Set([1, 'two'])]]), bytes: new Uint8Array([1, 2, 3]),
      error: new Error('inside'), nothing: null, missing: undefined, fn: () => 1, symbol: Symbol('s'), ['__proto__x']: 1, long: 'x'.repeat(1_500_000),
    }));
    list.push(2);
    const value = Object.fromEntries(span.attributes);
    expect(value['list']).toEqual([1]);
    expect(JSON.stringify(value['circular'])).toBe('{"name":"loop","self":"[circular]"}');
    expect(value['hostile']).toBe('[unreadable]');
    expect(JSON.stringify(value['deep'])).toContain('[deeper]');
    expect(value).toMatchObject({ big: '9223372036854775808', small: 5, nan: 'NaN', date: '1970-01-01T00:00:00.000Z', bytes: 'AQID', nothing: null });
    expect(JSON.stringify(value['map'])).toBe('{"k":[1,"two"]}');
    expect(value).not.toHaveProperty('missing');
    expect((value['long'] as string).length).toBeLessThan(1_000_100);
    expect(value['long']).toMatch(/500000 more characters\]$/);
  });

  it('ends when it began at the earliest, and bounds what it holds', () => {
    const { tracer } = setUp();
    const span = tracer.startSpan('work');
    for (let i = 0; i < 3000; i++) span.setAttribute(`k${i}`, i).addEvent('e');
    span.end(5n);
    expect(span.endTimeUnixNano).toBe(span.startTimeUnixNano);
    expect([span.attributes.size, span.events.length, span.lost]).toEqual([1024, 1024, 2 * (3000 - 1024) + 3]);
  });
});

describe('an agent', () => {
  it('names its steps as the conventions expect', async () => {
    const { tracer, exporter } = setUp();
    const agent = new AgentTracer(tracer);
    const result = await agent.agentRun('compare prices', { agentType: 'react', model: 'm-1' }, () => agent.iterate(5, async (number) => {
      await agent.llmCall('m-1', { promptTokens: 100, temperature: 0.7, provider: 'mock' }, async (call) => {
        call.chunk('Hel');
        await sleep(1);
        call.chunk('lo');
        call.respond({ completionTokens: 2, finishReason: 'stop' });
      });
      agent.decision('action', { options: ['search', 'stop'] }, () => 'search');
      await agent.toolCall('search', { arguments: { query: 'x' } }, async () => ({ hits: 3 }));
      await expect(agent.toolCall('broken', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
      agent.memoryOperation('write', { memoryType: 'vector' }, () => undefined);
      return number === 2 ? 'done' : undefined;
    }));
    expect(result).toBe('done');
    expect(exporter.parents().slice(0, 7)).toEqual([
      'agent_run < -', 'iteration_1 < agent_run', 'llm_call < iteration_1', 'decision:action < iteration_1', 'tool:search < iteration_1',
      'tool:broken < iteration_1', 'memory:write < iteration_1',
    ]);
    expect(exporter.named('iteration_2').attributes.get('iteration')).toBe(2);
    const attributesOf = (name: string): unknown => Object.fromEntries(exporter.named(name).attributes);
    expect(attributesOf('agent_run')).toMatchObject({ task_preview: 'compare prices', 'task.length': 14, agent_type: 'react', model: 'm-1', total_iterations: 2 });
    expect(attributesOf('llm_call')).toMatchObject({
      'llm.model': 'm-1', 'llm.prompt_tokens': 100, 'llm.completion_tokens': 2, 'llm.temperature': 0.7, 'llm.duration_ms': expect.any(Number),
      'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'mock', 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 2,
      'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'Hello' }], finish_reason: 'stop' }],
    });
    expect(attributesOf('decision:action')).toMatchObject({ 'decision.type': 'action', 'decision.option_count': 2, 'decision.chosen': 'search' });
    expect(attributesOf('tool:search')).toMatchObject({ 'tool.name': 'search', 'tool.input_size': 13, 'tool.success': true, 'gen_ai.tool.call.result': { hits: 3 } });
    expect(exporter.named('tool:search').events[0]).toMatchObject({ name: 'tool_invoked', attributes: { input_keys: ['query'] } });
    expect(attributesOf('tool:broken')).toMatchObject({ 'tool.success': false });
    expect(exporter.named('tool:broken').status).toEqual({ code: 'error', message: 'down' });
    expect(attributesOf('memory:write')).toMatchObject({ 'memory.operation': 'write', 'memory.type': 'vector' });
  });
});

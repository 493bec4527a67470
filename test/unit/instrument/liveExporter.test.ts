import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LiveExporter } from '../../../src/instrument/node/exporters/live.ts';
import { Tracer } from '../../../src/instrument/node/tracer.ts';
import { drawTree, LiveServer } from './liveServer.ts';
import type { LiveExporterOptions } from '../../../src/instrument/node/exporters/live.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const work of cleanUp.splice(0)) await work();
});

async function serve(): Promise<LiveServer> {
  const server = await LiveServer.listen();
  cleanUp.push(() => server.close());
  return server;
}

function trace(endpoint: string, options: LiveExporterOptions = {}): { tracer: Tracer; exporter: LiveExporter } {
  const exporter = new LiveExporter({ endpoint, ...options });
  const tracer = new Tracer({ serviceName: 'live test', exporters: [exporter] });
  cleanUp.unshift(() => tracer.shutdown(50));
  return { tracer, exporter };
}

function exporterFor(endpoint: string, options: LiveExporterOptions = {}): LiveExporter {
  const exporter = new LiveExporter({ endpoint, ...options });
  cleanUp.unshift(async () => { exporter.close(); });
  return exporter;
}

const whole = (name: string): string => JSON.stringify({ type: 'span', span: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name, startTimeUnixNano: '1', endTimeUnixNano: '2', attributes: {}, resource: { attributes: {} } } });

describe('the live exporter', () => {
  it('introduces itself, then tells start, changes and end as they happen', async () => {
    const server = await serve();
    const { tracer } = trace(server.endpoint, { token: 'secret' });
    await tracer.traceSpan('work', { attributes: { a: 1 }, kind: 'client' }, async (span) => {
      await server.until(() => server.messages.some((message) => message.type === 'start'));
      span.setAttribute('b', 2).addEvent('first', { x: 1 });
      await server.until(() => server.messages.some((message) => message.type === 'update'));
      span.setAttribute('c', 3).updateName('renamed');
      await server.until(() => server.messages.filter((message) => message.type === 'update').length === 2);
      span.setAttribute('d', 4).addEvent('second');
    });
    await tracer.flush();
    expect(server.messages[0]).toMatchObject({ type: 'hello', token: 'secret', client: { name: 'live test', language: 'nodejs', pid: process.pid, cwd: process.cwd() } });
    const [, start, first, second, end] = server.messages;
    expect(start).toMatchObject({ type: 'start', span: { name: 'work', kind: 'client', status: { code: 'unset' }, attributes: { a: 1 }, resource: { attributes: { 'service.name': 'live test' } } } });
    expect(start?.span).not.toHaveProperty('endTimeUnixNano');
    expect(first).toMatchObject({ type: 'update', attributes: { b: 2 }, events: [{ name: 'first', attributes: { x: 1 } }] });
    expect(second).toMatchObject({ type: 'update', name: 'renamed', attributes: { c: 3 } });
    expect(second).not.toHaveProperty('events');
    expect(end).toMatchObject({ type: 'end', status: { code: 'ok' }, attributes: { d: 4 }, events: [{ name: 'second' }], endTimeUnixNano: expect.stringMatching(/^\d{19}$/) });
    expect(server.messages).toHaveLength(5);
  });

  it('sends a short span as one whole, and a tree of them completely', async () => {
    const server = await serve();
    const { tracer } = trace(server.endpoint);
    tracer.traceSpan('outer', { links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }] }, () => {
      tracer.setBaggage('user', 'ada');
      tracer.traceSpan('inner', () => undefined);
      expect(() => tracer.traceSpan('failing', () => { throw new Error('no'); })).toThrow();
    });
    await tracer.flush();
    expect(server.messages.map((message) => message.type)).toEqual(['hello', 'span', 'span', 'span']);
    expect(drawTree(server.spans())).toBe('outer (live test) ok\n  inner (live test) ok\n  failing (live test) error');
    expect(server.spans()[0]).toMatchObject({ links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }], baggage: { user: 'ada' } });
    expect(server.spans()[2]).toMatchObject({ status: { code: 'error', message: 'no' }, events: [{ name: 'exception' }] });
  });

  it('delivers what began before the receiver did', async () => {
    const server = await serve();
    server.goAway();
    const { tracer } = trace(server.endpoint);
    const open = tracer.startSpan('open');
    tracer.traceSpan('ended', () => undefined);
    await tracer.flush();
    server.comeBack();
    await server.until(() => server.spans().length === 2);
    expect(drawTree(server.spans())).toBe('open (live test) open\n  ended (live test) ok');
    open.end();
    await tracer.flush();
    expect(server.typesOf(open.spanId)).toEqual(['start', 'end']);
  });

  it('tells a receiver that comes back all that is open, and what the lost one had not confirmed', async () => {
    const server = await serve();
    server.acknowledge = false;
    const { tracer } = trace(server.endpoint);
    const open = tracer.startSpan('open');
    const unconfirmed = tracer.traceSpan('unconfirmed', (span) => span);
    await server.until(() => server.messages.length === 3);
    server.goAway();
    server.acknowledge = true;
    server.comeBack();
    await server.until(() => server.messages.length === 3);
    expect(server.typesOf(open.spanId)).toEqual(['start']);
    expect(server.typesOf(unconfirmed.spanId)).toEqual(['span']);
    open.setAttribute('later', true).end();
    await tracer.flush();
    expect(server.spans()).toMatchObject([{ name: 'open', attributes: { later: true }, status: { code: 'ok' } }, { name: 'unconfirmed' }]);
  });

  it('keeps the newest spans within its bounds while nobody listens, and says what was lost', async () => {
    const server = await serve();
    server.goAway();
    const { tracer, exporter } = trace(server.endpoint, { maxSpans: 100 });
    const root = tracer.startSpan('root');
    for (let i = 0; i < 1000; i++) tracer.traceSpan(`span ${i}`, () => undefined);
    root.end();
    expect(exporter.lostSpans).toBe(901);
    server.comeBack();
    await server.until(() => server.spans().length === 100);
    const names = server.spans().map((span) => span.name);
    expect([names[0], names[1], names.at(-1)]).toEqual(['root', 'span 901', 'span 999']);
    expect(server.messages.find((message) => message.type === 'log')?.body).toMatch(/^901 spans were not sent/);
  });

  it('keeps within its bound of bytes', async () => {
    const { tracer, exporter } = trace('ws://127.0.0.1:1/', { maxBytes: 1_000_000 });
    for (let i = 0; i < 100; i++) tracer.traceSpan('big', (span) => void span.setAttribute('text', 'x'.repeat(100_000)));
    expect(exporter.lostSpans).toBeGreaterThanOrEqual(90);
    expect(exporter.lostSpans).toBeLessThan(95);
    await tracer.flush();
  });

  it('delivers thousands of spans made without a pause, in frames that a receiver takes', async () => {
    const server = await serve();
    const { tracer } = trace(server.endpoint);
    await tracer.traceSpan('connect', () => sleep(1));
    await tracer.flush();
    for (let i = 0; i < 20_000; i++) tracer.traceSpan('quick', () => undefined);
    await tracer.flush(10_000);
    expect(server.spans()).toHaveLength(20_001);
    expect(Math.max(...server.frames)).toBeLessThan(4 << 20);
  });

  it('tells whole spans again over the next connection when nobody confirmed them, with those that came meanwhile', async () => {
    const server = await serve();
    server.acknowledge = false;
    const exporter = exporterFor(server.endpoint);
    exporter.addWhole(whole('first'));
    await server.until(() => server.messages.length === 2);
    server.goAway();
    exporter.addWhole(whole('second'));
    server.acknowledge = true;
    server.comeBack();
    await server.until(() => server.messages.length === 3);
    await exporter.flush();
    expect(server.messages.map(({ span }) => span?.name)).toEqual([undefined, 'first', 'second']);
    expect(exporter.isSettled).toBe(true);
  });

  it('hands unconfirmed whole spans to another way to the receiver, and keeps them for itself', async () => {
    const server = await serve();
    server.goAway();
    const exporter = exporterFor(server.endpoint);
    exporter.addWhole(whole('one'));
    exporter.addWhole(whole('two'));
    expect(exporter.takeFrames().flatMap((frame) => JSON.parse(frame) as { span: { name: string } }[]).map(({ span }) => span.name)).toEqual(['one', 'two']);
    server.comeBack();
    await server.until(() => server.messages.length === 3);
    await exporter.flush();
    expect(exporter.isSettled).toBe(true);
  });

  it('keeps the newest whole spans within its bound of bytes, and says what was lost', async () => {
    const server = await serve();
    server.goAway();
    const exporter = exporterFor(server.endpoint, { maxBytes: 1_000_000 });
    for (let i = 0; i < 100; i++) exporter.addWhole(whole(`${i} ${'x'.repeat(100_000)}`));
    const kept = 100 - exporter.lostSpans;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(11);
    server.comeBack();
    await server.until(() => server.messages.length === kept + 2);
    expect(server.messages.at(-1)?.span?.name).toMatch(/^99 /);
    expect(server.messages.find((message) => message.type === 'log')?.body).toMatch(new RegExp(`^${100 - kept} spans were not sent`));
  });

  it('cuts what no receiver would take, and says so', async () => {
    const server = await serve();
    const { tracer } = trace(server.endpoint);
    tracer.traceSpan('huge', (span) => {
      for (let i = 0; i < 8; i++) span.setAttribute(`text ${i}`, 'ü'.repeat(900_000));
      span.setAttribute('small', 'kept');
    });
    await tracer.flush();
    expect(server.spans()[0]?.attributes).toMatchObject({ small: 'kept', 'text 0': expect.stringMatching(/^ü+… \[\d+ more characters\]$/) });
  });

  it('sends a span also when the agent has put into it what JSON cannot hold', async () => {
    const server = await serve();
    const { tracer } = trace(server.endpoint);
    tracer.traceSpan('odd', (span) => {
      span.trace.baggage.set('big', 5n as unknown as string);
      (span.attributes as Map<string, unknown>).set('self', span.attributes).set('big', 2n ** 64n);
    });
    tracer.traceSpan('even', () => undefined);
    await tracer.flush();
    expect(server.spans().map((span) => span.name)).toEqual(['odd', 'even']);
    expect(server.spans()[0]?.attributes['big']).toBe('18446744073709551616');
  });

  it('answers pings, and takes answers in fragments', async () => {
    const server = await serve();
    server.acknowledge = false;
    const { tracer } = trace(server.endpoint);
    tracer.traceSpan('work', () => undefined);
    await server.until(() => server.messages.length === 2);
    const [socket] = server.connections;
    const pong = new Promise<string>((resolve) => { socket?.once('pong', (data) => resolve(data.toString())); });
    socket?.ping('are you there');
    await expect(pong).resolves.toBe('are you there');
    const answer = JSON.stringify({ type: 'ack', id: server.messages[1]?.id, accepted: 1, filler: 'x'.repeat(70_000) });
    socket?.send(answer.slice(0, 20), { fin: false });
    socket?.send(answer.slice(20), { fin: true });
    // Ends before the test's own deadline only when the answer was understood.
    await tracer.flush(60_000);
  });

  it('survives whatever a receiver says', async () => {
    const server = await serve();
    server.acknowledge = false;
    const { tracer } = trace(server.endpoint);
    const span = tracer.startSpan('work');
    await server.until(() => server.messages.length === 2);
    const [socket] = server.connections;
    for (const text of ['', '{', 'null', '[]', '{"type":"ack"}', '{"type":"ack","id":{}}', '{"type":"breakpoints","items":[]}']) socket?.send(text);
    socket?.send(Buffer.from([1, 2, 3]));
    span.end();
    await server.until(() => server.messages.length === 3);
    expect(server.typesOf(span.spanId)).toEqual(['start', 'end']);
  });

  it.each(['ws://127.0.0.1:1/', 'ws://no-such-host.invalid/'])('stays silent when there is nobody at %s', async (endpoint) => {
    const { tracer } = trace(endpoint);
    expect(tracer.traceSpan('work', () => 'done')).toBe('done');
    await tracer.flush(500);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Admission } from '../../../../src/collector/receivers/admission.ts';
import type { Limits } from '../../../../src/collector/receivers/admission.ts';
import { ControlChannel } from '../../../../src/collector/receivers/controlChannel.ts';
import { openHttpListener } from '../../../../src/collector/receivers/httpListener.ts';
import { httpReceivers } from '../../../../src/collector/receivers/registry.ts';
import { RefusedError } from '../../../../src/collector/receivers/receiver.ts';
import type { OpenPort } from '../../../../src/collector/receivers/receiver.ts';
import { RawWebSocket, handshakeLines, opcodes, wsFrame } from './support/rawWebSocket.ts';
import { RecordingSink } from './support/recordingSink.ts';

let sink: RecordingSink;
const faults: unknown[] = [];
let open: OpenPort;
const clients: RawWebSocket[] = [];

async function listen(limits: Partial<Limits> = {}): Promise<OpenPort> {
  const admission = new Admission({ allowedHosts: [], allowedOrigins: ['https://listed.example'], limits: { closeWithinMs: 200, ...limits } });
  return openHttpListener(0, httpReceivers, { sink, control: new ControlChannel(() => undefined), admission, identity: () => ({}), report: (fault) => faults.push(fault) });
}

async function connected(port = open.port): Promise<RawWebSocket> {
  const client = new RawWebSocket(port);
  clients.push(client);
  expect((await client.handshake)?.status).toBe(101);
  await client.message();
  return client;
}

beforeEach(async () => {
  sink = new RecordingSink();
  faults.length = 0;
  open = await listen();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await open.close();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = (n: number): string => n.toString(16).padStart(16, '0');
const start = (n: number, more: object = {}): object => ({ type: 'start', span: { traceId, spanId: spanId(n), name: 'step', startTimeUnixNano: '1700000000000000000' }, ...more });
const end = (n: number, more: object = {}): object => ({ type: 'end', traceId, spanId: spanId(n), endTimeUnixNano: '1700000001000000000', ...more });
const log = (more: object = {}): object => ({ type: 'log', traceId, spanId: spanId(1), timeUnixNano: '1700000001000000000', body: 'hello', ...more });

async function expectStillServing(port = open.port): Promise<void> {
  const other = await connected(port);
  expect(await other.say(start(99, { id: 'still' })).message()).toEqual({ type: 'ack', id: 'still', accepted: 1 });
  other.end();
}

describe('the handshake', () => {
  const without = (name: string): string[] => handshakeLines.filter((line) => !line.startsWith(name));
  const cases: readonly (readonly [string, ConstructorParameters<typeof RawWebSocket>[1], number])[] = [
    ['good', {}, 101],
    ['a listed origin', { lines: [...handshakeLines, 'Origin: https://listed.example'] }, 101],
    ['another origin', { lines: [...handshakeLines, 'Origin: https://evil.example'] }, 403],
    ['our own address as origin', { lines: [...handshakeLines, 'Origin: http://localhost'] }, 403],
    ['another Host', { lines: [...without('Host'), 'Host: evil.example'] }, 403],
    ['no Host', { lines: without('Host') }, 400],
    ['two Hosts', { lines: [...handshakeLines, 'Host: localhost'] }, 400],
    ['a cross-site fetch', { lines: [...handshakeLines, 'Sec-Fetch-Site: cross-site'] }, 403],
    ['a bad Host and a good origin', { lines: [...without('Host'), 'Host: evil.example', 'Origin: https://listed.example'] }, 403],
    ['another path', { path: '/v1/other' }, 404],
    ['POST', { method: 'POST' }, 405],
    ['a plain GET', { lines: ['Host: localhost'] }, 426],
    ['no key', { lines: without('Sec-WebSocket-Key') }, 400],
    ['a bad key', { lines: [...without('Sec-WebSocket-Key'), 'Sec-WebSocket-Key: short'] }, 400],
    ['no version', { lines: without('Sec-WebSocket-Version') }, 400],
    ['an old version', { lines: [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 7'] }, 400],
  ];
  it.each(cases)('with %s is answered by its status', async (_what, parts, status) => {
    const client = new RawWebSocket(open.port, parts);
    clients.push(client);
    expect((await client.handshake)?.status).toBe(status);
    await expectStillServing();
  });

  it('begins with a welcome and offers no compression', async () => {
    const client = new RawWebSocket(open.port, { lines: [...handshakeLines, 'Sec-WebSocket-Extensions: permessage-deflate'] });
    clients.push(client);
    expect((await client.handshake)?.headers.has('sec-websocket-extensions')).toBe(false);
    expect(await client.message()).toMatchObject({ type: 'welcome', version: 1 });
  });

  it('beyond the cap, or while nothing can be taken, is answered 503', async () => {
    const small = await listen({ webSockets: 1 });
    await connected(small.port);
    for (const seconds of [undefined, 5]) {
      sink.secondsToWait = seconds;
      const client = new RawWebSocket(small.port);
      const response = await client.handshake;
      expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, String(seconds ?? 1)]);
      client.end();
    }
    await small.close();
  });
});

describe('messages', () => {
  it('that arrive together are stored together, as JSON lines in their order', async () => {
    const client = await connected();
    const frames = Buffer.concat([start(1), start(2), end(2), log()].map((message) => wsFrame(JSON.stringify(message))));
    client.send(frames).say(end(1, { id: 7 }));
    expect(await client.message()).toEqual({ type: 'ack', id: 7, accepted: 1 });
    expect(sink.texts.join('')).toBe([start(1), start(2), end(2), log(), end(1, { id: 7 })].map((message) => `${JSON.stringify(message)}\n`).join(''));
    expect(new Set(sink.payloads.map(({ format }) => format))).toEqual(new Set(['live']));
    expect(sink.payloads.length).toBeLessThanOrEqual(2);
  });

  it('come one by one, in an array, pretty-printed, or in fragments with a ping between', async () => {
    const client = await connected();
    client.say([start(1, { id: 'a' }), end(1, { id: 'b' })]);
    expect([await client.message(), await client.message()]).toEqual([{ type: 'ack', id: 'a', accepted: 1 }, { type: 'ack', id: 'b', accepted: 1 }]);
    client.say(JSON.stringify(start(2, { id: { any: 'value' } }), undefined, 2));
    expect(await client.message()).toEqual({ type: 'ack', id: { any: 'value' }, accepted: 1 });
    const text = JSON.stringify(start(3, { id: 'c' }));
    client.send(wsFrame(text.slice(0, 9), { fin: false })).send(wsFrame('p', { opcode: opcodes.ping })).send(wsFrame(text.slice(9), { opcode: opcodes.continuation }));
    expect(await client.message()).toEqual({ type: 'ack', id: 'c', accepted: 1 });
    expect(await client.pong()).toEqual(Buffer.from('p'));
    expect([...sink.texts.join('').matchAll(/"type":\s*"(\w+)"/g)].map(([, type]) => type)).toEqual(['start', 'end', 'start', 'start']);
  });

  it('keep every digit of their numbers and ids', async () => {
    const client = await connected();
    client.say(`{"type":"end","traceId":"t","spanId":"s","endTimeUnixNano":1700000001000000001,"id":12345678901234567890}`);
    expect(await client.message()).toMatchObject({ type: 'ack' });
    expect(sink.texts[0]).toContain('1700000001000000001');
  });

  it('of hello are answered and not stored', async () => {
    const client = await connected();
    client.say({ type: 'hello', client: { name: 'agent', language: 'python', pid: 1 }, id: 1 });
    expect(await client.message()).toEqual({ type: 'ack', id: 1, accepted: 0 });
    expect(sink.payloads).toEqual([]);
  });

  it('of OTLP are taken as that, in JSON and in binary frames', async () => {
    const client = await connected();
    sink.answer = ({ format }) => ({ accepted: format === 'otlp-json' ? 3 : 1, rejected: 0 });
    client.say({ resourceSpans: [], id: 'spans' }).say({ resourceLogs: [], id: 'logs' });
    expect([await client.message(), await client.message()]).toEqual([{ type: 'ack', id: 'spans', accepted: 3 }, { type: 'ack', id: 'logs', accepted: 3 }]);
    client.send(wsFrame(Uint8Array.of(10, 0), { opcode: opcodes.binary })).say(start(1, { id: 1 }));
    await client.message();
    expect(sink.payloads.map(({ format, signal }) => [format, signal])).toEqual([['otlp-json', 'traces'], ['otlp-json', 'logs'], ['otlp-protobuf', 'traces'], ['live', 'traces']]);
    expect(sink.payloads[2]?.bytes).toEqual(Uint8Array.of(10, 0));
  });

  it('of another known format are taken as that', async () => {
    const client = await connected();
    const span = { trace_id: 't1', span_id: 's1', parent_span_id: null, name: 'agent_run', start_time: '2025-01-01T00:00:00', end_time: '2025-01-01T00:00:01', duration_ms: 1000, status: 'ok', attributes: {}, events: [] };
    client.say({ trace_id: 't1', root_span: span, spans: [span], id: 1 });
    expect(await client.message()).toMatchObject({ type: 'ack', id: 1 });
    expect(sink.payloads.map(({ format }) => format)).toEqual(['tutorial-json']);
  });

  it('are acknowledged only once stored', async () => {
    let release = (): void => undefined;
    sink.answer = () => new Promise((resolve) => { release = () => resolve({ accepted: 1, rejected: 0 }); });
    const client = await connected();
    client.say(start(1, { id: 1 })).send(wsFrame('', { opcode: opcodes.ping }));
    await client.pong();
    expect(client.frames).toEqual([]);
    // The message is behind the ping on its way through the queue.
    while (String(release) === '() => undefined') await delay(1);
    release();
    expect(await client.message()).toEqual({ type: 'ack', id: 1, accepted: 1 });
  });

  it.each([
    ['no JSON', 'nonsense'], ['cut JSON', '{"type":"start",'], ['a number', '1'], ['null', 'null'], ['an array of numbers', '[1]'], ['two documents', '{}{}'],
    ['a trailing comma', '[{"type":"log"},]'], ['a hello that is no JSON', '{"type":"hello","client":nonsense}'],
    ['brackets of the wrong kind', '{"type":"start","span":{"a":[}]}'], ['a string without end', '{"type":"start'], ['a control character between messages', '[{"type":"log"}\u0001]'], ['nothing', ''], ['depth 10^5', `{"type":"start","span":${'['.repeat(100_000)}`],
  ])('of %s get an error and the connection stays', async (_what, text) => {
    const client = await connected();
    expect(await client.say(text).message()).toMatchObject({ type: 'error', message: expect.any(String) as string });
    expect(await client.say(start(1, { id: 1 })).message()).toEqual({ type: 'ack', id: 1, accepted: 1 });
    expect(sink.payloads).toHaveLength(1);
  });

  it.each([['an unknown type', { type: 'destroy', id: 5 }], ['no type', { id: 5 }], ['a type that is no text', { type: 5, id: 5 }]])('with %s get an error with their id', async (_what, message) => {
    const client = await connected();
    expect(await client.say(message).message()).toMatchObject({ type: 'error', id: 5 });
    expect(await client.say(start(1, { id: 1 })).message()).toMatchObject({ type: 'ack' });
  });

  it('that the sink refuses get an error; others of their group are stored', async () => {
    const isBad = (text: string): boolean => text.includes(spanId(2));
    sink.answer = ({ bytes }) => {
      if (isBad(new TextDecoder().decode(bytes))) throw new RefusedError('undecodable', 'span: wrong shape');
      return { accepted: 1, rejected: 0 };
    };
    const client = await connected();
    // The decoder that finds the bad one is the real one, which takes exception to this value of `span`.
    const bad = { type: 'start', span: [spanId(2)], id: 'bad' };
    client.send(Buffer.concat([start(1, { id: 'one' }), bad, start(3, { id: 'three' })].map((message) => wsFrame(JSON.stringify(message)))));
    const replies = [await client.message(), await client.message(), await client.message()] as { id: string; type: string }[];
    expect(new Map(replies.map(({ id, type }) => [id, type]))).toEqual(new Map([['one', 'ack'], ['bad', 'error'], ['three', 'ack']]));
    expect(sink.texts.join('')).toContain(spanId(1));
    expect(sink.texts.join('')).not.toContain(spanId(2));
  });

  it('that cannot be taken now close the connection with 1013, those of a fault of ours with 1011', async () => {
    for (const [error, code] of [[new RefusedError('unavailable', 'memory'), 1013], [new TypeError('bug'), 1011]] as const) {
      sink.answer = () => { throw error; };
      const client = await connected();
      client.say(start(1, { id: 1 }));
      expect(await client.message()).toMatchObject({ type: 'error', id: 1 });
      expect(await client.closeCode()).toBe(code);
    }
    expect(sink.payloads).toEqual([]);
    expect(faults).toEqual([new TypeError('bug')]);
  });
});

describe('spans that have begun and not ended', () => {
  it('are reported when the connection ends, however it ends', async () => {
    const client = await connected();
    client.say([start(1), start(2), start(3), end(2), { type: 'span', span: { trace_id: traceId.toUpperCase(), span_id: spanId(3), name: 'x', startTimeUnixNano: '1', endTimeUnixNano: '2' } }, log({ id: 1 })]);
    await client.message();
    expect(sink.ended).toEqual([]);
    client.end();
    while (sink.ended.length === 0) await delay(1);
    expect(sink.ended).toMatchObject([{ traceId, spanId: spanId(1) }]);
  });

  it('are not reported when they were never stored', async () => {
    sink.answer = () => { throw new RefusedError('unavailable', 'memory'); };
    const client = await connected();
    client.say(start(1));
    expect(await client.closeCode()).toBe(1013);
    await client.http.closed;
    expect(sink.ended).toEqual([]);
  });
});

const violations: readonly (readonly [string, readonly Buffer[], readonly number[]])[] = [
  ['an unmasked frame', [wsFrame('{}', { masked: false })], [1002]],
  ['a reserved bit', [wsFrame('{}', { reserved: 4 })], [1002]],
  ['the other reserved bits', [wsFrame('{}', { reserved: 3 })], [1002]],
  ...[3, 7, 11, 15].map((opcode) => [`opcode ${opcode}`, [wsFrame('{}', { opcode })], [1002]] as const),
  ['a stray continuation', [wsFrame('{}', { opcode: opcodes.continuation })], [1002]],
  ['interleaved messages', [wsFrame('{', { fin: false }), wsFrame('{}')], [1002]],
  ['a fragmented ping', [wsFrame('x', { opcode: opcodes.ping, fin: false })], [1002]],
  ['a long ping', [wsFrame('x'.repeat(126), { opcode: opcodes.ping })], [1002]],
  ['a close frame of one byte', [wsFrame('x', { opcode: opcodes.close })], [1002]],
  ...[999, 1004, 1005, 1006, 1015, 2000, 65_535].map((code) => [`close code ${code}`, [wsFrame(Buffer.of(code >> 8, code & 255), { opcode: opcodes.close })], [1002]] as const),
  ['invalid UTF-8', [wsFrame(Buffer.of(0x22, 0xff, 0x22))], [1007]],
  ['a surrogate in UTF-8', [wsFrame(Buffer.of(0x22, 0xed, 0xa0, 0x80, 0x22))], [1007]],
  ['JSON in a binary frame', [wsFrame('{"type":"log"}', { opcode: opcodes.binary })], [1003]],
  ['a frame over 4 MiB', [wsFrame(Buffer.alloc(4 * 1024 * 1024 + 1, 0x20))], [1009]],
  ['fragments over 4 MiB together', [wsFrame(Buffer.alloc(3 * 1024 * 1024, 0x20), { fin: false }), wsFrame(Buffer.alloc(2 * 1024 * 1024, 0x20), { opcode: opcodes.continuation })], [1009]],
  ['a length field of 2^40', [wsFrame('', { length: 1n << 40n })], [1009]],
  ['a length field of 2^63', [wsFrame('', { length: 1n << 63n })], [1009]],
  ['a flood of tiny fragments', [wsFrame('', { fin: false }), ...Array.from({ length: 300 }, () => wsFrame('', { opcode: opcodes.continuation, fin: false }))], [1008]],
  ['a flood of pings', Array.from({ length: 50 }, () => wsFrame('', { opcode: opcodes.ping })), [1008]],
  ['a flood of bad messages', Array.from({ length: 30 }, () => wsFrame('bad')), [1008]],
];

describe('a client that breaks the rules', () => {
  it.each(violations)('by %s is closed with its code, stores nothing and harms nobody', async (_what, frames, codes) => {
    const client = await connected();
    for (const bytes of frames) client.send(bytes);
    expect(codes).toContain(await client.closeCode());
    expect(sink.payloads).toEqual([]);
    await expectStillServing();
  });

  it('is closed when its frame, or its message of several, does not end in time', async () => {
    const quick = await listen({ unfinishedFrameMs: 100, checkIntervalMs: 20 });
    const [half, headOnly, fragment, idle] = await Promise.all(Array.from({ length: 4 }, () => connected(quick.port)));
    half?.send(wsFrame('{"type":"start"}').subarray(0, 10));
    headOnly?.send(wsFrame('{}').subarray(0, 1));
    fragment?.send(wsFrame('{', { fin: false }));
    expect(await Promise.all([half?.closeCode(), headOnly?.closeCode(), fragment?.closeCode()])).toEqual([1008, 1008, 1008]);
    expect(await idle?.say(start(1, { id: 1 })).message()).toMatchObject({ type: 'ack' });
    await quick.close();
  });

  it('is cut off 2 s after it was told to go', async () => {
    const quick = await listen({ closeWithinMs: 100 });
    const client = await connected(quick.port);
    client.send(wsFrame('x', { reserved: 1 }));
    expect(await client.closeCode()).toBe(1002);
    await client.http.closed;
    await quick.close();
  });

  it('is cut off when it answers no ping', async () => {
    const quick = await listen({ pingIntervalMs: 50 });
    const dead = await connected(quick.port);
    const alive = new WebSocket(`ws://127.0.0.1:${quick.port}/v1/spans`);
    await new Promise((resolve) => { alive.once('open', resolve); });
    await dead.http.closed;
    expect(alive.readyState).toBe(WebSocket.OPEN);
    alive.terminate();
    await quick.close();
  });

  it('is closed when it never reads its answers', async () => {
    const quick = await listen({ sendQueueBytes: 1000, closeWithinMs: 100 });
    const client = await connected(quick.port);
    client.http.socket.pause();
    const message = wsFrame(JSON.stringify(log({ id: 'x'.repeat(250) })));
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => message));
    const sending = setInterval(() => client.send(flood), 5);
    await client.http.closed;
    clearInterval(sending);
    await expectStillServing(quick.port);
    await quick.close();
  });

  it('is read no further while what it sent waits to be stored', async () => {
    const quick = await listen({ receiveQueueBytes: 10_000 });
    let release = (): void => undefined;
    const stored = new Promise<void>((resolve) => { release = resolve; });
    sink.answer = async () => {
      await stored;
      return { accepted: 1, rejected: 0 };
    };
    const client = await connected(quick.port);
    for (let i = 0; i < 2000; i++) client.say(start(i));
    client.say(end(1, { id: 'last' })).send(wsFrame('', { opcode: opcodes.ping }));
    await delay(50);
    expect(client.frames).toEqual([]);
    release();
    expect(await client.message()).toEqual({ type: 'ack', id: 'last', accepted: 1 });
    expect(sink.texts.join('').split('\n')).toHaveLength(2002);
    await quick.close();
  });

  it('may go away in the middle', async () => {
    for (const bytes of [wsFrame('{"type":"start"}').subarray(0, 10), wsFrame('', { opcode: opcodes.close })]) {
      const client = await connected();
      client.send(bytes);
      client.http.socket.resetAndDestroy();
      await client.http.closed;
    }
    await expectStillServing();
  });
});

describe('stopping', () => {
  it('closes with 1012 after storing what came', async () => {
    const client = await connected();
    client.say(start(1, { id: 1 }));
    await client.message();
    const closed = open.close();
    expect(await client.closeCode()).toBe(1012);
    client.send(wsFrame(Buffer.of(0x03, 0xf4), { opcode: opcodes.close }));
    await closed;
    expect(sink.ended).toMatchObject([{ spanId: spanId(1) }]);
  });
});

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Admission } from '../../../../src/collector/receivers/admission.ts';
import type { Limits } from '../../../../src/collector/receivers/admission.ts';
import { ControlChannel } from '../../../../src/collector/receivers/controlChannel.ts';
import { openConnectionListener } from '../../../../src/collector/receivers/connectionListener.ts';
import { receiver } from '../../../../src/collector/receivers/otlpGrpc.ts';
import { RefusedError } from '../../../../src/collector/receivers/receiver.ts';
import type { OpenPort } from '../../../../src/collector/receivers/receiver.ts';
import { RawGrpc, callHeaders, frame, frameTypes, framed, headerBlock, preface, replyOf, traceMethod } from './support/rawGrpc.ts';
import { RecordingSink } from './support/recordingSink.ts';

let sink: RecordingSink;
const faults: unknown[] = [];
let open: OpenPort;
let client: RawGrpc;

async function listen(limits: Partial<Limits> = {}): Promise<OpenPort> {
  const admission = new Admission({ allowedHosts: ['box.lan'], allowedOrigins: [], limits });
  return openConnectionListener(0, receiver, { sink, control: new ControlChannel(() => undefined), admission, identity: () => ({ service: 'spanscope' }), report: (fault) => faults.push(fault) });
}

beforeEach(async () => {
  sink = new RecordingSink();
  faults.length = 0;
  open = await listen();
  client = new RawGrpc(open.port);
});
afterEach(async () => {
  client.close();
  await open.close();
});

async function expectStillServing(port = open.port): Promise<void> {
  const before = sink.payloads.length;
  const other = new RawGrpc(port);
  expect((await other.call(framed('good'))).code).toBe(0);
  expect(sink.payloads).toHaveLength(before + 1);
  other.close();
}

describe('the gRPC port', () => {
  it('listens on both loopback addresses at the same port', async () => {
    for (const host of ['127.0.0.1', '[::1]']) {
      const here = new RawGrpc(open.port, host);
      expect((await here.call(framed('x'))).code).toBe(0);
      here.close();
    }
  });

  it('hands the message of each service to the sink as it came', async () => {
    for (const service of ['trace.v1.TraceService', 'logs.v1.LogsService', 'metrics.v1.MetricsService']) {
      const reply = await client.call(framed(Uint8Array.of(10, 0, 255)), { ':path': `/opentelemetry.proto.collector.${service}/Export` });
      expect([reply.httpStatus, reply.code, reply.body]).toEqual([200, 0, framed('')]);
    }
    expect(sink.payloads).toEqual((['traces', 'logs', 'metrics'] as const).map((signal) => ({ format: 'otlp-protobuf', signal, bytes: Uint8Array.of(10, 0, 255) })));
  });

  it('takes an empty request', async () => {
    expect((await client.call(framed(''))).code).toBe(0);
    expect(sink.payloads[0]?.bytes).toHaveLength(0);
  });

  it('takes gzip, whole messages or none of them compressed, and of several members', async () => {
    const gzip = { 'grpc-encoding': 'gzip' };
    const replies = [
      await client.call(framed(gzipSync('hello'), { flag: 1 }), gzip), await client.call(framed('plain'), gzip),
      await client.call(framed(Buffer.concat([gzipSync('hel'), gzipSync('lo')]), { flag: 1 }), gzip), await client.call(framed('plain'), { 'grpc-encoding': 'identity' }),
    ];
    expect(replies.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(sink.texts).toEqual(['hello', 'plain', 'hello', 'plain']);
  });

  it('takes a message in many small frames', async () => {
    const stream = client.begin();
    for (const byte of framed('a longer message')) {
      stream.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    stream.end();
    expect((await replyOf(stream)).code).toBe(0);
    expect(sink.texts).toEqual(['a longer message']);
  });

  it('says how many were rejected and why', async () => {
    sink.answer = () => ({ accepted: 1, rejected: 2, message: 'no' });
    expect((await client.call(framed('x'))).body).toEqual(framed(Uint8Array.of(0x0a, 6, 0x08, 2, 0x12, 2, 0x6e, 0x6f)));
  });

  it('says who it is on the root', async () => {
    const reply = await client.call(Buffer.alloc(0), { ':method': 'GET', ':path': '/', 'content-type': undefined });
    expect([reply.httpStatus, JSON.parse(String(reply.body))]).toEqual([200, { service: 'spanscope' }]);
    expect((await client.call(Buffer.alloc(0), { ':method': 'GET', ':path': '/', ':authority': 'evil.example' })).code).toBe(7);
  });

  it.each([['LOCALHOST:1'], ['127.0.0.1:4317'], ['[::1]:4317'], ['box.lan']])('takes authority %s', async (authority) => {
    expect((await client.call(framed('x'), { ':authority': authority })).code).toBe(0);
  });
});

const big = 4 * 1024 * 1024;
const bad: readonly (readonly [string, Uint8Array, Record<string, string | undefined>, readonly (number | undefined)[]])[] = [
  ...['evil.example', 'evil.example:4317', 'localhost.', '127.0.0.2'].map((authority) => [`authority ${authority}`, framed('x'), { ':authority': authority }, [7]] as const),
  ['an authority with a user', framed('x'), { ':authority': 'user@localhost' }, [7, undefined]],
  ['another host beside the authority', framed('x'), { host: 'evil.example' }, [7]],
  ['an origin', framed('x'), { origin: 'https://evil.example' }, [7]],
  ['a cross-site fetch', framed('x'), { 'sec-fetch-site': 'cross-site' }, [7]],
  ['an unknown service', framed('x'), { ':path': '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export' }, [12]],
  ['an unknown method', framed('x'), { ':path': traceMethod.replace('Export', 'Import') }, [12]],
  ['a path in other case', framed('x'), { ':path': traceMethod.toLowerCase() }, [12]],
  ['GET', framed(''), { ':method': 'GET' }, [12]],
  ['an unknown encoding', framed('x'), { 'grpc-encoding': 'zstd' }, [12]],
  ['deflate', framed('x'), { 'grpc-encoding': 'deflate' }, [12]],
  ['a timeout without unit', framed('x'), { 'grpc-timeout': '10' }, [3]],
  ['a timeout of nine digits', framed('x'), { 'grpc-timeout': '123456789S' }, [3]],
  ['no message', Buffer.alloc(0), {}, [3, 12, 13]],
  ['a short prefix', framed('x').subarray(0, 3), {}, [3, 12, 13]],
  ['a cut message', framed('hello').subarray(0, 7), {}, [3, 12, 13]],
  ['a second message', Buffer.concat([framed('one'), framed('two')]), {}, [3, 12, 13]],
  ['a declared length of 5 MiB', framed('x', { length: 5 * 1024 * 1024 }), {}, [8]],
  ['a declared length of 4 GiB', framed('x', { length: 0xffff_ffff }), {}, [8]],
  ['a message of 4 MiB and a byte', framed(Buffer.alloc(big + 1)), {}, [8]],
  ['a gzip bomb', framed(gzipSync(Buffer.alloc(big + 1)), { flag: 1 }), { 'grpc-encoding': 'gzip' }, [8]],
  ['a compression flag without encoding', framed(gzipSync('hello'), { flag: 1 }), {}, [3, 12, 13]],
  ['a compression flag with identity', framed('hello', { flag: 1 }), { 'grpc-encoding': 'identity' }, [3, 12, 13]],
  ['an unknown flag', framed('hello', { flag: 2 }), {}, [3, 12, 13]],
  ['broken gzip', framed('hello', { flag: 1 }), { 'grpc-encoding': 'gzip' }, [3, 13]],
  ['cut gzip', framed(gzipSync('hello').subarray(0, 15), { flag: 1 }), { 'grpc-encoding': 'gzip' }, [3, 13]],
  ['bytes after gzip', framed(Buffer.concat([gzipSync('hello'), Buffer.from('x')]), { flag: 1 }), { 'grpc-encoding': 'gzip' }, [3, 13]],
  ['a header list over 16 KiB', framed('x'), { 'x-long': 'a'.repeat(17_000) }, [undefined]],
];

describe('a call that is refused', () => {
  it.each(bad)('by %s gets its code, stores nothing and harms nobody', async (_what, body, headers, codes) => {
    const reply = await client.call(body, headers);
    expect(codes).toContain(reply.code);
    expect(reply.details).toBeUndefined();
    expect(sink.payloads).toEqual([]);
    await expectStillServing();
  });

  it.each(['text/plain', 'application/grpc-web', 'application/grpc+json', 'application/grpcx', 'application/json', undefined])('by content type %s gets HTTP 415', async (type) => {
    expect((await client.call(framed('x'), { 'content-type': type })).httpStatus).toBe(415);
    await expectStillServing();
  });

  it.each([['undecodable', 3], ['tooManyElements', 8], ['internal', 13]] as const)('by the sink as %s gets %i without RetryInfo', async (reason, code) => {
    sink.answer = () => { throw new RefusedError(reason, 'why'); };
    const reply = await client.call(framed('x'));
    expect([reply.code, reply.details]).toEqual([code, undefined]);
  });

  it('because the sink is full or not ready gets UNAVAILABLE and when to try again', async () => {
    sink.secondsToWait = 4;
    const reply = await client.call(framed('x'));
    expect(reply.code).toBe(14);
    // google.rpc.Status { code 14, message, details [ Any { RetryInfo { retry_delay { seconds 4 } } } ] }
    expect(reply.details?.includes(Buffer.from('type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x04'))).toBe(true);
    sink.secondsToWait = undefined;
    sink.answer = () => { throw new RefusedError('unavailable', 'memory', 2); };
    const second = await client.call(framed('x'));
    expect([second.code, second.details?.subarray(-2)]).toEqual([14, Buffer.of(8, 2)]);
  });

  it('never sees its values or our failure in the message', async () => {
    sink.answer = () => { throw new TypeError('sk-secret'); };
    const replies = [
      await client.call(framed('x')), await client.call(framed('x'), { ':path': '/sk-secret' }), await client.call(framed('x'), { 'grpc-timeout': 'sk-secret' }),
      await client.call(framed('x'), { 'grpc-encoding': 'sk-secret' }), await client.call(framed('x'), { ':authority': 'sk-secret' }),
    ];
    expect(replies.map(({ code }) => code)).toEqual([13, 12, 3, 12, 7]);
    expect(faults).toEqual([new TypeError('sk-secret')]);
    expect(replies.map(({ message }) => message).join()).not.toContain('sk-secret');
  });
});

describe('a client that takes its time or too much', () => {
  it('gets DEADLINE_EXCEEDED when its message does not end in time, its deadline or ours', async () => {
    const quick = await listen({ requestWithinMs: 200 });
    const slow = new RawGrpc(quick.port);
    const endless = slow.begin();
    endless.write(framed('hello').subarray(0, 6));
    expect((await replyOf(endless)).code).toBe(4);
    slow.close();
    const impatient = client.begin({ 'grpc-timeout': '100m' });
    impatient.write(framed('hello').subarray(0, 6));
    expect((await replyOf(impatient)).code).toBe(4);
    expect(sink.payloads).toEqual([]);
    await expectStillServing(quick.port);
    await quick.close();
  });

  it('is disconnected when it says nothing, or something other than HTTP/2', async () => {
    const quick = await listen({ headersWithinMs: 200 });
    for (const words of ['', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', '\x16\x03\x01\x02\x00']) {
      const socket = connect(quick.port, '127.0.0.1').on('error', () => undefined);
      const closed = closeOf(socket);
      socket.write(words);
      await closed;
    }
    await expectStillServing(quick.port);
    await quick.close();
  });

  it('makes room for a newcomer when it holds one of too many sessions', async () => {
    const small = await listen({ grpcSessions: 3 });
    const silent = Array.from({ length: 3 }, () => connect(small.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(silent.map((socket) => new Promise((resolve) => { socket.once('connect', resolve); })));
    await expectStillServing(small.port);
    for (const socket of silent) socket.destroy();
    await small.close();
  });

  it('is told UNAVAILABLE and when to come again after more calls than one session may make, which others do not feel', async () => {
    const small = await listen({ requestsPerSecond: 3 });
    const eager = new RawGrpc(small.port);
    const replies = await Promise.all(Array.from({ length: 10 }, () => eager.call(framed('x'))));
    const refused = replies.filter(({ code }) => code === 14);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(refused[0]?.details?.subarray(-2)).toEqual(Buffer.of(8, 1));
    expect(sink.payloads).toHaveLength(10 - refused.length);
    await expectStillServing(small.port);
    eager.close();
    await small.close();
  });

  it('shares the memory for messages with all others', async () => {
    const small = await listen({ heldBytes: 1000 });
    const [first, second] = [new RawGrpc(small.port), new RawGrpc(small.port)];
    const half = first.begin();
    half.write(framed('x'.repeat(900)).subarray(0, 800));
    let refused = await second.call(framed('y'.repeat(300)));
    while (refused.code === 0) refused = await second.call(framed('y'.repeat(300)));
    expect([refused.code, refused.details === undefined]).toEqual([14, false]);
    half.end(framed('x'.repeat(900)).subarray(800));
    expect((await replyOf(half)).code).toBe(0);
    expect((await second.call(framed('y'.repeat(300)))).code).toBe(0);
    first.close();
    second.close();
    await small.close();
  });

  const strangeHeaders = headerBlock([[':method', 'POST'], [':scheme', 'http'], [':path', '/'], [':authority', 'evil.example']]);
  const floods: readonly (readonly [string, (i: number) => Buffer])[] = [
    ['resets', (i) => Buffer.concat([frame(frameTypes.headers, 4, 1 + 2 * i, callHeaders), frame(frameTypes.reset, 0, 1 + 2 * i, Buffer.alloc(4, 8))])],
    ['refused calls that are reset', (i) => Buffer.concat([frame(frameTypes.headers, 4, 1 + 2 * i, strangeHeaders), frame(frameTypes.reset, 0, 1 + 2 * i, Buffer.alloc(4, 8))])],
    ['pings', () => frame(frameTypes.ping, 0, 0, Buffer.alloc(8))],
    ['settings', () => frame(frameTypes.settings, 0, 0)],
  ];
  it.each(floods)('is told to go when it sends a flood of %s, while others are served', async (_what, piece) => {
    const socket = connect(open.port, '127.0.0.1').on('error', () => undefined);
    const closed = closeOf(socket);
    socket.write(preface);
    socket.write(Buffer.concat(Array.from({ length: 1000 }, (_, i) => piece(i))));
    await expectStillServing();
    expect(goAwayIn(await closed)).toBe(true);
    await expectStillServing();
  });

  it('is told to go when its headers never end', async () => {
    const socket = connect(open.port, '127.0.0.1').on('error', () => undefined);
    const closed = closeOf(socket);
    socket.write(preface);
    socket.write(frame(frameTypes.headers, 0, 1, callHeaders));
    const more = headerBlock([['x-more', 'a'.repeat(1000)]]);
    const sending = setInterval(() => socket.write(frame(frameTypes.continuation, 0, 1, more)), 1);
    await closed;
    clearInterval(sending);
    await expectStillServing();
  });

  it('is told to go when it opens more calls at a time than a session may have', async () => {
    const small = await listen({ grpcStreams: 2 });
    const socket = connect(small.port, '127.0.0.1').on('error', () => undefined);
    const closed = closeOf(socket);
    socket.write(Buffer.concat([preface, frame(frameTypes.settings, 1, 0), ...[1, 3, 5].map((stream) => frame(frameTypes.headers, 4, stream, callHeaders))]));
    expect(goAwayIn(await closed)).toBe(true);
    await expectStillServing(small.port);
    await small.close();
  });

  it('is let go when it has had nothing to say for long', async () => {
    const quick = await listen({ idleMs: 100 });
    const idle = new RawGrpc(quick.port);
    expect((await idle.call(framed('x'))).code).toBe(0);
    await new Promise((resolve) => { idle.session.once('close', resolve); });
    await expectStillServing(quick.port);
    await quick.close();
  });

  it('may break the rules of HTTP/2', async () => {
    const pieces = [
      frame(frameTypes.data, 0, 0, Buffer.from('x')), frame(frameTypes.settings, 0, 0, Buffer.alloc(5)), frame(frameTypes.windowUpdate, 0, 0, Buffer.alloc(4)),
      frame(frameTypes.headers, 4, 2, callHeaders), frame(frameTypes.headers, 4, 1, Buffer.alloc(100, 0xff)), frame(frameTypes.continuation, 4, 1, callHeaders), Buffer.alloc(20_000, 0xff),
    ];
    for (const piece of pieces) {
      const socket = connect(open.port, '127.0.0.1').on('error', () => undefined);
      const closed = closeOf(socket);
      socket.write(Buffer.concat([preface, piece]));
      await closed;
    }
    expect(sink.payloads).toEqual([]);
    await expectStillServing();
  });

  it('may go away in the middle', async () => {
    const gone = new RawGrpc(open.port);
    gone.begin().write(framed('hello').subarray(0, 6));
    await new Promise((resolve) => { gone.session.once('remoteSettings', resolve); });
    gone.session.destroy();
    await expectStillServing();
  });

  it('may be any number of calls and sessions at the same time', async () => {
    const sessions = Array.from({ length: 10 }, () => new RawGrpc(open.port));
    const replies = await Promise.all(sessions.flatMap((session) => Array.from({ length: 50 }, () => session.call(framed('x')))));
    expect(new Set(replies.map(({ code }) => code))).toEqual(new Set([0]));
    expect(sink.payloads).toHaveLength(500);
    for (const session of sessions) session.close();
  });
});

describe('stopping', () => {
  it('waits for what runs and frees the port', async () => {
    let release = (): void => undefined;
    const stored = new Promise<void>((resolve) => { release = resolve; });
    const arrived = new Promise<void>((resolve) => {
      sink.answer = async () => {
        resolve();
        await stored;
        return { accepted: 1, rejected: 0 };
      };
    });
    const reply = client.call(framed('x'));
    await arrived;
    const closed = open.close();
    release();
    expect((await reply).code).toBe(0);
    await closed;
    await open.close();
    const admission = new Admission({ allowedHosts: [], allowedOrigins: [] });
    const again = await openConnectionListener(open.port, receiver, { sink, control: new ControlChannel(() => undefined), admission, identity: () => ({}), report: (fault) => faults.push(fault) });
    expect(again.port).toBe(open.port);
    await again.close();
  });

  it('gives up on what takes longer than 2 s', async () => {
    const quick = await listen({ closeWithinMs: 100 });
    sink.answer = () => new Promise(() => undefined);
    const stuck = new RawGrpc(quick.port);
    const reply = stuck.call(framed('x'));
    await new Promise((resolve) => { stuck.session.once('remoteSettings', resolve); });
    await quick.close();
    expect((await reply).code).not.toBe(0);
    stuck.close();
  });
});

/** All that was received until the other side closed. */
function closeOf(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk)).once('close', () => resolve(Buffer.concat(chunks)));
  });
}

function goAwayIn(bytes: Buffer): boolean {
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) if (bytes[at + 3] === frameTypes.goAway) return true;
  return false;
}

import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import os from 'node:os';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Admission } from '../../../../src/collector/receivers/admission.ts';
import type { Limits } from '../../../../src/collector/receivers/admission.ts';
import { ControlChannel } from '../../../../src/collector/receivers/controlChannel.ts';
import { openHttpListener } from '../../../../src/collector/receivers/httpListener.ts';
import { httpReceivers } from '../../../../src/collector/receivers/registry.ts';
import { RefusedError } from '../../../../src/collector/receivers/receiver.ts';
import type { OpenPort } from '../../../../src/collector/receivers/receiver.ts';
import { RawHttp, ask, requestBytes } from './support/rawHttp.ts';
import type { RequestParts } from './support/rawHttp.ts';
import { RecordingSink } from './support/recordingSink.ts';

let sink: RecordingSink;
const faults: unknown[] = [];
let open: OpenPort;

async function listen(limits: Partial<Limits> = {}): Promise<OpenPort> {
  const admission = new Admission({ allowedHosts: ['box.lan'], allowedOrigins: ['https://listed.example'], limits });
  return openHttpListener(0, httpReceivers, { sink, control: new ControlChannel(() => undefined), admission, identity: () => ({ service: 'spanscope' }), report: (fault) => faults.push(fault) });
}

beforeEach(async () => {
  sink = new RecordingSink();
  faults.length = 0;
  open = await listen();
});
afterEach(() => open.close());

/** A good request must still be answered after whatever came before it. */
async function expectStillServing(port = open.port): Promise<void> {
  const before = sink.payloads.length;
  expect((await ask(port, { body: 'good' }))?.status).toBe(200);
  expect(sink.payloads).toHaveLength(before + 1);
}

describe('the HTTP port', () => {
  it('listens on both loopback addresses at the same port', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const client = new RawHttp(open.port, host);
      expect((await client.send(requestBytes()).response())?.status).toBe(200);
      client.end();
    }
  });

  it('cannot be reached by any address that others can see', async () => {
    const addresses = Object.values(os.networkInterfaces()).flatMap((all) => all ?? []).filter(({ internal, scopeid }) => !internal && !scopeid);
    const reached = await Promise.all(addresses.map(({ address }) => new Promise<boolean>((resolve) => {
      const socket = connect({ host: address, port: open.port, timeout: 1000 });
      const finish = (isReached: boolean): void => {
        socket.destroy();
        resolve(isReached);
      };
      socket.once('connect', () => finish(true)).once('error', () => finish(false)).once('timeout', () => finish(false));
    })));
    expect(reached.filter(Boolean)).toEqual([]);
  });

  it('says who it is on the root, and only there', async () => {
    expect(JSON.parse(String((await ask(open.port, { method: 'GET', target: '/' }))?.body))).toEqual({ service: 'spanscope' });
    expect((await ask(open.port, { method: 'GET', target: '/', headers: { Origin: 'https://evil.example' } }))?.status).toBe(403);
  });

  it('hands a body to the sink as it came', async () => {
    await ask(open.port, { body: Uint8Array.of(10, 0, 255) });
    expect(sink.payloads).toEqual([{ format: 'otlp-protobuf', signal: 'traces', bytes: Uint8Array.of(10, 0, 255) }]);
  });

  it.each([
    ['/v1/traces', 'traces'], ['/v1/logs', 'logs'], ['/v1/metrics', 'metrics'],
    ['/api/public/otel/v1/traces', 'traces'], ['/v1/traces?tenant=1', 'traces'], ['//v1/logs', 'logs'],
  ])('takes %s as %s', async (target, signal) => {
    await ask(open.port, { target });
    expect(sink.payloads.map((payload) => payload.signal)).toEqual([signal]);
  });

  it('ends a connection that nobody uses any more', async () => {
    const quick = await listen({ idleMs: 100 });
    const idle = new RawHttp(quick.port);
    expect((await idle.send(requestBytes()).response())?.status).toBe(200);
    await idle.closed;
    await expectStillServing(quick.port);
    await quick.close();
  });

  it('keeps a connection for the next request', async () => {
    const client = new RawHttp(open.port);
    for (let i = 0; i < 3; i++) expect((await client.send(requestBytes()).response())?.status).toBe(200);
    client.end();
  });
});

const host = (value: string): RequestParts => ({ headers: { Host: value } });
const refusals: readonly (readonly [string, RequestParts, number])[] = [
  ['no Host', { lines: ['Content-Length: 0'] }, 400],
  ['two Hosts', { lines: ['Host: localhost', 'host: localhost', 'Content-Length: 0'] }, 400],
  ['two different Hosts', { lines: ['Host: localhost', 'Host: evil.example', 'Content-Length: 0'] }, 400],
  ...['evil.example', 'localhost.evil.example', 'evil.example:4318', 'localhost.', '127.0.0.2', '127.1', '0.0.0.0', '[::]', '::1', 'localhost:', 'localhost:x',
    'user@localhost', 'localhost@evil.example', 'localhost/evil', '127.0.0.1.nip.io', '[::ffff:127.0.0.1]', ''].map((name) => [`Host ${name}`, host(name), 403] as const),
  ['an absolute target elsewhere', { target: 'http://evil.example/v1/traces' }, 403],
  ['an absolute target here with a Host elsewhere', { target: 'http://localhost/v1/traces', headers: { Host: 'evil.example' } }, 403],
  ['an absolute target of another scheme', { target: 'https://localhost/v1/traces' }, 400],
  ...['https://evil.example', 'null', 'http://localhost:4318', '', 'https://listed.example.evil.example', 'HTTPS://LISTED.EXAMPLE'].map((origin) =>
    [`Origin ${origin}`, { headers: { Origin: origin } }, 403] as const),
  ['two Origins', { lines: ['Host: localhost', 'Content-Length: 0', 'Origin: https://listed.example', 'Origin: https://evil.example'] }, 403],
  ...['cross-site', 'same-site', 'anything', ''].map((site) => [`Sec-Fetch-Site ${site}`, { headers: { 'Sec-Fetch-Site': site } }, 403] as const),
  ['a preflight', { method: 'OPTIONS', headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' } }, 403],
  ...['/', '/v1/traces', '/api/v2/spans'].flatMap((target) => ['PUT', 'DELETE', 'OPTIONS', 'HEAD'].map((method) => [`${method} ${target}`, { method, target }, 405] as const)),
  ['GET of what is posted to', { method: 'GET' }, 405],
  ...['/v1/trace', '/v1/traces/', '/V1/traces', '/v1/%74races', '/v1/./traces', '/v1/profiles', '/v1development/profiles', '*', '/api/v1/spans', '/api/v2/spans/', '/x/api/v2/spans'].map((target) =>
    [`path ${target}`, { target }, 404] as const),
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/protobuf', 'application/jsonp', 'application/json; charset=latin1', 'APPLICATION/JSON', ''].map((type) =>
    [`Content-Type ${type}`, { headers: { 'Content-Type': type } }, 415] as const),
  ['no Content-Type', { lines: ['Host: localhost', 'Content-Length: 0'] }, 415],
  ['two Content-Types', { lines: ['Host: localhost', 'Content-Length: 0', 'Content-Type: application/json', 'Content-Type: text/plain'] }, 415],
  ['protobuf to Zipkin', { target: '/api/v2/spans' }, 415],
  ...['deflate', 'br', 'zstd', 'gzip, gzip', 'gzip,identity', 'x-gzip'].map((coding) => [`Content-Encoding ${coding}`, { headers: { 'Content-Encoding': coding } }, 415] as const),
  ['a declared length over the limit', { headers: { 'Content-Length': String(20 * 1024 * 1024 + 1) } }, 413],
  ['a declared length beyond numbers', { headers: { 'Content-Length': '9'.repeat(40) } }, 400],
  ['both lengths', { headers: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }, body: '0\r\n\r\n' }, 400],
  ['conflicting lengths', { lines: ['Host: localhost', 'Content-Type: application/json', 'Content-Length: 2', 'Content-Length: 3'], body: '{}' }, 400],
  ['a negative length', { headers: { 'Content-Length': '-1' } }, 400],
  ...['gzip, chunked', 'identity', 'gzip', 'chunked, chunked', 'xchunked'].map((coding) =>
    [`Transfer-Encoding ${coding}`, { lines: ['Host: localhost', 'Content-Type: application/json', `Transfer-Encoding: ${coding}`], body: '0\r\n\r\n' }, 400] as const),
  ['a bad chunk size', { lines: ['Host: localhost', 'Content-Type: application/json', 'Transfer-Encoding: chunked'], body: 'zz\r\n{}\r\n0\r\n\r\n' }, 400],
  ['a chunk longer than it says', { lines: ['Host: localhost', 'Content-Type: application/json', 'Transfer-Encoding: chunked'], body: '1\r\n{}{}\r\n0\r\n\r\n' }, 400],
  ['broken gzip', { headers: { 'Content-Encoding': 'gzip' }, body: 'no gzip at all' }, 400],
  ['an empty gzip body', { headers: { 'Content-Encoding': 'gzip' } }, 400],
  ['cut gzip', { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync('abc').subarray(0, 12) }, 400],
  ['bytes after gzip', { headers: { 'Content-Encoding': 'gzip' }, body: Buffer.concat([gzipSync('abc'), Buffer.from('x')]) }, 400],
  ['zeroes after gzip', { headers: { 'Content-Encoding': 'gzip' }, body: Buffer.concat([gzipSync('abc'), Buffer.alloc(3)]) }, 400],
  ['a gzip bomb', { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(Buffer.alloc(20 * 1024 * 1024 + 1)) }, 413],
  ['a gzip bomb of many members', { headers: { 'Content-Encoding': 'gzip' }, body: Buffer.concat(Array.from({ length: 22 }, () => gzipSync(Buffer.alloc(1024 * 1024)))) }, 413],
  ['an unknown expectation', { headers: { Expect: '200-ok' } }, 417],
  ['a header section over 16 KiB', { headers: { 'X-Long': 'a'.repeat(17_000) } }, 431],
  ['101 headers', { lines: ['Host: localhost', ...Array.from({ length: 100 }, (_, i) => `X-${i}: 1`)] }, 431],
  ['a malformed request line', { method: 'PO ST' }, 400],
  ['a header with a space in its name', { lines: ['Host: localhost', 'X y: 1'] }, 400],
  ['a header without colon', { lines: ['Host: localhost', 'nothing'] }, 400],
  ['a folded header', { lines: ['Host: localhost', 'X-A: 1', ' 2'] }, 400],
  ['a NUL in a header', { lines: ['Host: localhost', 'X-A: \0'] }, 400],
];

describe('a request that is refused', () => {
  it.each(refusals)('by %s gets its status, stores nothing and harms nobody', async (_what, parts, status) => {
    const response = await ask(open.port, parts);
    expect(response?.status).toBe(status);
    expect([...(response?.headers.keys() ?? [])].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    if (status === 405) expect(response?.headers.get('allow')).toMatch(/^(POST|GET)$/);
    if (status === 415) expect(response?.headers.get('accept-encoding')).toBe('gzip, identity');
    expect(sink.payloads).toEqual([]);
    await expectStillServing();
  });

  it('hears why as google.rpc.Status in the encoding of its request', async () => {
    sink.answer = () => { throw new RefusedError('undecodable', 'field spans: cut off'); };
    const json = await ask(open.port, { headers: { 'Content-Type': 'application/json' }, body: '{}' });
    expect([json?.headers.get('content-type'), JSON.parse(String(json?.body))]).toEqual(['application/json', { code: 3, message: 'field spans: cut off' }]);
    const protobuf = await ask(open.port);
    expect([protobuf?.headers.get('content-type'), protobuf?.body]).toEqual(['application/x-protobuf', Buffer.from('\x08\x03\x12\x14field spans: cut off')]);
  });

  it('never sees its values, its path or our failure in the message', async () => {
    const secret = 'sk-secret';
    sink.answer = () => { throw new TypeError(secret); };
    const responses = await Promise.all([
      ask(open.port, { target: `/${secret}` }), ask(open.port, { headers: { 'Content-Type': secret } }), ask(open.port, { headers: { Host: secret } }),
      ask(open.port, { headers: { Origin: secret } }), ask(open.port),
    ]);
    expect(responses.map((response) => response?.status)).toEqual([404, 415, 403, 403, 500]);
    expect(faults).toEqual([new TypeError(secret)]);
    expect(responses.map((response) => `${String(response?.body)}${[...(response?.headers ?? [])].join()}`).join()).not.toContain(secret);
  });

  it.each([
    ['undecodable', 400], ['tooManyElements', 413], ['internal', 500],
  ] as const)('by the sink as %s gets %i and no invitation to try again', async (reason, status) => {
    sink.answer = () => { throw new RefusedError(reason, 'why'); };
    const response = await ask(open.port);
    expect([response?.status, response?.headers.get('retry-after')]).toEqual([status, undefined]);
  });

  it('because the sink is full or not ready gets 503 and when to try again', async () => {
    sink.secondsToWait = 4;
    expect((await ask(open.port))?.headers.get('retry-after')).toBe('4');
    sink.secondsToWait = undefined;
    sink.answer = () => { throw new RefusedError('unavailable', 'memory', 2); };
    const response = await ask(open.port);
    expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, '2']);
    expect(sink.payloads).toEqual([]);
  });

  it('by an earlier check hears of that one, whatever else is wrong', async () => {
    sink.secondsToWait = 1;
    const wrong = { Host: 'evil.example', Origin: 'https://evil.example', 'Content-Type': 'text/plain', 'Content-Encoding': 'br', 'Content-Length': '99999999' };
    const statuses: (number | undefined)[] = [];
    let headers: Record<string, string> = wrong;
    for (const [name, good] of Object.entries({ Host: 'localhost', Origin: 'https://listed.example', 'Content-Type': 'application/json', 'Content-Encoding': 'gzip', 'Content-Length': '0' })) {
      statuses.push((await ask(open.port, { headers }))?.status);
      headers = { ...headers, [name]: good };
    }
    expect(statuses).toEqual([403, 403, 415, 415, 413]);
  });
});

describe('what is accepted', () => {
  it.each([
    ['localhost'], ['LOCALHOST:1'], ['127.0.0.1'], ['127.0.0.1:4318'], ['[::1]'], ['[::1]:99'], ['box.lan'], ['BOX.LAN:80'],
  ])('is Host %s', async (name) => {
    expect((await ask(open.port, host(name)))?.status).toBe(200);
  });

  it.each([
    ['application/json; charset=utf-8'], ['application/json;charset="UTF-8"'], ['application/json'],
  ])('is Content-Type %s', async (type) => {
    const response = await ask(open.port, { headers: { 'Content-Type': type }, body: '{}' });
    expect([response?.status, response?.headers.get('content-type'), String(response?.body)]).toEqual([200, 'application/json', '{}']);
  });

  it.each([['none'], ['same-origin']])('is Sec-Fetch-Site %s', async (site) => {
    expect((await ask(open.port, { headers: { 'Sec-Fetch-Site': site } }))?.status).toBe(200);
  });

  it('is an origin on the list, which alone is told so', async () => {
    const headers = { Origin: 'https://listed.example', 'Sec-Fetch-Site': 'cross-site' };
    for (const response of [await ask(open.port, { headers }), await ask(open.port, { headers: { ...headers, 'Content-Type': 'text/plain' } })]) {
      expect(response?.headers.get('access-control-allow-origin')).toBe('https://listed.example');
      expect(response?.headers.get('vary')).toBe('Origin');
    }
    const preflight = await ask(open.port, { method: 'OPTIONS', headers: { ...headers, 'Access-Control-Request-Method': 'POST' } });
    expect([preflight?.status, preflight?.headers.get('access-control-allow-origin')]).toEqual([204, 'https://listed.example']);
  });

  it('is an absolute target that names this machine', async () => {
    expect((await ask(open.port, { target: 'http://127.0.0.1:4318/v1/traces?x' }))?.status).toBe(200);
  });

  it.each([
    ['one member', gzipSync('hello')], ['two members', Buffer.concat([gzipSync('hel'), gzipSync('lo')])],
  ])('is gzip of %s', async (_what, body) => {
    expect((await ask(open.port, { headers: { 'Content-Encoding': 'GZIP' }, body }))?.status).toBe(200);
    expect(sink.texts).toEqual(['hello']);
  });

  it('is gzip of many megabytes, and a body in chunks', async () => {
    const content = Buffer.alloc(8 * 1024 * 1024, 'abcdefghij');
    expect((await ask(open.port, { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(content) }))?.status).toBe(200);
    expect(Buffer.compare(Buffer.from(sink.payloads[0]?.bytes ?? []), content)).toBe(0);
    await ask(open.port, { lines: ['Host: localhost', 'Content-Type: application/json', 'Transfer-Encoding: chunked'], body: '2\r\n{}\r\n0\r\n\r\n' });
    expect(sink.texts[1]).toBe('{}');
  });

  it('waits for leave to send its body where the client asks for it', async () => {
    const client = new RawHttp(open.port);
    client.send(requestBytes({ headers: { Expect: '100-continue', 'Content-Length': '4' } }));
    await new Promise((resolve) => { client.socket.once('data', resolve); });
    expect((await client.send('body').response())?.status).toBe(200);
    const refused = await client.send(requestBytes({ headers: { Expect: '100-continue', 'Content-Length': '4', 'Content-Type': 'text/plain' } })).response();
    expect(refused?.status).toBe(415);
    client.end();
  });

  it('is a request that offers to go on as HTTP/2, as Java clients do', async () => {
    const client = new RawHttp(open.port);
    const offer = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAEAAEAA' };
    for (const body of ['first', 'second']) expect((await client.send(requestBytes({ headers: offer, body })).response())?.status).toBe(200);
    expect((await client.send(requestBytes({ headers: { ...offer, Host: 'evil.example' } })).response())?.status).toBe(403);
    expect(sink.texts).toEqual(['first', 'second']);
    client.end();
  });
});

describe('answers about records', () => {
  it('say how many were rejected and why, in JSON', async () => {
    sink.answer = () => ({ accepted: 1, rejected: 2, message: 'span id is all zero' });
    const about = async (target: string): Promise<unknown> => JSON.parse(String((await ask(open.port, { target, headers: { 'Content-Type': 'application/json' } }))?.body));
    expect(await about('/v1/traces')).toEqual({ partialSuccess: { rejectedSpans: '2', errorMessage: 'span id is all zero' } });
    expect(await about('/v1/logs')).toEqual({ partialSuccess: { rejectedLogRecords: '2', errorMessage: 'span id is all zero' } });
    expect(await about('/v1/metrics')).toEqual({ partialSuccess: { rejectedDataPoints: '2', errorMessage: 'span id is all zero' } });
  });

  it('say it in protobuf', async () => {
    sink.answer = () => ({ accepted: 1, rejected: 300, message: 'no' });
    expect((await ask(open.port))?.body).toEqual(Buffer.from([0x0a, 7, 0x08, 0xac, 0x02, 0x12, 2, 0x6e, 0x6f]));
    sink.answer = () => ({ accepted: 1, rejected: 0, message: 'cut' });
    expect((await ask(open.port))?.body).toEqual(Buffer.from([0x0a, 5, 0x12, 3, 0x63, 0x75, 0x74]));
    sink.answer = () => ({ accepted: 1, rejected: 0 });
    expect((await ask(open.port))?.body).toEqual(Buffer.alloc(0));
  });

  it('follow Zipkin where Zipkin was spoken', async () => {
    const zipkin = { target: '/api/v2/spans', headers: { 'Content-Type': 'application/json' }, body: '[]' };
    const first = await ask(open.port, zipkin);
    expect([first?.status, first?.body.length]).toEqual([202, 0]);
    sink.answer = () => ({ accepted: 1, rejected: 1, message: 'bad id' });
    expect((await ask(open.port, zipkin))?.status).toBe(202);
    sink.answer = () => ({ accepted: 0, rejected: 1, message: 'bad id' });
    expect((await ask(open.port, zipkin))?.status).toBe(400);
    expect(sink.payloads[0]).toMatchObject({ format: 'zipkin-json', signal: 'traces' });
  });
});

describe('a client that takes its time or too much', () => {
  it('is told 408 when its headers or its body are not complete in time, or it says nothing', async () => {
    const quick = await listen({ headersWithinMs: 200, requestWithinMs: 300, checkIntervalMs: 50 });
    const [slowHeaders, slowBody, silent] = [new RawHttp(quick.port), new RawHttp(quick.port), new RawHttp(quick.port)];
    slowHeaders.send('POST /v1/traces HTTP/1.1\r\nHost: loc');
    slowBody.send(requestBytes({ headers: { 'Content-Length': '10' }, body: 'half' }));
    for (const client of [slowHeaders, slowBody, silent]) {
      expect((await client.response())?.status).toBe(408);
      await client.closed;
    }
    expect(sink.payloads).toEqual([]);
    await expectStillServing(quick.port);
    await quick.close();
  });

  it('reads its 413 although it sends on and on', async () => {
    const small = await listen({ bodyBytes: 1000, lingerMs: 200 });
    const client = new RawHttp(small.port).send(requestBytes({ lines: ['Host: localhost', 'Content-Type: application/json', 'Transfer-Encoding: chunked'] }));
    const sending = setInterval(() => client.send(`200\r\n${'x'.repeat(512)}\r\n`), 5);
    expect((await client.response())?.status).toBe(413);
    await client.closed;
    clearInterval(sending);
    expect(sink.payloads).toEqual([]);
    await small.close();
  });

  it('is told 429 and when to come again after more requests than one connection may make, which others do not feel', async () => {
    const small = await listen({ requestsPerSecond: 3 });
    const eager = new RawHttp(small.port).send(Buffer.concat(Array.from({ length: 10 }, () => requestBytes())));
    const answers = [];
    for (let i = 0; i < 10; i++) answers.push(await eager.response());
    const refused = answers.filter((answer) => answer?.status === 429);
    // Ten that come at once fall into two seconds at most.
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect([refused[0]?.headers.get('retry-after'), refused[0]?.headers.get('content-type')]).toEqual(['1', 'application/x-protobuf']);
    expect(sink.payloads).toHaveLength(10 - refused.length);
    await expectStillServing(small.port);
    let again = await eager.send(requestBytes()).response();
    while (again?.status === 429) again = await eager.send(requestBytes()).response();
    expect(again?.status).toBe(200);
    eager.end();
    await small.close();
  });

  it('shares the memory for bodies with all others', async () => {
    const small = await listen({ heldBytes: 1000 });
    const first = new RawHttp(small.port).send(requestBytes({ headers: { 'Content-Length': '900' }, body: 'x'.repeat(800) }));
    let refused = await ask(small.port, { body: 'y'.repeat(300) });
    // The first one's body may still be on its way.
    while (refused?.status === 200) refused = await ask(small.port, { body: 'y'.repeat(300) });
    expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await first.send('x'.repeat(100)).response())?.status).toBe(200);
    expect((await ask(small.port, { body: 'y'.repeat(300) }))?.status).toBe(200);
    first.end();
    await small.close();
  });

  it('makes room for a newcomer when it holds one of too many connections', async () => {
    const small = await listen({ connections: 4 });
    const silent = Array.from({ length: 4 }, () => new RawHttp(small.port));
    await Promise.all(silent.map(({ socket }) => new Promise((resolve) => { socket.once('connect', resolve); })));
    await expectStillServing(small.port);
    await silent[0]?.closed;
    for (const client of silent) client.end();
    await small.close();
  });

  it('does not take the place of one that waits for its answer', async () => {
    const small = await listen({ connections: 1 });
    let release = (): void => undefined;
    const stored = new Promise<void>((resolve) => { release = resolve; });
    const arrived = new Promise<void>((resolve) => {
      sink.answer = async () => {
        resolve();
        await stored;
        return { accepted: 1, rejected: 0 };
      };
    });
    const waiting = new RawHttp(small.port).send(requestBytes());
    await arrived;
    expect((await ask(small.port))?.status).toBe(503);
    release();
    expect((await waiting.response())?.status).toBe(200);
    waiting.end();
    await small.close();
  });

  it('may go away in the middle', async () => {
    for (const bytes of ['POST', requestBytes({ headers: { 'Content-Length': '10' }, body: 'half' }), requestBytes().subarray(0, 30)]) {
      const client = new RawHttp(open.port).send(bytes);
      await new Promise((resolve) => { client.socket.once('connect', resolve); });
      client.socket.resetAndDestroy();
      await client.closed;
    }
    expect(sink.payloads).toEqual([]);
    await expectStillServing();
  });

  it('may speak TLS or HTTP/2 to the plain port, in vain', async () => {
    await new Promise<void>((resolve) => {
      connectTls({ port: open.port, host: '127.0.0.1', rejectUnauthorized: false }).once('error', () => resolve());
    });
    const session = connectHttp2(`http://127.0.0.1:${open.port}`);
    await new Promise<void>((resolve) => { session.once('error', () => resolve()).once('close', resolve); });
    await expectStillServing();
  });

  it('may be any number of clients at the same time', async () => {
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, i) => new Promise((resolve, reject) => {
      const sent = httpRequest({ port: open.port, host: '127.0.0.1', path: '/v1/traces', method: 'POST', headers: { 'Content-Type': 'application/json' } }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      });
      sent.once('error', reject).end(`{"n":${i}}`);
    })));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(new Set(sink.texts).size).toBe(200);
  });
});

describe('stopping', () => {
  it('waits for what runs, refuses what comes, and frees the port', async () => {
    let release = (): void => undefined;
    const stored = new Promise<void>((resolve) => { release = resolve; });
    const arrived = new Promise<void>((resolve) => {
      sink.answer = async () => {
        resolve();
        await stored;
        return { accepted: 1, rejected: 0 };
      };
    });
    const client = new RawHttp(open.port).send(requestBytes());
    await arrived;
    const closed = open.close();
    release();
    const response = await client.response();
    expect([response?.status, response?.headers.get('connection')]).toEqual([200, 'close']);
    await closed;
    await open.close();
    const again = await openHttpListener(open.port, httpReceivers, { sink, control: new ControlChannel(() => undefined), admission: new Admission({ allowedHosts: [], allowedOrigins: [] }), identity: () => ({}), report: (fault) => faults.push(fault) });
    expect(again.port).toBe(open.port);
    await again.close();
  });

  it('gives up on what takes longer than 2 s', async () => {
    const quick = await listen({ closeWithinMs: 100 });
    sink.answer = () => new Promise(() => undefined);
    const client = new RawHttp(quick.port).send(requestBytes());
    await new Promise((resolve) => { client.socket.once('connect', resolve); });
    await quick.close();
    await client.closed;
  });
});

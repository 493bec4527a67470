import { spawn } from 'node:child_process';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Collector } from '../../../../src/collector/collector.ts';
import { Ports } from '../../../../src/collector/ports.ts';
import { ControlChannel } from '../../../../src/collector/receivers/controlChannel.ts';
import { httpReceivers, loadGrpcReceiver } from '../../../../src/collector/receivers/registry.ts';
import { RefusedError } from '../../../../src/collector/receivers/receiver.ts';
import { requestLimits } from '../../../../src/formats/limits.ts';
import { formatById } from '../../../../src/formats/registry.ts';
import type { EncodeSpan } from '../../../../src/formats/format.ts';
import type { CollectorEvent, CollectorOptions, Endpoints } from '../../../../src/protocol/collector.ts';
import { DecodingSink } from './support/decodingSink.ts';
import { RawGrpc, framed } from './support/rawGrpc.ts';
import { ask } from './support/rawHttp.ts';
import { RawWebSocket, opcodes, wsFrame } from './support/rawWebSocket.ts';

const grpcBundle = path.resolve(import.meta.dirname, '../../../../src/collector/receivers/otlpGrpc.ts');

/** What a client of a receiver learns of its payload. */
type Outcome = 'stored' | 'partly' | 'refused' | 'later' | 'failed';

/** One way of handing spans to a receiver. */
interface Way {
  readonly name: string;
  readonly receiver: string;
  /** The bytes of a payload with these spans. */
  encode(spans: readonly EncodeSpan[]): Uint8Array;
  /** Sends a payload on a connection of its own and waits for the answer. */
  send(endpoints: Endpoints, payload: Uint8Array): Promise<Outcome>;
  readonly isText: boolean;
}

const portOf = (endpoint: string | undefined): number => Number(/:([0-9]+)(?:\/|$)/.exec(endpoint ?? '')?.[1]);
const encoded = (format: string) => (spans: readonly EncodeSpan[]): Uint8Array => formatById(format)?.encode?.(spans) ?? new Uint8Array();

function overHttp(name: string, receiver: string, format: string, target: string, headers: Record<string, string>): Way {
  return {
    name, receiver, encode: encoded(format), isText: format !== 'otlp-protobuf',
    send: async (endpoints, payload) => {
      const body = headers['Content-Encoding'] === 'gzip' ? gzipSync(payload) : payload;
      const response = await ask(portOf(endpoints.http), { target, headers, body });
      switch (response?.status) {
        case 200: return response.body.length > 2 ? 'partly' : 'stored';
        case 202: return 'stored';
        case 400: case 413: return 'refused';
        case 503: return Number(response.headers.get('retry-after')) >= 1 ? 'later' : 'failed';
        default: return 'failed';
      }
    },
  };
}

function overGrpc(name: string, wrap: (payload: Uint8Array) => Buffer, headers: Record<string, string>): Way {
  return {
    name, receiver: 'otlpGrpc', encode: encoded('otlp-protobuf'), isText: false,
    send: async (endpoints, payload) => {
      const client = new RawGrpc(portOf(endpoints.grpc));
      const reply = await client.call(wrap(payload), headers);
      client.close();
      switch (reply.code) {
        case 0: return reply.body.length > 5 ? 'partly' : 'stored';
        case 3: case 8: return 'refused';
        case 14: return reply.details === undefined ? 'failed' : 'later';
        default: return 'failed';
      }
    },
  };
}

/** 1013: try again later; 1007: not UTF-8. */
function outcomeOfClose(code: number | undefined, before: Outcome): Outcome {
  if (code === 1013) return 'later';
  return code === 1007 ? 'refused' : before === 'stored' ? 'failed' : before;
}

async function overWebSocket(endpoints: Endpoints, frames: Buffer): Promise<Outcome> {
  const client = new RawWebSocket(portOf(endpoints.http));
  try {
    if ((await client.handshake)?.status === 503) return 'later';
    await client.message();
    // The answer to `last` comes after whatever is said to what was sent before it.
    client.send(frames).say({ type: 'hello', client: {}, id: 'last' });
    let outcome: Outcome = 'stored';
    for (;;) {
      const reply = (await client.message()) as { type: string; id?: string } | undefined;
      if (reply === undefined) return outcomeOfClose(await client.closeCode(), outcome);
      if (reply.type === 'error') outcome = 'refused';
      else if (reply.id !== 'last') return outcome;
      else client.say({ type: 'log', traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), timeUnixNano: '1', body: 'end', id: 'end' });
    }
  } finally {
    client.end();
  }
}

/** A `span` message of the live protocol for each span, in one array. */
function liveMessages(spans: readonly EncodeSpan[]): Uint8Array {
  return Buffer.from(JSON.stringify(spans.map((span) => ({
    type: 'span',
    span: { traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId, name: span.name, startTimeUnixNano: String(span.startUnixNano), endTimeUnixNano: String(span.endUnixNano), service: 'live' },
  }))));
}

const protobuf = { 'Content-Type': 'application/x-protobuf' };
const json = { 'Content-Type': 'application/json' };
const ways: readonly Way[] = [
  overHttp('OTLP/HTTP protobuf', 'otlpHttp', 'otlp-protobuf', '/v1/traces', protobuf),
  overHttp('OTLP/HTTP protobuf, gzip', 'otlpHttp', 'otlp-protobuf', '/v1/traces', { ...protobuf, 'Content-Encoding': 'gzip' }),
  overHttp('OTLP/HTTP JSON', 'otlpHttp', 'otlp-json', '/v1/traces', json),
  overGrpc('OTLP/gRPC', (payload) => framed(payload), {}),
  overGrpc('OTLP/gRPC, gzip', (payload) => framed(gzipSync(payload), { flag: 1 }), { 'grpc-encoding': 'gzip' }),
  overHttp('Zipkin', 'zipkin', 'zipkin-json', '/api/v2/spans', json),
  { name: 'WebSocket, live messages', receiver: 'webSocket', encode: liveMessages, isText: true, send: (endpoints, payload) => overWebSocket(endpoints, wsFrame(payload)) },
  {
    name: 'WebSocket, OTLP in binary frames', receiver: 'webSocket', encode: encoded('otlp-protobuf'), isText: false,
    send: (endpoints, payload) => overWebSocket(endpoints, wsFrame(payload, { opcode: opcodes.binary })),
  },
];

const noContent = { attributes: new Map(), events: [], links: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };
function makeSpans(count: number, from = 1): EncodeSpan[] {
  const resource = { attributes: new Map([['service.name', 'agent']]), schemaUrl: '', droppedAttributesCount: 0 };
  const scope = { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
  return Array.from({ length: count }, (_, i) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c', spanId: (from + i).toString(16).padStart(16, '0'), parentSpanId: '', name: `step ${from + i}`, kind: 'internal',
    startUnixNano: 1_700_000_000_000_000_000n, endUnixNano: 1_700_000_001_000_000_000n, status: 'unset', statusMessage: '', service: 'agent', resource, scope, content: noContent, logs: [],
  }));
}

async function withPorts(work: (ports: Ports, sink: DecodingSink) => Promise<void>): Promise<void> {
  const sink = new DecodingSink();
  const ports = new Ports({ sink, control: new ControlChannel(() => undefined), allowedHosts: [], allowedOrigins: [], grpcBundle, limits: { closeWithinMs: 200 }, report: (message) => { throw new Error(message); } });
  await ports.start({ httpPort: 0, grpcPort: 0 });
  const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  try {
    await work(ports, sink);
  } finally {
    await ports.stop();
  }
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(prototype);
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const repeat = (count: number, text: string): string => text.repeat(count);

/** Family 2 of the threat model: what is no JSON, or not the JSON that was promised. */
const badTexts: readonly (readonly [string, Uint8Array])[] = [
  ['blanks', bytesOf(' \n\t ')], ['a string', bytesOf('"text"')], ['a number', bytesOf('1')], ['cut off', bytesOf('{"resourceSpans":[{')], ['a trailing comma', bytesOf('{"a":1,}')],
  ['a comment', bytesOf('{/* */}')], ['two documents', bytesOf('{}{}')], ['a NaN literal', bytesOf('{"a":NaN}')], ['a raw NUL', bytesOf('{"a":"\0"}')], ['a byte order mark', bytesOf('\uFEFF{}')],
  ['a word', bytesOf('{"type":"log","id":nonsense}')], ['an escape that JSON does not know', bytesOf('{"type":"log","body":"\\x"}')],
  ['depth 10^6', bytesOf(repeat(1_000_000, '['))], ['closed depth 10^5', bytesOf(`${repeat(100_000, '[')}${repeat(100_000, ']')}`)], ['depth in a member', bytesOf(`{"a":${repeat(10_000, '{"a":')}1${repeat(10_000, '}')}}`)],
  ['a key of 1 MB', bytesOf(`{"${'k'.repeat(1_000_000)}":1}`)], ['too many elements', bytesOf(`[${repeat(requestLimits.maxElements + 1, '1,')}1]`)],
];

/** Family 1: what is no protobuf, or no complete message. */
const badBytes: readonly (readonly [string, Uint8Array])[] = [
  ['a length past the end', Buffer.of(0x0a, 5, 1)], ['a length of 2^31', Buffer.of(0x0a, 0x80, 0x80, 0x80, 0x80, 8)], ['a length of 2^32', Buffer.of(0x0a, 0x80, 0x80, 0x80, 0x80, 16)],
  ['field 0', Buffer.of(0x02, 0)], ['wire type 6', Buffer.of(0x0e)], ['wire type 7', Buffer.of(0x0f)], ['an unclosed group', Buffer.of(0x1b, 0x08, 1)], ['a stray group end', Buffer.of(0x1c)],
  ['a varint of 11 bytes', Buffer.of(0x10, ...Array.from({ length: 10 }, () => 0xff), 1)], ['groups 10^5 deep', Buffer.alloc(100_000, 0x1b)],
];

describe('the registry', () => {
  it('names no receiver that is not tested here', async () => {
    const ids = [...httpReceivers, await loadGrpcReceiver(grpcBundle)].map(({ id }) => id);
    expect(new Set(ways.map(({ receiver }) => receiver))).toEqual(new Set(ids));
  });
});

describe.each(ways)('$name', (way) => {
  it('starts and stops as often as asked, and takes spans whenever it runs', async () => {
    await withPorts(async (ports, sink) => {
      for (let round = 1; round <= 2; round++) {
        await ports.start({ httpPort: 0, grpcPort: 0 });
        expect(await way.send(ports.current.endpoints, way.encode(makeSpans(3)))).toBe('stored');
        expect(sink.spanCount).toBe(3 * round);
        await ports.stop();
        await ports.stop();
      }
    });
  });

  it('hands over every span exactly once, also from many clients at the same time', async () => {
    await withPorts(async (ports, sink) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => way.send(ports.current.endpoints, way.encode(makeSpans(50, 1 + i * 50)))));
      expect(new Set(outcomes)).toEqual(new Set(['stored']));
      expect(sink.spans.map(({ spanId }) => Number.parseInt(spanId, 16)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    });
  });

  it('says when to come again while nothing can be taken, and takes it then', async () => {
    await withPorts(async (ports, sink) => {
      const payload = way.encode(makeSpans(1));
      sink.secondsToWait = 1;
      expect(await way.send(ports.current.endpoints, payload)).toBe('later');
      sink.secondsToWait = undefined;
      const { answer } = sink;
      sink.answer = () => { throw new RefusedError('unavailable', 'worker lost', 1); };
      expect(await way.send(ports.current.endpoints, payload)).toBe('later');
      sink.answer = answer;
      expect(await way.send(ports.current.endpoints, payload)).toBe('stored');
      expect(sink.spanCount).toBe(1);
    });
  });

  it.each(way.isText ? badTexts : badBytes)('refuses %s as a whole, and takes the next good one', async (_what, payload) => {
    await withPorts(async (ports, sink) => {
      expect(await way.send(ports.current.endpoints, payload)).toBe('refused');
      expect(sink.spanCount).toBe(0);
      expect(await way.send(ports.current.endpoints, way.encode(makeSpans(2)))).toBe('stored');
      expect(sink.spanCount).toBe(2);
    });
  });

  it('refuses more spans than a request may have', async () => {
    if (way.receiver === 'webSocket' && way.isText) return;
    await withPorts(async (ports, sink) => {
      expect(await way.send(ports.current.endpoints, way.encode(makeSpans(requestLimits.maxSpans + 1)))).toBe('refused');
      expect(sink.spanCount).toBe(0);
    });
  });

  it('tells stored from refused for every cut of a good payload and every flipped byte', async () => {
    await withPorts(async (ports, sink) => {
      const good = way.encode(makeSpans(2));
      const cuts = Array.from({ length: 40 }, (_, i) => good.subarray(0, Math.floor((good.length * i) / 40)));
      const flips = Array.from({ length: 40 }, (_, i) => good.map((byte, at) => (at === Math.floor((good.length * i) / 40) ? byte ^ 0xff : byte)));
      for (const payload of [...cuts, ...flips]) {
        const before = sink.batches.length;
        const outcome = await way.send(ports.current.endpoints, payload);
        expect(['stored', 'partly', 'refused']).toContain(outcome);
        if (outcome === 'refused' && way.receiver !== 'webSocket') expect(sink.batches.slice(before).every((batch) => batch.count === 0)).toBe(true);
      }
      const before = sink.spanCount;
      expect(await way.send(ports.current.endpoints, way.encode(makeSpans(5)))).toBe('stored');
      expect(sink.spanCount).toBe(before + 5);
    });
  });
});

describe('the collector behind the receivers', () => {
  const options: CollectorOptions = { storageDirectory: undefined, memoryBytes: 64 * 1024 * 1024, databaseBytes: 0, retentionDays: 0, allowedHosts: [], allowedOrigins: [], grpcBundle, fileBundle: '' };
  async function withCollector(work: (collector: Collector, endpoints: Endpoints) => Promise<void>, emit: (event: CollectorEvent) => void = () => undefined): Promise<void> {
    const collector = new Collector(emit);
    try {
      await collector.configure(options);
      const { endpoints } = await collector.start({ httpPort: 0, grpcPort: 0 });
      await work(collector, endpoints);
    } finally {
      await collector.shutdown();
    }
  }

  it.each(ways.map((way) => [way.name, way] as const))('keeps what it was told over %s', async (_name, way) => {
    await withCollector(async (collector, endpoints) => {
      const spans = makeSpans(50);
      expect(await way.send(endpoints, way.encode(spans))).toBe('stored');
      const kept = await collector.getTrace(spans[0]?.traceId ?? '');
      expect(kept.map(({ spanId, name, startUnixNano, endUnixNano }) => [spanId, name, startUnixNano, endUnixNano])).toEqual(
        spans.map(({ spanId, name, startUnixNano, endUnixNano }) => [spanId, name, String(startUnixNano), String(endUnixNano)]),
      );
      expect(await way.send(endpoints, Buffer.from(way.isText ? '{' : '\x0a\x05'))).toBe('refused');
      expect(collector.stats().receivedSpans).toBe(50);
    });
  });

  it('takes requests as large as the user allows, also when that changes while it listens', async () => {
    await withCollector(async (collector, { http }) => {
      const port = portOf(http), megabyte = 1024 * 1024;
      const statusOf = async (length: number): Promise<number | undefined> => (await ask(port, { headers: { ...json, 'Content-Length': String(length) } }).catch(() => undefined))?.status;
      expect(await statusOf(20 * megabyte + 1)).toBe(413);
      await collector.start({ httpPort: port, grpcPort: 0 });
      await collector.configure({ ...options, bodyBytes: megabyte });
      expect(await statusOf(megabyte + 1)).toBe(413);
      expect((await ask(port, { headers: json, body: '{}' }))?.status).toBe(200);
    });
  });

  it('tells breakpoints to a program that shows the token, and where it stands', async () => {
    const told: CollectorEvent[] = [];
    const traceId = 'a'.repeat(32), spanId = 'b'.repeat(16);
    await withCollector(async (collector, endpoints) => {
      collector.setBreakpoints([{ id: 'first', enabled: true, on: 'start', name: 'step' }]);
      const client = new RawWebSocket(portOf(endpoints.http));
      client.say({ type: 'hello', client: { pid: 5 }, token: collector.controlToken() });
      await client.message();
      expect(await client.message()).toEqual({ type: 'breakpoints', items: [{ id: 'first', enabled: true, on: 'start', name: 'step' }] });
      client.say([{ type: 'start', span: { traceId, spanId, name: 'step', startTimeUnixNano: '1700000000000000000' } }, { type: 'breakpoint.hit', breakpointId: 'first', traceId, spanId, on: 'start', id: 1 }]);
      expect(await client.message()).toEqual({ type: 'ack', id: 1, accepted: 0 });
      expect(told.filter(({ type }) => type === 'breakpoint.hit')).toEqual([{ type: 'breakpoint.hit', hit: { breakpointId: 'first', traceId, spanId, on: 'start', client: { pid: 5 } } }]);
      expect(await collector.spanById(traceId, spanId)).toMatchObject({ name: 'step' });
      expect(JSON.stringify([told, endpoints, collector.stats()])).not.toContain(collector.controlToken());
      client.end();
    }, (event) => told.push(event));
  });

  it('waits for the end of a program that goes on after its connection, when it has shown the token', async () => {
    const program = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      await withCollector(async (collector, endpoints) => {
        const send = async (traceId: string, token: object): Promise<void> => {
          const client = new RawWebSocket(portOf(endpoints.http));
          client.say([
            { type: 'hello', client: { pid: program.pid }, goesOn: true, ...token },
            { type: 'start', span: { traceId, spanId: 'b'.repeat(16), name: 'step', startTimeUnixNano: '1700000000000000000' }, id: 'last' },
          ]);
          for (let answer = await client.message(); (answer as { id?: unknown }).id !== 'last';) answer = await client.message();
          client.end();
        };
        const marksOf = async (traceId: string): Promise<unknown> => (await collector.getTrace(traceId)).map(({ marks }) => marks);
        await send('a'.repeat(32), { token: collector.controlToken() });
        await send('c'.repeat(32), {});
        await expect.poll(() => marksOf('c'.repeat(32))).toEqual([['open', 'lost']]);
        expect(await marksOf('a'.repeat(32))).toEqual([['open']]);
        program.kill('SIGKILL');
        await expect.poll(() => marksOf('a'.repeat(32)), { timeout: 10_000 }).toEqual([['open', 'lost']]);
      });
    } finally {
      program.kill('SIGKILL');
    }
  });

  it('marks the spans that a lost connection had begun', async () => {
    await withCollector(async (collector, endpoints) => {
      const client = new RawWebSocket(portOf(endpoints.http));
      await client.message();
      const traceId = 'a'.repeat(32);
      const start = (spanId: string): object => ({ type: 'start', span: { traceId, spanId, name: 'step', startTimeUnixNano: '1700000000000000000' } });
      client.say([start('b'.repeat(16)), start('c'.repeat(16)), { type: 'end', traceId, spanId: 'c'.repeat(16), endTimeUnixNano: '1700000000000000001', id: 'last' }]);
      await client.message();
      client.end();
      const marksOf = async (): Promise<unknown> => (await collector.getTrace(traceId)).map(({ spanId, marks }) => [spanId.slice(0, 1), marks]);
      await expect.poll(marksOf).toEqual([['b', ['open', 'lost']], ['c', []]]);
    });
  });
});

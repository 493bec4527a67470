import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { listeningInodes, nameInLsof, pidInNetstat, programName } from '../../../src/collector/portHolder.ts';
import { Ports } from '../../../src/collector/ports.ts';
import { ControlChannel } from '../../../src/collector/receivers/controlChannel.ts';
import { RawGrpc, framed, preface } from './receivers/support/rawGrpc.ts';
import { RawHttp, ask, requestBytes } from './receivers/support/rawHttp.ts';
import { RecordingSink } from './receivers/support/recordingSink.ts';

const grpcBundle = path.resolve(import.meta.dirname, '../../../src/collector/receivers/otlpGrpc.ts');
const anyPorts = { httpPort: 0, grpcPort: 0 };
const stops: (() => Promise<void> | void)[] = [];

function makePorts(sink = new RecordingSink(), bundle = grpcBundle): Ports & { readonly reports: string[] } {
  const reports: string[] = [];
  const ports = new Ports({ sink, control: new ControlChannel(() => undefined), allowedHosts: [], allowedOrigins: [], grpcBundle: bundle, report: (message) => reports.push(message) });
  stops.push(() => ports.stop());
  return Object.assign(ports, { reports });
}

/** A stranger on a port, of one family, both, or the wildcard. */
async function squat(port: number, host: string, hello = ''): Promise<number> {
  const server: Server = createServer((socket) => void socket.on('error', () => undefined).end(hello));
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen({ port, host, ipv6Only: host.includes(':') }, resolve); });
  stops.push(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const portIn = (endpoint: string | undefined): number => Number(/:([0-9]+)(?:\/|$)/.exec(endpoint ?? '')?.[1]);

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

describe('the ports', () => {
  it('open, tell their addresses, take spans, and close, as often as asked', async () => {
    const sink = new RecordingSink();
    const ports = makePorts(sink);
    for (let round = 1; round <= 2; round++) {
      const { endpoints, problems } = await ports.start(anyPorts);
      expect(problems).toEqual([]);
      expect(endpoints.http).toMatch(/^http:\/\/127\.0\.0\.1:[0-9]+$/);
      expect(endpoints.webSocket).toBe(`${endpoints.http?.replace('http', 'ws')}/v1/spans`);
      expect(await ports.start(anyPorts)).toEqual({ endpoints, problems });
      expect(ports.current.endpoints).toEqual(endpoints);
      expect((await ask(portIn(endpoints.http)))?.status).toBe(200);
      const grpc = new RawGrpc(portIn(endpoints.grpc));
      expect((await grpc.call(framed('x'))).code).toBe(0);
      grpc.close();
      expect(sink.payloads).toHaveLength(2 * round);
      await ports.stop();
      await ports.stop();
      expect(ports.current.endpoints).toEqual({});
      expect(await ask(portIn(endpoints.http))).toBeUndefined();
    }
  });

  it('take gRPC on the HTTP port as well, with the checks of gRPC, and end it when they close', async () => {
    const sink = new RecordingSink(), ports = makePorts(sink);
    const { endpoints } = await ports.start(anyPorts);
    const grpc = new RawGrpc(portIn(endpoints.http));
    expect((await grpc.call(framed('x'))).code).toBe(0);
    expect((await grpc.call(framed('x'), { ':authority': 'evil.example' })).code).toBe(7);
    expect((await ask(portIn(endpoints.http)))?.status).toBe(200);
    expect(sink.payloads).toHaveLength(2);
    const closed = new Promise((resolve) => { grpc.session.once('close', resolve); });
    await ports.stop();
    await closed;
  });

  it('take HTTP on the gRPC port as well, with the checks of HTTP, and end it when they close', async () => {
    const sink = new RecordingSink(), ports = makePorts(sink);
    const { endpoints } = await ports.start(anyPorts);
    const client = new RawHttp(portIn(endpoints.grpc));
    expect((await client.send(requestBytes({ body: 'x' })).response())?.status).toBe(200);
    expect((await client.send(requestBytes({ body: 'y' })).response())?.status).toBe(200);
    expect(sink.texts).toEqual(['x', 'y']);
    expect((await ask(portIn(endpoints.grpc), { headers: { Host: 'evil.example' } }))?.status).toBe(403);
    await ports.stop();
    await client.closed;
  });

  it('tell by as few bytes as come at a time what is spoken', async () => {
    const sink = new RecordingSink(), ports = makePorts(sink);
    const { endpoints } = await ports.start(anyPorts);
    for (const [bytes, answer] of [[requestBytes({ body: 'x' }), 'HTTP/1.1 200 '], [preface, '\0\0']] as const) {
      const socket = connect(portIn(endpoints.http), '127.0.0.1').setNoDelay();
      const said = new Promise<string>((resolve) => { socket.once('data', (chunk) => resolve(chunk.toString('latin1', 0, answer.length))); });
      for (const byte of bytes) await new Promise((resolve) => { socket.write(Buffer.of(byte), resolve); });
      expect(await said).toBe(answer);
      socket.destroy();
    }
  });

  it('take what HTTP is sent when the gRPC bundle is missing, and report it', async () => {
    const ports = makePorts(new RecordingSink(), path.resolve('no-such-bundle.cjs'));
    const { endpoints } = await ports.start(anyPorts);
    expect([endpoints.http === undefined, endpoints.grpc]).toEqual([false, undefined]);
    expect(ports.reports).toHaveLength(1);
  });

  it('that another window holds are replaced, and the window is recognised on each', async () => {
    const first = await makePorts().start(anyPorts);
    const wanted = { httpPort: portIn(first.endpoints.http), grpcPort: portIn(first.endpoints.grpc) };
    const second = makePorts();
    const { endpoints, problems } = await second.start(wanted);
    expect(problems.toSorted((a, b) => a.receiver.localeCompare(b.receiver))).toEqual([
      { receiver: 'grpc', wantedPort: wanted.grpcPort, port: portIn(endpoints.grpc), holder: 'spanscope', description: `process ${process.pid}` },
      { receiver: 'http', wantedPort: wanted.httpPort, port: portIn(endpoints.http), holder: 'spanscope', description: `process ${process.pid}` },
    ]);
    expect((await ask(portIn(endpoints.http)))?.status).toBe(200);
  });

  it.each([
    ['127.0.0.1', ''], ['::1', ''], ['0.0.0.0', ''], ['::', ''], ['127.0.0.1', 'HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{"service":"something else"}'],
    ['127.0.0.1', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(100_000)}`], ['127.0.0.1', '\0\0\0 noise'],
  ])('that a stranger holds on %s alone count as in use, whatever it says', async (host, hello) => {
    const [httpPort, grpcPort] = [await squat(0, host, hello), await squat(0, host, hello)];
    const { endpoints, problems } = await makePorts().start({ httpPort, grpcPort });
    for (const [receiver, wantedPort, endpoint] of [['http', httpPort, endpoints.http], ['grpc', grpcPort, endpoints.grpc]] as const) {
      const problem = problems.find((one) => one.receiver === receiver);
      expect(problem).toMatchObject({ wantedPort, port: portIn(endpoint), holder: 'stranger' });
      expect(problem?.port).not.toBe(wantedPort);
      if (process.platform === 'linux') expect(problem?.description).toContain(`(process ${process.pid})`);
    }
  });
});

describe('who holds a port', () => {
  it('is read from the tables of Linux', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:10DE 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0',
      '   1: 0100007F:10DE 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 20 4 30 10 -1',
      '   2: 00000000:10DD 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1 0000000000000000 100 0 0 10 0',
    ].join('\n');
    expect([listeningInodes(table, 4318), listeningInodes(table, 4317), listeningInodes(table, 1)]).toEqual([['111'], ['333'], []]);
  });

  it('is the program, with the script of an interpreter and no other argument', () => {
    expect(programName('/usr/bin/node\0--enable-source-maps\0/home/a/server.mjs\0--token=secret\0')).toBe('node server.mjs');
    expect(programName('/usr/bin/node\0--require\0/a/hook.cjs\0server.js\0')).toBe('node server.js');
    expect(programName('/opt/otel/otelcol\0--config=/etc/a.js\0')).toBe('otelcol');
    expect(programName('/usr/bin/python3.12\0-m\0http.server\0')).toBe('python3.12');
  });

  it('is read from lsof', () => {
    expect(nameInLsof('p4242\ncdocker-proxy\nf4\n')).toBe('docker-proxy (process 4242)');
    expect(nameInLsof('')).toBeUndefined();
  });

  it('is read from netstat, whatever its language', () => {
    const output = '\r\nAktive Verbindungen\r\n  TCP    127.0.0.1:4318   127.0.0.1:5000   HERGESTELLT  7\r\n  TCP    0.0.0.0:4318    0.0.0.0:0    ABHÖREN    4242\r\n';
    expect([pidInNetstat(output, 4318), pidInNetstat(output, 4317)]).toEqual([4242, undefined]);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Admission } from '../../../../src/collector/receivers/admission.ts';
import { ControlChannel } from '../../../../src/collector/receivers/controlChannel.ts';
import { openHttpListener } from '../../../../src/collector/receivers/httpListener.ts';
import { httpReceivers } from '../../../../src/collector/receivers/registry.ts';
import type { OpenPort } from '../../../../src/collector/receivers/receiver.ts';
import type { BreakpointHit, ProgramReport, SpanBreakpoint } from '../../../../src/protocol/live.ts';
import { RawWebSocket, handshakeLines } from './support/rawWebSocket.ts';
import { RecordingSink } from './support/recordingSink.ts';

let sink: RecordingSink;
let control: ControlChannel;
let open: OpenPort;
const hits: BreakpointHit[] = [];
const programs: number[] = [];
const reports: ProgramReport[] = [];
const faults: unknown[] = [];
const clients: RawWebSocket[] = [];

async function connected(): Promise<RawWebSocket> {
  const client = new RawWebSocket(open.port);
  clients.push(client);
  await client.message();
  return client;
}

beforeEach(async () => {
  sink = new RecordingSink();
  hits.length = 0;
  faults.length = 0;
  programs.length = 0;
  reports.length = 0;
  control = new ControlChannel((hit) => hits.push(hit), (count) => programs.push(count), (report) => reports.push(report));
  const admission = new Admission({ allowedHosts: [], allowedOrigins: ['https://listed.example'], limits: { closeWithinMs: 200 } });
  open = await openHttpListener(0, httpReceivers, { sink, control, admission, identity: () => ({}), report: (fault) => faults.push(fault) });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await open.close();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = (n: number): string => n.toString(16).padStart(16, '0');
const start = (n: number, more: object = {}): object => ({ type: 'start', span: { traceId, spanId: spanId(n), name: 'step', startTimeUnixNano: '1700000000000000000' }, ...more });

async function expectStillServing(): Promise<void> {
  const other = await connected();
  expect(await other.say(start(99, { id: 'still' })).message()).toEqual({ type: 'ack', id: 'still', accepted: 1 });
  other.end();
}

describe('the control channel', () => {
  const breakpoints: readonly SpanBreakpoint[] = [
    { id: 'one', enabled: true, on: 'start', name: 'plan*', role: 'tool', tool: 'hold_seats', model: 'gpt-5', attribute: { key: 'seats', operator: '>', value: '3' }, hit: 2 },
    { id: 'off', enabled: false, on: 'error' },
    { id: 'two', enabled: true, on: 'end', limit: { of: 'tokens', above: 10_000 } },
  ];
  const items = breakpoints.filter(({ enabled }) => enabled);
  const hello = (token: unknown, more: object = {}): object => ({ type: 'hello', client: { name: 'agent', language: 'python', pid: 7, cwd: '/app' }, token, ...more });
  const hit = (more: object = {}): object => ({ type: 'breakpoint.hit', breakpointId: 'one', traceId, spanId: spanId(1), on: 'start', ...more });
  const authorized = (value: string): RawWebSocket => {
    const client = new RawWebSocket(open.port, { lines: [...handshakeLines, `Authorization: ${value}`] });
    clients.push(client);
    return client;
  };
  const bearer = (): string => `Bearer ${control.token}`;

  it('counts the programs that have shown the token', async () => {
    const [one, two, stranger] = [await connected(), await connected(), await connected()];
    await one.say(hello(control.token)).message();
    await two.say(hello(control.token)).message();
    await stranger.say(hello(undefined, { id: 'h' })).message();
    one.end();
    await expect.poll(() => programs).toEqual([1, 2, 1]);
    two.end();
    await expect.poll(() => programs).toEqual([1, 2, 1, 0]);
  });

  it('passes on what a program says that it has loaded, when it has shown the token', async () => {
    const program = { session: 'run-1', libraries: [{ name: 'opentelemetry-api', version: '1.45.1' }, { name: 7 }, 'x'], exporters: ['OTLPSpanExporter', {}] };
    const [stranger, own] = [await connected(), await connected()];
    await stranger.say(hello(undefined, { id: 'h', program })).message();
    await own.say(hello(control.token, { program: { libraries: [] } })).message();
    own.say({ type: 'hello', program: { ...program, libraries: [...program.libraries, ...Array.from({ length: 100 }, () => ({ name: 'x' }))] } });
    await expect.poll(() => reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ session: 'run-1', exporters: ['OTLPSpanExporter'] });
    expect(reports[0]?.libraries.slice(0, 2)).toEqual([{ name: 'opentelemetry-api', version: '1.45.1' }, { name: 'x' }]);
    expect(reports[0]?.libraries.length).toBeLessThanOrEqual(50);
  });

  it('has another token of at least 128 bits in every run', () => {
    const tokens = Array.from({ length: 10 }, () => new ControlChannel(() => undefined).token);
    expect(new Set(tokens).size).toBe(10);
    for (const token of tokens) expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  it('tells a hello with the token all breakpoints that are on, now and on every change', async () => {
    control.setBreakpoints(breakpoints);
    const client = await connected();
    client.say(hello(control.token, { id: 1 }));
    expect([await client.message(), await client.message()]).toEqual([{ type: 'ack', id: 1, accepted: 0 }, { type: 'breakpoints', items }]);
    control.setBreakpoints([]);
    expect(await client.message()).toEqual({ type: 'breakpoints', items: [] });
    control.setBreakpoints(breakpoints.slice(2));
    expect(await client.message()).toEqual({ type: 'breakpoints', items: breakpoints.slice(2) });
    expect(await client.say(start(1, { id: 2 })).message()).toMatchObject({ type: 'ack', id: 2 });
  });

  it('opens with the handshake when that has the token', async () => {
    const client = authorized(bearer());
    expect((await client.handshake)?.status).toBe(101);
    expect([await client.message(), await client.message()]).toMatchObject([{ type: 'welcome' }, { type: 'breakpoints', items: [] }]);
  });

  const refused: readonly (readonly [string, () => string])[] = [
    ['another token', () => 'Bearer wrong'], ['no token', () => 'Bearer '], ['the token of another run', () => `Bearer ${new ControlChannel(() => undefined).token}`], ['a token with more', () => `${bearer()}x`],
    ['another scheme', () => `Basic ${control.token}`], ['nothing', () => ''], ['text', () => 'Bearer a b'], ['very much', () => `Bearer ${'x'.repeat(5000)}`],
  ];
  it.each(refused)('answers a handshake whose authorization has %s with 401', async (_what, value) => {
    const response = await authorized(value()).handshake;
    expect([response?.status, response?.headers.get('www-authenticate'), JSON.parse(String(response?.body))]).toEqual([401, 'Bearer', { code: 16, message: 'token not accepted' }]);
    await expectStillServing();
  });

  it('is behind Host, origin, path and method, and before what is full', async () => {
    const withLines = (...lines: string[]): string[] => [...handshakeLines.filter((line) => !lines.some((other) => other.split(':')[0] === line.split(':')[0])), ...lines];
    const statusOf = async (lines: string[], more: object = {}): Promise<number | undefined> => {
      const client = new RawWebSocket(open.port, { lines, ...more });
      clients.push(client);
      return (await client.handshake)?.status;
    };
    const wrong = 'Authorization: Bearer wrong', right = `Authorization: ${bearer()}`;
    expect(await Promise.all([
      statusOf(withLines('Host: evil.example', right)), statusOf(withLines('Origin: https://evil.example', right)), statusOf(withLines('Host: evil.example', wrong)), statusOf(withLines('Origin: https://evil.example', wrong)),
      statusOf(withLines('Origin: https://listed.example', wrong)), statusOf(withLines('Origin: https://listed.example', right)), statusOf(withLines(wrong), { path: '/v1/other' }), statusOf(withLines(wrong), { method: 'POST' }),
      statusOf([...handshakeLines, right, right]),
    ])).toEqual([403, 403, 403, 403, 401, 101, 404, 405, 401]);
    sink.secondsToWait = 1;
    expect(await statusOf(withLines(wrong))).toBe(401);
  });

  it('does not read the token from the address or a cookie', async () => {
    control.setBreakpoints(breakpoints);
    const client = new RawWebSocket(open.port, { path: `/v1/spans?token=${control.token}`, lines: [...handshakeLines, `Cookie: token=${control.token}`] });
    clients.push(client);
    await client.message();
    expect(await client.say(start(1, { id: 1 })).message()).toMatchObject({ type: 'ack', id: 1 });
  });

  it.each([['wrong'], [''], [5], [['a']], ['x'.repeat(100_000)]])('answers a hello with the token %j with an error and 1008', async (token) => {
    control.setBreakpoints(breakpoints);
    const client = await connected();
    client.say(hello(token, { id: 1 }));
    expect(await client.message()).toEqual({ type: 'error', id: 1, message: 'token not accepted' });
    expect(await client.closeCode()).toBe(1008);
    expect(client.frames).toEqual([]);
    await expectStillServing();
  });

  it('stays closed to those who show no token, who may send spans all the same', async () => {
    const client = await connected();
    client.say(hello(undefined, { id: 1 })).say(hello(null, { id: 2 }));
    expect([await client.message(), await client.message()]).toEqual([{ type: 'ack', id: 1, accepted: 0 }, { type: 'ack', id: 2, accepted: 0 }]);
    control.setBreakpoints(breakpoints);
    expect(await client.say(hit({ id: 3 })).message()).toEqual({ type: 'error', id: 3, message: 'this message needs the token' });
    expect(await client.say(start(1, { id: 4 })).message()).toMatchObject({ type: 'ack', id: 4 });
    expect(hits).toEqual([]);
  });

  it('takes hits once the spans before them are stored, and says which program stands', async () => {
    const stored: string[] = [];
    sink.answer = async ({ bytes }) => {
      await delay(20);
      stored.push(new TextDecoder().decode(bytes));
      expect(hits).toEqual([]);
      return { accepted: 1, rejected: 0 };
    };
    const client = await connected();
    client.say([hello(control.token), start(1), hit({ id: 1 })]).say({ type: 'breakpoint.hit', breakpoint_id: 'two', trace_id: traceId.toUpperCase(), span_id: spanId(2), on: 'error', id: 2 });
    expect(await client.message()).toEqual({ type: 'breakpoints', items: [] });
    expect([await client.message(), await client.message()]).toEqual([{ type: 'ack', id: 1, accepted: 0 }, { type: 'ack', id: 2, accepted: 0 }]);
    expect(stored).toHaveLength(1);
    expect(hits).toEqual([
      { breakpointId: 'one', traceId, spanId: spanId(1), on: 'start', client: { name: 'agent', language: 'python', pid: 7, cwd: '/app' } },
      { breakpointId: 'two', traceId, spanId: spanId(2), on: 'error', client: { name: 'agent', language: 'python', pid: 7, cwd: '/app' } },
    ]);
  });

  it.each([
    ['no breakpoint', { breakpointId: undefined }], ['no trace', { traceId: '' }], ['a span that is no text', { spanId: 1 }], ['a moment that is none', { on: 'sometimes' }], ['an id without end', { spanId: 'x'.repeat(300) }],
  ])('refuses a hit with %s', async (_what, more) => {
    const client = authorized(bearer());
    await client.message();
    await client.message();
    expect(await client.say(hit({ id: 1, ...more })).message()).toEqual({ type: 'error', id: 1, message: 'malformed breakpoint.hit' });
    expect(hits).toEqual([]);
    expect(await client.say(start(1, { id: 2 })).message()).toMatchObject({ type: 'ack' });
  });

  it('forgets a client that has gone', async () => {
    const client = authorized(bearer());
    await client.message();
    client.end();
    await expectStillServing();
    control.setBreakpoints(breakpoints);
    await expectStillServing();
    expect(faults).toEqual([]);
  });

  it('takes a thousand breakpoints, and says so when there are more', async () => {
    const many = Array.from({ length: 1000 }, (_, i): SpanBreakpoint => ({ id: String(i), enabled: true, on: 'start', name: `step ${i}` }));
    const client = authorized(bearer());
    await client.message();
    await client.message();
    control.setBreakpoints(many);
    expect(await client.message()).toEqual({ type: 'breakpoints', items: many });
    expect(() => control.setBreakpoints([...many, { id: 'more', enabled: true, on: 'start' }])).toThrow('There can be 1000 span breakpoints at most.');
  });

  it('never lets the token out', async () => {
    const client = authorized(bearer());
    client.say(hello(control.token)).say({ type: 'hello', token: control.token, client: 5 }).say(`{"type":"hello","token":"${control.token}",}`);
    const replies = JSON.stringify([await client.message(), await client.message(), await client.message(), await client.message(), await client.message()]);
    expect(replies).toContain('error');
    expect(`${replies}${sink.texts.join('')}${faults.join('')}`).not.toContain(control.token);
  });
});

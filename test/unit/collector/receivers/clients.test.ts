import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { HrTime, Link, Span } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ports } from '../../../../src/collector/ports.ts';
import { ControlChannel } from '../../../../src/collector/receivers/controlChannel.ts';
import { DecodingSink } from './support/decodingSink.ts';
import type { ReceivedSpan } from './support/decodingSink.ts';

let sink: DecodingSink;
let ports: Ports;
let http: string;
let grpc: string;

beforeEach(async () => {
  sink = new DecodingSink();
  const grpcBundle = path.resolve(import.meta.dirname, '../../../../src/collector/receivers/otlpGrpc.ts');
  ports = new Ports({ sink, control: new ControlChannel(() => undefined), allowedHosts: [], allowedOrigins: [], grpcBundle, report: (message) => { throw new Error(message); } });
  const { endpoints } = await ports.start({ httpPort: 0, grpcPort: 0 });
  http = endpoints.http ?? '';
  grpc = `http://${endpoints.grpc}`;
});
afterEach(() => ports.stop());

const compression = { gzip: 'gzip', none: 'none' } as const;
/** The enums of the exporters' base package are not exported by all of them; their values are these words. */
const compressed = (how: keyof typeof compression): never => compression[how] as never;

const traceExporters: readonly (readonly [string, () => SpanExporter])[] = (['none', 'gzip'] as const).flatMap((how) => [
  [`http/protobuf, ${how}`, () => new ProtoTraceExporter({ url: `${http}/v1/traces`, compression: compressed(how) })],
  [`http/json, ${how}`, () => new JsonTraceExporter({ url: `${http}/v1/traces`, compression: compressed(how) })],
  [`grpc, ${how}`, () => new GrpcTraceExporter({ url: grpc, compression: compressed(how) })],
] as const);

/** Every kind of thing that a span can hold. */
function makeSpans(provider: BasicTracerProvider): void {
  const tracer = provider.getTracer('scope', '1.2.3');
  const root = tracer.startSpan('agent_run', { kind: SpanKind.SERVER, root: true, startTime: [1_700_000_000, 123_456_789] });
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);
  const links: Link[] = [{ context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.SAMPLED }, attributes: { why: 'retry' } }];
  const call = tracer.startSpan('llm_call 🙂', { kind: SpanKind.CLIENT, links, attributes: values, startTime: [1_700_000_000, 200_000_001] }, inRoot);
  call.addEvent('token', { index: 1, text: 'Grüße\n"\\ \0' }, [1_700_000_001, 5]);
  call.recordException(new TypeError('bad tool'));
  call.setStatus({ code: SpanStatusCode.ERROR, message: 'it failed' });
  call.end([1_700_000_001, 999_999_999]);
  const producer: Span = provider.getTracer('other').startSpan('', { kind: SpanKind.PRODUCER }, inRoot);
  producer.setStatus({ code: SpanStatusCode.OK });
  producer.end();
  root.end([1_700_000_002, 1]);
  for (let i = 0; i < 600; i++) tracer.startSpan(`step ${i}`, { attributes: { i } }, inRoot).end();
}

const values = {
  text: 'value', empty: '', yes: true, int: 42, big: Number.MAX_SAFE_INTEGER, negative: -7, double: 0.1, exponent: 1e-300, long: 'x'.repeat(20_000),
  list: ['a', 'b'], numbers: [1, 2.5], booleans: [true, false], __proto__x: 'key', constructor: 'key',
};

const nanos = ([seconds, rest]: HrTime): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(rest);
const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const;

/** What the SDK's own memory holds, in the form in which spans arrive here. */
function expected(span: ReadableSpan): unknown {
  return {
    traceId: span.spanContext().traceId, spanId: span.spanContext().spanId, parentSpanId: span.parentSpanContext?.spanId ?? '',
    name: span.name, kind: kinds[span.kind], startUnixNano: nanos(span.startTime), endUnixNano: nanos(span.endTime),
    status: (['unset', 'ok', 'error'] as const)[span.status.code], statusMessage: span.status.message ?? '',
    scope: [span.instrumentationScope.name, span.instrumentationScope.version ?? ''], resource: plain(span.resource.attributes), attributes: plain(span.attributes),
    events: span.events.map((event) => [event.name, nanos(event.time), plain(event.attributes ?? {})]),
    links: span.links.map((link) => [link.context.traceId, link.context.spanId, plain(link.attributes ?? {})]),
  };
}

function received(span: ReceivedSpan): unknown {
  const { content, scope, resource, ...rest } = span;
  return {
    ...rest, scope: [scope.name, scope.version], resource: new Map(resource.attributes), attributes: new Map(content.attributes),
    events: content.events.map((event) => [event.name, event.timeUnixNano, new Map(event.attributes)]),
    links: content.links.map((link) => [link.traceId, link.spanId, new Map(link.attributes)]),
  };
}

const plain = (attributes: Readonly<Record<string, unknown>>): Map<string, unknown> => new Map(Object.entries(attributes));
const byId = (spans: readonly unknown[]): unknown[] => (spans as { spanId: string }[]).toSorted((a, b) => a.spanId.localeCompare(b.spanId));

describe('the OpenTelemetry SDK for JavaScript', () => {
  it.each(traceExporters)('has its spans received over %s as its own memory holds them', async (_what, makeExporter) => {
    const memory = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'agent', 'process.pid': 12 }),
      spanProcessors: [new SimpleSpanProcessor(memory), new BatchSpanProcessor(makeExporter(), { maxQueueSize: 5000 })],
    });
    makeSpans(provider);
    await provider.forceFlush();
    const spans = memory.getFinishedSpans();
    expect(spans).toHaveLength(603);
    expect(byId(sink.spans.map(received))).toEqual(byId(spans.map(expected)));
    await provider.shutdown();
  });

  const logExporters: readonly (readonly [string, () => LogRecordExporter])[] = [
    ['http/protobuf', () => new ProtoLogExporter({ url: `${http}/v1/logs` })], ['grpc', () => new GrpcLogExporter({ url: grpc })],
  ];
  it.each(logExporters)('has its logs received over %s', async (_what, makeExporter) => {
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter: makeExporter() })] });
    const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED });
    provider.getLogger('log').emit({ body: 'hello', severityNumber: SeverityNumber.WARN, attributes: { n: 1 }, context });
    provider.getLogger('log').emit({ body: { nested: ['value'] } });
    await provider.forceFlush();
    expect(sink.batches.flatMap((batch) => batch.logs).map(({ traceId, spanId }) => [traceId, spanId])).toEqual([['a'.repeat(32), 'b'.repeat(16)], ['', '']]);
    await provider.shutdown();
  });

  const metricExporters: readonly (readonly [string, () => PushMetricExporter])[] = [
    ['http/protobuf', () => new ProtoMetricExporter({ url: `${http}/v1/metrics` })], ['grpc', () => new GrpcMetricExporter({ url: grpc })],
  ];
  it.each(metricExporters)('has its metrics received over %s', async (_what, makeExporter) => {
    const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: makeExporter() })] });
    const meter = provider.getMeter('meter');
    meter.createCounter('tokens', { unit: '{token}' }).add(5, { model: 'm' });
    meter.createHistogram('duration').record(2.5);
    await provider.forceFlush();
    expect(sink.batches.flatMap((batch) => batch.metrics).map(({ instrument, type, value }) => [instrument, type, value])).toEqual([['tokens', 'sum', 5], ['duration', 'histogram', 2.5]]);
    await provider.shutdown();
  });

  it('hears that a part was rejected, and goes on', async () => {
    sink.answer = () => ({ accepted: 0, rejected: 1, message: 'span id is all zero' });
    for (const [, makeExporter] of traceExporters) {
      const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(makeExporter())] });
      provider.getTracer('t').startSpan('one').end();
      await provider.forceFlush();
      await provider.shutdown();
    }
    expect(sink.payloads).toHaveLength(traceExporters.length);
  });

  it('tries again over HTTP when it was told to, until its spans are taken', async () => {
    for (const [, makeExporter] of traceExporters.slice(0, 2)) {
      sink.secondsToWait = 1;
      const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(makeExporter())] });
      provider.getTracer('t').startSpan('one').end();
      const flushed = provider.forceFlush();
      setTimeout(() => { sink.secondsToWait = undefined; }, 200);
      await flushed;
      await provider.shutdown();
    }
    expect(sink.spanCount).toBe(2);
  });
});

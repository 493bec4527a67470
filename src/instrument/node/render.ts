import { cutText } from './values.ts';
import type { Span, Trace } from './span.ts';
import type { AttributeValue } from './values.ts';

const icons = { ok: '+', error: 'x', unset: '?' } as const;
const maxNameLength = 200;
const maxIndent = 40;

/**
 * The trace as text: two lines a span, its name with duration and a bar on the axis of the whole trace.
 * An open span reaches to the last moment that the trace knows of.
 */
export function toTimeline(trace: Trace, options: { readonly width?: number } = {}): string {
  const width = BigInt(options.width ?? 60);
  const times = trace.spans.flatMap((span) => [span.startTimeUnixNano, span.endTimeUnixNano ?? span.startTimeUnixNano]);
  const first = times.reduce((a, b) => (b < a ? b : a), times[0] ?? 0n);
  const last = times.reduce((a, b) => (b > a ? b : a), first);
  const total = last > first ? last - first : 1n;
  const lines = [`Trace ${trace.traceId}, ${trace.spans.length} spans, ${milliseconds(last - first)}`];
  // A stack instead of recursion: an agent's loop can nest deeper than the engine's own.
  const open = trace.spanTree().map((node) => ({ node, depth: 0 })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node: { span, children }, depth } = next;
    const indent = '  '.repeat(Math.min(depth, maxIndent));
    const end = span.endTimeUnixNano ?? last;
    const from = min((span.startTimeUnixNano - first) * width / total, width - 1n);
    const length = min(max((end - span.startTimeUnixNano) * width / total, 1n), width - from);
    const duration = span.ended ? milliseconds(end - span.startTimeUnixNano) : 'running';
    lines.push(
      `${indent}${icons[span.status.code]} ${visible(span.name)} [${duration}]`,
      `${indent}|${' '.repeat(Number(from))}${'='.repeat(Number(length))}${' '.repeat(Number(width - from - length))}|`,
    );
    open.push(...children.map((child) => ({ node: child, depth: depth + 1 })).reverse());
  }
  return `${lines.join('\n')}\n`;
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** One decimal, rounded half up, without a detour through floating point. */
function milliseconds(ns: bigint): string {
  const tenths = (ns + 50_000n) / 100_000n;
  return `${tenths / 10n}.${tenths % 10n}ms`;
}

/** Control characters, which a terminal would obey, and those that turn the reading direction, as JSON writes them. */
function visible(name: string): string {
  return cutText(name, maxNameLength).replace(/[\p{Cc}\p{Bidi_Control}]/gu, escapeUnit);
}

/** The trace as JSON text: the same bytes for the same trace, ASCII only, indented by two spaces. */
export function toJson(trace: Trace): string {
  const text = JSON.stringify({ trace_id: trace.traceId, spans: trace.spans.map(jsonSpan) }, undefined, 2);
  return text
    .replace(/[\u007f-\uffff]/g, escapeUnit)
    // A duration is a float also when it is whole; only this key stands at this depth.
    .replace(/^( {6}"duration_ms": \d+),$/gm, '$1.0,');
}

function jsonSpan(span: Span): object {
  const end = span.endTimeUnixNano;
  return {
    span_id: span.spanId,
    parent_span_id: span.parentSpanId ?? null,
    name: span.name,
    start_time: isoTime(span.startTimeUnixNano),
    end_time: end === undefined ? null : isoTime(end),
    duration_ms: end === undefined ? null : Number(end - span.startTimeUnixNano) / 1e6,
    status: span.status.code,
    attributes: Object.fromEntries([
      ...serviceAttribute(span),
      ...span.attributes,
      ...(span.status.message === undefined ? [] : [['status_description', span.status.message] as const]),
    ]),
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({ name, timestamp: isoTime(timeUnixNano), attributes })),
  };
}

/** UTC without a zone, microseconds left out when they are zero: `2026-04-10T10:30:00.000123`. */
function isoTime(unixNano: bigint): string {
  const micros = unixNano / 1000n;
  const fraction = micros % 1_000_000n;
  const seconds = new Date(Number(micros / 1_000_000n) * 1000).toISOString().slice(0, 19);
  return fraction === 0n ? seconds : `${seconds}.${String(fraction).padStart(6, '0')}`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function serviceAttribute(span: Span): readonly (readonly [string, AttributeValue])[] {
  const service = span.resource['service.name'];
  return service === undefined || span.attributes.has('service.name') ? [] : [['service.name', service]];
}

export interface JaegerTag { readonly key: string; readonly type: string; readonly value: string | number | boolean }

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: 'CHILD_OF'; readonly traceID: string; readonly spanID: string }[];
  /** Microseconds since 1970. */
  readonly startTime: number;
  /** Microseconds; 0 while open. */
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
}

export interface JaegerTraces {
  readonly data: readonly {
    readonly traceID: string;
    readonly spans: readonly JaegerSpan[];
    readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
  }[];
}

/** The trace in the form of Jaeger's query API, as its UI opens it. */
export function toJaegerFormat(trace: Trace): JaegerTraces {
  const processes = new Map<string, string>();
  const spans = trace.spans.map((span) => jaegerSpan(span, processOf(span, processes)));
  const byId = Object.fromEntries(Array.from(processes, ([serviceName, id]) => [id, { serviceName }]));
  return { data: [{ traceID: trace.traceId, spans, processes: byId }] };
}

function processOf(span: Span, processes: Map<string, string>): string {
  const service = String(span.resource['service.name'] ?? 'unknown');
  const id = processes.get(service) ?? `p${processes.size + 1}`;
  processes.set(service, id);
  return id;
}

function jaegerSpan(span: Span, processID: string): JaegerSpan {
  const { traceId, parentSpanId, status } = span;
  return {
    traceID: traceId,
    spanID: span.spanId,
    operationName: span.name,
    references: parentSpanId === undefined ? [] : [{ refType: 'CHILD_OF', traceID: traceId, spanID: parentSpanId }],
    startTime: micros(span.startTimeUnixNano),
    duration: span.endTimeUnixNano === undefined ? 0 : micros(span.endTimeUnixNano - span.startTimeUnixNano),
    tags: [
      ...[...serviceAttribute(span), ...span.attributes].map(jaegerTag),
      ...(span.kind === 'internal' ? [] : [jaegerTag(['span.kind', span.kind])]),
      ...(status.code === 'unset' ? [] : [jaegerTag(['otel.status_code', status.code.toUpperCase()])]),
      ...(status.message === undefined ? [] : [jaegerTag(['otel.status_description', status.message])]),
      ...(status.code === 'error' ? [jaegerTag(['error', true])] : []),
    ],
    logs: span.events.map(({ name, timeUnixNano, attributes }) => ({
      timestamp: micros(timeUnixNano),
      fields: [jaegerTag(['event', name]), ...Object.entries(attributes).map(jaegerTag)],
    })),
    processID,
  };
}

function jaegerTag([key, value]: readonly [string, AttributeValue]): JaegerTag {
  switch (typeof value) {
    case 'string': return { key, type: 'string', value };
    case 'boolean': return { key, type: 'bool', value };
    case 'number': return { key, type: Number.isInteger(value) ? 'int64' : 'float64', value };
    default: return { key, type: 'string', value: JSON.stringify(value) };
  }
}

const micros = (ns: bigint): number => Number(ns / 1000n);

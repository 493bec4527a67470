import { kitVersion } from './environment.ts';
import type { SpanEvent, SpanKind, SpanStatus } from './records.ts';
import type { Span } from './span.ts';
import type { AttributeValue } from './values.ts';

const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const codes: Readonly<Record<SpanStatus['code'], number>> = { unset: 0, ok: 1, error: 2 };

/** Spans as the JSON form of an OTLP `ExportTraceServiceRequest`, grouped by resource. */
export function otlpRequest(spans: readonly Span[]): object {
  const byResource = new Map<Span['resource'], Span[]>();
  for (const span of spans) {
    const group = byResource.get(span.resource);
    if (group === undefined) byResource.set(span.resource, [span]);
    else group.push(span);
  }
  return {
    resourceSpans: [...byResource].map(([resource, group]) => ({
      resource: { attributes: keyValues(Object.entries(resource)) },
      scopeSpans: [{ scope: { name: 'spanscope', version: kitVersion }, spans: group.map(otlpSpan) }],
    })),
  };
}

function otlpSpan(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: span.trace.traceState,
    flags: span.trace.flags,
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: span.endTimeUnixNano === undefined ? undefined : String(span.endTimeUnixNano),
    attributes: keyValues(span.attributes),
    droppedAttributesCount: span.lost > 0 ? span.lost : undefined,
    events: span.events.map(otlpEvent),
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: keyValues(Object.entries((link.attributes ?? {}) as Record<string, AttributeValue>)),
    })),
    status: { code: codes[span.status.code], message: span.status.message },
  };
}

function otlpEvent({ name, timeUnixNano, attributes }: SpanEvent): object {
  return { name, timeUnixNano: String(timeUnixNano), attributes: keyValues(Object.entries(attributes)) };
}

function keyValues(entries: Iterable<readonly [string, AttributeValue]>): readonly object[] {
  return Array.from(entries, ([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): object {
  if (value === null) return {};
  switch (typeof value) {
    case 'string': return { stringValue: value };
    case 'boolean': return { boolValue: value };
    case 'number': return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default: return Array.isArray(value)
      ? { arrayValue: { values: value.map(anyValue) } }
      : { kvlistValue: { values: keyValues(Object.entries(value)) } };
  }
}

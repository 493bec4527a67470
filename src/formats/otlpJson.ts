import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import type { LogRecord, Resource, Scope, SpanEvent, SpanLink } from '../model/span.ts';
import { groupSpans } from './encodeGroups.ts';
import type { EncodeSpan, Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';
import { OtlpJsonReader } from './otlpJsonRequest.ts';

/** Telling keys, best first. */
const tellingKeys: readonly (readonly [score: number, key: string])[] = [
  [0.98, 'resourceSpans'], [0.98, 'resource_spans'], [0.98, 'resourceLogs'], [0.98, 'resource_logs'], [0.98, 'resourceMetrics'], [0.98, 'resource_metrics'],
  [0.97, 'trace/resourceSpans'], [0.97, 'result/resourceSpans'], [0.97, 'trace/batches'],
  [0.95, 'batches/scopeSpans'], [0.95, 'batches/instrumentationLibrarySpans'],
  [0.9, 'scopeSpans'], [0.9, 'scopeLogs'], [0.9, 'scopeMetrics'], [0.9, 'instrumentationLibrarySpans'],
];

function sniff(head: Uint8Array): Sniff {
  const keys = jsonKeys(head);
  for (const [score, key] of tellingKeys) if (keys.has(key)) return { score, reason: `has the key "${key.replaceAll('/', '.')}"` };
  return { score: 0, reason: 'has none of the keys of OTLP' };
}

/**
 * OTLP/JSON (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding").
 *
 * Strict: one request as the specification has it, plus integers beyond 2^53 as numbers, which are read exactly.
 * Lenient: also enum names, ids in base64 or of any other text, snake_case keys, the keys of older versions
 * (`instrumentationLibrarySpans`), the wrappers of Tempo (`batches`, `trace`) and Jaeger (`result`), ResourceSpans without
 * a wrapper as Java logs them, several requests one after the other, other text around them.
 *
 * `encode` writes one request; logs stand beside the spans under `resourceLogs`. Ids that are not of W3C size are replaced
 * by hashes of them.
 */
export const otlpJson: Format = {
  id: 'otlp-json',
  label: 'OTLP/JSON',
  pieces: 'values',
  extension: '.otlp.json',
  losses: ['ids', 'marks'],
  sniff,
  decode(bytes, batch, options): void {
    new OtlpJsonReader(batch, options, Math.min(bytes.length, 1 << 26) >> 1).read(bytes);
  },
  encode(spans): Uint8Array {
    return new TextEncoder().encode(`${jsonText(requestOf(spans))}\n`);
  },
};

/**
 * OTLP/JSON as the collector's file exporter writes it: one request a line. `encode` writes a line for each resource, and
 * another for its logs. Reading is the same as for `otlpJson`, which therefore finds such files.
 */
export const otlpJsonLines: Format = {
  id: 'otlp-json-lines',
  label: 'OTLP/JSON lines',
  pieces: 'values',
  extension: '.otlp.jsonl',
  losses: ['ids', 'marks'],
  sniff(): Sniff { return { score: 0, reason: 'is read as OTLP/JSON' }; },
  decode: otlpJson.decode.bind(otlpJson),
  encode(spans): Uint8Array {
    const lines = groupSpans(spans).flatMap(({ scopes }) => {
      const { resourceSpans, resourceLogs } = requestOf([...scopes.values()].flat());
      return [jsonText({ resourceSpans }), ...(resourceLogs === undefined ? [] : [jsonText({ resourceLogs })])];
    });
    return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
  },
};

interface Request { readonly [key: string]: Writable; readonly resourceSpans: readonly Writable[]; readonly resourceLogs: readonly Writable[] | undefined }

function requestOf(spans: readonly EncodeSpan[]): Request {
  const groups = groupSpans(spans);
  const resourceLogs = groups
    .map(({ resource, scopes }) => ({ resource, scopes: [...scopes].filter(([, members]) => members.some(({ logs }) => logs.length > 0)) }))
    .filter(({ scopes }) => scopes.length > 0)
    .map(({ resource, scopes }) => ({
      resource: resourceOf(resource),
      scopeLogs: scopes.map(([scope, members]) => ({ scope: scopeOf(scope), logRecords: members.flatMap(({ logs }) => logs.map(logOf)), schemaUrl: textOrNone(scope.schemaUrl) })),
      schemaUrl: textOrNone(resource.schemaUrl),
    }));
  return {
    resourceSpans: groups.map(({ resource, scopes }) => ({
      resource: resourceOf(resource),
      scopeSpans: [...scopes].map(([scope, members]) => ({ scope: scopeOf(scope), spans: members.map(spanOf), schemaUrl: textOrNone(scope.schemaUrl) })),
      schemaUrl: textOrNone(resource.schemaUrl),
    })),
    resourceLogs: resourceLogs.length > 0 ? resourceLogs : undefined,
  };
}

const textOrNone = (text: string): string | undefined => (text === '' ? undefined : text);
const countOrNone = (count: number): number | undefined => (count === 0 ? undefined : count);
const listOrNone = (list: readonly Writable[]): readonly Writable[] | undefined => (list.length === 0 ? undefined : list);

function resourceOf({ attributes, droppedAttributesCount }: Resource): Writable {
  return { attributes: attributesOf(attributes), droppedAttributesCount: countOrNone(droppedAttributesCount) };
}

function scopeOf({ name, version, attributes, droppedAttributesCount }: Scope): Writable {
  return {
    name: textOrNone(name), version: textOrNone(version), attributes: listOrNone(attributesOf(attributes)),
    droppedAttributesCount: countOrNone(droppedAttributesCount),
  };
}

function spanOf(span: EncodeSpan): Writable {
  const { content } = span;
  return {
    traceId: traceIdHex(span.traceId),
    spanId: spanIdHex(span.spanId),
    traceState: textOrNone(content.traceState),
    parentSpanId: textOrNone(spanIdHex(span.parentSpanId)),
    flags: countOrNone(content.flags),
    name: span.name,
    kind: spanKinds.indexOf(span.kind),
    startTimeUnixNano: span.startUnixNano.toString(),
    endTimeUnixNano: span.endUnixNano === 0n ? undefined : span.endUnixNano.toString(),
    attributes: attributesOf(content.attributes),
    droppedAttributesCount: countOrNone(content.droppedAttributesCount),
    events: listOrNone(content.events.map(eventOf)),
    droppedEventsCount: countOrNone(content.droppedEventsCount),
    links: listOrNone(content.links.map(linkOf)),
    droppedLinksCount: countOrNone(content.droppedLinksCount),
    status: { message: textOrNone(span.statusMessage), code: countOrNone(statusCodes.indexOf(span.status)) },
  };
}

function eventOf({ name, timeUnixNano, attributes, droppedAttributesCount }: SpanEvent): Writable {
  return { timeUnixNano: timeUnixNano.toString(), name, attributes: listOrNone(attributesOf(attributes)), droppedAttributesCount: countOrNone(droppedAttributesCount) };
}

function linkOf(link: SpanLink): Writable {
  return {
    traceId: traceIdHex(link.traceId), spanId: spanIdHex(link.spanId), traceState: textOrNone(link.traceState),
    attributes: listOrNone(attributesOf(link.attributes)), droppedAttributesCount: countOrNone(link.droppedAttributesCount), flags: countOrNone(link.flags),
  };
}

function logOf(log: LogRecord): Writable {
  return {
    timeUnixNano: log.timeUnixNano.toString(),
    observedTimeUnixNano: log.observedTimeUnixNano === 0n ? undefined : log.observedTimeUnixNano.toString(),
    severityNumber: countOrNone(log.severityNumber), severityText: textOrNone(log.severityText), eventName: textOrNone(log.eventName),
    body: log.body === null ? undefined : valueOf(log.body), attributes: listOrNone(attributesOf(log.attributes)),
    droppedAttributesCount: countOrNone(log.droppedAttributesCount), flags: countOrNone(log.flags),
    traceId: log.traceId === '' ? undefined : traceIdHex(log.traceId), spanId: textOrNone(spanIdHex(log.spanId)),
  };
}

const attributesOf = (attributes: Attributes): readonly Writable[] => [...attributes].map(([key, value]) => ({ key, value: valueOf(value) }));

function valueOf(value: AttributeValue): Writable {
  if (value === null) return {};
  switch (typeof value) {
    case 'string': return { stringValue: value };
    case 'boolean': return { boolValue: value };
    case 'bigint': return BigInt.asIntN(64, value) === value ? { intValue: value.toString() } : { stringValue: value.toString() };
    case 'number': return Number.isSafeInteger(value) && !Object.is(value, -0) ? { intValue: value.toString() } : { doubleValue: value };
    default:
      if (value instanceof Uint8Array) return { bytesValue: value };
      if (value instanceof Map) return { kvlistValue: { values: attributesOf(value) } };
      return { arrayValue: { values: (value as readonly AttributeValue[]).map(valueOf) } };
  }
}

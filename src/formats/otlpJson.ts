import { encodeWhole } from './format.ts';
import type { Format, ItemKeys, Opens, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { otlpJsonEncoder, otlpJsonLinesEncoder } from './otlpJsonEncode.ts';
import { bareSpanKeys, OtlpJsonReader } from './otlpJsonRequest.ts';

/** Telling keys, best first. */
const tellingKeys: readonly (readonly [score: number, key: string])[] = [
  [0.98, 'resourceSpans'], [0.98, 'resource_spans'], [0.98, 'resourceLogs'], [0.98, 'resource_logs'], [0.98, 'resourceMetrics'], [0.98, 'resource_metrics'],
  [0.97, 'trace/resourceSpans'], [0.97, 'result/resourceSpans'], [0.97, 'data/resourceSpans'], [0.97, 'trace/batches'],
  [0.95, 'batches/scopeSpans'], [0.95, 'batches/instrumentationLibrarySpans'],
  [0.9, 'error/grpcCode'], [0.9, 'scopeSpans'], [0.9, 'scopeLogs'], [0.9, 'scopeMetrics'], [0.9, 'instrumentationLibrarySpans'],
];

const keysOf = (opens: Opens): ItemKeys => [...opens.keys()].map((key) => [key]);
const groupOf = (scopes: readonly string[], records: Opens): Opens => new Map(scopes.map((key) => [key, { inner: records, after: ['resource'], items: keysOf(records) }]));
const scopeNames = ['scope', 'instrumentationLibrary', 'instrumentation_library'];
const listOf = (keys: readonly string[], items: ItemKeys): Opens => new Map(keys.map((key) => [key, { after: scopeNames, items }]));
/** Links have both ids, too. */
const spanKeys: ItemKeys = [['spanId', 'name'], ['spanId', 'startTimeUnixNano'], ['span_id', 'name'], ['span_id', 'start_time_unix_nano']];
const metricKeys: ItemKeys = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'exponential_histogram', 'summary'].map((kind) => ['name', kind]);
const spans = groupOf(['scopeSpans', 'scope_spans', 'instrumentationLibrarySpans', 'instrumentation_library_spans'], listOf(['spans'], spanKeys));
const logs = groupOf(['scopeLogs', 'scope_logs'], listOf(['logRecords', 'log_records'], [['body'], ['severityNumber'], ['severity_number']]));
const metrics = groupOf(['scopeMetrics', 'scope_metrics'], listOf(['metrics'], metricKeys));
const groups: Opens = new Map([
  ...['resourceSpans', 'resource_spans', 'batches'].map((key) => [key, { inner: spans, items: keysOf(spans) }] as const),
  ...['resourceLogs', 'resource_logs'].map((key) => [key, { inner: logs, items: keysOf(logs) }] as const),
  ...['resourceMetrics', 'resource_metrics'].map((key) => [key, { inner: metrics, items: keysOf(metrics) }] as const),
]);
/** The wrappers of Tempo and Jaeger around a request, and a request without any. */
const opens: Opens = new Map([...groups, ...spans, ['trace', { inner: groups }], ['result', { inner: groups }], ['data', { inner: groups }]]);

function sniff(head: Uint8Array): Sniff {
  const keys = jsonKeys(head);
  for (const [score, key] of tellingKeys) if (keys.has(key)) return { score, reason: `has the key "${key.replaceAll('/', '.')}"` };
  const isBare = bareSpanKeys.some((all) => all.every((key) => keys.has(key)));
  return isBare ? { score: 0.85, reason: 'has spans with "startTimeUnixNano"' } : { score: 0, reason: 'has none of the keys of OTLP' };
}

/**
 * OTLP/JSON (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding").
 *
 * Strict: one request as the specification has it, plus integers beyond 2^53 as numbers, which are read exactly.
 * Lenient: also enum names, ids in base64 or of any other text, snake_case keys, the keys of older versions
 * (`instrumentationLibrarySpans`), the wrappers of Tempo (`batches`, `trace`) and Jaeger (`result`), ResourceSpans without
 * a wrapper as Java logs them, bare spans, attributes as an object, several requests one after the other, other text around them.
 *
 * `encode` writes one request; logs stand beside the spans under `resourceLogs`. Contents and logs are written from their
 * bytes and come back as they were. Ids that are not of W3C size are replaced by hashes of them.
 */
export const otlpJson: Format = {
  id: 'otlp-json',
  label: 'OTLP/JSON',
  pieces: 'values',
  opens,
  extension: '.otlp.json',
  losses: ['ids', 'marks'],
  sniff,
  decode(bytes, batch, options): void {
    new OtlpJsonReader(batch, options).read(bytes);
  },
  encoder: otlpJsonEncoder,
  encode: (spans) => encodeWhole(otlpJsonEncoder, spans),
};

/**
 * OTLP/JSON as the collector's file exporter writes it: one request a line. `encode` writes a line for each resource (of a
 * large one, for each thousand spans), and another for its logs; what it can hold is what `otlpJson` can. Reading is the same as for `otlpJson`, which therefore finds such files.
 */
export const otlpJsonLines: Format = {
  id: 'otlp-json-lines',
  label: 'OTLP/JSON lines',
  pieces: 'values',
  opens,
  extension: '.otlp.jsonl',
  losses: ['ids', 'marks'],
  sniff(): Sniff { return { score: 0, reason: 'is read as OTLP/JSON' }; },
  decode: otlpJson.decode.bind(otlpJson),
  encoder: otlpJsonLinesEncoder,
  encode: (spans) => encodeWhole(otlpJsonLinesEncoder, spans),
};

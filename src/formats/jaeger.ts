import { decodeWhole, encodeWhole } from './format.ts';
import type { Format, ItemKeys, Opens, Sniff } from './format.ts';
import { JaegerDecoder } from './jaegerDecode.ts';
import { jaegerEncoder } from './jaegerEncode.ts';
import { jsonKeys } from './jsonKeys.ts';

/** Where spans may stand. */
const places = /^(?:hits\/)*(?:_source\/)?(?:(?:data|traces)\/)*(?:spans\/)?operationName$/;

const spanKeys: ItemKeys = [['spanID', 'operationName']];
const traces: Opens = new Map([['spans', { items: spanKeys }]]);

/**
 * Jaeger's JSON: the answer of its query API and what its UI saves (`{data: [{traceID, spans, processes}]}`), a bare trace,
 * a list of traces, the UI's own state (`{data: {…}}`), and documents of its storage with the process inside the span, alone, or as
 * Elasticsearch gives them (`_source`, `hits`).
 * Shapes: jaegertracing/jaeger, internal/uimodel/model.go. Spans cannot be open; times are whole µs.
 */
export const jaeger: Format = {
  id: 'jaeger-json',
  label: 'Jaeger JSON',
  pieces: 'values',
  opens: new Map([...traces, ['data', { inner: traces, items: [['spans']] }], ['traces', { inner: traces, items: [['spans']] }], ['hits', { inner: new Map([['hits', { items: [['_source']] }]]) }]]),
  records: [['spans'], ...spanKeys],
  extension: '.jaeger.json',
  losses: ['open', 'nanoseconds', 'types', 'logs', 'dropped', 'marks'],
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const found = [...keys].find((key) => key.endsWith('operationName') && places.test(key));
    const isSpan = found !== undefined && (keys.has(found.replace('operationName', 'spanID')) || keys.has(found.replace('operationName', 'traceID')));
    return isSpan ? { score: 0.95, reason: `has spans with "operationName" and "spanID" at "${found.replaceAll('/', '.')}"` } : { score: 0, reason: 'has no spans with "operationName" and "spanID"' };
  },
  decode(bytes, batch, options): void { decodeWhole(new JaegerDecoder(batch, options, true), bytes, options.offset); },
  open: (batch, options) => new JaegerDecoder(batch, options, false),
  encoder: jaegerEncoder,
  encode: (spans) => encodeWhole(jaegerEncoder, [...Map.groupBy(spans, ({ traceId }) => traceId).values()].flat()),
};

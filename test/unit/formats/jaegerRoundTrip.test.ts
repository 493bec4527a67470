import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jaeger } from '../../../src/formats/jaeger.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { spanKinds, statusCodes } from '../../../src/model/span.ts';
import { decoded, lenient, spansOf } from './batches.ts';
import { rowsOf } from './rows.ts';
import { spanId, text, traceId } from './spanArbitraries.ts';

/** Keys that stand for something else in Jaeger, and those of logs that are their name. */
const key = text.filter((value) => !/^(?:span\.kind|error|otel\.|internal\.|status_description|w3c\.|event$|message$|type$|service\.name)/.test(value));
const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.constantFrom(0.5, Number.NaN, -Infinity, -0), fc.bigInt({ min: 1n << 54n, max: (1n << 63n) - 1n }), fc.uint8Array({ maxLength: 9 }));
const attributes = fc.array(fc.tuple(key, value), { maxLength: 5 }).map((members) => new Map(members));
const micros = fc.bigInt({ min: 1n, max: 4_000_000_000_000_000n }).map((time) => time * 1000n);
const none = { schemaUrl: '', droppedAttributesCount: 0 };

const spans = fc.array(fc.record({ service: text, attributes }).map(({ service, attributes: own }) => ({ service, resource: { ...none, attributes: new Map([['service.name', service], ...own]) } })), { minLength: 1, maxLength: 2 }).chain((processes) => fc.array(fc.record({
  process: fc.constantFrom(...processes), traceId, spanId, parentSpanId: spanId, name: text, kind: fc.constantFrom(...spanKinds), startUnixNano: micros, length: fc.bigInt({ min: 0n, max: 1000n }).map((time) => time * 1000n),
  status: fc.constantFrom(...statusCodes), statusMessage: text, scopeName: text, attributes, flags: fc.nat({ max: 255 }), traceState: text,
  events: fc.array(fc.record({ name: text, timeUnixNano: micros, attributes }), { maxLength: 2 }), links: fc.array(fc.record({ traceId, spanId, kind: fc.constantFrom('follows_from', 'child_of') }), { maxLength: 2 }),
}).map(({ process, length, scopeName, attributes: own, flags, traceState, events, links, ...span }): EncodeSpan => ({
  ...span, ...process, endUnixNano: span.startUnixNano + length, scope: { ...none, name: scopeName, version: '', attributes: new Map() }, logs: [],
  content: {
    attributes: own, events: events.map((event) => ({ ...event, droppedAttributesCount: 0 })), flags, traceState, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
    links: links.map(({ kind, ...link }) => ({ ...link, traceState: '', flags: 0, droppedAttributesCount: 0, attributes: new Map([['opentracing.ref_type', kind]]) })),
  },
})), { minLength: 1, maxLength: 5 }));

it('what Jaeger can hold of spans comes back exactly', () => {
  fc.assert(fc.property(spans, (written) => {
    const again = spansOf(decoded(jaeger, jaeger.encode?.(written) ?? new Uint8Array(), lenient)), byTrace = [...Map.groupBy(written, (span) => span.traceId).values()].flat();
    expect(again).toEqual(byTrace);
  }));
});

it('processes may stand before or behind the spans that name them, and values of a repeated key are kept', () => {
  const span = '"spans":[{"traceID":"1e223ff1f80f1c69","spanID":"bf396325699c84bf","operationName":"n","startTime":1,"duration":1,"processID":"p1","tags":[{"key":"a","type":"int64","value":1},{"key":"a","type":"int64","value":2}]}]', processes = '"processes":{"p1":{"serviceName":"s"}}';
  for (const trace of [`{"traceID":"1e223ff1f80f1c69",${span},${processes}}`, `{"data":[{${processes},${span}}]}`]) {
    const [row] = rowsOf(decoded(jaeger, trace, lenient));
    expect([row?.service, row?.content.attributes.get('a')]).toEqual(['s', 2]);
  }
});

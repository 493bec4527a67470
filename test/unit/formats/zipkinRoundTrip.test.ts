import fc from 'fast-check';
import { expect, it } from 'vitest';
import { zipkin } from '../../../src/formats/zipkin.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, spansOf, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import { spanId, text, traceId } from './spanArbitraries.ts';

const key = text.filter((value) => !/^(?:error|otel\.status_code|peer\.service|network\.peer)/.test(value));
const micros = fc.bigInt({ min: 1n, max: 4_000_000_000_000_000n }).map((time) => time * 1000n);
const none = { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
const remote = fc.constantFrom([], [['peer.service', 'back']], [['peer.service', 'back'], ['network.peer.address', '10.0.0.1'], ['network.peer.port', 80]], [['network.peer.address', '::1']]) as fc.Arbitrary<[string, string | number][]>;

const span = fc.record({
  traceId: fc.oneof(traceId, spanId), spanId, parentSpanId: fc.constant(''), name: text, kind: fc.constantFrom('unspecified', 'client', 'server', 'producer', 'consumer'), startUnixNano: micros, length: fc.bigInt({ min: 1n, max: 1000n }), isOpen: fc.boolean(),
  status: fc.constantFrom('unset', 'ok', 'error'), service: text, attributes: fc.array(fc.tuple(key, text), { maxLength: 4 }), remote, events: fc.array(fc.record({ name: text, timeUnixNano: micros }), { maxLength: 2 }),
}).map(({ length, isOpen, service, attributes, remote: peer, events, ...each }) => ({
  ...each, endUnixNano: isOpen ? 0n : each.startUnixNano + length * 1000n, statusMessage: each.status === 'error' ? 'boom' : '', service, scope: { ...none, name: '', version: '' }, logs: [],
  resource: { ...none, attributes: new Map(service === '' ? [] : [['service.name', service], ['network.local.address', '10.0.0.2']]) },
  content: {
    attributes: new Map<string, string | number>([...attributes, ...each.status === 'error' ? [['error', 'boom'] as const] : [], ...peer]), events: events.map((event) => ({ ...event, attributes: new Map(), droppedAttributesCount: 0 })),
    links: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
  },
}) as EncodeSpan);

it('what Zipkin can hold of spans comes back exactly', () => {
  fc.assert(fc.property(fc.uniqueArray(span, { maxLength: 5, selector: ({ traceId: id }) => id.slice(-16) }), (spans) => {
    expect(spansOf(decoded(zipkin, zipkin.encode?.(spans) ?? new Uint8Array(), lenient))).toEqual(spans);
  }));
});

it('starts and ends keep their microseconds, whatever the nanoseconds are', () => {
  const [sample] = fc.sample(span, 1), bytes = zipkin.encode?.(sample === undefined ? [] : [{ ...sample, startUnixNano: 1_790_000_000_000_000_900n, endUnixNano: 1_790_000_000_000_002_100n }]);
  expect(spansOf(decoded(zipkin, bytes ?? '', lenient)).map(({ startUnixNano, endUnixNano }) => [startUnixNano, endUnixNano])).toEqual([[1_790_000_000_000_000_000n, 1_790_000_000_000_002_000n]]);
});

const trace = '1e223ff1f80f1c69';
const half = (members: string, id = 'bf396325699c84bf'): string => `{"traceId":"${trace}","id":"${id}","timestamp":1470150004071068,"duration":7,${members}}`;
const server = half('"kind":"SERVER","shared":true,"parentId":"74280ae0c10d8062","localEndpoint":{"serviceName":"back"}');
const client = half('"kind":"CLIENT","parentId":"74280ae0c10d8062","localEndpoint":{"serviceName":"front"}');
const child = half('"parentId":"bf396325699c84bf","localEndpoint":{"serviceName":"back"}', '43210ae0c10d1234');

it('halves that share an id are written as such again', () => {
  const spans = spansOf(decoded(zipkin, `[${client},${server},${child}]`, lenient)), bytes = zipkin.encode?.(spans) ?? new Uint8Array();
  expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject([{ id: 'bf396325699c84bf', parentId: '74280ae0c10d8062' }, { id: 'bf396325699c84bf', shared: true, parentId: '74280ae0c10d8062' }, { id: '43210ae0c10d1234', parentId: 'bf396325699c84bf' }]);
  expect(spansOf(decoded(zipkin, bytes, lenient))).toEqual(spans);
});

/** The last that was told of each span, when each report is a piece of its own. */
function inPieces(...reports: string[]): Record<string, [string, bigint]> {
  const batch = new SpanBatch(), decoder = zipkin.open?.(batch, lenient), told: Record<string, [string, bigint]> = {};
  const keep = (): void => {
    for (const row of rowsOf(batch)) told[row.spanId] = [row.parentSpanId, row.end === 0n ? told[row.spanId]?.[1] ?? 0n : row.end];
    batch.forgetRows();
  };
  for (const report of reports) {
    decoder?.read(utf8(`${report}\n`), 0);
    keep();
  }
  decoder?.end();
  keep();
  return told;
}

it.each([[[client, server, child]], [[server, child, client]], [[child, server, client]], [[child, client, server]]])('of halves that come apart and in any order the same is known in the end', (reports) => {
  const told = inPieces(...reports);
  expect([told['bf396325699c84bf']?.[0], told['bf396325699c84bf:server']?.[0], told['43210ae0c10d1234']?.[0]]).toEqual(['74280ae0c10d8062', 'bf396325699c84bf', 'bf396325699c84bf:server']);
});

it('a duration that comes later ends the span from its own start', () => {
  const told = inPieces(`{"traceId":"${trace}","id":"bf396325699c84bf","timestamp":1000000}`, `{"traceId":"${trace}","id":"bf396325699c84bf","duration":5}`);
  expect(told).toEqual({ bf396325699c84bf: ['', 1_000_005_000n] });
});

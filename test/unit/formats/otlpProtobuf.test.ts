import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otlpProtobuf } from '../../../src/formats/otlpProtobuf.ts';
import { DecodeError } from '../../../src/formats/format.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { requestLimits } from '../../../src/formats/limits.ts';
import type { AttributeValue, Attributes } from '../../../src/model/attributes.ts';
import { bytesOfHex, hexOfBytes } from '../../../src/model/ids.ts';
import { markBit, spanKinds, statusCodes } from '../../../src/model/span.ts';
import { present } from '../../../src/model/spanBatch.ts';
import { WireWriter } from '../../../src/model/wireWriter.ts';
import { traceRequestType } from '../../bench/otlpProto.ts';
import { decoded, lenient, refusal, spansOf, strict } from './batches.ts';
import { rowsOf } from './rows.ts';
import { spans as anySpans } from './spanArbitraries.ts';

const requestType = traceRequestType();
const encode = (spans: readonly EncodeSpan[]): Uint8Array => otlpProtobuf.encode?.(spans) ?? new Uint8Array();
const withoutLogs = (spans: readonly EncodeSpan[]): EncodeSpan[] => spans.map((span) => ({ ...span, logs: [] }));

/** Spans of one resource stand together, so the order of the input is that of its groups. */
const byId = (spans: readonly EncodeSpan[]): EncodeSpan[] => spans.toSorted((a, b) => (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1));

/** One request with one span whose fields `write` writes. */
function requestOf(write: (span: WireWriter) => void): Uint8Array {
  const writer = new WireWriter(), resource = writer.begin(1), scope = writer.begin(2), span = writer.begin(2);
  write(writer);
  writer.end(span);
  writer.end(scope);
  writer.end(resource);
  return writer.finish();
}

const traceId = bytesOfHex('4bf92f3577b34da6a3ce929d0e0e4736'), spanId = bytesOfHex('00f067aa0ba902b7');

function ids(writer: WireWriter): void {
  writer.bytesField(1, traceId);
  writer.bytesField(2, spanId);
}

/** A small request with everything in it. */
const sample = encode([{
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', parentSpanId: '00f067aa0ba902b8', name: 'llm_call', kind: 'client',
  startUnixNano: 1790000000000000123n, endUnixNano: 1790000000000000456n, status: 'error', statusMessage: 'rate limited', service: 'svc',
  resource: { attributes: new Map([['service.name', 'svc']]), schemaUrl: 'https://example.test/schema', droppedAttributesCount: 1 },
  scope: { name: 'scope', version: '1', attributes: new Map([['a', 1]]), schemaUrl: '', droppedAttributesCount: 0 },
  content: {
    attributes: new Map<string, AttributeValue>([['text', 'value'], ['int', 300], ['double', 0.5], ['yes', true], ['none', null], ['list', [1, 'x', [2]]], ['map', new Map([['k', 'v']])]]),
    events: [{ name: 'exception', timeUnixNano: 1790000000000000400n, attributes: new Map([['exception.type', 'RateLimit']]), droppedAttributesCount: 2 }],
    links: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4737', spanId: '00f067aa0ba902b9', traceState: 'a=b', attributes: new Map([['l', 1]]), droppedAttributesCount: 0, flags: 1 }],
    traceState: 'k=v', flags: 257, droppedAttributesCount: 3, droppedEventsCount: 4, droppedLinksCount: 5,
  },
  logs: [],
}]);

describe('OTLP protobuf', () => {
  it('comes back the same after encoding, in every odd text and number', () => {
    fc.assert(fc.property(anySpans, (spans) => {
      const expected = withoutLogs(spans);
      expect(byId(spansOf(decoded(otlpProtobuf, encode(spans))))).toEqual(byId(expected));
    }));
  });

  it('is read as protobufjs reads the same bytes', () => {
    fc.assert(fc.property(anySpans, (spans) => {
      const bytes = encode(spans);
      expect(spansOf(decoded(otlpProtobuf, bytes)).map(comparable)).toEqual(peerSpans(bytes));
    }));
  });

  it('is read the same when protobufjs wrote it', () => {
    fc.assert(fc.property(anySpans, (spans) => {
      const bytes = encode(spans), again = requestType.encode(requestType.decode(bytes)).finish();
      expect(spansOf(decoded(otlpProtobuf, again)).map(comparable)).toEqual(spansOf(decoded(otlpProtobuf, bytes)).map(comparable));
    }));
  });

  it('keeps the span\'s own bytes as its content', () => {
    const batch = decoded(otlpProtobuf, sample);
    expect(batch.buffers[batch.buffer[0] as number]).toBe(sample);
    expect(spansOf(batch)[0]?.content.attributes.get('map')).toEqual(new Map([['k', 'v']]));
    expect((batch.contentStart[0] as number) > sample.indexOf(0x2a)).toBe(true);
  });
});

describe('OTLP protobuf from the network', () => {
  it.each([
    ['no trace id', (w: WireWriter) => { w.bytesField(2, spanId); }],
    ['a trace id of zeroes', (w: WireWriter) => { w.bytesField(1, new Uint8Array(16)); w.bytesField(2, spanId); }],
    ['a trace id of 8 bytes', (w: WireWriter) => { w.bytesField(1, spanId); w.bytesField(2, spanId); }],
    ['a span id of 7 bytes', (w: WireWriter) => { w.bytesField(1, traceId); w.bytesField(2, spanId.subarray(1)); }],
    ['a span id of zeroes', (w: WireWriter) => { w.bytesField(1, traceId); w.bytesField(2, new Uint8Array(8)); }],
    ['ids in the fields that only we use', (w: WireWriter) => { w.textField(1001, 'trace'); w.textField(1002, 'span'); }],
  ])('a span with %s is rejected and the others are kept', (_what, write) => {
    const bad = requestOf(write), batch = decoded(otlpProtobuf, Uint8Array.from([...bad, ...sample]));
    expect([batch.count, batch.rejectedCount, batch.problems.length]).toEqual([1, 1, 1]);
  });

  it('a span id of the bytes of the digit 0 is none of zeroes', () => {
    const batch = decoded(otlpProtobuf, requestOf((w) => { w.bytesField(1, new Uint8Array(16).fill(48)); w.bytesField(2, new Uint8Array(8).fill(48)); }));
    expect(rowsOf(batch).map((row) => row.spanId)).toEqual(['3030303030303030']);
  });

  it.each([
    ['empty', new Uint8Array(), '', 0],
    ['of zeroes', new Uint8Array(8), '', 0],
    ['of 5 bytes', Uint8Array.of(1, 2, 3, 4, 5), '0102030405', present.parentIsBad],
    ['its own', spanId, '00f067aa0ba902b7', present.parentIsBad],
  ])('a parent id that is %s makes a root, and is kept as it came', (_what, parent, kept, bad) => {
    const [row] = rowsOf(decoded(otlpProtobuf, requestOf((w) => { ids(w); w.bytesField(4, parent); })));
    expect(row?.parentSpanId).toBe(kept);
    expect((row?.present ?? 0) & present.parentIsBad).toBe(bad);
    expect((row?.marks ?? 0) & markBit('badParent')).toBe(bad === 0 ? 0 : markBit('badParent'));
  });

  it('takes the last of a singular field, merges messages, and passes over known fields of another wire type', () => {
    const bytes = requestOf((w) => {
      ids(w);
      w.textField(5, 'first');
      w.textField(5, 'last');
      w.tag(5, 0);
      w.varint(7);
      const first = w.begin(15);
      w.textField(2, 'message');
      w.end(first);
      const second = w.begin(15);
      w.tag(3, 0);
      w.varint(2);
      w.end(second);
    });
    expect(rowsOf(decoded(otlpProtobuf, bytes))[0]).toMatchObject({ name: 'last', status: 2, statusMessage: 'message' });
  });

  it('takes kinds and status codes that nobody knows as unspecified and marks the span', () => {
    const [row] = rowsOf(decoded(otlpProtobuf, requestOf((w) => { ids(w); w.tag(6, 0); w.varint(99); })));
    expect(row).toMatchObject({ kind: 0, marks: markBit('repaired') | markBit('noStart') });
  });

  it('marks starts of zero and beyond 2^63 and keeps the raw times', () => {
    const rows = [0n, (1n << 64n) - 1n].map((time) => rowsOf(decoded(otlpProtobuf, requestOf((w) => {
      ids(w);
      w.tag(7, 1);
      w.fixed64(Number(time >> 32n), Number(time & 0xffff_ffffn));
    })))[0]);
    expect(rows.map((row) => [row?.start, row?.marks])).toEqual([[0n, markBit('noStart')], [(1n << 64n) - 1n, markBit('noStart')]]);
  });

  it('refuses values nested 65 deep and takes 64', () => {
    const nested = (levels: number): Uint8Array => requestOf((w) => {
      ids(w);
      const starts = [w.begin(9), w.begin(2)];
      for (let level = 0; level < levels; level++) starts.push(w.begin(5), w.begin(1));
      for (const start of starts.toReversed()) w.end(start);
    });
    expect([refusal(otlpProtobuf, nested(32)), refusal(otlpProtobuf, nested(64)), refusal(otlpProtobuf, nested(65)), refusal(otlpProtobuf, nested(3000))])
      .toEqual([undefined, undefined, 'tooDeep', 'tooDeep']);
    const [row] = rowsOf(decoded(otlpProtobuf, nested(65), lenient));
    expect(row?.marks).toBe(markBit('cut') | markBit('noStart'));
  });

  it('counts elements and spans and refuses too many', () => {
    const small = { ...strict, limits: { ...requestLimits, maxElements: 20, maxSpans: 2 } };
    expect(refusal(otlpProtobuf, sample, small)).toBe('tooManyElements');
    const three = requestOf(ids);
    expect(refusal(otlpProtobuf, Uint8Array.from([...three, ...three, ...three]), small)).toBe('tooManyElements');
    expect(refusal(otlpProtobuf, Uint8Array.from([...three, ...three]), small)).toBeUndefined();
  });

  it('cuts names, keys and values to their limits and says so', () => {
    const batch = decoded(otlpProtobuf, encode([{ ...spansOf(decoded(otlpProtobuf, sample))[0] as EncodeSpan, name: 'n'.repeat(5000), statusMessage: 'm'.repeat(70_000),
      content: { attributes: new Map<string, AttributeValue>([['k'.repeat(2000), 1], ['list', Array.from({ length: 10_001 }, () => 1)], ...Array.from({ length: 1100 }, (_, i) => [`a${i}`, i] as const)]),
        events: [], links: [], traceState: '', flags: 0, droppedAttributesCount: 2, droppedEventsCount: 0, droppedLinksCount: 0 } }]));
    const [row] = rowsOf(batch);
    expect([row?.name.length, row?.statusMessage.length, row?.content.attributes.size, row?.content.droppedAttributesCount]).toEqual([1024, 65_536, 1024, 80]);
    expect(row?.content.attributes.has('k'.repeat(1024))).toBe(true);
    expect(row?.content.attributes.get('list')).toHaveLength(10_000);
    expect([row?.marks, batch.problems]).toEqual([markBit('cut'), ['values over a limit were cut']]);
  });

  it('never crashes or hangs on a prefix, a flipped bit, or bytes put behind', () => {
    const outcomes = new Set<string>();
    const attempt = (bytes: Uint8Array): void => {
      for (const options of [strict, lenient]) {
        try { for (const row of spansOf(decoded(otlpProtobuf, bytes, options))) outcomes.add(typeof row.name); } catch (error) { expect(error).toBeInstanceOf(DecodeError); }
      }
    };
    for (let length = 0; length < sample.length; length++) attempt(sample.slice(0, length));
    for (let bit = 0; bit < sample.length * 8; bit++) {
      const flipped = sample.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      attempt(flipped);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { attempt(bytes); attempt(Uint8Array.from([...sample, ...bytes])); }));
    expect([...outcomes]).toEqual(['string']);
  });
});

describe('OTLP protobuf in files', () => {
  it('keeps ids of any length as hex text', () => {
    const bytes = requestOf((w) => { w.bytesField(1, Uint8Array.of(0xab, 1)); w.bytesField(2, Uint8Array.of(1, 2, 3)); w.bytesField(4, Uint8Array.of(9)); w.tag(7, 1); w.fixed64(1, 1); });
    expect(rowsOf(decoded(otlpProtobuf, bytes, lenient))[0]).toMatchObject({ traceId: 'ab01', spanId: '010203', parentSpanId: '09' });
  });

  it.each([
    ['4 bytes', (length: number) => [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]],
    ['a varint', (length: number) => (length < 128 ? [length] : [(length & 127) | 128, length >> 7])],
  ])('reads messages that stand behind their length in %s, and a cut last one', (_what, prefix) => {
    const frame = [...prefix(sample.length), ...sample];
    const bytes = Uint8Array.from([...frame, ...frame, ...frame.slice(0, 40)]);
    expect(otlpProtobuf.sniff(bytes).score).toBeGreaterThan(0.5);
    const batch = decoded(otlpProtobuf, bytes, lenient);
    expect([batch.count, batch.problems]).toEqual([2, [`the message at byte ${2 * frame.length} is cut off`]]);
  });

  it('keeps the whole spans of a message that breaks off, and says where', () => {
    const two = encode([0, 1].flatMap((i) => spansOf(decoded(otlpProtobuf, sample)).map((span) => ({ ...span, spanId: `00f067aa0ba902c${i}` }))));
    const batch = decoded(otlpProtobuf, two.slice(0, two.length - 60), lenient);
    expect([batch.count, batch.problems]).toEqual([1, [`the message breaks off at byte ${two.length - 60}`]]);
  });

  it('takes the rest where one span is malformed', () => {
    const bytes = Uint8Array.from([...requestOf((w) => { ids(w); w.tag(9, 3); }), ...sample]);
    expect(refusal(otlpProtobuf, bytes)).toBe('undecodable');
    expect([decoded(otlpProtobuf, bytes, lenient)].map((batch) => [batch.count, batch.rejectedCount])).toEqual([[1, 1]]);
  });

  it('merges the parts of a resource in no more than a moment, however many there are', () => {
    const writer = new WireWriter(), group = writer.begin(1), part = encode(spansOf(decoded(otlpProtobuf, sample)));
    for (let i = 0; i < 100_000; i++) { const own = writer.begin(1), pair = writer.begin(1); writer.textField(1, `k${i % 9}`); writer.end(pair); writer.end(own); }
    writer.end(group);
    const batch = decoded(otlpProtobuf, Uint8Array.from([...writer.finish(), ...part]), lenient);
    expect([batch.count, batch.resources[0]?.attributes.size]).toEqual([1, 9]);
  });

  it('stops at more records than a file may have and keeps those before', () => {
    const spans = Uint8Array.from([...sample, ...sample, ...sample]);
    const batch = decoded(otlpProtobuf, spans, { mode: 'lenient', limits: { ...requestLimits, maxSpans: 2 } });
    expect([batch.count, batch.problems]).toEqual([2, [expect.stringContaining('more than 2 records')]]);
  });

  it('is recognised, and text is not', () => {
    expect(otlpProtobuf.sniff(sample).score).toBeGreaterThan(0.5);
    for (const text of ['', '{}', '\n\n\n\n\n\n\n\n\n\n\n\n', '\n{"resourceSpans":[]}', 'hello']) expect(otlpProtobuf.sniff(new TextEncoder().encode(text)).score).toBe(0);
  });
});

type Comparable = ReturnType<typeof comparable>;

/** What both readers can say about a span, values in a common form. */
function comparable(span: EncodeSpan) {
  const { content } = span;
  return {
    traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId, name: span.name, kind: spanKinds.indexOf(span.kind), start: span.startUnixNano, end: span.endUnixNano,
    status: statusCodes.indexOf(span.status), statusMessage: span.statusMessage, resource: plainAttributes(span.resource.attributes), scope: span.scope.name, attributes: plainAttributes(content.attributes),
    events: content.events.map((event) => [event.name, event.timeUnixNano, plainAttributes(event.attributes)]),
    links: content.links.map((link) => [link.traceId, link.spanId, plainAttributes(link.attributes)]),
    traceState: content.traceState, flags: content.flags, dropped: [content.droppedAttributesCount, content.droppedEventsCount, content.droppedLinksCount],
  };
}

const plainAttributes = (attributes: Attributes): unknown[] => [...attributes].map(([key, value]) => [key, plainValue(value)]);

function plainValue(value: AttributeValue): unknown {
  if (value instanceof Uint8Array) return { bytes: hexOfBytes(value, 0, value.length) };
  if (value instanceof Map) return { map: plainAttributes(value) };
  if (Array.isArray(value)) return value.map((item: AttributeValue) => plainValue(item));
  return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value as number) : value;
}

interface PeerValue {
  readonly value?: string; readonly stringValue: string; readonly boolValue: boolean; readonly intValue: Long; readonly doubleValue: number;
  readonly arrayValue: { readonly values: PeerValue[] }; readonly kvlistValue: { readonly values: PeerPair[] }; readonly bytesValue: Uint8Array;
}
interface PeerPair { readonly key: string; readonly value: PeerValue | null }
interface Long { readonly high: number; readonly low: number }

const hex = (bytes: Uint8Array): string => hexOfBytes(bytes, 0, bytes.length);
const long = ({ high, low }: Long): bigint => BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
const unsigned = (value: Long): bigint => BigInt.asUintN(64, long(value));

function peerValue(value: PeerValue | null): unknown {
  switch (value?.value) {
    case 'stringValue': return value.stringValue;
    case 'boolValue': return value.boolValue;
    case 'intValue': return long(value.intValue);
    case 'doubleValue': return value.doubleValue;
    case 'arrayValue': return value.arrayValue.values.map(peerValue);
    case 'kvlistValue': return { map: peerAttributes(value.kvlistValue.values) };
    case 'bytesValue': return { bytes: hex(value.bytesValue) };
    default: return null;
  }
}

const peerAttributes = (pairs: readonly PeerPair[]): unknown[] => [...new Map(pairs.map(({ key, value }) => [key, peerValue(value)]))];

interface PeerRequest {
  readonly resourceSpans: readonly { readonly resource: { readonly attributes: PeerPair[] }; readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly PeerSpan[] }[] }[];
}
interface PeerSpan {
  readonly traceId: Uint8Array; readonly spanId: Uint8Array; readonly parentSpanId: Uint8Array; readonly name: string; readonly kind: number;
  readonly startTimeUnixNano: Long; readonly endTimeUnixNano: Long; readonly attributes: PeerPair[]; readonly traceState: string; readonly flags: number;
  readonly events: readonly { readonly name: string; readonly timeUnixNano: Long; readonly attributes: PeerPair[] }[];
  readonly links: readonly { readonly traceId: Uint8Array; readonly spanId: Uint8Array; readonly attributes: PeerPair[] }[];
  readonly status: { readonly code: number; readonly message: string } | null;
  readonly droppedAttributesCount: number; readonly droppedEventsCount: number; readonly droppedLinksCount: number;
}

function peerSpans(bytes: Uint8Array): Comparable[] {
  const request = requestType.decode(bytes) as unknown as PeerRequest;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => scopeSpans.flatMap(({ scope, spans }) => spans.map((span): Comparable => ({
    traceId: hex(span.traceId), spanId: hex(span.spanId), parentSpanId: hex(span.parentSpanId), name: span.name, kind: span.kind,
    start: unsigned(span.startTimeUnixNano), end: unsigned(span.endTimeUnixNano), status: span.status?.code ?? 0, statusMessage: span.status?.message ?? '',
    resource: peerAttributes(resource.attributes), scope: scope.name, attributes: peerAttributes(span.attributes),
    events: span.events.map((event) => [event.name, unsigned(event.timeUnixNano), peerAttributes(event.attributes)]),
    links: span.links.map((link) => [hex(link.traceId), hex(link.spanId), peerAttributes(link.attributes)]),
    traceState: span.traceState, flags: span.flags, dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
  }))));
}

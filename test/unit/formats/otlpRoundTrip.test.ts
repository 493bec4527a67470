import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentBytes, decodedFrom, logBytes } from '../../../src/formats/decodedFrom.ts';
import { groupByOrigin } from '../../../src/formats/encodeGroups.ts';
import type { EncodeSpan, Format } from '../../../src/formats/format.ts';
import { otlpJson, otlpJsonLines } from '../../../src/formats/otlpJson.ts';
import { otlpProtobuf } from '../../../src/formats/otlpProtobuf.ts';
import { decodeContent } from '../../../src/model/spanContent.ts';
import { WireReader, wireTypes } from '../../../src/model/wire.ts';
import { decodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import { WireWriter } from '../../../src/model/wireWriter.ts';
import { Redactor } from '../../../src/redaction/redactor.ts';
import { decoded, lenient, spansOf } from './batches.ts';
import { logRecord, spans as anySpans, text } from './spanArbitraries.ts';

/** A value with its type on the wire, which the decoded values do not tell. */
type Value =
  | readonly ['string', string] | readonly ['bool', boolean] | readonly ['int', bigint] | readonly ['double', number] | readonly ['bytes', Uint8Array] | readonly ['none']
  | readonly ['array', readonly Value[]] | readonly ['map', readonly Pair[]];
type Pair = readonly [key: string, value: Value];

const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text.map((each): Value => ['string', each]), fc.boolean().map((each): Value => ['bool', each]),
    fc.oneof(int64, fc.constantFrom(0n, 1n, -1n, 1n << 53n, (1n << 53n) + 1n, (1n << 63n) - 1n, -(1n << 63n))).map((each): Value => ['int', each]),
    fc.oneof(fc.double(), fc.integer(), fc.constantFrom(1, 0, -0, Number.NaN, Infinity, -Infinity, 2 ** 53, 2 ** 63, 5e-324, 1e308)).map((each): Value => ['double', each]),
    fc.uint8Array({ maxLength: 9 }).map((each): Value => ['bytes', each]), fc.constant<Value>(['none']),
    fc.array(tie('value'), { maxLength: 4 }).map((each): Value => ['array', each]), fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((each): Value => ['map', each]),
  ),
}));
/** Keys are few, so that they repeat. */
const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom('a', 'b'), text), value), { maxLength: 5 });

function writeValue(writer: WireWriter, [type, held]: Value): void {
  switch (type) {
    case 'string': writer.textField(1, held as string); break;
    case 'bool': writer.tag(2, wireTypes.varint); writer.varint(held === true ? 1 : 0); break;
    case 'int': writer.tag(3, wireTypes.varint); writer.varint64(held as bigint); break;
    case 'double': writer.tag(4, wireTypes.fixed64); writer.double(held as number); break;
    case 'bytes': writer.bytesField(7, held as Uint8Array); break;
    case 'array': nested(writer, 5, () => { for (const item of held as readonly Value[]) nested(writer, 1, () => { writeValue(writer, item); }); }); break;
    case 'map': nested(writer, 6, () => { writePairs(writer, 1, held as readonly Pair[]); }); break;
    default:
  }
}

function nested(writer: WireWriter, field: number, write: () => void): void {
  const start = writer.begin(field);
  write();
  writer.end(start);
}

function writePairs(writer: WireWriter, field: number, members: readonly Pair[]): void {
  for (const [key, held] of members) nested(writer, field, () => { writer.textField(1, key); nested(writer, 2, () => { writeValue(writer, held); }); });
}

/** What bytes say, types and repeated keys included. */
function readPairs(tag: number, reader: WireReader): Pair[] {
  const found: Pair[] = [];
  while (reader.next()) {
    if (reader.tag !== tag) { reader.skip(); continue; }
    const member = inner(reader);
    let key = '', held: Value = ['none'];
    while (member.next()) {
      if (member.tag === 0x0a) key = new TextDecoder('utf-8', { ignoreBOM: true }).decode(take(member)); else if (member.tag === 0x12) held = readValue(inner(member)); else member.skip();
    }
    found.push([key, held]);
  }
  return found;
}

const inner = (reader: WireReader): WireReader => {
  const end = reader.valueEnd(), start = reader.position;
  reader.position = end;
  return new WireReader(reader.bytes, start, end);
};
const take = (reader: WireReader): Uint8Array => {
  const { bytes, position, end } = inner(reader);
  return bytes.slice(position, end);
};

function readValue(reader: WireReader): Value {
  let held: Value = ['none'];
  while (reader.next()) {
    switch (reader.tag) {
      case 0x0a: held = ['string', new TextDecoder('utf-8', { ignoreBOM: true }).decode(take(reader))]; break;
      case 0x10: reader.varint(); held = ['bool', reader.low !== 0]; break;
      case 0x18: reader.varint(); held = ['int', BigInt.asIntN(64, (BigInt(reader.high) << 32n) | BigInt(reader.low))]; break;
      case 0x21: reader.fixed64(); held = ['double', new Float64Array(new Uint32Array([reader.low, reader.high]).buffer)[0] as number]; break;
      case 0x2a: { const list = inner(reader), items: Value[] = []; while (list.next()) items.push(readValue(inner(list))); held = ['array', items]; break; }
      case 0x32: { const list = inner(reader); held = ['map', readPairs(0x0a, list)]; break; }
      case 0x3a: held = ['bytes', take(reader)]; break;
      default: reader.skip();
    }
  }
  return held;
}

interface Typed { readonly attributes: Pair[]; readonly events: Pair[][]; readonly links: Pair[][] }

function typedContent({ content }: EncodeSpan): Typed {
  const { bytes, start, end } = contentBytes(content);
  const collect = (tag: number, own: number): Pair[][] => {
    const reader = new WireReader(bytes, start, end), found: Pair[][] = [];
    while (reader.next()) if (reader.tag === tag) { const message = inner(reader); found.push(readPairs(own, message)); } else reader.skip();
    return found;
  };
  return { attributes: readPairs(0x4a, new WireReader(bytes, start, end)), events: collect(0x5a, 0x1a), links: collect(0x6a, 0x22) };
}

function typedLogs({ logs }: EncodeSpan): unknown[] {
  return logs.map((log) => {
    const { bytes, start, end } = logBytes(log), reader = new WireReader(bytes, start, end);
    let body: Value = ['none'];
    while (reader.next()) if (reader.tag === 0x2a) body = readValue(inner(reader)); else reader.skip();
    return [log.severityNumber, body, readPairs(0x32, new WireReader(bytes, start, end))];
  });
}

/** A span whose content holds these attributes, also in an event and a link. */
function withContent(span: EncodeSpan, own: readonly Pair[]): EncodeSpan {
  const writer = new WireWriter();
  writePairs(writer, 9, own);
  nested(writer, 11, () => { writer.tag(1, wireTypes.fixed64); writer.fixed64(5, 7); writer.textField(2, 'event'); writePairs(writer, 3, own); });
  nested(writer, 13, () => { writer.bytesField(1, new Uint8Array(16).fill(3)); writer.bytesField(2, new Uint8Array(8).fill(4)); writePairs(writer, 4, own); });
  const bytes = writer.finish();
  return { ...span, content: decodedFrom(decodeContent(bytes, 0, bytes.length), { bytes, start: 0, end: bytes.length }) };
}

function withLog(span: EncodeSpan, body: Value, own: readonly Pair[], ids: { traceId: string; spanId: string }): EncodeSpan {
  const writer = new WireWriter();
  // A severity that nobody knows.
  writer.tag(2, wireTypes.varint);
  writer.varint(99);
  writer.tag(1, wireTypes.fixed64);
  writer.fixed64(5, 7);
  nested(writer, 5, () => { writeValue(writer, body); });
  writePairs(writer, 6, own);
  writer.bytesField(9, Uint8Array.from(Buffer.from(ids.traceId, 'hex')));
  writer.bytesField(10, Uint8Array.from(Buffer.from(ids.spanId, 'hex')));
  const bytes = writer.finish();
  return { ...span, ...ids, logs: [decodedFrom(decodeLogRecord(bytes, 0, bytes.length), { bytes, start: 0, end: bytes.length })] };
}

/** Encoders put spans of one resource and scope together. */
const inFileOrder = (spans: readonly EncodeSpan[]): EncodeSpan[] => groupByOrigin(spans).flatMap(({ scopes }) => [...scopes.values()].flat());
const spansFrom = (format: Format, bytes: Uint8Array): EncodeSpan[] => spansOf(decoded(format, bytes, lenient));
const forms: readonly Format[] = [otlpProtobuf, otlpJson, otlpJsonLines];
const through = (spans: readonly EncodeSpan[], formats: readonly Format[]): EncodeSpan[] =>
  formats.reduce<EncodeSpan[]>((held, format) => spansFrom(format, format.encode?.(held) ?? new Uint8Array()), [...spans]);

/** A span has another identity for logs when ids repeat, so each gets its own. */
const distinct = (spans: readonly EncodeSpan[]): EncodeSpan[] =>
  spans.map((span, i) => ({ ...span, spanId: `00000000000000${(i + 16).toString(16)}`, logs: span.logs.map((log) => ({ ...log, traceId: span.traceId, spanId: `00000000000000${(i + 16).toString(16)}` })) }));

describe('the three forms of OTLP', () => {
  it('give back every span that was written, through each and through all of them', () => {
    fc.assert(fc.property(anySpans.map(distinct), (spans) => {
      const whole = spansFrom(otlpJson, otlpJson.encode?.(spans) ?? new Uint8Array()), withoutLogs = whole.map((span) => ({ ...span, logs: [] }));
      expect(spansFrom(otlpJsonLines, otlpJsonLines.encode?.(spans) ?? new Uint8Array())).toEqual(whole);
      expect(spansFrom(otlpProtobuf, otlpProtobuf.encode?.(spans) ?? new Uint8Array())).toEqual(withoutLogs);
      expect(through(whole, [otlpJsonLines, otlpJson, otlpJsonLines])).toEqual(whole);
      expect(through(whole, [otlpProtobuf, otlpJson, otlpJsonLines, otlpProtobuf])).toEqual(withoutLogs);
    }), { numRuns: 60 });
  });

  it('keep doubles apart from integers, keys that repeat, and the order of members', () => {
    fc.assert(fc.property(anySpans.filter((spans) => spans.length > 0).map(distinct), pairs, (spans, own) => {
      const given = spans.map((span) => withContent(span, own)), expected = inFileOrder(given).map(typedContent);
      for (const order of [forms, forms.toReversed(), [otlpJson, otlpProtobuf, otlpJson, otlpProtobuf]]) expect(through(given, order).map(typedContent)).toEqual(expected);
    }), { numRuns: 100 });
  });

  it('keep the body and the attributes of logs as they were, in JSON', () => {
    fc.assert(fc.property(anySpans.filter((spans) => spans.length > 0), value, pairs, logRecord, (spans, body, own, { traceId, spanId }) => {
      const span = withLog(spans[0] as EncodeSpan, body, own, { traceId, spanId });
      expect(through([span], [otlpJson, otlpJsonLines]).map(typedLogs)).toEqual([typedLogs(span)]);
    }), { numRuns: 100 });
  });

  it('keep doubles and repeated keys of resources and scopes, unless these were changed', () => {
    const attributes = '[{"key":"one","value":{"doubleValue":1}},{"key":"k","value":{"stringValue":"old"}},{"key":"k","value":{"stringValue":"new"}},{"key":"n","value":{"intValue":"1"}}]';
    const text = `{"resourceSpans":[{"resource":{"attributes":${attributes}},"scopeSpans":[{"scope":{"name":"s","attributes":${attributes}},"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"n","startTimeUnixNano":"1"}]}]}]}`;
    const spans = spansFrom(otlpJson, new TextEncoder().encode(text)), textOf = (held: readonly EncodeSpan[]): string => new TextDecoder().decode(otlpJson.encode?.(held));
    expect(textOf(through(spans, forms)).split(attributes)).toHaveLength(3);
    const redactor = new Redactor({ content: 'keep', secrets: true });
    expect(textOf(spans.map((span) => redactor.redact(span)))).not.toContain('old');
    const [span] = spans;
    expect(textOf(span === undefined ? [] : [{ ...span, resource: { ...span.resource, attributes: new Map([['k', '***']]) } }]).split('old')).toHaveLength(2);
  });

  it('keep the resource and the scope of logs, which need not be those of their span', () => {
    const ids = '"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"', resource = (name: string): string => `"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"${name}"}}]}`;
    const text = `{"resourceSpans":[{${resource('agent')},"scopeSpans":[{"scope":{"name":"tracer"},"spans":[{${ids},"name":"n","startTimeUnixNano":"1"}]}]}],"resourceLogs":[{${resource('proxy')},"scopeLogs":[{"scope":{"name":"logger"},"logRecords":[{${ids},"timeUnixNano":"1"}]}]}]}`;
    for (const format of [otlpJson, otlpJsonLines]) {
      const batch = decoded(format, format.encode?.(spansFrom(otlpJson, new TextEncoder().encode(text))) ?? new Uint8Array(), lenient);
      expect(batch.logs.map((log) => [batch.resources[log.resource]?.attributes.get('service.name'), batch.scopes[log.scope]?.name])).toEqual([['proxy', 'logger']]);
      expect(batch.resources[batch.resource[0] as number]?.attributes.get('service.name')).toBe('agent');
    }
  });

  it('write the same bytes again', () => {
    fc.assert(fc.property(anySpans.map(distinct), pairs, (spans, own) => {
      for (const format of forms) {
        const bytes = format.encode?.(spans.map((span) => withContent(span, own))) ?? new Uint8Array();
        expect(format.encode?.(spansFrom(format, bytes))).toEqual(bytes);
      }
    }), { numRuns: 60 });
  });
});

describe('ids that are no OTLP ids', () => {
  it('are the same hashes in spans, parents, links and logs, in every form', () => {
    const text = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"run-1","spanId":"a","name":"a","startTimeUnixNano":"1"},{"traceId":"run-1","spanId":"b","parentSpanId":"a","name":"b","startTimeUnixNano":"1","links":[{"traceId":"run-1","spanId":"a"}]}]}]}],"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","traceId":"run-1","spanId":"a"}]}]}]}';
    for (const format of forms) {
      const batch = decoded(format, format.encode?.(spansFrom(otlpJson, new TextEncoder().encode(text))) ?? new Uint8Array(), lenient), [first, second] = spansOf(batch);
      expect([first?.traceId, first?.spanId, second?.traceId]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{16}$/), first?.traceId]);
      expect([second?.parentSpanId, second?.content.links]).toEqual([first?.spanId, [expect.objectContaining({ traceId: first?.traceId, spanId: first?.spanId })]]);
      for (const log of batch.logs) expect([log.traceId, log.spanId]).toEqual([first?.traceId, first?.spanId]);
    }
  });
});

describe('a content that was changed', () => {
  it('is written as it is now, not as it came', () => {
    const [span] = spansFrom(otlpJson, new TextEncoder().encode('{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"n","startTimeUnixNano":"1","attributes":[{"key":"secret","value":{"stringValue":"hunter2"}},{"key":"one","value":{"doubleValue":1}}]}]}]}]}'));
    if (span === undefined) throw new Error('no span');
    const masked = { ...span, content: { ...span.content, attributes: new Map([['secret', '***']]) } };
    for (const format of forms) {
      expect(new TextDecoder().decode(format.encode?.([masked]))).not.toContain('hunter2');
      expect(spansFrom(format, format.encode?.([masked]) ?? new Uint8Array())[0]?.content.attributes).toEqual(new Map([['secret', '***']]));
    }
    expect(new TextDecoder().decode(otlpJson.encode?.([span]))).toContain('{"doubleValue":1}');
  });
});

import fc from 'fast-check';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import { spanKinds, statusCodes } from '../../../src/model/span.ts';
import type { LogRecord, SpanContent, SpanEvent, SpanLink } from '../../../src/model/span.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';

/** Any well-formed text, odd characters, bidirectional controls and NUL included. */
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed()),
  fc.constantFrom('', '__proto__', 'constructor', 'toString', 'a.b.c', '\u0000', '\u202e evil', '😀', '\ufeffbom', '"quoted\\"', 'é'.repeat(70), 'x'.repeat(300)),
);

/** A number as decoders give it: integers beyond 2^53 are bigint. */
const number = fc.oneof(
  fc.double({ noDefaultInfinity: false, noNaN: false }).map((value) => (Number.isInteger(value) && !Number.isSafeInteger(value) ? value + 0.5 : value)),
  fc.integer(), fc.maxSafeInteger(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 127, 128, 16_383, 16_384),
).filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value));
const big = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

export const attributeValue: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text, fc.boolean(), number, big, fc.constantFrom(1n << 53n, (1n << 63n) - 1n, -(1n << 63n)), fc.constant(null), fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((members) => new Map(members)),
  ),
})).value;

export const attributes = fc.array(fc.tuple(text, attributeValue), { maxLength: 6 }).map((members) => new Map(members));

const uint32 = fc.nat({ max: 0xffff_ffff }), time = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const hex = (digits: number): fc.Arbitrary<string> =>
  fc.array(fc.nat({ max: 15 }), { minLength: digits, maxLength: digits }).map((values) => values.map((value) => value.toString(16)).join('')).filter((id) => /[^0]/.test(id));
export const traceId = hex(32), spanId = hex(16);

const event: fc.Arbitrary<SpanEvent> = fc.record({ name: text, timeUnixNano: time, attributes, droppedAttributesCount: uint32 });
const link: fc.Arbitrary<SpanLink> = fc.record({ traceId, spanId, traceState: text, attributes, droppedAttributesCount: uint32, flags: uint32 });

export const content: fc.Arbitrary<SpanContent> = fc.record({
  attributes, events: fc.array(event, { maxLength: 3 }), links: fc.array(link, { maxLength: 3 }), traceState: text, flags: uint32,
  droppedAttributesCount: uint32, droppedEventsCount: uint32, droppedLinksCount: uint32,
});

export const logRecord: fc.Arbitrary<LogRecord> = fc.record({
  traceId, spanId, timeUnixNano: time.filter((value) => value > 0n), observedTimeUnixNano: time, severityNumber: fc.nat({ max: 24 }), severityText: text,
  eventName: text, body: attributeValue, attributes, flags: uint32, droppedAttributesCount: uint32,
});

const resource = fc.record({ attributes, schemaUrl: text, droppedAttributesCount: uint32 });
const scope = fc.record({ name: text, version: text, attributes, schemaUrl: text, droppedAttributesCount: uint32 });

/** Spans of one to three resources, each with its own ids. */
export const spans: fc.Arbitrary<EncodeSpan[]> = fc.array(fc.record({ resource, scope }), { minLength: 1, maxLength: 3 }).chain((origins) => fc.array(
  fc.record({
    origin: fc.constantFrom(...origins), traceId, spanId, parentSpanId: fc.oneof(spanId, fc.constant('')), name: text,
    kind: fc.constantFrom(...spanKinds), startUnixNano: time, endUnixNano: time, status: fc.constantFrom(...statusCodes), statusMessage: text,
    content, logs: fc.array(logRecord, { maxLength: 2 }),
  }).map(({ origin, ...span }): EncodeSpan => ({ ...span, ...origin, service: String(origin.resource.attributes.get('service.name') ?? '') })),
  { maxLength: 5 },
));

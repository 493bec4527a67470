import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeText } from '../../../src/instrument/node/hook/spanText.ts';
import type { OtelSpan, OtelSpanContext } from '../../../src/instrument/node/hook/otelTypes.ts';

interface Told { readonly type: string; readonly witness: true; readonly span: Record<string, unknown> & { readonly attributes: Record<string, unknown> } }

const context: OtelSpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
const parent: OtelSpanContext = { ...context, spanId: 'c'.repeat(16) };
const pid = { 'spanscope.process.pid': process.pid };

function span(more: Partial<OtelSpan> = {}): OtelSpan {
  return {
    name: 'work', kind: 2, startTime: [1_700_000_000, 5], endTime: [1_700_000_001, 999_999_999], attributes: {}, events: [], links: [], status: { code: 0 },
    resource: { attributes: { 'service.name': 'agent' } }, instrumentationScope: { name: 'library', version: '1' }, parentSpanContext: parent,
    spanContext: () => context, isRecording: () => false, ...more,
  };
}

const messageOf = (each: OtelSpan, ended = true): Told => JSON.parse(wholeText(each, { place: undefined }, ended)) as Told;
const told = (more: Partial<OtelSpan>, ended?: boolean): Told => messageOf(span(more), ended);

describe('the message of a span that the hook has seen', () => {
  it('has everything that there is to say', () => {
    const place = { file: 'C:\\work\\"my" agent.js', line: 7, functionName: 'run' };
    const message = JSON.parse(wholeText(span({
      status: { code: 2, message: 'no "way"' }, events: [{ name: 'tried', time: [1_700_000_000, 6], attributes: { n: 1 } }], links: [{ context: parent }], attributes: { model: 'm', n: 1.5 }, droppedAttributesCount: 2,
    }), { place, test: { name: 'a test', file: '/t.js' } }, true)) as Told;
    expect(message).toEqual({
      type: 'span', witness: true, span: {
        traceId: context.traceId, spanId: context.spanId, parentSpanId: parent.spanId, name: 'work', kind: 'client', startTimeUnixNano: '1700000000000000005', endTimeUnixNano: '1700000001999999999',
        status: { code: 'error', message: 'no "way"' }, events: [{ name: 'tried', timeUnixNano: '1700000000000000006', attributes: { n: 1 } }], links: [{ traceId: parent.traceId, spanId: parent.spanId, attributes: {} }],
        attributes: {
          model: 'm', n: 1.5, 'spanscope.source.file': place.file, 'spanscope.source.line': 7, 'spanscope.source.function': 'run', 'spanscope.test.name': 'a test', 'spanscope.test.file': '/t.js',
          'spanscope.lost_attributes_and_events': 2,
        },
        resource: { attributes: { 'service.name': 'agent' } }, scope: { name: 'library', version: '1' },
      },
    });
  });

  it('of an open one has no end', () => {
    expect(told({}, false)).toMatchObject({ type: 'start', span: { name: 'work' } });
    expect(told({}, false).span).not.toHaveProperty('endTimeUnixNano');
  });

  it('says which process it is of where its parent may be in another one', () => {
    expect(told({}).span.attributes).toEqual({});
    const { parentSpanContext: _, ...root } = span();
    expect(messageOf(root).span.attributes).toEqual(pid);
    expect(told({ parentSpanContext: { ...parent, isRemote: true } }).span.attributes).toEqual(pid);
    // Version 1 of the SDK.
    expect(messageOf({ ...root, parentSpanId: parent.spanId }).span.attributes).toEqual(pid);
  });

  it('is JSON with the same names, keys and values whatever they are', () => {
    const text = fc.string({ unit: fc.oneof(fc.constantFrom('"', '\\', '\n', '\u0000', '\ud800', '\u2028'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) });
    const value = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0), fc.boolean(), fc.array(text), fc.array(fc.integer()));
    fc.assert(fc.property(text, fc.dictionary(text, value), (name, attributes) => {
      expect(told({ name, attributes }).span).toMatchObject({ name: wellFormed(name), attributes: JSON.parse(JSON.stringify(attributes)) as object });
    }));
  });

  it('has words for values that JSON has none for', () => {
    const { attributes } = told({ attributes: { a: Number.NaN, b: undefined, c: 5n, d: new Date(0), e: -Infinity } }).span;
    expect(attributes).toEqual({ a: 'NaN', b: null, c: 5, d: '1970-01-01T00:00:00.000Z', e: '-Infinity' });
  });

  it('has times to the last digit, also odd ones', () => {
    const times: readonly (readonly [number, number])[] = [[1_700_000_000, 0], [1_700_000_000, 120_000_000], [0, 5], [1, 2_000_000_000], [1_700_000_000, 1.6]];
    expect(times.map((startTime) => told({ startTime }).span['startTimeUnixNano'])).toEqual(['1700000000000000000', '1700000000120000000', '5', '3000000000', '1700000000000000002']);
  });
});

/** As JSON writes lone surrogates and reads them again. */
const wellFormed = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

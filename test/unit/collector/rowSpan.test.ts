import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowSpan } from '../../../src/collector/rowSpan.ts';
import { OriginTable } from '../../../src/collector/store/origins.ts';
import { RowInput } from '../../../src/collector/store/rowInput.ts';
import { TraceColumns } from '../../../src/collector/store/traceColumns.ts';
import { live } from '../../../src/formats/live.ts';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import { wantedText } from '../../../src/query/compare.ts';
import { decoded } from '../formats/batches.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A trace of spans with these attributes, each with one event of the same attributes where `withEvent` says so. */
function traceOf(spans: readonly { readonly attributes: Json; readonly withEvent?: boolean }[], type = 'span'): TraceColumns {
  const batch = decoded(live, spans.map(({ attributes, withEvent }, i) => JSON.stringify({
    type, traceId: 't', spanId: `s${i}`, name: 'n', startTimeUnixNano: 1, attributes, ...(withEvent === true ? { events: [{ name: 'Event', attributes }] } : {}),
  })).join('\n'));
  const trace = new TraceColumns('t');
  append(trace, batch);
  return trace;
}

function append(trace: TraceColumns, batch: ReturnType<typeof decoded>): void {
  const input = new RowInput(batch, new OriginTable());
  for (let row = 0; row < batch.count; row++) {
    input.read(row);
    trace.append(input);
  }
}

function rowsWith(trace: TraceColumns, text: string, span = new RowSpan(trace, 0n)): number[] {
  const wanted = wantedText(text);
  // The first rows are decoded; the search that finds without decoding begins when there are many.
  for (let asked = 0; asked < 20; asked++) span.at(0).someText(wanted);
  return Array.from({ length: trace.count }, (_, row) => row).filter((row) => span.at(row).someText(wanted));
}

function textsOf(value: AttributeValue): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (value === null || typeof value === 'boolean' || value instanceof Uint8Array) return [];
  return [...(value as ReadonlyMap<string, AttributeValue>).values()].flatMap(textsOf);
}

/** The rows that have a text by decoding them all. */
const rowsDecoded = (trace: TraceColumns, text: string): number[] => Array.from({ length: trace.count }, (_, row) => row).filter((row) => {
  const { attributes, events } = trace.contents.contentOf(trace, row);
  const texts = [...textsOf(attributes), ...events.flatMap((event) => [event.name, ...textsOf(event.attributes)])];
  return texts.some(wantedText(text).test);
});

describe('an attribute of a span', () => {
  it('is found by its key, whatever else there is, and with the last of several values', () => {
    const values = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, keys = fc.constantFrom('a', 'key', 'gen_ai.request.model', 'k'.repeat(120), '');
    fc.assert(fc.property(fc.array(fc.dictionary(keys, values), { minLength: 1, maxLength: 4 }), fc.boolean(), (spans, isUpdated) => {
      const trace = traceOf(spans.map((attributes) => ({ attributes })));
      if (isUpdated) append(trace, decoded(live, JSON.stringify({ type: 'span.update', traceId: 't', spanId: 's0', attributes: { key: 'later' } })));
      const span = new RowSpan(trace, 0n);
      for (let row = 0; row < trace.count; row++) {
        for (const key of ['a', 'key', 'gen_ai.request.model', 'k'.repeat(120), 'not there']) expect(span.at(row).attribute(key)).toEqual(trace.contents.contentOf(trace, row).attributes.get(key) ?? undefined);
      }
    }));
  });
});

describe('free text in the content of a span', () => {
  it('is found in values of any depth and in events, and not in keys', () => {
    const trace = traceOf([{ attributes: { needle: 1 } }, { attributes: { a: 'has a NEEDLE' } }, { attributes: { a: [{ b: ['Needles'] }] } }, { attributes: { a: 'x' }, withEvent: true }]);
    expect(rowsWith(trace, 'needle')).toEqual([1, 2]);
    expect(rowsWith(trace, 'event')).toEqual([3]);
    expect(rowsWith(trace, 'nee*les')).toEqual([2]);
  });

  it('is found in numbers as they are shown', () => {
    const trace = traceOf([{ attributes: { port: 4431 } }, { attributes: { ratio: 0.443 } }, { attributes: { text: '443' } }, { attributes: { big: 2 ** 52 } }, { attributes: { negative: -12 } }]);
    expect(rowsWith(trace, '443')).toEqual([0, 1, 2]);
    expect(rowsWith(trace, '4503599627370496')).toEqual([3]);
    expect(rowsWith(trace, '-12')).toEqual([4]);
  });

  it('is found where the case of letters beyond ASCII decides', () => {
    const trace = traceOf([{ attributes: { a: 'MÜLLER' } }, { attributes: { a: '\u212aelvin' } }, { attributes: { a: '\u0130stanbul' } }]);
    expect(rowsWith(trace, 'müll')).toEqual([0]);
    expect(rowsWith(trace, 'kelvin')).toEqual([1]);
    expect(rowsWith(trace, 'i')).toEqual([1, 2]);
  });

  it('is found in what an update said, and in spans that came while the search lasted', () => {
    const trace = traceOf([{ attributes: { a: 'x' } }], 'start'), span = new RowSpan(trace, 0n);
    expect(rowsWith(trace, 'late', span)).toEqual([]);
    append(trace, decoded(live, '{"type":"update","traceId":"t","spanId":"s0","attributes":{"b":"late"}}\n{"type":"span","traceId":"t","spanId":"new","attributes":{"b":"Late"}}'));
    expect(rowsWith(trace, 'late', span)).toEqual([0, 1]);
  });

  it('is what decoding every content gives, forwards and backwards', () => {
    const letter = fc.constantFrom('a', 'B', 'k', '1', '.', '-', 'é', 'İ'), text = fc.array(letter, { maxLength: 4 }).map((letters) => letters.join(''));
    const value = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(text, tie('value'), { maxKeys: 3 })),
    })).value;
    const spans = fc.array(fc.record({ attributes: fc.dictionary(text, value, { maxKeys: 4 }), withEvent: fc.boolean() }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(spans, fc.oneof(text, fc.constantFrom('e', 'n', '*a', 'a*1')).filter((wanted) => wanted !== ''), (drawn, wanted) => {
      const trace = traceOf(drawn), span = new RowSpan(trace, 0n), expected = rowsDecoded(trace, wanted);
      expect(rowsWith(trace, wanted, span)).toEqual(expected);
      const sought = wantedText(wanted);
      const backwards = Array.from({ length: trace.count }, (_, i) => trace.count - 1 - i).filter((row) => span.at(row).someText(sought));
      expect(backwards.toReversed()).toEqual(expected);
    }), { numRuns: 500 });
  });
});

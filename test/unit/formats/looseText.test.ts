import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/formats/jsonReader.ts';
import { LooseRecords, withoutColors } from '../../../src/formats/looseRecords.ts';
import { LooseText, LooseTextError } from '../../../src/formats/looseText.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { text } from './spanArbitraries.ts';
import { utf8 } from './batches.ts';

/** What a text in a member `a` is read as. */
const read = (notation: string): JsonValue | undefined => new LooseText(`{a: ${notation}}`).takeObject().get('a');

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text, fc.string(), fc.string({ unit: 'binary', maxLength: 200 }).map((each) => each.toWellFormed()), fc.boolean(), fc.constant(null), fc.maxSafeInteger(), fc.double({ noNaN: true }).filter((each) => !Number.isInteger(each) || Number.isSafeInteger(each)),
    fc.bigInt(), fc.array(tie('value'), { maxLength: 5 }), fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map((members) => new Map(members)),
    fc.array(fc.tuple(text.filter((key) => key !== '__proto__'), tie('value')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
})).value;

/** What the reader gives for a value that was shown. An empty Map cannot be told from an empty object. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, expected(member)]));
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value).map(([key, member]) => [key, expected(member)]));
  return value;
}

describe('what Node shows of a value', () => {
  it('is read as that value, in one line or many, with colours or without', () => {
    fc.assert(fc.property(plain, fc.constantFrom(80, 128, Infinity), fc.boolean(), (value, breakLength, colors) => {
      const shown = inspect({ a: value }, { depth: Infinity, maxArrayLength: null, maxStringLength: null, breakLength, colors });
      expect(new LooseText(colors ? withoutColors(shown) : shown).takeObject().get('a')).toEqual(expected(value));
    }), { numRuns: 400 });
  });

  it('is read as far as it is shown, and what is left out is told', () => {
    const shown = inspect({ list: Array.from({ length: 103 }, (_, i) => i), deep: { a: { b: { c: { d: 1 } } } }, text: 'x'.repeat(20_000), empty: Array(1), set: new Set([1]), date: new Date(0), f: function named() { return 1; }, [Symbol('s')]: 1 });
    const reader = new LooseText(shown), object = reader.takeObject();
    expect(reader.isCut).toBe(true);
    expect((object.get('list') as JsonValue[]).slice(-2)).toEqual([99, '... 3 more items']);
    expect(object.get('deep')).toEqual(new Map([['a', new Map([['b', '[Object]']])]]));
    expect(object.get('text')).toBe(`${'x'.repeat(10_000)}... 10000 more characters`);
    expect([object.get('empty'), object.get('set'), object.get('date'), object.get('f')]).toEqual([['<1 empty item>'], [1], '1970-01-01T00:00:00.000Z', '[Function: named]']);
  });

  it('names of classes and references are passed over', () => {
    class State { readonly map = new Map([['k', 'v']]); }
    expect(read(inspect(new State()))).toEqual(new Map([['map', new Map([['k', 'v']])]]));
    expect(read(inspect(Object.assign(Object.create(null), { x: 1 })))).toEqual(new Map([['x', 1]]));
    expect(read('<ref *1> { self: [Circular *1] }')).toEqual(new Map([['self', '[Circular *1]']]));
    expect(read(inspect(new Uint8Array([1, 2])))).toEqual([1, 2]);
  });
});

describe('what Python shows of a value', () => {
  it.each<[string, JsonValue]>([
    ['None', null], ['True', true], ['[True, False]', [true, false]], ['[True]', [true]], ['[None]', [null]], ['(1,)', [1]], ['()', []], ['{1, 2}', [1, 2]], ['set()', 'set()'],
    ['nan', Number.NaN], ['-inf', -Infinity], ['1e-05', 0.00001], ['1152921504606846976', 1152921504606846976n], ['-5', -5], ['2.0', 2],
    [String.raw`'it\'s'`, 'it\'s'], [String.raw`"a\x00\u202e\U0001f52d\\n"`, 'a\0\u202e🔭\\n'], ['b\'\\x01a\'', '\u0001a'], ['{}', new Map()],
    ['UUID(\'8f14e45f-ceea-467f-a0e6-0b2d1b6f2c11\')', '8f14e45f-ceea-467f-a0e6-0b2d1b6f2c11'], ['Decimal(\'1.50\')', '1.50'],
    ['datetime.datetime(2026, 4, 10, 10, 30)', '2026-04-10T10:30:00.000000Z'], ['datetime.datetime(2026, 4, 10, 10, 30, 1, 5, tzinfo=datetime.timezone.utc)', '2026-04-10T10:30:01.000005Z'],
    ['<SpanKind.CLIENT: 2>', '<SpanKind.CLIENT: 2>'], ['<object at 0x7f>', '<object at 0x7f>'], ['mappingproxy({\'x\': 1})', new Map([['x', 1]])], ['Point(x=1, y=[2, 3])', 'Point(x=1, y=[2, 3])'],
    ['\'a\'\n \'b\'', 'ab'],
  ])('%s', (notation, value) => { expect(read(notation)).toEqual(value); });
});

describe('a text in no notation', () => {
  it('fails with a LooseTextError and nothing else, wherever it breaks off', () => {
    const shown = inspect({ a: ['it\'s', 'x'.repeat(90), { b: new Map([['c', /re(g)ex/]]), d: undefined }], e: -1.5e7, f: [1n] }, { depth: 9 });
    for (const whole of [shown, '{\'a\': (1, None), \'b\': datetime.datetime(2026, 1, 1), \'c\': <x y>}', '{((((', '{[}', '{a:}', `${'['.repeat(5000)}`, `${'{a:'.repeat(5000)}`]) {
      for (let length = 0; length <= whole.length; length += whole.length > 500 ? 97 : 1) {
        try { new LooseText(whole.slice(0, length)).takeObject(); } catch (error) { expect(error).toBeInstanceOf(LooseTextError); }
      }
    }
  });
});

describe('a hostile text', () => {
  it('takes no more than a moment', () => {
    const long = 200_000;
    for (const whole of [`{${'[a],'.repeat(long)}`, `{a: ${'1'.repeat(long)}x`, `{a: [${'[A x'.repeat(long)}`, `{a: '${'\\\''.repeat(long)}`, `{${' '.repeat(long)}`, `{a: ${'x('.repeat(long)}`, `{a: x${' '.repeat(long)}`]) {
      const batch = new SpanBatch(), records = new LooseRecords(batch, () => true);
      records.push(utf8(`${whole}\n}\n{\n  b: 1\n}\n`), 0);
      records.end();
      expect(() => new LooseText(whole).takeObject()).toThrow(LooseTextError);
    }
  });
});

describe('objects among other text', () => {
  const found = (pieces: readonly string[]): [unknown[], readonly string[]] => {
    const batch = new SpanBatch(), objects: unknown[] = [];
    const records = new LooseRecords(batch, (object) => { objects.push(object.get('id')); return object.has('id'); });
    let offset = 0;
    for (const piece of pieces) {
      const bytes = utf8(piece);
      records.push(bytes, offset);
      bytes.fill(0x7b);
      offset += bytes.length;
    }
    records.end();
    return [objects, batch.problems];
  };
  const whole = 'start { not: json\nat {x}\n{\n  id: 1,\n  list: [ \'}\', "{", `]` ]\n}\n[{\'id\': 2, \'t\': "it\'s }"}]\nweb | { id: 3 } tail\nend\n';

  it('are found whatever the pieces are in which the text comes', () => {
    for (const size of [1, 2, 7, 1000]) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size));
      expect(found(pieces)).toEqual([[1, 2, 3], ['4 lines are no spans and were passed over']]);
    }
  });

  it('are found where every line has the same in front, times and colours included', () => {
    const record = (id: number): string => `{\n  id: ${id},\n  a: [\n    '}'\n  ]\n}\n`, text = `starting\n${record(1)}{\n  id: 0,\n${record(2)}done\n`;
    for (const front of ['web-1  | ', '2026-11-20T10:03:25.1234567Z ', '\u001b[36magent |\u001b[0m ', '  ', '[']) {
      let line = 0;
      const prefixed = text.replaceAll(/^(?=.)/gm, () => front.replaceAll(/\d(?!\d*m)/g, () => String(line++ % 10)));
      for (const size of [1, 5, 1000]) {
        const pieces = Array.from({ length: Math.ceil(prefixed.length / size) }, (_, i) => prefixed.slice(i * size, (i + 1) * size));
        expect([front, found(pieces)]).toEqual([front, [[1, 2], [expect.stringMatching(/^a record at byte \d+ is broken off$/), '2 lines are no spans and were passed over']]]);
      }
    }
  });

  it('that are broken off do not take the next one with them', () => {
    expect(found(['{\n  id: 1,\n  a: \'x\',\nError: it\'s gone\n{\n  id: 2\n}\n{\n  id: 3,\n  b: [\n'])).toEqual([[2], ['a record at byte 0 is broken off', 'the last record is cut off; it begins at byte 50', '1 line is no span and was passed over']]);
  });

  it('that cannot be read are told with their place', () => {
    expect(found(['\n{\n  id: ]\n}\n'])[1]).toEqual([expect.stringMatching(/^a record at byte 1 cannot be read: /), '1 line is no span and was passed over']);
  });
});

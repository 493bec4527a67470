import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/formats/format.ts';
import { JsonReader, WrongTypeError } from '../../../src/formats/jsonReader.ts';
import type { JsonValue } from '../../../src/formats/jsonReader.ts';
import { jsonText } from '../../../src/formats/jsonText.ts';
import { utf8 } from './batches.ts';

function read(input: string | Uint8Array, isLenient = false): JsonValue {
  const bytes = typeof input === 'string' ? utf8(input) : input;
  const reader = new JsonReader(bytes, 0, bytes.length, { isLenient, maxElements: 1e6 });
  const value = reader.takeValue();
  if (reader.peek() !== -1) reader.fail('the end expected');
  return value;
}

/** Maps as plain objects with null prototype, to compare with what JSON.parse gives. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'bigint' ? Number(value) : value;
}

describe('the JSON reader', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
      fc.pre(!text.includes('"__proto__"'));
      expect(plain(read(text))).toEqual(JSON.parse(text.toWellFormed()));
    }));
  });

  it('passes over what it reads and refuses what it does not read, with the same words', () => {
    const pieces = fc.array(fc.constantFrom('{', '}', '[', ']', '"a"', ':', ',', '1', '-0.5e+3', '01', '"\\u00e9\\n"', '"\\x"', '"\u0001"', '"\u00e9"', 'null', 'true', 'nul', 'NaN', '-Infinity', ' ', '\n', '"'), { maxLength: 12 }).map((parts) => parts.join(''));
    const damaged = fc.tuple(fc.json({ stringUnit: 'binary' }), fc.nat(), fc.constantFrom('', ',', '}', ']', '"', '\\', ':', '0')).map(([text, at, more]) => `${text.slice(0, at % (text.length + 1))}${more}${text.slice(at % (text.length + 1) + 1)}`);
    fc.assert(fc.property(fc.oneof(pieces, damaged), fc.constantFrom('[', '{"k":['), fc.boolean(), (text, open, isLenient) => {
      const bytes = utf8(`${open}${text}${open === '[' ? ']' : ']}'}`);
      const outcome = (use: (reader: JsonReader) => unknown): unknown => {
        const reader = new JsonReader(bytes, 0, bytes.length, { isLenient, maxElements: 1e6 });
        try {
          use(reader);
          return [reader.position, reader.elements, reader.depth];
        } catch (error) {
          return error instanceof DecodeError ? [error.message, error.offset] : error instanceof WrongTypeError ? error.message : error;
        }
      };
      expect(outcome((reader) => { reader.skip(); })).toEqual(outcome((reader) => reader.takeValue()));
    }), { numRuns: 2000 });
  });

  it('remembers where long lists end that it passed over', () => {
    const bytes = utf8(JSON.stringify({ a: [Array.from({ length: 20_000 }, (_, i) => i)], b: 1 })), reader = new JsonReader(bytes, 0, bytes.length, { isLenient: false, maxElements: 1e6 });
    reader.skip();
    const { elements } = reader;
    reader.position = reader.elements = 0;
    reader.beginObject();
    reader.skip();
    expect([reader.nextMember(), reader.key, reader.takeValue(), reader.nextMember(), reader.elements]).toEqual([true, 'b', 1, false, elements]);
  });

  it('reads its own text again, and passes over it in one step', () => {
    fc.assert(fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.nat({ max: 3 }), (value, indent) => {
      const tree = read(JSON.stringify(value)), bytes = utf8(jsonText(tree, indent));
      expect(read(bytes)).toEqual(tree);
      const reader = new JsonReader(bytes, 0, bytes.length, { isLenient: false, maxElements: 1e6 });
      reader.skip();
      expect(reader.peek()).toBe(-1);
    }));
  });

  it('keeps every digit of long integers', () => {
    expect(read('[1790000000000000123, -9223372036854775808, 18446744073709551615, 9007199254740993, 9007199254740991, 123]'))
      .toEqual([1790000000000000123n, -9223372036854775808n, 18446744073709551615n, 9007199254740993n, 9007199254740991, 123]);
  });

  it('keeps numbers that no double can hold as text', () => {
    expect(read('[1e400, -1e400, 1e-400, -0]')).toEqual(['1e400', '-1e400', 0, -0]);
  });

  it('takes the last value of a repeated key, and keys that mean something to JavaScript as any other', () => {
    const value = read('{"a":1,"__proto__":{"polluted":true},"constructor":2,"a":3}');
    expect(value).toEqual(new Map<string, JsonValue>([['a', 3], ['__proto__', new Map([['polluted', true]])], ['constructor', 2]]));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('makes U+FFFD of lone surrogates, and characters of pairs', () => {
    expect(read(String.raw`["\ud800", "\udc00x", "\ud83d\ude00", "\u0000"]`)).toEqual(['\ufffd', '\ufffdx', '😀', '\u0000']);
  });

  it.each([
    '', '   ', '{', '[', '[1', '[1,', '[1,]', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{a:1}', "{'a':1}", '[1 2]', '{"a" 1}', '01', '1.', '.5', '+1', '-', '1e', '1e+',
    'nul', 'tru', 'True', 'NaN', 'Infinity', '"abc', '"\\x"', '"\\u12"', '"\\u12g4"', '"a\nb"', '"a\u0000b"', '// comment\n1', '/* */1', '[1] [2]', '\ufeff1', '}', ']', ',', '"\\',
  ])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(DecodeError);
  });

  it('refuses bytes that are not UTF-8 from the network and takes them in files', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xc3]]) {
      const text = Uint8Array.of(0x22, ...bytes, 0x22);
      expect(() => read(text)).toThrow(DecodeError);
      expect(read(text, true)).toContain('\ufffd');
    }
  });

  it('reads what Python writes for numbers that JSON has not, in files only', () => {
    expect(read('[NaN, Infinity, -Infinity]', true)).toEqual([Number.NaN, Infinity, -Infinity]);
  });

  it('refuses nesting without end, quickly and without running out of stack', () => {
    for (const open of ['[', '{"a":', '[{"b":[']) {
      for (const depth of [1000, 1_000_000]) expect(() => read(open.repeat(depth))).toThrow(expect.objectContaining({ reason: 'tooDeep' }));
    }
    expect(read('['.repeat(500) + ']'.repeat(500))).toBeDefined();
  });

  it('counts members and items', () => {
    const bytes = utf8('[1,[2,3],{"a":4}]'), reader = new JsonReader(bytes, 0, bytes.length, { isLenient: false, maxElements: 5 });
    expect(() => reader.takeValue()).toThrow(expect.objectContaining({ reason: 'tooManyElements' }));
  });

  it('refuses keys of more than 64 KiB', () => {
    expect(read(`{"${'k'.repeat(65_536)}":1}`)).toBeDefined();
    expect(() => read(`{"${'k'.repeat(65_537)}":1}`)).toThrow(DecodeError);
  });

  it('tells a value of another type from bytes that are no value', () => {
    const reader = (text: string): JsonReader => new JsonReader(utf8(text), 0, text.length, { isLenient: false, maxElements: 10 });
    expect(() => reader('1').takeString()).toThrow(WrongTypeError);
    expect(() => reader('"x"').scanNumber()).toThrow(WrongTypeError);
    expect(() => reader('[]').beginObject()).toThrow(WrongTypeError);
    expect(() => reader('?').takeString()).toThrow(DecodeError);
    expect(() => reader('').takeBoolean()).toThrow(DecodeError);
  });

  it('ends with a value or an error on any bytes', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0aeE+-.1truefalsn '.split('')), maxLength: 40 }).map(utf8)), fc.boolean(), (bytes, isLenient) => {
      try { read(bytes, isLenient); } catch (error) { expect(error).toBeInstanceOf(DecodeError); }
    }));
  });
});

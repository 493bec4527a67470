import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueScanner } from '../../../src/formats/valueScanner.ts';
import { utf8 } from './batches.ts';

const objects = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 })), { minLength: 1, maxLength: 8 });
const between = fc.constantFrom('', '\n', ',', ' , ', '\r\n', ']\n[', '\nINFO some text: [x] {y} "\n', '{ not JSON }\n', '"a \\" b"\n', '\u2028');

describe('the scanner of values', () => {
  it('finds the end of each object, whatever stands in it, between them, and in which pieces it comes', () => {
    fc.assert(fc.property(objects, fc.array(between, { minLength: 9, maxLength: 9 }), fc.boolean(), fc.integer({ min: 1, max: 40 }), (values, gaps, isPretty, size) => {
      let text = gaps[8] ?? '';
      const ends: number[] = [];
      for (const [i, value] of values.entries()) {
        text += JSON.stringify(value, undefined, isPretty ? 2 : undefined);
        ends.push(utf8(text).length);
        text += gaps[i] ?? '';
      }
      const bytes = utf8(text), scanner = new ValueScanner(), found: number[] = [];
      for (let to = size; ; to += size) {
        scanner.scan(bytes.subarray(0, to));
        if (scanner.cut > 0 && found.at(-1) !== scanner.cut) found.push(scanner.cut);
        if (to >= bytes.length) break;
      }
      // Several ends may come with one piece.
      expect(ends).toEqual(expect.arrayContaining(found));
      expect(found.at(-1)).toBe(ends.at(-1));
    }));
  });

  it('goes on with the next object where one has broken off', () => {
    for (const bad of ['{"a":{"b":1,\n', '{"a":"b\n', '{"a":[1\n', '{"a":1,\n', '{"a":[1,{"b"\n', '{"a":[{}\n']) {
      const bytes = utf8(`${bad}{"c":{"d":[1]}}`), scanner = new ValueScanner();
      scanner.scan(bytes);
      expect([bad, scanner.cut]).toEqual([bad, bytes.length]);
    }
  });

  it('ends no text of its own accord, however deep it is nested', () => {
    const scanner = new ValueScanner();
    scanner.scan(utf8(`{"a":${'['.repeat(100_000)}`));
    expect(scanner.cut).toBe(0);
    scanner.scan(utf8(`{"a":${'['.repeat(100_000)}\n{"b":1}`));
    expect(scanner.cut).toBeGreaterThan(100_000);
  });
});

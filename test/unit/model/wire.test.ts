import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError, WireReader } from '../../../src/model/wire.ts';
import { cutEnd, isUtf8, repeatedTextOf, textOf } from '../../../src/model/wireText.ts';
import { WireWriter } from '../../../src/model/wireWriter.ts';

function walk(bytes: readonly number[]): number[] {
  const reader = new WireReader(Uint8Array.from(bytes), 0, bytes.length), tags: number[] = [];
  while (reader.next()) {
    tags.push(reader.tag);
    reader.skip();
  }
  return tags;
}

describe('the protobuf reader', () => {
  it.each([
    ['field number 0', [0x00, 0x00]],
    ['a field number beyond 32 bits', [0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]],
    ['wire type 6', [0x0e]],
    ['wire type 7', [0x0f]],
    ['the end of a group that did not begin', [0x0c]],
    ['a group that does not end', [0x0b, 0x08, 0x01]],
    ['a tag that breaks off', [0x80]],
    ['a varint that breaks off', [0x08, 0xff]],
    ['a varint of 11 bytes', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a fixed32 that breaks off', [0x0d, 1, 2, 3]],
    ['a fixed64 that breaks off', [0x09, 1, 2, 3, 4, 5, 6, 7]],
    ['a length past the end', [0x0a, 0x05, 1]],
    ['a length of 2^31', [0x0a, 0x80, 0x80, 0x80, 0x80, 0x08]],
    ['a length of 2^32', [0x0a, 0x80, 0x80, 0x80, 0x80, 0x10]],
    ['a length of 2^63', [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['groups in groups without end', Array.from({ length: 1000 }, () => 0x0b)],
  ])('refuses %s and says where', (_what, bytes) => {
    let error: unknown;
    try { walk(bytes); } catch (thrown) { error = thrown; }
    expect(error).toBeInstanceOf(WireError);
    expect((error as WireError).offset).toBeLessThanOrEqual(bytes.length);
  });

  it('passes over unknown fields, groups and varints that are longer than need be', () => {
    expect(walk([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b, 0x13, 0x14, 0x0c, 0x12, 0x00])).toEqual([0x08, 0x0b, 0x12]);
  });

  it('never reads outside its range', () => {
    const reader = new WireReader(Uint8Array.of(0x0a, 0x02, 1, 2, 3), 0, 3);
    reader.next();
    expect(() => reader.valueEnd()).toThrow(WireError);
  });

  it('ends with an error or at the end on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try { walk([...bytes]); } catch (error) { expect(error).toBeInstanceOf(WireError); }
    }));
  });
});

describe('the protobuf writer', () => {
  it('writes 64-bit numbers that the reader gives back', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }), (value) => {
      const writer = new WireWriter(1);
      writer.varint64(value);
      const bytes = writer.finish(), reader = new WireReader(bytes, 0, bytes.length);
      reader.varint();
      expect((BigInt(reader.high) << 32n) | BigInt(reader.low)).toBe(BigInt.asUintN(64, value));
    }));
  });

  it.each([0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])('puts the length of %i bytes in front of a nested message', (size) => {
    const writer = new WireWriter(1), start = writer.begin(1);
    writer.raw(new Uint8Array(size).fill(7), 0, size);
    writer.end(start);
    writer.bytesField(2, Uint8Array.of(9));
    const bytes = writer.finish(), reader = new WireReader(bytes, 0, bytes.length);
    reader.next();
    const end = reader.valueEnd();
    expect(end - reader.position).toBe(size);
    reader.position = end;
    expect([...bytes.subarray(end)]).toEqual([0x12, 1, 9]);
  });
});

describe('text in protobuf', () => {
  const odd = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 60 }).map((value) => new TextEncoder().encode(value)));

  it('is decoded as the platform does it, however it is cached', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    fc.assert(fc.property(odd, (bytes) => {
      const expected = decoder.decode(bytes);
      expect(textOf(bytes, 0, bytes.length)).toBe(expected);
      expect(repeatedTextOf(bytes, 0, bytes.length)).toBe(expected);
      expect(repeatedTextOf(bytes, 0, bytes.length)).toBe(expected);
    }));
  });

  it('is found to be UTF-8 exactly when the platform finds it so', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    const isValid = (bytes: Uint8Array): boolean => { try { strict.decode(bytes); return true; } catch { return false; } };
    fc.assert(fc.property(odd, (bytes) => { expect(isUtf8(bytes, 0, bytes.length)).toBe(isValid(bytes)); }));
    for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe0, 0x80, 0x80], [0xc2], [0xf0, 0x9f, 0x98, 0x80]]) {
      expect(isUtf8(Uint8Array.from(bytes), 0, bytes.length)).toBe(isValid(Uint8Array.from(bytes)));
    }
  });

  it('is never cut inside a character', () => {
    const bytes = new TextEncoder().encode('aé😀');
    expect([0, 1, 2, 3, 4, 6, 7, 8].map((most) => cutEnd(bytes, 0, bytes.length, most))).toEqual([0, 1, 1, 3, 3, 3, 7, 7]);
  });
});

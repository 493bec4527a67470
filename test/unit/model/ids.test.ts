import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfHex, canonicalId, hexHalf, hexOfBytes, hexOfHalves, isNoId, isOtlpSpanId, isOtlpTraceId } from '../../../src/model/ids.ts';

describe('an id', () => {
  it('is written in lower case when it is hex of W3C size', () => {
    expect(canonicalId('00F067AA0BA902B7')).toBe('00f067aa0ba902b7');
    expect(canonicalId('4BF92F3577B34DA6A3CE929D0E0E4736')).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it.each(['923A7369-94e3-4f91-9a61-dbe22e44158b', 'span_ABC', 'ABC', '00F067AA0BA902BG', ''])('stays as it is when it is another text: %j', (id) => {
    expect(canonicalId(id)).toBe(id);
  });

  it('is none when it is empty or nothing but zeroes', () => {
    expect(['', '0', '0000000000000000', '00000000000000000000000000000000'].every(isNoId)).toBe(true);
    expect(['1', '0000000000000001', 'x'].some(isNoId)).toBe(false);
  });

  it('of the network has 32 or 16 hex digits that are not all zero', () => {
    expect(isOtlpTraceId('4bf92f3577b34da6a3ce929d0e0e4736')).toBe(true);
    expect(isOtlpSpanId('00f067aa0ba902b7')).toBe(true);
    for (const id of ['', '0'.repeat(32), '4bf92f3577b34da6', 'g'.repeat(32)]) expect(isOtlpTraceId(id)).toBe(false);
    for (const id of ['', '0'.repeat(16), '4bf9', 'g'.repeat(16)]) expect(isOtlpSpanId(id)).toBe(false);
  });

  it('of 16 digits is the same after it was held as two halves', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
      const hex = hexOfBytes(bytes, 0, 8);
      expect(hexOfHalves(hexHalf(hex, 0), hexHalf(hex, 8))).toBe(hex);
      expect(bytesOfHex(hex)).toEqual(bytes);
    }));
  });
});

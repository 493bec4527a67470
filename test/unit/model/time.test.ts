import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halvesOf, isoOfNanos, joinHalves, nanosOfDecimal, nanosOfIso, nanosOfPair, splitDigits } from '../../../src/model/time.ts';

const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('decimal text', () => {
  it.each([
    ['1790000000000000123', 0, 1790000000000000123n],
    ['1790000000000000.123', 3, 1790000000000000123n],
    ['1.790000000000000123e18', 0, 1790000000000000123n],
    ['1790000000', 9, 1790000000000000000n],
    ['1712345678901.234', 6, 1712345678901234000n],
    ['-5', 3, -5000n],
    ['0.0000001', 3, 0n],
    ['.5', 9, 500_000_000n],
    ['1.9999', 0, 1n],
  ])('%s in units of 10^%i ns is exact', (text, unit, nanos) => {
    expect(nanosOfDecimal(text, unit)).toBe(nanos);
  });

  it.each(['', '.', 'x', '1e', '1.2.3', '0x10', '1e9999', '9'.repeat(100), '１', 'NaN', ' 1'])('%j is no time', (text) => {
    expect(nanosOfDecimal(text)).toBeUndefined();
  });

  it('of 64 bits is split into halves without losing a digit', () => {
    const halves = { high: 0, low: 0 };
    fc.assert(fc.property(uint64, (value) => {
      const bytes = new TextEncoder().encode(value.toString());
      expect(splitDigits(bytes, 0, bytes.length, halves)).toBe(true);
      expect(joinHalves(halves.high, halves.low)).toBe(value);
      expect(halvesOf(value)).toEqual(halves);
    }));
  });

  it.each(['', '18446744073709551616', '99999999999999999999', '123456789012345678901', '-1', '1.0', '1e3'])('%j is no unsigned integer of 64 bits', (text) => {
    const bytes = new TextEncoder().encode(text);
    expect(splitDigits(bytes, 0, bytes.length, { high: 0, low: 0 })).toBe(false);
  });
});

describe('ISO text', () => {
  it.each([
    ['2026-04-10T10:30:00', 1775817000000000000n],
    ['2026-04-10T10:30:00.000123', 1775817000000123000n],
    ['2026-04-10T10:30:00.123456789Z', 1775817000123456789n],
    ['2026-04-10T10:30:00.1234567899Z', 1775817000123456789n],
    ['2026-04-10 10:30:00+00:00', 1775817000000000000n],
    ['2026-04-10T16:00:00.5+05:30', 1775817000500000000n],
    ['2026-04-10T05:30:00-0500', 1775817000000000000n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['0001-01-01T00:00:00Z', -62135596800000000000n],
    ['2024-02-29T00:00:00Z', 1709164800000000000n],
    ['2026-04-10', 1775779200000000000n],
  ])('%s is exact, and means UTC without a zone', (text, nanos) => {
    expect(nanosOfIso(text)).toBe(nanos);
  });

  it.each(['', 'yesterday', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-04-10T25:00:00Z', '10:30:00', '2026-04-10T10:30:00+', '1790000000000000000'])('%j is no time', (text) => {
    expect(nanosOfIso(text)).toBeUndefined();
  });

  it('comes back the same from nanoseconds', () => {
    expect(isoOfNanos(1775817000123456789n)).toBe('2026-04-10T10:30:00.123456789Z');
    expect(isoOfNanos(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
    fc.assert(fc.property(uint64, (nanos) => { expect(nanosOfIso(isoOfNanos(nanos))).toBe(nanos); }));
  });
});

describe('a pair of seconds and nanoseconds', () => {
  it('is exact', () => {
    expect(nanosOfPair(1790000000, 123)).toBe(1790000000000000123n);
    expect(nanosOfPair(1790000000n, 5n)).toBe(1790000000000000005n);
    expect(nanosOfPair(1.5, 0)).toBeUndefined();
  });
});

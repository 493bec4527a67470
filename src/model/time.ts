/** An unsigned 64-bit number in two unsigned 32-bit halves. */
export interface Halves { high: number; low: number }

const nanosPerSecond = 1_000_000_000n;
/** A number with more digits than this is no time; the bound keeps hostile exponents cheap. */
const mostDigits = 64;

export const joinHalves = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
export const highOf = (value: bigint): number => Number((value >> 32n) & 0xffff_ffffn);
export const lowOf = (value: bigint): number => Number(value & 0xffff_ffffn);

/** Whether a number is in the range of unsigned 64-bit integers. */
export const isUint64 = (value: bigint): boolean => value >= 0n && value < 1n << 64n;

/** The halves of a time; undefined when it is no unsigned 64-bit integer. */
export const halvesOf = (value: bigint): Halves | undefined => (isUint64(value) ? { high: highOf(value), low: lowOf(value) } : undefined);

/**
 * Reads 1 to 20 decimal digits at bytes[start..end) as an unsigned 64-bit number into `into`, without BigInt.
 * False when there is another character or the number is out of range.
 */
export function splitDigits(bytes: Uint8Array, start: number, end: number, into: Halves): boolean {
  const length = end - start;
  if (length < 1 || length > 20) return false;
  const middle = Math.max(start, end - 9);
  let upper = 0, lower = 0;
  for (let at = start; at < middle; at++) {
    const value = (bytes[at] as number) - 48;
    if (value < 0 || value > 9) return false;
    upper = upper * 10 + value;
  }
  for (let at = middle; at < end; at++) {
    const value = (bytes[at] as number) - 48;
    if (value < 0 || value > 9) return false;
    lower = lower * 10 + value;
  }
  // upper · 10^9 + lower in pieces of at most 2^49, so that doubles stay exact. 10^9 = 15258 · 2^16 + 51712.
  const upperLow = upper % 0x1_0000_0000, upperHigh = Math.floor(upper / 0x1_0000_0000);
  const middlePart = upperLow * 15258;
  const sum = upperLow * 51712 + lower + (middlePart % 0x1_0000) * 0x1_0000;
  const high = upperHigh * 1_000_000_000 + Math.floor(middlePart / 0x1_0000) + Math.floor(sum / 0x1_0000_0000);
  if (high > 0xffff_ffff) return false;
  into.high = high;
  into.low = sum % 0x1_0000_0000;
  return true;
}

const decimal = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$/;

/**
 * Nanoseconds of a decimal number (`12`, `-1.5`, `1.79e18`) in a unit of 10^`unit` ns: 0 for ns, 3 for µs, 6 for ms,
 * 9 for s. Exact; what is below a nanosecond is cut off. Undefined when the text is no such number.
 */
export function nanosOfDecimal(text: string, unit = 0): bigint | undefined {
  if (text.length > mostDigits) return undefined;
  const parts = decimal.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = whole + fraction;
  if (digits === '') return undefined;
  const shift = Number(exponent) + unit - fraction.length;
  if (digits.length + shift > mostDigits) return undefined;
  const kept = shift < 0 ? digits.slice(0, Math.max(0, digits.length + shift)) : digits + '0'.repeat(shift);
  const value = BigInt(kept === '' ? '0' : kept);
  return sign === '-' ? -value : value;
}

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Nanoseconds since 1970 of an ISO 8601 text with any number of fraction digits and `Z`, an offset, or no zone, which
 * means UTC. Undefined when the text is no such time. Years before 1970 give negative numbers.
 */
export function nanosOfIso(text: string): bigint | undefined {
  if (text.length > mostDigits) return undefined;
  const parts = iso.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = parts;
  const days = daysSinceEpoch(Number(year), Number(month), Number(day));
  if (days === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const seconds = days * 86_400 + Number(hour) * 3600 + (Number(minute) - offsetMinutes(zone)) * 60 + Number(second);
  return BigInt(seconds) * nanosPerSecond + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

function offsetMinutes(zone: string): number {
  if (zone.length === 1) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  return zone.startsWith('-') ? -minutes : minutes;
}

function daysSinceEpoch(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return Math.floor(date.getTime() / 86_400_000);
}

/** Nanoseconds of a `[seconds, nanoseconds]` pair as the JS SDK writes it. Undefined when a part is no whole number. */
export function nanosOfPair(seconds: number | bigint, nanos: number | bigint): bigint | undefined {
  if (typeof seconds === 'number' && !Number.isSafeInteger(seconds)) return undefined;
  if (typeof nanos === 'number' && !Number.isSafeInteger(nanos)) return undefined;
  return BigInt(seconds) * nanosPerSecond + BigInt(nanos);
}

/**
 * ISO 8601 text in UTC with 9 fraction digits, e.g. `2026-04-10T10:30:00.000000123Z`. Years beyond 9999 are written
 * with a sign and six digits, as ISO 8601 asks.
 */
export function isoOfNanos(nanos: bigint): string {
  const fraction = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  const seconds = (nanos - fraction) / nanosPerSecond;
  const text = new Date(Number(seconds) * 1000).toISOString();
  return `${text.slice(0, -4)}${fraction.toString().padStart(9, '0')}Z`;
}

/** 1975. No trace is older, but the clock of a machine that counts from its start is younger. */
const firstDate = 157_766_400n * nanosPerSecond;

/** Whether a time is a date; clocks that begin at an arbitrary point, as some formats have them, give times that are none. */
export const hasDate = (nanos: bigint): boolean => nanos >= firstDate;

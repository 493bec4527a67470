const byteTexts: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The value of a hex digit's character code, or -1. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Whether a text is exactly `digits` hex digits of either case. */
export function isHex(text: string, digits: number): boolean {
  if (text.length !== digits) return false;
  for (let i = 0; i < digits; i++) if (hexDigit(text.charCodeAt(i)) < 0) return false;
  return true;
}

/** Whether an id says "none": empty, or nothing but zeroes. */
export function isNoId(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== 48) return false;
  return true;
}

/** The form in which an id is kept: lower-case hex when it is of W3C size (16 or 32 digits), otherwise the text unchanged. */
export function canonicalId(text: string): string {
  return isHex(text, 16) || isHex(text, 32) ? text.toLowerCase() : text;
}

/** What OTLP takes as a trace id: 32 hex digits, not all zero. */
export const isOtlpTraceId = (text: string): boolean => isHex(text, 32) && !isNoId(text);

/** What OTLP takes as a span id: 16 hex digits, not all zero. */
export const isOtlpSpanId = (text: string): boolean => isHex(text, 16) && !isNoId(text);

/** The unsigned 32-bit number of 8 hex digits at `offset`; the text must be hex there. */
export function hexHalf(text: string, offset: number): number {
  let value = 0;
  for (let i = offset; i < offset + 8; i++) value = (value << 4) | hexDigit(text.charCodeAt(i));
  return value >>> 0;
}

/** The value of each ASCII hex digit; -1 for every other byte. */
const digitValues = Int8Array.from({ length: 256 }, (_, byte) => hexDigit(byte));

/** The unsigned 32-bit number of the 8 ASCII hex digits at `offset`; -1 when another byte is among them. */
export function hexHalfAt(bytes: Uint8Array, offset: number): number {
  let value = 0, signs = 0;
  for (let at = offset; at < offset + 8; at++) {
    const digit = digitValues[bytes[at] as number] as number;
    signs |= digit;
    value = (value << 4) | digit;
  }
  return signs < 0 ? -1 : value >>> 0;
}

const hexOfHalf = (half: number): string =>
  (byteTexts[half >>> 24] as string) + (byteTexts[(half >>> 16) & 255] as string)
  + (byteTexts[(half >>> 8) & 255] as string) + (byteTexts[half & 255] as string);

/** The 16 hex digits of a span id held as two unsigned 32-bit halves. */
export const hexOfHalves = (high: number, low: number): string => hexOfHalf(high) + hexOfHalf(low);

/** Two lower-case hex digits a byte. */
export function hexOfBytes(bytes: Uint8Array, start: number, end: number): string {
  const digits = (at: number): string => byteTexts[bytes[at] as number] as string;
  let text = '', at = start;
  for (; at + 4 <= end; at += 4) text += digits(at) + digits(at + 1) + digits(at + 2) + digits(at + 3);
  for (; at < end; at++) text += digits(at);
  return text;
}

/** The bytes of an even number of hex digits; the text must be hex. */
export function bytesOfHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (hexDigit(text.charCodeAt(i * 2)) << 4) | hexDigit(text.charCodeAt(i * 2 + 1));
  return bytes;
}

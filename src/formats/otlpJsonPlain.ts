import { plainTextEnd, viewOf } from '../model/wireText.ts';
import type { WireWriter } from '../model/wireWriter.ts';
import type { JsonReader } from './jsonReader.ts';

/** Four ASCII characters as they stand in memory. */
const word = (text: string, at: number): number => new DataView(new TextEncoder().encode(text).buffer).getInt32(at, true);

const keyBegin = '{"key":"', valueBegin = '","value":{"';
const keyWords = [word(keyBegin, 0), word(keyBegin, 4)] as const;
const valueWords = [word(valueBegin, 0), word(valueBegin, 4), word(valueBegin, 8)] as const;
const textWords = [word('stringValue":"', 0), word('stringValue":"', 4), word('stringValue":"', 8)] as const;
const integerWords = [word('intValue', 0), word('intValue', 4)] as const;
const doubleWords = [word('doubleValue', 0), word('doubleValue', 4)] as const;
const booleanWords = [word('boolValue', 0), word('boolValue', 4)] as const;
const trueWord = word('true', 0), falseWord = word('fals', 0);
const quote = 0x22, colon = 0x3a, closeBrace = 0x7d, dot = 0x2e, minus = 0x2d, zero = 0x30, letterE = 0x65;
/** So that the length of the message is one byte: of key and text together, of the key of another value, and digits that are exact. */
const mostBytes = 120, mostKeyBytes = 100, mostDigits = 15;
const powersOfTen = Array.from({ length: mostDigits + 1 }, (_, exponent) => 10 ** exponent);

/** Where digits end, how many stood behind the point, and the integer that all of them make. */
const digits = { end: 0, fraction: 0, value: 0 };

/**
 * Writes the attribute that comes next when it stands there as exporters write nearly all of them:
 * `{"key":"…","value":{"stringValue":"…"}}` or another simple value, in this order, without blanks and escapes, in ASCII, and
 * short. Otherwise false, and nothing has happened.
 */
export function writePlainAttribute(reader: JsonReader, writer: WireWriter, field: number): boolean {
  const { bytes, position, end } = reader, view = viewOf(bytes);
  if (position + 40 > end || view.getInt32(position, true) !== keyWords[0] || view.getInt32(position + 4, true) !== keyWords[1]) return false;
  const key = position + 8, keyEnd = plainTextEnd(bytes, key, end), value = keyEnd + 12;
  if (keyEnd - key > mostKeyBytes || value + 16 > end || view.getInt32(keyEnd, true) !== valueWords[0] || view.getInt32(keyEnd + 4, true) !== valueWords[1] || view.getInt32(keyEnd + 8, true) !== valueWords[2]) return false;
  let next = -1;
  switch (view.getInt32(value, true)) {
    case textWords[0]: next = writeText(reader, writer, view, field, key, keyEnd, value); break;
    case integerWords[0]: next = writeInteger(reader, writer, view, field, key, keyEnd, value); break;
    case doubleWords[0]: next = writeDouble(reader, writer, view, field, key, keyEnd, value); break;
    case booleanWords[0]: next = writeBoolean(reader, writer, view, field, key, keyEnd, value);
  }
  if (next < 0) return false;
  reader.position = next;
  reader.countElements(3);
  return true;
}

function writeText(reader: JsonReader, writer: WireWriter, view: DataView, field: number, key: number, keyEnd: number, value: number): number {
  const { bytes, end } = reader, text = value + 14;
  if (view.getInt32(value + 4, true) !== textWords[1] || view.getInt32(value + 8, true) !== textWords[2] || bytes[value + 12] !== colon || bytes[value + 13] !== quote) return -1;
  const textEnd = plainTextEnd(bytes, text, end), size = textEnd - text;
  if (size + keyEnd - key > mostBytes || textEnd + 3 > end || bytes[textEnd] !== quote || !isClosed(bytes, textEnd + 1)) return -1;
  writer.shortAttribute(field, bytes, key, keyEnd, text, textEnd);
  return textEnd + 3;
}

/** A positive integer, as text or as a number. */
function writeInteger(reader: JsonReader, writer: WireWriter, view: DataView, field: number, key: number, keyEnd: number, value: number): number {
  const { bytes, end } = reader;
  if (view.getInt32(value + 4, true) !== integerWords[1] || bytes[value + 8] !== quote || bytes[value + 9] !== colon) return -1;
  const isText = bytes[value + 10] === quote;
  if (!takeDigits(bytes, isText ? value + 11 : value + 10, end, false)) return -1;
  const after = isText ? digits.end + 1 : digits.end;
  if ((isText && bytes[digits.end] !== quote) || after + 2 > end || !isClosed(bytes, after)) return -1;
  writer.shortInteger(field, bytes, key, keyEnd, digits.value);
  return after + 2;
}

/** A double without an exponent: the quotient of two numbers that are exact is rounded as the text of it is. */
function writeDouble(reader: JsonReader, writer: WireWriter, view: DataView, field: number, key: number, keyEnd: number, value: number): number {
  const { bytes, end } = reader, first = value + 13;
  if (view.getInt32(value + 4, true) !== doubleWords[1] || bytes[value + 11] !== quote || bytes[value + 12] !== colon) return -1;
  const isNegative = bytes[first] === minus;
  if (!takeDigits(bytes, isNegative ? first + 1 : first, end, true)) return -1;
  const { end: after, value: integer, fraction } = digits;
  if (after + 2 > end || !isClosed(bytes, after)) return -1;
  const number = integer / (powersOfTen[fraction] as number);
  writer.shortDouble(field, bytes, key, keyEnd, isNegative ? -number : number);
  return after + 2;
}

function writeBoolean(reader: JsonReader, writer: WireWriter, view: DataView, field: number, key: number, keyEnd: number, value: number): number {
  const { bytes, end } = reader, at = value + 11;
  if (view.getInt32(value + 4, true) !== booleanWords[1] || bytes[value + 8] !== letterE || bytes[value + 9] !== quote || bytes[value + 10] !== colon) return -1;
  const isTrue = view.getInt32(at, true) === trueWord, after = isTrue ? at + 4 : at + 5;
  if ((!isTrue && (view.getInt32(at, true) !== falseWord || bytes[at + 4] !== letterE)) || after + 2 > end || !isClosed(bytes, after)) return -1;
  writer.shortBoolean(field, bytes, key, keyEnd, isTrue);
  return after + 2;
}

const isClosed = (bytes: Uint8Array, at: number): boolean => bytes[at] === closeBrace && bytes[at + 1] === closeBrace;

/** Reads the digits at `start` into `digits`, with a point between them where that may be; false when they are no number or too many. */
function takeDigits(bytes: Uint8Array, start: number, end: number, mayHavePoint: boolean): boolean {
  let at = start, value = 0, point = -1;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - zero;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (mayHavePoint && point < 0 && bytes[at] === dot) point = at;
    else break;
    if (at - start > mostDigits) return false;
  }
  const whole = (point < 0 ? at : point) - start, fraction = point < 0 ? 0 : at - point - 1;
  if (whole === 0 || whole + fraction > mostDigits || (point >= 0 && fraction === 0) || (bytes[start] === zero && whole > 1)) return false;
  digits.end = at;
  digits.fraction = fraction;
  digits.value = value;
  return true;
}

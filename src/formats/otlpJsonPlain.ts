import { plainTextEnd, viewOf } from '../model/wireText.ts';
import { wireTypes } from '../model/wire.ts';
import type { WireWriter } from '../model/wireWriter.ts';
import type { JsonReader } from './jsonReader.ts';

/** Four ASCII characters as they stand in memory. */
const word = (text: string, at: number): number => new DataView(new TextEncoder().encode(text).buffer).getInt32(at, true);

const keyBegin = '{"key":"', valueBegin = '","value":{"';
const keyWords = [word(keyBegin, 0), word(keyBegin, 4)] as const;
const valueWords = [word(valueBegin, 0), word(valueBegin, 4), word(valueBegin, 8)] as const;
const textWords = [word('stringValue":"', 0), word('stringValue":"', 4), word('stringValue":"', 8)] as const;
const integerWords = [word('intValue', 0), word('intValue', 4)] as const;
const quote = 0x22, colon = 0x3a, closeBrace = 0x7d, mostBytes = 120, mostDigits = 9;

/**
 * Writes the attribute that comes next when it stands there as exporters write nearly all of them:
 * `{"key":"…","value":{"stringValue":"…"}}` or with `intValue`, in this order, without blanks and escapes, in ASCII, and short.
 * Otherwise false, and nothing has happened.
 */
export function writePlainAttribute(reader: JsonReader, writer: WireWriter, field: number): boolean {
  const { bytes, position, end } = reader, view = viewOf(bytes);
  if (position + 40 > end || view.getInt32(position, true) !== keyWords[0] || view.getInt32(position + 4, true) !== keyWords[1]) return false;
  const key = position + 8, keyEnd = plainTextEnd(bytes, key, end), value = keyEnd + 12;
  if (keyEnd - key > mostBytes || value + 16 > end || view.getInt32(keyEnd, true) !== valueWords[0] || view.getInt32(keyEnd + 4, true) !== valueWords[1] || view.getInt32(keyEnd + 8, true) !== valueWords[2]) return false;
  const kind = view.getInt32(value, true);
  const next = kind === textWords[0] ? writeText(reader, writer, view, field, key, keyEnd, value)
    : kind === integerWords[0] ? writeInteger(reader, writer, view, field, key, keyEnd, value) : -1;
  if (next < 0) return false;
  reader.position = next;
  reader.countElements(3);
  return true;
}

function writeText(reader: JsonReader, writer: WireWriter, view: DataView, field: number, key: number, keyEnd: number, value: number): number {
  const { bytes, end } = reader, text = value + 14;
  if (view.getInt32(value + 4, true) !== textWords[1] || view.getInt32(value + 8, true) !== textWords[2] || bytes[value + 12] !== colon || bytes[value + 13] !== quote) return -1;
  const textEnd = plainTextEnd(bytes, text, end), size = textEnd - text;
  if (size + keyEnd - key > mostBytes || textEnd + 3 > end || bytes[textEnd] !== quote || bytes[textEnd + 1] !== closeBrace || bytes[textEnd + 2] !== closeBrace) return -1;
  writer.shortAttribute(field, bytes, key, keyEnd, text, textEnd);
  return textEnd + 3;
}

/** A positive integer of up to nine digits, as text or as a number. */
function writeInteger(reader: JsonReader, writer: WireWriter, view: DataView, field: number, key: number, keyEnd: number, value: number): number {
  const { bytes, end } = reader;
  if (view.getInt32(value + 4, true) !== integerWords[1] || bytes[value + 8] !== quote || bytes[value + 9] !== colon) return -1;
  const isText = bytes[value + 10] === quote;
  let at = isText ? value + 11 : value + 10, integer = 0;
  const first = at;
  for (; at < end && at - first <= mostDigits; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    integer = integer * 10 + digit;
  }
  if (at === first || at - first > mostDigits || (bytes[first] === 48 && at > first + 1)) return -1;
  if (isText && bytes[at++] !== quote) return -1;
  if (bytes[at] !== closeBrace || bytes[at + 1] !== closeBrace || at + 2 > end) return -1;
  const start = writer.begin(field);
  writer.bytesField(1, bytes, key, keyEnd);
  const valueStart = writer.begin(2);
  writer.tag(3, wireTypes.varint);
  writer.varint(integer);
  writer.end(valueStart);
  writer.end(start);
  return at + 2;
}

import { nanosOfDecimal } from '../model/time.ts';
import type { JsonReader } from './jsonReader.ts';

const moment = { micros: 0, nanos: 0 };

/** A duration of a number of µs, or of its text, in ns; 0 when it is none. */
export function takeDuration(reader: JsonReader): number {
  takeTime(reader, moment);
  return moment.micros * 1000 + moment.nanos || 0;
}

/** Takes a number of µs, or its text, apart; NaN when it is none. */
export function takeTime(reader: JsonReader, into: { micros: number; nanos: number }): void {
  into.micros = Number.NaN;
  into.nanos = 0;
  const isText = reader.peek() === 0x22;
  if (isText) reader.scanString();
  else if (isStructure(reader.peek())) { reader.skip(); return; }
  else reader.scanNumber();
  const { bytes, tokenStart, tokenEnd } = reader;
  let at = tokenStart, micros = 0, nanos = 0;
  for (; at < tokenEnd && isDigit(bytes[at] as number); at++) micros = micros * 10 + (bytes[at] as number) - 48;
  const wholeDigits = at - tokenStart;
  if (bytes[at] === 0x2e && at < tokenEnd) {
    let unit = 100;
    for (at++; at < tokenEnd && isDigit(bytes[at] as number); at++, unit = Math.floor(unit / 10)) nanos += ((bytes[at] as number) - 48) * unit;
  }
  if (at === tokenEnd && wholeDigits > 0 && wholeDigits <= 15) {
    into.micros = micros;
    into.nanos = nanos;
    return;
  }
  const exact = nanosOfDecimal((isText ? reader.stringText() : reader.numberText()).trim(), 3);
  if (exact === undefined) return;
  into.micros = Number(exact / 1000n);
  into.nanos = Number(exact % 1000n);
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
/** null, true, false, objects and arrays. */
const isStructure = (byte: number): boolean => byte === 0x6e || byte === 0x74 || byte === 0x66 || byte === 0x7b || byte === 0x5b;

import type { SpanBatch } from '../model/spanBatch.ts';
import { forgetBytes } from '../model/wireText.ts';
import { nextItem } from './brokenValue.ts';
import { DecodeError } from './format.ts';
import type { DecodeOptions, ItemKeys } from './format.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';

const openBrace = 0x7b, newline = 0x0a;
/** How often the bytes of a file may be read again in search of its good records. */
const mostPasses = 4;

/**
 * Hands every JSON object of an input to `readRecord`, with a reader that stands in front of it and must stand behind it
 * afterwards.
 *
 * Strict: the input is one JSON document in UTF-8 without byte order mark, whose top is an object or, where `topIs` says so,
 * an array of objects.
 *
 * Lenient: the objects may stand one after the other in any layout: pretty-printed, a line each, behind a log prefix,
 * between other text, in an array that is never closed. Records that cannot be read are passed over and reported in the
 * batch; what `readRecord` kept of them stays. `kept` tells how much that is in all: of a record that was kept in part, the
 * rest is not searched for records once more. Objects of which `readRecord` says false are none of the format, and are counted.
 */
export function forEachRecord(
  bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions, topIs: 'object' | 'array', readRecord: ReadRecord, kept = (): number => 0,
): void {
  const isLenient = options.mode === 'lenient';
  const reader = new JsonReader(bytes, 0, bytes.length, { isLenient, maxElements: options.limits.maxElements });
  try {
    if (isLenient) readAll(reader, batch, options, readRecord, kept); else readOne(reader, topIs, readRecord);
  } finally {
    forgetBytes();
  }
}

type ReadRecord = (reader: JsonReader) => boolean | void;

function readOne(reader: JsonReader, topIs: 'object' | 'array', readRecord: ReadRecord): void {
  try {
    if (topIs === 'object') readRecord(reader);
    else for (let more = reader.beginArray(); more; more = reader.nextItem()) readRecord(reader);
  } catch (error) {
    if (error instanceof WrongTypeError) reader.fail(error.message);
    throw error;
  }
  if (reader.peek() !== -1) reader.fail('the end of the input expected');
}

function readAll(reader: JsonReader, batch: SpanBatch, { offset = 0, onBreak, records }: DecodeOptions, readRecord: ReadRecord, kept: () => number): void {
  const { bytes } = reader;
  let textLines = 0, badRecords = 0, strangers = 0, passed = 0;
  for (let at = skipMark(bytes); at < bytes.length;) {
    const found = bytes.indexOf(openBrace, at), start = found < 0 ? bytes.length : found;
    textLines += textLinesIn(bytes, at, start);
    if (start === bytes.length) break;
    if (!beginsObject(bytes, start)) { at = start + 1; continue; }
    const before = kept();
    reader.position = start;
    reader.depth = 0;
    try {
      // What lies inside of a broken record is none, too, and not worth a word.
      if (readRecord(reader) === false && badRecords === 0) strangers++;
      at = reader.position;
    } catch (error) {
      const stop = stoppedAt(error, reader);
      if (error instanceof DecodeError && error.reason === 'tooManyElements') {
        batch.report(`${error.message}: what comes after byte ${offset + stop} was left out`);
        break;
      }
      const left = onBreak?.(start, stop, kept() > before);
      if (left !== undefined) {
        batch.report(`bytes ${offset + left.from} to ${offset + left.to} were left out: what stands at byte ${offset + stop} cannot be read (${wordsOf(error)})`);
        break;
      }
      badRecords++;
      passed += stop - start;
      batch.report(stop >= bytes.length ? `the last record is cut off; it begins at byte ${offset + start}` : `a record at byte ${offset + start} cannot be read: ${wordsOf(error)}`);
      if (passed > bytes.length * mostPasses) {
        batch.report(`too many records cannot be read; what comes after byte ${offset + stop} was not looked at`);
        break;
      }
      at = nextRecord(bytes, stop, records) ?? nextLine(bytes, kept() > before ? stop : start + 1);
    }
  }
  batch.tally(textLines, 'lines are not JSON and were passed over', 'line is not JSON and was passed over');
  batch.tally(badRecords, 'records cannot be read');
  batch.tally(strangers, 'objects are no records of this format and were passed over', 'object is no record of this format and was passed over');
}

function stoppedAt(error: unknown, reader: JsonReader): number {
  if (error instanceof DecodeError) return Math.max(error.offset ?? 0, reader.position);
  if (error instanceof WrongTypeError) return reader.position;
  throw error;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** The next record on the same line. */
function nextRecord(bytes: Uint8Array, from: number, records: ItemKeys | undefined): number | undefined {
  return records === undefined ? undefined : nextItem(bytes.subarray(0, nextLine(bytes, from)), from, [records])?.at;
}

function nextLine(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(newline, from);
  return at < 0 ? bytes.length : at + 1;
}

/** Passes over a byte order mark. */
export const skipMark = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);

/** Whether a brace is followed by a key or by the closing brace, as in JSON; in log text it rarely is. */
function beginsObject(bytes: Uint8Array, brace: number): boolean {
  for (let at = brace + 1; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x20) return byte === 0x22 || byte === 0x7d;
  }
  return true;
}

/** How many lines end in bytes[start..end) that have other text than the separators of JSON. */
function textLinesIn(bytes: Uint8Array, start: number, end: number): number {
  let lines = 0, hasText = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === newline) {
      if (hasText) lines++;
      hasText = false;
    } else if (byte > 0x20 && byte !== 0x2c && byte !== 0x5b && byte !== 0x5d) hasText = true;
  }
  return hasText && end === bytes.length ? lines + 1 : lines;
}

import type { SpanBatch } from '../model/spanBatch.ts';
import { forgetBytes, textOf } from '../model/wireText.ts';
import { DecodeError } from './format.ts';
import { LooseText, LooseTextError } from './looseText.ts';
import type { JsonObject } from './jsonReader.ts';

const openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d, closeParen = 0x29;
const newline = 0x0a, backslash = 0x5c, escape = 0x1b, colorEnd = 0x6d;
/** A record of more bytes is given up. */
const mostBytes = 64 * 1024 * 1024;
/** What stands in front of a line has at most so many bytes. */
const longestPrefix = 200;
const colors = /\u001b\[[0-9;]*m/g;

const isQuote = (byte: number): boolean => byte === 0x27 || byte === 0x22 || byte === 0x60;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isClosing = (byte: number): boolean => byte === closeBrace || byte === closeBracket || byte === closeParen;

/** The text of bytes without the colours of a terminal. */
export const withoutColors = (text: string): string => text.replaceAll(colors, '');

/**
 * Finds the objects that programs print among other text, in `LooseText`'s notation, while the text comes in pieces. The
 * lines of an object begin with blanks or a closing bracket, and before that with what stands in front of the object where it
 * stands in front of every line, as the logs of containers and build servers have it (digits may differ: they are a time).
 * Any other line ends an object that was broken off.
 */
export class LooseRecords {
  private readonly batch: SpanBatch;
  private readonly read: (object: JsonObject, isCut: boolean) => boolean;
  /** What came of the record at hand. */
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private recordStart = 0;
  private recordLines = 0;
  private depth = 0;
  private quote = 0;
  private isEscaped = false;
  private isColor = false;
  private isLineStart = true;
  private textLines = 0;
  private hasText = false;
  /** The line before the record at hand, or at the top the line so far. */
  private prefix: number[] = [];
  /** How much of the prefix was seen in this line of the record. */
  private prefixAt = 0;

  /** `read` says whether an object was a record of its format. */
  constructor(batch: SpanBatch, read: (object: JsonObject, isCut: boolean) => boolean) {
    this.batch = batch;
    this.read = read;
  }

  /** Hands the objects to `read` that end in a piece, which begins at byte `offset` of the input. Throws DecodeError. */
  push(piece: Uint8Array, offset: number): void {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] as number;
      if (this.depth > 0) {
        if (this.isPrefixAt(byte)) continue;
        if (this.isBrokenAt(byte)) {
          const seen = this.prefix.slice(0, this.prefixAt);
          this.giveUp(`a record at byte ${this.recordStart} is broken off`);
          this.prefix = seen;
        } else {
          if (this.closesAt(byte)) {
            this.take(piece, start, at + 1);
            start = at + 1;
          }
          continue;
        }
      }
      if (byte === openBrace) {
        this.depth = 1;
        this.quote = 0;
        this.isLineStart = false;
        this.prefixAt = this.prefix.length;
        this.recordStart = offset + at;
        start = at;
      } else this.countText(byte);
    }
    if (this.depth > 0) this.hold(piece.slice(start));
    this.tellLines();
    forgetBytes();
  }

  /** The input has ended. */
  end(): void {
    if (this.depth > 0) this.giveUp(`the last record is cut off; it begins at byte ${this.recordStart}`);
    if (this.hasText) this.textLines++;
    this.hasText = false;
    this.tellLines();
  }

  private tellLines(): void {
    this.batch.tally(this.textLines, 'lines are no spans and were passed over', 'line is no span and was passed over');
    this.textLines = 0;
  }

  /** Whether a byte belongs to what stands in front of every line. Where another line has not even its first byte, the first line had it alone, and what is as far in as that line is no part of it. */
  private isPrefixAt(byte: number): boolean {
    const { prefix, prefixAt } = this;
    if (prefixAt >= prefix.length || byte === newline) return false;
    const wanted = prefix[prefixAt] as number;
    if (byte === wanted || (isDigit(byte) && isDigit(wanted))) {
      this.prefixAt++;
      return true;
    }
    if (prefixAt > 0) this.isLineStart = !isBlank(prefix[0] as number) || (!isBlank(byte) && !isClosing(byte));
    if (prefixAt === 0 || !this.isLineStart) this.prefix = [];
    return false;
  }

  /** Whether a line inside of a record begins with something that no line of a record begins with. */
  private isBrokenAt(byte: number): boolean {
    if (!this.isLineStart || this.isColor || byte === escape || byte === newline) return false;
    this.isLineStart = false;
    return this.prefixAt < this.prefix.length || (!isBlank(byte) && !isClosing(byte));
  }

  /** Follows the brackets and strings of a record; whether it ends with this byte. */
  private closesAt(byte: number): boolean {
    if (byte === newline) {
      this.recordLines++;
      this.prefixAt = 0;
      this.isLineStart = true;
      this.quote = 0;
      this.isEscaped = false;
    } else if (this.quote !== 0) {
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === backslash) this.isEscaped = true;
      else if (byte === this.quote) this.quote = 0;
    } else if (this.isColor || byte === escape) this.isColor = byte !== colorEnd;
    else if (isQuote(byte)) this.quote = byte;
    else if (byte === openBrace || byte === openBracket) this.depth++;
    else if (byte === closeBrace || byte === closeBracket) return --this.depth === 0;
    return false;
  }

  private take(piece: Uint8Array, start: number, end: number): void {
    this.hold(piece.subarray(start, end));
    const bytes = this.held.length === 1 ? this.held[0] as Uint8Array : joined(this.held, this.heldBytes);
    const at = this.recordStart, isLong = this.recordLines > 0, bare = withoutPrefix(bytes, this.prefix.length);
    this.forget();
    const loose = new LooseText(withoutColors(textOf(bare, 0, bare.length)));
    try {
      this.hasText = !this.read(loose.takeObject(), loose.isCut);
    } catch (error) {
      if (error instanceof DecodeError) throw new DecodeError(error.reason, error.message, { offset: at });
      if (!(error instanceof LooseTextError)) throw error;
      // Braces in other output are nobody's mistake.
      if (isLong) this.batch.report(`a record at byte ${at} cannot be read: ${error.message}`); else this.hasText = true;
    }
  }

  private hold(part: Uint8Array): void {
    this.held.push(part);
    this.heldBytes += part.length;
    if (this.heldBytes > mostBytes) this.giveUp(`a record at byte ${this.recordStart} is too long`);
  }

  /** Reports a record that does not end, unless it is of one line: a brace in other output. */
  private giveUp(why: string): void {
    if (this.recordLines > 1) this.batch.report(why); else this.textLines += this.recordLines;
    this.hasText = this.recordLines === 0;
    this.forget();
  }

  private forget(): void {
    this.held = [];
    this.prefix = [];
    this.heldBytes = this.depth = this.quote = this.recordLines = 0;
    this.isEscaped = this.isColor = this.isLineStart = false;
  }

  private countText(byte: number): void {
    if (byte === newline) this.prefix = [];
    else if (this.prefix.length < longestPrefix) this.prefix.push(byte);
    if (byte === newline) {
      if (this.hasText) this.textLines++;
      this.hasText = false;
    } else if (byte > 0x20 && byte !== 0x2c && byte !== openBracket && byte !== closeBracket) this.hasText = true;
  }
}

/** Bytes without the first so many of every line but the first. */
function withoutPrefix(bytes: Uint8Array, length: number): Uint8Array {
  if (length === 0 || !bytes.includes(newline)) return bytes;
  const kept = new Uint8Array(bytes.length);
  let to = 0, left = 0;
  for (const byte of bytes) {
    if (byte === newline) left = length; else if (left-- > 0) continue;
    kept[to++] = byte;
  }
  return kept.subarray(0, to);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

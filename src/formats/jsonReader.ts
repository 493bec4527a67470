import { isUtf8, plainTextEnd, repeatedTextOf, textOf } from '../model/wireText.ts';
import { DecodeError } from './format.ts';
import { breaksString, resolveEscapes } from './jsonEscapes.ts';
import { passContainer } from './jsonSkip.ts';
import type { Passed } from './jsonSkip.ts';
import type { KnownTexts } from './knownTexts.ts';

/** A JSON value of any kind but one that was expected; the reader stands somewhere in it. */
export class WrongTypeError extends Error {
  constructor(expected: string) {
    super(`${expected} expected`);
    this.name = 'WrongTypeError';
  }
}

/** A parsed JSON value. Objects are Maps (keys are untrusted; of repeated keys the last counts), long integers are bigint. */
export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

const mostKeyBytes = 64 * 1024;
/** Structure around a value and the levels that OTLP/JSON spends on each level of a value; bounds every recursion. */
const mostDepth = 512;
/** Every integer of so many digits is exact as a double. */
const mostExactDigits = 15;

const quote = 0x22, backslash = 0x5c, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;
const comma = 0x2c, colon = 0x3a, minus = 0x2d;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/**
 * Reads JSON (RFC 8259) from UTF-8 bytes without building anything that is not asked for. Objects and arrays are walked:
 * `for (let more = reader.beginObject(); more; more = reader.nextMember()) switch (reader.key) { … default: reader.skip(); }`.
 * Numbers keep their source text. Throws DecodeError on bytes that are not JSON, WrongTypeError when another kind of value
 * stands where one was asked for. Lenient readers also take what careless programs write: `NaN` and `Infinity`, a comma behind the last
 * member or item, and in strings bytes that are not UTF-8, control characters, and a backslash in front of anything.
 */
export class JsonReader {
  readonly bytes: Uint8Array;
  readonly isLenient: boolean;
  position: number;
  end: number;
  /** Where the key of the member lies that beginObject or nextMember found, and whether it has escapes. */
  keyStart = 0;
  keyEnd = 0;
  keyHasEscapes = false;
  /** Objects and arrays around the current position. */
  depth = 0;
  /** Members and items met so far. */
  elements = 0;
  /** Where the last token (the content of a string, a number) lies. */
  tokenStart = 0;
  tokenEnd = 0;
  /** Whether the last string has escapes. */
  hasEscapes = false;
  private readonly maxElements: number;
  private readonly passed = new Map<number, Passed>();

  constructor(bytes: Uint8Array, start: number, end: number, options: { readonly isLenient: boolean; readonly maxElements: number }) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.isLenient = options.isLenient;
    this.maxElements = options.maxElements;
  }

  /** The key of the member that beginObject or nextMember found. Decoded when it is asked for. */
  get key(): string {
    if (!this.keyHasEscapes) return repeatedTextOf(this.bytes, this.keyStart, this.keyEnd);
    return resolveEscapes(textOf(this.bytes, this.keyStart, this.keyEnd), this.isLenient) ?? '';
  }

  /** What the key of that member stands for, without decoding it. */
  knownKey<T>(known: KnownTexts<T>): T | undefined {
    return this.keyHasEscapes ? known.of(this.key) : known.at(this.bytes, this.keyStart, this.keyEnd);
  }

  fail(message: string, offset = this.position): never { throw new DecodeError('undecodable', message, { offset }); }

  /** The first byte of the next token; -1 at the end. */
  peek(): number {
    const { bytes, end } = this;
    let at = this.position;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) {
        this.position = at;
        return byte;
      }
      at++;
    }
    this.position = at;
    return -1;
  }

  /** Enters an object; false when it is empty. Otherwise `key` is set and the value comes next. */
  beginObject(): boolean {
    if (this.peek() !== openBrace) throw this.wrongType('an object');
    this.enter();
    if (this.peek() === closeBrace) return this.leave();
    this.readKey();
    return true;
  }

  /** Goes on after a member's value; false at the end of the object. */
  nextMember(): boolean {
    const byte = this.peek();
    if (byte === closeBrace) return this.leave();
    if (byte !== comma) this.fail('"," or "}" expected');
    this.position++;
    if (this.isLenient && this.peek() === closeBrace) return this.leave();
    this.readKey();
    return true;
  }

  /** Enters an array; false when it is empty. */
  beginArray(): boolean {
    if (this.peek() !== openBracket) throw this.wrongType('an array');
    this.enter();
    if (this.peek() === closeBracket) return this.leave();
    this.countElements(1);
    return true;
  }

  /** Goes on after an item; false at the end of the array. */
  nextItem(): boolean {
    const byte = this.peek();
    if (byte === closeBracket) return this.leave();
    if (byte !== comma) this.fail('"," or "]" expected');
    this.position++;
    if (this.peek() === closeBracket) return this.isLenient ? this.leave() : this.fail('a value expected');
    this.countElements(1);
    return true;
  }

  /** Passes over `null`; false when another value comes. */
  takeNull(): boolean {
    if (this.peek() !== 0x6e) return false;
    this.word('null');
    return true;
  }

  takeBoolean(): boolean {
    const byte = this.peek();
    if (byte === 0x74) { this.word('true'); return true; }
    if (byte === 0x66) { this.word('false'); return false; }
    throw this.wrongType('true or false');
  }

  takeString(): string {
    this.scanString();
    return this.stringText();
  }

  /** A string that is likely to be the same in many records. */
  takeRepeatedString(): string {
    this.scanString();
    return this.hasEscapes ? this.stringText() : repeatedTextOf(this.bytes, this.tokenStart, this.tokenEnd);
  }

  /** What a string stands for, without decoding it. */
  takeKnown<T>(known: KnownTexts<T>): T | undefined {
    this.scanString();
    return this.hasEscapes ? known.of(this.stringText()) : known.at(this.bytes, this.tokenStart, this.tokenEnd);
  }

  /** Passes over a string and notes where its content lies. */
  scanString(): void {
    const { bytes, end } = this;
    if (bytes[this.position] !== quote && this.peek() !== quote) throw this.wrongType('a string');
    const start = this.position + 1;
    let at = start, isAscii = true;
    this.hasEscapes = false;
    for (;;) {
      at = plainTextEnd(bytes, at, end);
      if (at >= end) this.fail('a string does not end', end);
      const byte = bytes[at] as number;
      if (byte === quote) break;
      if (byte === backslash) { this.hasEscapes = true; at += 2; }
      else if (byte < 0x20) {
        if (!this.isLenient || breaksString(byte)) this.fail('a control character in a string', at);
        at++;
      }
      else for (isAscii = false; (bytes[at] as number) > 0x7f; at++);
    }
    if (!isAscii && !this.isLenient && !isUtf8(bytes, start, at)) this.fail('bytes that are not UTF-8', start);
    this.tokenStart = start;
    this.tokenEnd = at;
    this.position = at + 1;
  }

  /** The text of the string that scanString passed; lone surrogates become U+FFFD. */
  stringText(): string {
    if (!this.hasEscapes) return textOf(this.bytes, this.tokenStart, this.tokenEnd);
    const text = resolveEscapes(textOf(this.bytes, this.tokenStart, this.tokenEnd), this.isLenient);
    return text ?? this.fail('an escape that JSON does not know', this.tokenStart);
  }

  /** Passes over a number and notes where it lies; whether it is an integer (no fraction, no exponent). */
  scanNumber(): boolean {
    const { bytes } = this;
    const first = this.peek();
    let at = this.position;
    if (first !== minus && !isDigit(first)) {
      if (this.isLenient && (first === 0x4e || first === 0x49)) return this.scanWord();
      throw this.wrongType('a number');
    }
    if (first === minus) at++;
    if (this.isLenient && bytes[at] === 0x49) return this.scanWord();
    if (bytes[at] === 48) at++; else at = this.digits(at);
    let isInteger = true;
    if (bytes[at] === 0x2e) { at = this.digits(at + 1); isInteger = false; }
    if (((bytes[at] ?? 0) | 32) === 0x65) {
      at++;
      if (bytes[at] === 0x2b || bytes[at] === minus) at++;
      at = this.digits(at);
      isInteger = false;
    }
    if (at > this.end) this.fail('a number does not end', this.end);
    this.hasEscapes = false;
    this.tokenStart = this.position;
    this.tokenEnd = this.position = at;
    return isInteger;
  }

  /** The source text of the number that scanNumber passed. */
  numberText(): string { return textOf(this.bytes, this.tokenStart, this.tokenEnd); }

  /** The value of the integer that scanNumber passed when it has no sign and at most 15 digits; -1 otherwise. */
  shortInteger(): number {
    const { bytes, tokenStart, tokenEnd } = this;
    if (tokenEnd - tokenStart > mostExactDigits) return -1;
    let value = 0;
    for (let at = tokenStart; at < tokenEnd; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  /** A number; long integers as bigint, and as text what no double can hold. */
  takeNumber(): number | bigint | string {
    const isInteger = this.scanNumber();
    const text = this.numberText();
    const value = Number(text);
    if (isInteger && text.length > 15 && !Number.isSafeInteger(value)) return BigInt(text);
    return Number.isFinite(value) || /[NI]/.test(text) ? value : text;
  }

  /** Builds the next value, whatever it is. */
  takeValue(): JsonValue {
    switch (this.peek()) {
      case quote: return this.takeString();
      case openBrace: return this.takeObject();
      case openBracket: {
        const items: JsonValue[] = [];
        for (let more = this.beginArray(); more; more = this.nextItem()) items.push(this.takeValue());
        return items;
      }
      case 0x74: case 0x66: return this.takeBoolean();
      case 0x6e: this.word('null'); return null;
      default: return this.takeNumber();
    }
  }

  takeObject(): JsonObject {
    const members: JsonObject = new Map();
    for (let more = this.beginObject(); more; more = this.nextMember()) {
      const { key } = this;
      members.set(key, this.takeValue());
    }
    return members;
  }

  /** Passes over the next value, whatever it is. */
  skip(): void {
    switch (this.peek()) {
      case quote: this.scanString(); if (this.hasEscapes) this.stringText(); break;
      case openBrace: case openBracket: this.skipContainer(); break;
      case 0x74: case 0x66: this.takeBoolean(); break;
      case 0x6e: this.word('null'); break;
      default: this.scanNumber();
    }
  }

  private skipContainer(): void {
    const { isLenient, passed } = this, rules = { isLenient, mostDepth: mostDepth - this.depth, mostKeyBytes, passed };
    const found = passed.get(this.position) ?? passContainer(this.bytes, this.position, this.end, rules);
    if (found === undefined) {
      this.walk();
      return;
    }
    this.position = found.end;
    this.countElements(found.elements);
  }

  /** Goes through the container that comes next, which throws at what is wrong with it. */
  private walk(): void {
    const passOver = (): void => { if (this.peek() === openBrace || this.peek() === openBracket) this.walk(); else this.skip(); };
    if (this.peek() === openBrace) for (let more = this.beginObject(); more; more = this.nextMember()) passOver();
    else for (let more = this.beginArray(); more; more = this.nextItem()) passOver();
  }

  private readKey(): void {
    if (this.peek() !== quote) this.fail('a key in quotes expected');
    this.scanString();
    if (this.tokenEnd - this.tokenStart > mostKeyBytes) this.fail('a key of more than 64 KiB', this.tokenStart);
    if (this.hasEscapes) this.stringText();
    this.keyStart = this.tokenStart;
    this.keyEnd = this.tokenEnd;
    this.keyHasEscapes = this.hasEscapes;
    // Hardly anybody writes a blank here.
    if (this.bytes[this.position] !== colon && this.peek() !== colon) this.fail('":" expected');
    this.position++;
    this.countElements(1);
  }

  private enter(): void {
    this.position++;
    if (++this.depth > mostDepth) throw new DecodeError('tooDeep', 'objects and arrays are nested too deeply', { offset: this.position });
  }

  private leave(): false {
    this.position++;
    this.depth--;
    return false;
  }

  /** Notes members and items that somebody else passed over. */
  countElements(more: number): void {
    if ((this.elements += more) > this.maxElements) throw new DecodeError('tooManyElements', `more than ${this.maxElements} elements`, { offset: this.position });
  }

  /** What to throw when another token stands here: bytes that begin no value are an error of the whole input. */
  private wrongType(expected: string): WrongTypeError {
    const byte = this.peek();
    if (byte === -1) this.fail(`${expected} expected, but the input ends`);
    const beginsValue = byte === quote || byte === openBrace || byte === openBracket || byte === minus || isDigit(byte) || byte === 0x74 || byte === 0x66 || byte === 0x6e;
    return beginsValue || (this.isLenient && (byte === 0x4e || byte === 0x49)) ? new WrongTypeError(expected) : this.fail('a value expected');
  }

  private digits(start: number): number {
    let at = start;
    while (isDigit(this.bytes[at])) at++;
    return at > start ? at : this.fail('a digit expected', at);
  }

  private word(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.position + i >= this.end || this.bytes[this.position + i] !== word.charCodeAt(i)) this.fail(`${word} expected`);
    }
    this.position += word.length;
  }

  private scanWord(): false {
    const start = this.position;
    if (this.bytes[start] === minus) this.position++;
    this.word(this.bytes[this.position] === 0x4e ? 'NaN' : 'Infinity');
    this.tokenStart = start;
    this.tokenEnd = this.position;
    return false;
  }
}

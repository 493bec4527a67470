import { plainTextEnd } from '../model/wireText.ts';
import { breaksString } from './jsonEscapes.ts';

const quote = 0x22, backslash = 0x5c, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;
const comma = 0x2c, colon = 0x3a, newline = 0x0a, carriageReturn = 0x0d;
const deepest = 512;

/**
 * Finds where the JSON objects of an input end that stand at its top or in arrays at its top, while more of the input comes.
 * Other text, brackets and commas between them are passed over. It sees as little of the grammar as is needed to notice that an object has
 * broken off and another one begins, and leaves the rest to those who read the objects.
 */
export class ValueScanner {
  /** Behind the last object that is whole; 0 when there is none. */
  cut = 0;
  /** Behind the last line of text after it; 0 when there is none. */
  textCut = 0;
  /** Everything before was looked at. */
  position = 0;
  /** Where the object begins that is not whole. */
  begin = 0;
  private state: 'text' | 'brace' | 'inside' | 'string' | 'broken' | 'margin' = 'text';
  /** Blanks in front of the line in which the object begins, and whether nothing else was there yet; and those in front of a line behind what is broken. */
  private indent = 0;
  private isIndented = true;
  private margin = 0;
  private depth = 0;
  /** Whether the containers around are arrays, outermost first. */
  private readonly isArray = new Uint8Array(deepest);
  /** The last byte inside that is no white space and in no string. */
  private previous = 0;

  /** The input begins anew, or at a later place. */
  reset(): void {
    this.cut = this.textCut = this.position = this.depth = this.begin = this.indent = 0;
    this.state = 'text';
    this.isIndented = true;
  }

  /** The bytes before a cut are gone. */
  forget(cut: number): void {
    this.position -= cut;
    this.begin -= cut;
    this.cut = this.textCut = 0;
  }

  /** Whether the last byte lies in an object that has begun. */
  get isInside(): boolean { return this.state === 'inside' || this.state === 'string'; }

  /** Looks at what was added: `bytes[position..]`. */
  scan(bytes: Uint8Array): void {
    let at = this.position;
    while (at < bytes.length) {
      switch (this.state) {
        case 'text': at = this.text(bytes, at); break;
        case 'brace': at = this.brace(bytes, at); break;
        case 'inside': at = this.inside(bytes, at); break;
        case 'broken': at = this.broken(bytes, at); break;
        case 'margin': at = this.passMargin(bytes, at); break;
        case 'string':
          at = this.string(bytes, at);
          // A backslash waits for what it escapes.
          if (this.state === 'string' && at < bytes.length) {
            this.position = at;
            return;
          }
      }
    }
    this.position = at;
  }

  private text(bytes: Uint8Array, at: number): number {
    const found = bytes.indexOf(openBrace, at), stop = found < 0 ? bytes.length : found;
    const line = stop > at ? bytes.subarray(at, stop).lastIndexOf(newline) : -1;
    if (line >= 0) this.textCut = at + line + 1;
    this.countIndent(bytes, line < 0 ? at : at + line + 1, stop, line >= 0);
    if (found < 0) return stop;
    this.state = 'brace';
    this.begin = stop;
    return stop + 1;
  }

  private broken(bytes: Uint8Array, at: number): number {
    const line = bytes.indexOf(newline, at);
    if (line < 0) return bytes.length;
    this.state = 'margin';
    this.margin = 0;
    return line + 1;
  }

  /** What is broken goes on with lines that stand further in than it began. */
  private passMargin(bytes: Uint8Array, at: number): number {
    const byte = bytes[at];
    if (byte === 0x20 || byte === 0x09) {
      this.margin++;
      return at + 1;
    }
    this.state = this.margin > this.indent || byte === newline || byte === carriageReturn ? 'broken' : 'text';
    if (this.state === 'text') {
      this.indent = this.margin;
      this.isIndented = false;
    }
    return at;
  }

  private countIndent(bytes: Uint8Array, start: number, stop: number, isNewLine: boolean): void {
    if (isNewLine) {
      this.indent = 0;
      this.isIndented = true;
    }
    for (let at = start; at < stop && this.isIndented; at++) {
      this.isIndented = bytes[at] === 0x20 || bytes[at] === 0x09;
      if (this.isIndented) this.indent++;
    }
    this.isIndented &&= stop === bytes.length;
  }

  /** Whether a brace is followed by a key or by the closing brace, as in JSON; in log text it rarely is. */
  private brace(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] as number;
    if (byte <= 0x20) return at + 1;
    if (byte !== quote && byte !== closeBrace) {
      this.state = 'text';
      return at;
    }
    this.state = 'inside';
    this.depth = 1;
    this.isArray[0] = 0;
    this.previous = openBrace;
    return at;
  }

  private inside(bytes: Uint8Array, from: number): number {
    let at = from, { previous } = this;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte <= 0x20) continue;
      if (byte === quote) {
        this.state = 'string';
        at++;
        break;
      }
      if (byte === openBrace || byte === openBracket) {
        if (this.depth === deepest || !this.mayBegin(previous)) {
          this.state = byte === openBrace ? 'brace' : 'broken';
          this.begin = at++;
          break;
        }
        this.isArray[this.depth++] = byte === openBracket ? 1 : 0;
      } else if (byte === closeBrace || byte === closeBracket) {
        if (--this.depth === 0) {
          this.state = 'text';
          this.cut = at + 1;
          this.textCut = 0;
          at++;
          break;
        }
      }
      previous = byte;
    }
    this.previous = previous;
    return at;
  }

  /** Whether a container may begin after a byte. */
  private mayBegin(previous: number): boolean {
    return this.isArray[this.depth - 1] === 1 ? previous === openBracket || previous === comma : previous === colon;
  }

  /** Goes to the end of a string, or as far as there is. */
  private string(bytes: Uint8Array, from: number): number {
    const end = bytes.length;
    let at = from;
    while (at < end) {
      at = plainTextEnd(bytes, at, end);
      if (at >= end) break;
      const byte = bytes[at] as number;
      if (byte === backslash) {
        if (at + 2 > end) return at;
        at += 2;
      } else if (byte === quote) {
        this.state = 'inside';
        this.previous = quote;
        return at + 1;
      } else if (breaksString(byte)) {
        this.state = 'broken';
        return at;
      } else at++;
    }
    return end;
  }
}

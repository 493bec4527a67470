import { isUtf8, plainTextEnd } from '../model/wireText.ts';
import { breaksString } from './jsonEscapes.ts';

const quote = 0x22, backslash = 0x5c, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;
const comma = 0x2c, colon = 0x3a, minus = 0x2d, plus = 0x2b, dot = 0x2e, zero = 0x30, letterE = 0x65, letterU = 0x75;
const deepest = 1024;
const literals = ['true', 'false', 'null'].map((text) => new TextEncoder().encode(text));
const lenientLiterals = [...literals, ...['NaN', 'Infinity', '-Infinity'].map((text) => new TextEncoder().encode(text))];
/** What may follow on a backslash. */
const escapes = new Set(new TextEncoder().encode('"\\/bfnrtu'));
/** Of the containers around, outermost first: whether they are objects, where they begin, and how much was passed before. */
const isObject = new Uint8Array(deepest), begins = new Float64Array(deepest), before = new Float64Array(deepest);
/** Containers of so many bytes are remembered. */
const longBytes = 32 * 1024;

export interface SkipRules {
  readonly isLenient: boolean;
  /** Containers that may be around a value, at most 1,024. */
  readonly mostDepth: number;
  readonly mostKeyBytes: number;
  /** Long containers in those that were passed, by where they begin: who looks into a container one by one passes over each of them again. */
  readonly passed: Map<number, Passed>;
}

/** Where a container ends, and the members and items in it. */
export interface Passed { readonly end: number; readonly elements: number }

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/**
 * Passes over the object or array that begins at `start`; undefined when it is no JSON by the rules of `JsonReader`, which then
 * says why. The same grammar in one loop: most of what a reader meets is passed over.
 */
export function passContainer(bytes: Uint8Array, start: number, end: number, rules: SkipRules): Passed | undefined {
  const words = rules.isLenient ? lenientLiterals : literals;
  let at = start, depth = 0, elements = 0;
  for (;;) {
    const byte = at < end ? bytes[at] as number : -1;
    if (byte === openBrace || byte === openBracket) {
      if (depth === rules.mostDepth) return undefined;
      isObject[depth] = byte === openBrace ? 1 : 0;
      begins[depth] = at;
      before[depth++] = elements;
      at = pastBlanks(bytes, at + 1, end);
      if (at < end && bytes[at] === (byte === openBrace ? closeBrace : closeBracket)) {
        depth--;
        at++;
      } else {
        elements++;
        if (byte === openBrace && (at = valueAfterKey(bytes, at, end, rules)) < 0) return undefined;
        continue;
      }
    } else if (byte === quote) at = stringEnd(bytes, at, end, rules.isLenient);
    else if (byte === minus || isDigit(byte)) at = numberEnd(bytes, at, end, words);
    else at = literalEnd(bytes, at, end, words);
    if (at < 0) return undefined;
    while (depth > 0) {
      at = pastBlanks(bytes, at, end);
      const next = at < end ? bytes[at] as number : -1, isIn = isObject[depth - 1] === 1;
      if (next === comma) {
        at = pastBlanks(bytes, at + 1, end);
        if (!rules.isLenient || at >= end || bytes[at] !== (isIn ? closeBrace : closeBracket)) {
          elements++;
          if (isIn && (at = valueAfterKey(bytes, at, end, rules)) < 0) return undefined;
          break;
        }
      } else if (next !== (isIn ? closeBrace : closeBracket)) return undefined;
      at++;
      depth--;
      if (at - (begins[depth] as number) > longBytes) rules.passed.set(begins[depth] as number, { end: at, elements: elements - (before[depth] as number) });
    }
    if (depth > 0) continue;
    return { end: at, elements };
  }
}

function pastBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
  }
  return at;
}

/** Where the value begins of the member whose key begins at `start`. */
function valueAfterKey(bytes: Uint8Array, start: number, end: number, { isLenient, mostKeyBytes }: SkipRules): number {
  if (start >= end || bytes[start] !== quote) return -1;
  const keyEnd = stringEnd(bytes, start, end, isLenient);
  if (keyEnd < 0 || keyEnd - start - 2 > mostKeyBytes) return -1;
  const at = pastBlanks(bytes, keyEnd, end);
  return at < end && bytes[at] === colon ? pastBlanks(bytes, at + 1, end) : -1;
}

/** Behind the string that begins at `start`. */
function stringEnd(bytes: Uint8Array, start: number, end: number, isLenient: boolean): number {
  let at = start + 1, isAscii = true;
  for (;;) {
    at = plainTextEnd(bytes, at, end);
    if (at >= end) return -1;
    const byte = bytes[at] as number;
    if (byte === quote) return isAscii || isLenient || isUtf8(bytes, start + 1, at) ? at + 1 : -1;
    if (byte === backslash) {
      const kind = bytes[at + 1] as number;
      if (at + 1 >= end || (!isLenient && (!escapes.has(kind) || (kind === letterU && !areHex(bytes, at + 2))))) return -1;
      at += 2;
    } else if (byte < 0x20) {
      if (!isLenient || breaksString(byte)) return -1;
      at++;
    } else for (isAscii = false; (bytes[at] as number) > 0x7f; at++);
  }
}

function areHex(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < start + 4; at++) {
    const byte = bytes[at] ?? 0, lower = byte | 32;
    if (!isDigit(byte) && (lower < 97 || lower > 102)) return false;
  }
  return true;
}

function numberEnd(bytes: Uint8Array, start: number, end: number, words: readonly Uint8Array[]): number {
  let at = bytes[start] === minus ? start + 1 : start;
  if (!isDigit(bytes[at])) return literalEnd(bytes, start, end, words);
  if (bytes[at] === zero) at++; else at = digitsEnd(bytes, at);
  if (bytes[at] === dot) {
    if (!isDigit(bytes[++at])) return -1;
    at = digitsEnd(bytes, at);
  }
  if (((bytes[at] ?? 0) | 32) === letterE) {
    at++;
    if (bytes[at] === plus || bytes[at] === minus) at++;
    if (!isDigit(bytes[at])) return -1;
    at = digitsEnd(bytes, at);
  }
  return at > end ? -1 : at;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at++;
  return at;
}

function literalEnd(bytes: Uint8Array, start: number, end: number, words: readonly Uint8Array[]): number {
  const found = words.find((word) => start + word.length <= end && word.every((byte, i) => bytes[start + i] === byte));
  return found === undefined ? -1 : start + found.length;
}

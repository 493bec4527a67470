import { viewOf } from '../model/wireText.ts';
import { textIn } from './jsonFields.ts';
import type { JsonReader } from './jsonReader.ts';

const fewestCalls = 64;

/**
 * The calls of one profile that were not told yet, in columns, in the order in which they begin; all calls have numbers in that
 * order. Times are in units of the profile, of samples in ns.
 */
export class FrameSpans {
  /** How many calls were told, and are not held any more: the number of the first one that is held. */
  told = 0;
  /** How many are held. */
  count = 0;
  start = new Float64Array(fewestCalls);
  /** Infinity while a call is open. */
  end = new Float64Array(fewestCalls);
  frame = new Float64Array(fewestCalls);
  /** Number of the call around; -1 for none. */
  parent = new Int32Array(fewestCalls);
  /** Calls that were told while they were open, and have ended since. */
  readonly ended: { readonly call: number; readonly at: number }[] = [];
  areNanos = false;
  unmatchedEnds = 0;
  /** The calls that are open and their frames, outermost first. */
  private readonly stack: number[] = [];
  private readonly stackFrames: number[] = [];

  get firstStart(): number {
    let first = Infinity;
    for (let i = 0; i < this.count; i++) first = Math.min(first, this.start[i] as number);
    return first;
  }

  /** What is held was told. */
  forget(): void {
    this.told += this.count;
    this.count = this.ended.length = 0;
  }

  /** `[{type: 'O' or 'C', frame, at}]` */
  readEvents(reader: JsonReader): void {
    for (let more = reader.beginArray(); more; more = reader.nextItem()) {
      if (reader.peek() !== 0x7b) { reader.skip(); continue; }
      if (takePlainEvent(reader)) {
        if (plain.isOpen) this.open(plain.frame, plain.at); else this.close(plain.frame, plain.at);
        continue;
      }
      let type = '', frame = -1, at = 0;
      for (let inner = reader.beginObject(); inner; inner = reader.nextMember()) {
        switch (reader.key) {
          case 'type': type = reader.peek() === 0x22 ? reader.takeRepeatedString() : textIn(reader.takeValue()); break;
          case 'frame': frame = takeFigure(reader); break;
          case 'at': at = takeFigure(reader); break;
          default: reader.skip();
        }
      }
      if (type === 'O') this.open(frame, at); else if (type === 'C') this.close(frame, at);
    }
  }

  /** `[[frame]]`, outermost first: calls go on while samples have the same frames around and as them. Times are ns; samples without a weight count `usual`. */
  readSamples(reader: JsonReader, weights: readonly number[], first: number, usual: number): void {
    let at = first, index = 0;
    this.areNanos = true;
    for (let more = reader.beginArray(); more; more = reader.nextItem()) {
      let depth = 0, isSame = true;
      for (let inner = reader.beginArray(); inner; inner = reader.nextItem(), depth++) {
        const frame = takeFigure(reader);
        if (isSame && depth < this.stack.length && this.stackFrames[depth] === frame) continue;
        if (isSame) this.closeTo(depth, at);
        isSame = false;
        this.open(frame, at);
      }
      this.closeTo(depth, at);
      at += weights[index++] ?? usual;
    }
    this.closeTo(0, at);
  }

  private open(frame: number, at: number): void {
    if (this.count === this.start.length) this.grow();
    const held = this.count++;
    this.start[held] = at;
    this.end[held] = Infinity;
    this.frame[held] = frame;
    this.parent[held] = this.stack[this.stack.length - 1] ?? -1;
    this.stack.push(this.told + held);
    this.stackFrames.push(frame);
  }

  /** Closes the innermost call of a frame. */
  private close(frame: number, at: number): void {
    const { stack, stackFrames } = this;
    let from = stack.length - 1;
    while (from >= 0 && stackFrames[from] !== frame) from--;
    if (from < 0) { this.unmatchedEnds++; return; }
    this.setEnd(stack[from] as number, at);
    if (from === stack.length - 1) {
      stack.pop();
      stackFrames.pop();
    } else {
      stack.splice(from, 1);
      stackFrames.splice(from, 1);
    }
  }

  private closeTo(depth: number, at: number): void {
    while (this.stack.length > depth) {
      this.stackFrames.pop();
      this.setEnd(this.stack.pop() as number, at);
    }
  }

  private setEnd(call: number, at: number): void {
    if (call >= this.told) this.end[call - this.told] = at; else this.ended.push({ call, at });
  }

  private grow(): void {
    const room = this.count * 2, { start, end, frame, parent } = this;
    (this.start = new Float64Array(room)).set(start);
    (this.end = new Float64Array(room)).set(end);
    (this.frame = new Float64Array(room)).set(frame);
    (this.parent = new Int32Array(room)).set(parent);
  }
}

/** The figures of a list, times `scale`. */
export function takeFigures(reader: JsonReader, scale: number): number[] {
  const figures: number[] = [];
  for (let more = reader.beginArray(); more; more = reader.nextItem()) figures.push(takeFigure(reader) * scale);
  return figures;
}

/** What `takePlainEvent` read. */
const plain = { isOpen: false, frame: 0, at: 0 };

/** Four ASCII characters as they stand in memory. */
const word = (text: string): number => new DataView(new TextEncoder().encode(text).buffer).getInt32(0, true);

const words = { begin: word('{"ty'), type: word('pe":'), opens: word('"O",'), closes: word('"C",'), frame: word('"fra'), me: word('me":'), at: word(',"at') };
const quote = 0x22, colon = 0x3a, closeBrace = 0x7d, mostDigits = 15;

/**
 * Reads the event that comes next when it stands there as programs write nearly all of them, `{"type":"O","frame":1,"at":2}` with
 * whole numbers, in this order and without blanks; otherwise false, and nothing has happened.
 */
function takePlainEvent(reader: JsonReader): boolean {
  const { bytes, position, end } = reader, view = viewOf(bytes);
  if (position + 64 > end || view.getInt32(position, true) !== words.begin || view.getInt32(position + 4, true) !== words.type) return false;
  const type = view.getInt32(position + 8, true);
  if ((type !== words.opens && type !== words.closes) || view.getInt32(position + 12, true) !== words.frame || view.getInt32(position + 16, true) !== words.me) return false;
  const frame = takeDigits(bytes, position + 20), next = digitsEnd;
  if (frame < 0 || view.getInt32(next, true) !== words.at || bytes[next + 4] !== quote || bytes[next + 5] !== colon) return false;
  const at = takeDigits(bytes, next + 6);
  if (at < 0 || bytes[digitsEnd] !== closeBrace) return false;
  plain.isOpen = type === words.opens;
  plain.frame = frame;
  plain.at = at;
  reader.position = digitsEnd + 1;
  reader.countElements(3);
  return true;
}

/** Where the digits end that `takeDigits` read. */
let digitsEnd = 0;

/** The integer of at most 15 digits at `start`; -1 when there is none. */
function takeDigits(bytes: Uint8Array, start: number): number {
  let at = start, value = 0;
  for (let digit = (bytes[at] as number) - 48; digit >= 0 && digit <= 9 && at - start <= mostDigits; digit = (bytes[++at] as number) - 48) value = value * 10 + digit;
  digitsEnd = at;
  return at === start || at - start > mostDigits || (bytes[start] === 48 && at > start + 1) ? -1 : value;
}

/** A number; 0 for everything else. */
function takeFigure(reader: JsonReader): number {
  const first = reader.peek();
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) {
    const value = Number(textIn(reader.takeValue()) || Number.NaN);
    return Number.isFinite(value) ? value : 0;
  }
  const isInteger = reader.scanNumber(), { bytes, tokenStart, tokenEnd } = reader;
  if (!isInteger || first === 0x2d || tokenEnd - tokenStart > 15) return Number(reader.numberText());
  let value = 0;
  for (let at = tokenStart; at < tokenEnd; at++) value = value * 10 + (bytes[at] as number) - 48;
  return value;
}

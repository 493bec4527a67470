import { viewOf } from '../model/wireText.ts';
import { textIn } from './jsonFields.ts';
import type { JsonReader } from './jsonReader.ts';

/** The calls of one profile in columns, in the order in which they begin. Times are ns after the clock's zero. */
export class FrameSpans {
  readonly start: number[] = [];
  /** Infinity while a call is open. */
  readonly end: number[] = [];
  readonly frame: number[] = [];
  /** Index of the call around; -1 for none. */
  readonly parent: number[] = [];
  unmatchedEnds = 0;
  private readonly scale: number;
  private readonly stack: number[] = [];

  /** `scale`: ns of one unit. */
  constructor(scale: number) { this.scale = scale; }

  get count(): number { return this.start.length; }

  get firstStart(): number {
    let first = Infinity;
    for (const start of this.start) if (start < first) first = start;
    return first;
  }

  /** `[{type: 'O' or 'C', frame, at}]` */
  readEvents(reader: JsonReader): void {
    for (let more = reader.beginArray(); more; more = reader.nextItem()) {
      if (reader.peek() !== 0x7b) { reader.skip(); continue; }
      if (takePlainEvent(reader)) {
        if (plain.isOpen) this.open(plain.frame, plain.at * this.scale); else this.close(plain.frame, plain.at * this.scale);
        continue;
      }
      let type = '', frame = -1, at = 0;
      for (let inner = reader.beginObject(); inner; inner = reader.nextMember()) {
        switch (reader.key) {
          case 'type': type = reader.peek() === 0x22 ? reader.takeRepeatedString() : textIn(reader.takeValue()); break;
          case 'frame': frame = takeFigure(reader); break;
          case 'at': at = takeFigure(reader) * this.scale; break;
          default: reader.skip();
        }
      }
      if (type === 'O') this.open(frame, at); else if (type === 'C') this.close(frame, at);
    }
  }

  readWeights(reader: JsonReader): number[] {
    const weights: number[] = [];
    for (let more = reader.beginArray(); more; more = reader.nextItem()) weights.push(takeFigure(reader) * this.scale);
    return weights;
  }

  /** `[[frame]]`, outermost first: calls go on while samples have the same frames around and as them. Samples without a weight count one unit. */
  readSamples(reader: JsonReader, weights: readonly number[], first: number): void {
    let at = first * this.scale, index = 0;
    for (let more = reader.beginArray(); more; more = reader.nextItem()) {
      let depth = 0, isSame = true;
      for (let inner = reader.beginArray(); inner; inner = reader.nextItem(), depth++) {
        const frame = takeFigure(reader);
        if (isSame && depth < this.stack.length && this.frame[this.stack[depth] as number] === frame) continue;
        if (isSame) this.closeTo(depth, at);
        isSame = false;
        this.open(frame, at);
      }
      this.closeTo(depth, at);
      at += weights[index++] ?? this.scale;
    }
    this.closeTo(0, at);
  }

  private open(frame: number, at: number): void {
    this.parent.push(this.stack[this.stack.length - 1] ?? -1);
    this.frame.push(frame);
    this.end.push(Infinity);
    this.stack.push(this.start.push(at) - 1);
  }

  /** Closes the innermost call of a frame. */
  private close(frame: number, at: number): void {
    let from = this.stack.length - 1;
    while (from >= 0 && this.frame[this.stack[from] as number] !== frame) from--;
    if (from < 0) { this.unmatchedEnds++; return; }
    this.end[this.stack[from] as number] = at;
    if (from === this.stack.length - 1) this.stack.pop(); else this.stack.splice(from, 1);
  }

  private closeTo(depth: number, at: number): void {
    while (this.stack.length > depth) this.end[this.stack.pop() as number] = at;
  }
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

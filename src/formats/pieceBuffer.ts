import type { Format, Framing, OpenMessage } from './format.ts';
import { OpenedValue } from './openedValue.ts';
import { ValueScanner } from './valueScanner.ts';

const openBrace = 0x7b, closeBrace = 0x7d, newline = 0x0a, carriageReturn = 0x0d;

const fewest = 64 * 1024;
/** Line breaks that are looked at before the input is gone through byte by byte. */
const mostLooks = 64;
/** Larger buffers are not kept for what comes after a large value. */
const mostKept = 32 * 1024 * 1024;
/** What is longer without a place to cut is likely to go on to the end of the input, and is opened where its format allows. */
export const longValueBytes = 4 * 1024 * 1024;
/** So long something is waited for that should stand in front of the items. */
const patienceBytes = 64 * 1024 * 1024;

/** `goesOn`: objects and lists in its front that began in an earlier piece; `isCutIn`: those at its end that go on in the next one. */
export interface Piece { readonly bytes: Uint8Array; readonly offset: number; readonly goesOn: number; readonly isCutIn: number }

/**
 * Holds what has come of an input and was not given away yet, and cuts it where its format allows. A buffer is used again: a
 * piece is good until more is added.
 */
export class PieceBuffer {
  private bytes: Uint8Array;
  private start = 0;
  private end = 0;
  /** Where in the input the first byte lies that is held. */
  private offset = 0;
  /** What lies before, from `start` on, holds no line break between two objects. */
  private searched = 0;
  private readonly scanner = new ValueScanner();
  /** A long object of which pieces are given away before it is whole. */
  private opened: OpenedValue | undefined;
  /** How many of its objects and lists what is held goes on with. */
  private goesOn = 0;
  private framing: Framing | undefined;
  /** A long message of which parts are given away before it is whole. */
  private openMessage: OpenMessage | undefined;
  /** What is at hand could not be opened. */
  private isClosed = false;
  private readonly most: number;
  private readonly longBytes: number;

  /** `most` is how much is held at once; objects of more than `longBytes` are opened. */
  constructor(most: number, longBytes = longValueBytes) {
    this.most = most;
    this.longBytes = longBytes;
    this.bytes = new Uint8Array(Math.min(fewest, most));
  }

  get length(): number { return this.end - this.start; }
  get position(): number { return this.offset + this.length; }
  get isFull(): boolean { return this.length >= this.most; }
  /** Whether something has begun that is not whole. */
  get isUnfinished(): boolean { return this.length > 0 || this.openMessage !== undefined; }

  /** Adds as much as fits; gives how many bytes that is. */
  add(chunk: Uint8Array): number {
    const taken = Math.min(chunk.length, this.most - this.length);
    this.makeRoom(taken);
    this.bytes.set(chunk.subarray(0, taken), this.end);
    this.end += taken;
    return taken;
  }

  /** Makes room for an input of this size at once. */
  reserve(bytes: number): void { this.makeRoom(Math.min(this.most, bytes) - this.length); }

  /** All that is held, without giving it away. */
  peek(): Uint8Array { return this.bytes.subarray(this.start, this.end); }

  /** Everything up to the last place at which the input may be cut. `isForced`: also in text between values, where there is nothing else. */
  take(format: Pick<Format, 'pieces' | 'opens' | 'framing'>, isForced: boolean): Piece | undefined {
    const { pieces, opens } = format;
    if (this.opened !== undefined) return this.takeOpened(this.opened);
    if (this.openMessage !== undefined) return this.takeOfMessage(this.openMessage, false);
    const cut = pieces === 'whole' ? 0 : pieces === 'lines' ? this.lineEnd() : pieces === 'messages' ? this.messageEnd(format) : this.valueEnd(isForced);
    if (cut > 0) return this.give(cut);
    if (pieces === 'messages' && this.length >= this.longBytes) this.openMessage = this.framing?.open(this.peek());
    if (this.openMessage !== undefined) return this.takeOfMessage(this.openMessage, false);
    if (pieces !== 'values' || opens === undefined || this.isClosed || this.length < this.longBytes || !this.scanner.isInside) return undefined;
    return this.takeOpened(this.opened = new OpenedValue(opens, this.scanner.begin));
  }

  /** Gives so much away that is of no use. */
  skip(length: number): void { this.give(length); }

  /** Everything that is held. */
  takeAll(): Piece { return (this.openMessage === undefined ? undefined : this.takeOfMessage(this.openMessage, true)) ?? this.give(this.length); }

  /** The items of a long object that are whole, or the object when it ends. */
  private takeOpened(opened: OpenedValue): Piece | undefined {
    const state = opened.scan(this.peek());
    if (state !== 'goes on') {
      this.opened = undefined;
      this.isClosed = true;
      this.scanner.reset();
    }
    if (state === 'ended') return this.give(opened.position);
    const held = this.peek(), cut = opened.cut(held, this.length < patienceBytes);
    if (cut === undefined) return undefined;
    const { end, closers, frame, rest } = cut, bytes = new Uint8Array(end + closers.length), { offset, goesOn } = this;
    bytes.set(held.subarray(0, end));
    bytes.set(closers, end);
    // What goes in front of the rest takes the place of what is gone, of which it is a part.
    this.drop(rest - frame.length);
    this.bytes.set(frame, this.start);
    this.goesOn = closers.length;
    return { bytes, offset, goesOn, isCutIn: closers.length };
  }

  /** What is whole of a long message. */
  private takeOfMessage(message: OpenMessage, isEnd: boolean): Piece | undefined {
    const { bytes, front, taken, isOver } = message.take(this.peek(), isEnd), offset = this.offset - front;
    if (isOver) this.openMessage = undefined;
    this.drop(taken);
    return bytes && { bytes, offset, goesOn: 0, isCutIn: 0 };
  }

  private give(length: number): Piece {
    const piece = { bytes: this.bytes.subarray(this.start, this.start + length), offset: this.offset, goesOn: this.goesOn, isCutIn: 0 };
    this.goesOn = 0;
    this.drop(length);
    this.isClosed = false;
    if (this.scanner.position > 0 && length === (this.scanner.cut || this.scanner.textCut)) this.scanner.forget(length);
    else this.scanner.reset();
    if (this.bytes.length > mostKept && this.length < mostKept) this.replace(new Uint8Array(Math.max(fewest, this.length)));
    return piece;
  }

  private drop(length: number): void {
    this.start += length;
    this.offset += length;
    this.searched = Math.max(0, this.searched - length);
  }

  private lineEnd(): number {
    const line = this.bytes.subarray(this.start + this.searched, this.end).lastIndexOf(newline);
    const cut = line < 0 ? 0 : this.searched + line + 1;
    this.searched = this.length;
    return cut;
  }

  private messageEnd(format: Pick<Format, 'framing'>): number {
    const held = this.peek(), framing = this.framing ??= format.framing?.(held);
    let end = 0;
    for (let next = framing?.end(held, 0); next !== undefined && next > end && next <= held.length; next = framing?.end(held, next)) end = next;
    return end;
  }

  private valueEnd(isForced: boolean): number {
    const between = this.lineBetweenObjects();
    const { scanner } = this;
    if (between > 0) {
      // Nowhere in JSON does an object follow on another one without a comma, so this is the top again.
      scanner.reset();
      return between;
    }
    scanner.scan(this.peek());
    return scanner.cut > 0 || !isForced ? scanner.cut : scanner.textCut;
  }

  /** Behind the last line that ends with a closing brace in front of one that begins with an opening one; 0 when there is none. */
  private lineBetweenObjects(): number {
    // What ends a line and what begins the next one may have come at different times.
    const from = Math.max(0, this.searched - 3), held = this.peek().subarray(from);
    this.searched = this.length;
    let line = held.lastIndexOf(newline);
    for (let looks = 0; line > 0 && looks < mostLooks; line = held.lastIndexOf(newline, line - 1), looks++) {
      if (held[line + 1] === openBrace && held[held[line - 1] === carriageReturn ? line - 2 : line - 1] === closeBrace) return from + line + 1;
    }
    return 0;
  }

  private makeRoom(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const room = this.length + more;
    this.replace(room <= this.bytes.length ? this.bytes : new Uint8Array(Math.min(this.most, Math.max(room, this.bytes.length * 2))));
  }

  private replace(target: Uint8Array): void {
    const { length } = this;
    if (target === this.bytes) target.copyWithin(0, this.start, this.end);
    else target.set(this.peek());
    this.bytes = target;
    this.start = 0;
    this.end = length;
  }
}

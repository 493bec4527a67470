import { viewOf } from '../../model/wireText.ts';

const initialBytes = 16 * 1024;

/** Ranges of bytes, numbered in the order in which they were added; they stay. */
export class KeptBytes {
  /** All ranges, one after the other. */
  bytes = new Uint8Array(initialBytes);
  count = 0;
  private view = new DataView(this.bytes.buffer);
  private readonly starts: Uint32Array;

  /** Holds at most so many. */
  constructor(most: number) { this.starts = new Uint32Array(most + 1); }

  get isFull(): boolean { return this.count === this.starts.length - 1; }

  startOf(number: number): number { return this.starts[number] as number; }
  endOf(number: number): number { return this.starts[number + 1] as number; }
  lengthOf(number: number): number { return (this.starts[number + 1] as number) - (this.starts[number] as number); }

  /** Keeps a copy of bytes[start..end); gives its number. To be called only while there is room. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const from = this.starts[this.count] as number, to = from + end - start;
    if (to > this.bytes.length) this.enlarge();
    this.bytes.set(bytes.subarray(start, end), from);
    this.starts[++this.count] = to;
    return this.count - 1;
  }

  /** Writes a range to another place; gives where it ends there. */
  copyTo(number: number, target: Uint8Array, at: number): number {
    const { bytes } = this, end = this.endOf(number);
    let to = at;
    for (let from = this.startOf(number); from < end; from++) target[to++] = bytes[from] as number;
    return to;
  }

  isSame(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.startOf(number), length = end - start;
    if (this.lengthOf(number) !== length) return false;
    if (length < 4) {
      for (let at = 0; at < length; at++) if (this.bytes[from + at] !== bytes[start + at]) return false;
      return true;
    }
    const words = viewOf(bytes), { view } = this;
    // Four bytes at a time; the last four may overlap those before, and differ most often.
    if (view.getInt32(from + length - 4) !== words.getInt32(end - 4)) return false;
    for (let at = 0; at < length - 4; at += 4) if (view.getInt32(from + at) !== words.getInt32(start + at)) return false;
    return true;
  }

  private enlarge(): void {
    const larger = new Uint8Array(this.bytes.length * 2);
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

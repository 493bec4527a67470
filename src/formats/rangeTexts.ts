import { hashOfRange, isSameRange } from '../model/wireText.ts';

const slots = 256;

/**
 * The texts of a batch for ranges of one buffer. Names and trace ids repeat from span to span, so a range is first
 * compared with an earlier one; only a new one is decoded and interned.
 */
export class RangeTexts {
  private readonly bytes: Uint8Array;
  private readonly intern: (start: number, end: number) => number;
  private readonly starts = new Uint32Array(slots);
  private readonly ends = new Uint32Array(slots);
  private readonly indexes = new Uint32Array(slots);

  /** `intern` decodes a range and gives the index of its text. */
  constructor(bytes: Uint8Array, intern: (start: number, end: number) => number) {
    this.bytes = bytes;
    this.intern = intern;
  }

  /** The index of the text of a range; 0 when it is empty. */
  indexOf(start: number, end: number): number {
    if (start === end) return 0;
    const { bytes } = this, slot = hashOfRange(bytes, start, end) & (slots - 1);
    const known = this.starts[slot] as number;
    if ((this.ends[slot] as number) - known === end - start && isSameRange(bytes, known, start, end - start)) return this.indexes[slot] as number;
    this.starts[slot] = start;
    this.ends[slot] = end;
    return this.indexes[slot] = this.intern(start, end);
  }
}

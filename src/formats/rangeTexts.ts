const slots = 256;

/**
 * The texts of a batch for ranges of one buffer. Names and trace ids repeat from span to span, so a range is first
 * compared with an earlier one; only a new one is decoded and interned.
 */
export class RangeTexts {
  private readonly view: DataView;
  private readonly intern: (start: number, end: number) => number;
  private readonly starts = new Uint32Array(slots);
  private readonly ends = new Uint32Array(slots);
  private readonly indexes = new Uint32Array(slots);

  /** `intern` decodes a range and gives the index of its text. */
  constructor(bytes: Uint8Array, intern: (start: number, end: number) => number) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.intern = intern;
  }

  /** The index of the text of a range; 0 when it is empty. */
  indexOf(start: number, end: number): number {
    if (start === end) return 0;
    const slot = this.slotOf(start, end), known = this.starts[slot] as number;
    if ((this.ends[slot] as number) - known === end - start && this.isSame(known, start, end)) return this.indexes[slot] as number;
    this.starts[slot] = start;
    this.ends[slot] = end;
    return this.indexes[slot] = this.intern(start, end);
  }

  /** Mixes the length with the first and the last word: texts that are numbered differ in their end. */
  private slotOf(start: number, end: number): number {
    const { view } = this;
    if (end - start < 4) return (view.getUint8(start) * 7 + view.getUint8(end - 1)) & (slots - 1);
    const hash = Math.imul(view.getInt32(start, true) ^ (end - start), 0x9e3779b1) ^ Math.imul(view.getInt32(end - 4, true), 0x85ebca6b);
    // The last letters reach the upper bits alone.
    return hash >>> 24;
  }

  private isSame(known: number, start: number, end: number): boolean {
    const { view } = this, distance = known - start;
    let at = start;
    for (; at + 4 <= end; at += 4) if (view.getInt32(at, true) !== view.getInt32(at + distance, true)) return false;
    for (; at < end; at++) if (view.getUint8(at) !== view.getUint8(at + distance)) return false;
    return true;
  }
}

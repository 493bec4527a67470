/** Malformed protobuf bytes. `offset` is where reading stopped. */
export class WireError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'WireError';
    this.offset = offset;
  }
}

/** Wire types of protobuf. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

const mostGroupDepth = 64;

/**
 * Walks one protobuf message, bytes[position..end), field by field:
 * `while (reader.next()) switch (reader.tag) { case 0x0a: …; default: reader.skip(); }`.
 * `tag` holds the field number and the wire type as on the wire, so a known field of another wire type falls to
 * `skip`. Throws WireError on malformed bytes; never reads outside the range. Format: protobuf.dev, "Encoding".
 */
export class WireReader {
  readonly bytes: Uint8Array;
  position: number;
  end: number;
  /** Field number · 8 + wire type of the field that `next` found. */
  tag = 0;
  /** The halves of the last 64-bit value read. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Reads the next tag; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const at = this.position;
    const first = this.bytes[at] as number;
    if (first < 0x80 && first > 7) {
      this.tag = first;
      this.position = at + 1;
      return true;
    }
    this.varint();
    if (this.high !== 0 || this.low <= 7) throw new WireError('no such field number', at);
    this.tag = this.low;
    return true;
  }

  /** Reads a varint of at most 10 bytes into `low` and `high`; bits above the 64th are dropped. */
  varint(): void {
    const { bytes, end } = this;
    let at = this.position, low = 0, high = 0, shift = 0;
    for (;;) {
      if (at >= end) throw new WireError('a number ends too early', at);
      const byte = bytes[at++] as number;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) { low |= part << 28; high |= part >>> 4; }
      else if (shift < 64) high |= part << (shift - 32);
      if (byte < 0x80) break;
      shift += 7;
      if (shift === 70) throw new WireError('a number is longer than 10 bytes', at);
    }
    this.position = at;
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** Reads the length of a text, bytes or message field and gives where it ends; `position` is where it starts. */
  valueEnd(): number {
    const at = this.position;
    const first = at < this.end ? this.bytes[at] as number : 0x80;
    if (first < 0x80) {
      this.position = at + 1;
      if (first > this.end - at - 1) throw new WireError('a field is longer than what holds it', at);
      return at + 1 + first;
    }
    this.varint();
    if (this.high !== 0 || this.low > this.end - this.position) throw new WireError('a field is longer than what holds it', at);
    return this.position + this.low;
  }

  /** Passes over so many bytes; gives where they begin. */
  takeBytes(count: number): number {
    const at = this.position;
    if (at + count > this.end) throw new WireError('a number ends too early', at);
    this.position = at + count;
    return at;
  }

  /** Reads 8 little-endian bytes into `low` and `high`. */
  fixed64(): void {
    this.low = this.fixed32();
    this.high = this.fixed32();
  }

  /** Reads an unsigned 32-bit number of 4 little-endian bytes. */
  fixed32(): number {
    const { bytes } = this, at = this.takeBytes(4);
    return ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0;
  }

  /** Passes over the value of the field that `next` found. */
  skip(): void {
    let open = 0;
    for (;;) {
      switch (this.tag & 7) {
        case wireTypes.varint: this.varint(); break;
        case wireTypes.fixed64: this.fixed64(); break;
        case wireTypes.bytes: this.position = this.valueEnd(); break;
        case wireTypes.fixed32: this.fixed32(); break;
        case wireTypes.groupStart:
          if (++open > mostGroupDepth) throw new WireError('groups are nested too deeply', this.position);
          break;
        case wireTypes.groupEnd:
          if (--open < 0) throw new WireError('the end of a group that did not begin', this.position);
          break;
        default: throw new WireError('no such wire type', this.position);
      }
      if (open === 0) return;
      if (!this.next()) throw new WireError('a group does not end', this.position);
    }
  }
}

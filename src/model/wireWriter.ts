import { hexDigit } from './ids.ts';
import { wireTypes } from './wire.ts';

const encoder = new TextEncoder();
const doubleBytes = new Uint8Array(8);
const doubleView = new DataView(doubleBytes.buffer);

const shortest = 96;

/** Writes protobuf messages into a buffer that grows. Field numbers up to 2^28. */
export class WireWriter {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 256) { this.bytes = new Uint8Array(capacity); }

  /** A copy of what was written, of exact size. */
  finish(): Uint8Array<ArrayBuffer> { return this.bytes.slice(0, this.length); }

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    next.set(this.bytes.subarray(0, this.length));
    this.bytes = next;
  }

  tag(field: number, wireType: number): void { this.varint(field * 8 + wireType); }

  /** A non-negative number below 2^32. */
  varint(value: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** A 64-bit number, signed ones in two's complement. */
  varint64(value: bigint): void {
    this.reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  fixed32(value: number): void {
    this.reserve(4);
    for (let shift = 0; shift < 32; shift += 8) this.bytes[this.length++] = (value >>> shift) & 255;
  }

  fixed64(high: number, low: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  double(value: number): void {
    doubleView.setFloat64(0, value, true);
    this.raw(doubleBytes, 0, 8);
  }

  raw(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    // Most pieces are a few bytes long, for which a call into the engine costs more than the copy.
    if (end - start > shortest) this.bytes.set(bytes.subarray(start, end), this.length);
    else for (let at = start, to = this.length; at < end; at++) this.bytes[to++] = bytes[at] as number;
    this.length += end - start;
  }

  bytesField(field: number, bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.tag(field, wireTypes.bytes);
    this.varint(end - start);
    this.raw(bytes, start, end);
  }

  /** Bytes given as hex digits at digits[start..end), an even number. False, and nothing written, when there is another character. */
  hexField(field: number, digits: Uint8Array, start: number, end: number): boolean {
    const before = this.length;
    this.tag(field, wireTypes.bytes);
    this.varint((end - start) >> 1);
    this.reserve((end - start) >> 1);
    for (let at = start; at < end; at += 2) {
      const byte = (hexDigit(digits[at] as number) << 4) | hexDigit(digits[at + 1] as number);
      if (byte < 0) {
        this.length = before;
        return false;
      }
      this.bytes[this.length++] = byte;
    }
    return true;
  }

  /**
   * A KeyValue message with a text as value, both as they lie in `bytes`: what most attributes are. `field` is below 16, key
   * and text have at most 120 bytes together, so that every length and tag is one byte.
   */
  shortAttribute(field: number, bytes: Uint8Array, key: number, keyEnd: number, text: number, textEnd: number): void {
    this.reserve(keyEnd - key + textEnd - text + 8);
    const { bytes: out } = this;
    let to = this.length;
    out[to++] = field * 8 + wireTypes.bytes;
    out[to++] = keyEnd - key + textEnd - text + 6;
    out[to++] = 0x0a;
    out[to++] = keyEnd - key;
    for (let at = key; at < keyEnd; at++) out[to++] = bytes[at] as number;
    out[to++] = 0x12;
    out[to++] = textEnd - text + 2;
    out[to++] = 0x0a;
    out[to++] = textEnd - text;
    for (let at = text; at < textEnd; at++) out[to++] = bytes[at] as number;
    this.length = to;
  }

  /** A text as UTF-8; lone surrogates become U+FFFD. */
  textField(field: number, text: string): void {
    const start = this.begin(field);
    this.reserve(text.length * 3);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
    this.end(start);
  }

  /** Opens a nested message, or any field whose length is not known yet; gives what `end` wants. */
  begin(field: number): number {
    this.tag(field, wireTypes.bytes);
    this.reserve(1);
    return ++this.length;
  }

  /** Closes what `begin` opened: its length goes in front of it. */
  end(start: number): void {
    const size = this.length - start;
    if (size < 0x80) {
      this.bytes[start - 1] = size;
      return;
    }
    const more = size < 0x4000 ? 1 : size < 0x20_0000 ? 2 : size < 0x1000_0000 ? 3 : 4;
    this.reserve(more);
    this.bytes.copyWithin(start + more, start, this.length);
    const end = this.length + more;
    this.length = start - 1;
    this.varint(size);
    this.length = end;
  }
}

import { hexHalfAt } from './ids.ts';
import { wireTypes } from './wire.ts';
import { viewOf } from './wireText.ts';

const encoder = new TextEncoder();
const doubleBytes = new Uint8Array(8);
const doubleView = new DataView(doubleBytes.buffer);

const shortest = 96;

/** Writes protobuf messages into a buffer that grows. Field numbers up to 2^28. */
export class WireWriter {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  /** Of the bytes: they are written several at a time. */
  private view: DataView<ArrayBuffer>;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** A copy of what was written, of exact size. */
  finish(): Uint8Array<ArrayBuffer> { return this.bytes.slice(0, this.length); }

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    next.set(this.bytes.subarray(0, this.length));
    this.bytes = next;
    this.view = new DataView(next.buffer);
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
    this.reserve(8);
    this.view.setUint32(this.length, low, true);
    this.view.setUint32(this.length + 4, high, true);
    this.length += 8;
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

  /** Bytes given as hex digits at digits[start..end), a multiple of eight below 256. False, and nothing written, when there is another character. */
  hexField(field: number, digits: Uint8Array, start: number, end: number): boolean {
    const before = this.length;
    this.tag(field, wireTypes.bytes);
    this.varint((end - start) >> 1);
    this.reserve((end - start) >> 1);
    for (let at = start; at < end; at += 8) {
      const half = hexHalfAt(digits, at);
      if (half < 0) {
        this.length = before;
        return false;
      }
      this.view.setUint32(this.length, half);
      this.length += 4;
    }
    return true;
  }

  /**
   * A KeyValue message with a text as value, both as they lie in `bytes`: what most attributes are. `field` is below 16, key
   * and text have at most 120 bytes together, so that every length and tag is one byte.
   */
  shortAttribute(field: number, bytes: Uint8Array, key: number, keyEnd: number, text: number, textEnd: number): void {
    const size = textEnd - text;
    this.keyOfShort(field, bytes, key, keyEnd, size + 2);
    const { bytes: out } = this, to = this.length;
    out[to] = 0x0a;
    out[to + 1] = size;
    this.copyShort(bytes, text, textEnd, to + 2);
    this.length = to + 2 + size;
  }

  /** The same with a number below 2^49. */
  shortInteger(field: number, bytes: Uint8Array, key: number, keyEnd: number, value: number): void {
    let size = 1;
    for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
    this.keyOfShort(field, bytes, key, keyEnd, size + 1);
    const { bytes: out } = this;
    let to = this.length, rest = value;
    out[to++] = 0x18;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) out[to++] = (rest % 128) | 0x80;
    out[to++] = rest;
    this.length = to;
  }

  /** The same with a double. */
  shortDouble(field: number, bytes: Uint8Array, key: number, keyEnd: number, value: number): void {
    this.keyOfShort(field, bytes, key, keyEnd, 9);
    this.bytes[this.length] = 0x21;
    this.view.setFloat64(this.length + 1, value, true);
    this.length += 9;
  }

  /** The same with a truth value. */
  shortBoolean(field: number, bytes: Uint8Array, key: number, keyEnd: number, value: boolean): void {
    this.keyOfShort(field, bytes, key, keyEnd, 2);
    this.bytes[this.length] = 0x10;
    this.bytes[this.length + 1] = value ? 1 : 0;
    this.length += 2;
  }

  /** Begins a KeyValue message and the value in it, of which `size` bytes follow; there is room for them. */
  private keyOfShort(field: number, bytes: Uint8Array, key: number, keyEnd: number, size: number): void {
    const keySize = keyEnd - key;
    this.reserve(keySize + size + 12);
    const { bytes: out } = this, to = this.length;
    out[to] = field * 8 + wireTypes.bytes;
    out[to + 1] = keySize + size + 4;
    out[to + 2] = 0x0a;
    out[to + 3] = keySize;
    this.copyShort(bytes, key, keyEnd, to + 4);
    out[to + 4 + keySize] = 0x12;
    out[to + 5 + keySize] = size;
    this.length = to + 6 + keySize;
  }

  /** Copies bytes[from..end) to `to`, four at a time: up to three bytes behind them are written, which what comes next overwrites. */
  private copyShort(bytes: Uint8Array, from: number, end: number, to: number): void {
    if (end + 3 > bytes.length) {
      for (let at = from; at < end; at++) this.bytes[to + at - from] = bytes[at] as number;
      return;
    }
    const source = viewOf(bytes), { view } = this;
    for (let at = from; at < end; at += 4) view.setInt32(to + at - from, source.getInt32(at, true), true);
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

import { packContent, packed, unpackContent, writeVarint } from './packedContent.ts';

/** bytes[start..end). */
export interface ByteRange { readonly bytes: Uint8Array; readonly start: number; readonly end: number }

/** Where the content of a row lies, and which of the trace's origins (resource and scope) it came with. */
export interface ContentRecord extends ByteRange { readonly origin: number }

/** The offset of a row that has no content. */
export const noContent = 0xffff_ffff;

const usualHeaderBytes = 3;
const smallestChunk = 1024, largestChunk = 1 << 20;
/** How much smaller contents have become lately, by which room is made for those to come. */
const lately = { unpacked: 1, packed: 1 };
const remembered = 1 << 20;

/**
 * The attributes, events and links of a trace's spans as bytes, one record after another in chunks: the number of the
 * origin and the length as varints, then the content (model/spanContent.ts), packed (`packedContent.ts`). Records are never
 * changed; a newer version of a span is a new record.
 */
export class ContentArena {
  private readonly chunks: Uint8Array<ArrayBuffer>[] = [];
  /** The offset at which each chunk begins. */
  private readonly starts: number[] = [];
  private last = new Uint8Array(0);
  private lastStart = 0;
  private used = 0;
  /** The chunk that was read last, and what `readPacked` found: rows that follow one another lie near one another. */
  private lastRead = 0;
  private readonly found = { origin: 0, bytes: new Uint8Array(0), start: 0, end: 0 };
  byteLength = 0;

  /** Copies bytes[start..end) and gives the record's offset. */
  append(origin: number, bytes: Uint8Array, start: number, end: number): number {
    packContent(bytes, start, end);
    const { length } = packed, needed = varintBytes(origin) + varintBytes(length) + length;
    if (this.used + needed > this.last.length) this.addChunk(needed);
    const { last } = this;
    const offset = this.lastStart + this.used;
    const at = writeVarint(last, writeVarint(last, this.used, origin), length);
    if (length > 0) last.set(packed.bytes.subarray(0, length), at);
    this.used = at + length;
    noteSizes(end - start, length);
    return offset;
  }

  /** Makes room for so many records with so many bytes in all, so that a small trace is one piece of memory. */
  reserve(records: number, bytes: number): void {
    const needed = Math.ceil(bytes * lately.packed / lately.unpacked) + records * usualHeaderBytes;
    if (this.used + needed > this.last.length && needed <= largestChunk) this.addChunk(needed);
  }

  /** The record at an offset that `append` gave; its bytes are its own. */
  read(offset: number): ContentRecord {
    const { origin, bytes, start, end } = this.readPacked(offset), content = unpackContent(bytes, start, end);
    return { origin, bytes: content, start: 0, end: content.length };
  }

  /** The same as it lies in memory (`PackedParts`); good until the next call. */
  readPacked(offset: number): ContentRecord {
    const chunk = this.chunkOf(offset), { found } = this;
    const bytes = this.chunks[chunk] as Uint8Array<ArrayBuffer>;
    let at = offset - (this.starts[chunk] as number);
    const varint = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++] as number;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    found.origin = varint();
    const length = varint();
    found.bytes = bytes;
    found.start = at;
    found.end = at + length;
    return found;
  }

  /** Gives back the room that is not used. */
  trim(): void {
    if (this.used === this.last.length) return;
    this.byteLength -= this.last.length - this.used;
    this.last = this.last.slice(0, this.used);
    this.chunks[this.chunks.length - 1] = this.last;
  }

  /** How many bytes of a chunk are written. */
  writtenIn(chunk: Uint8Array): number { return chunk === this.last ? this.used : chunk.length; }

  private chunkOf(offset: number): number {
    const { starts, lastRead } = this;
    if (offset >= (starts[lastRead] ?? Infinity) && offset < (starts[lastRead + 1] ?? Infinity)) return lastRead;
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle; else high = middle - 1;
    }
    return this.lastRead = low;
  }

  private addChunk(needed: number): void {
    const usual = this.byteLength === 0 ? 0 : Math.min(largestChunk, Math.max(smallestChunk, this.byteLength >> 1));
    this.lastStart += this.used;
    this.used = 0;
    this.last = new Uint8Array(Math.max(needed, usual));
    this.chunks.push(this.last);
    this.starts.push(this.lastStart);
    this.byteLength += this.last.length;
  }
}

const varintBytes = (value: number): number => (value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5);

function noteSizes(unpackedBytes: number, packedBytes: number): void {
  if (lately.unpacked > remembered) {
    lately.unpacked /= 2;
    lately.packed /= 2;
  }
  lately.unpacked += unpackedBytes;
  lately.packed += packedBytes;
}

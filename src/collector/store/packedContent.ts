import { attributeKeys, mostKeys } from './attributeKeys.ts';
import { afterKey, afterRepeated, firstPlace, repeatedAttributes } from './repeatedAttributes.ts';

const attributeTag = 0x4a, keyTag = 0x0a, valueTag = 0x12, integerTag = 0x18;
/** What stands before a run of bytes as they came; then follow the numbers of keys, and those of whole attributes. */
const runToken = 1, firstKeyToken = 2, firstRepeatedToken = firstKeyToken + mostKeys;
/** Shorter values, and integers, take hardly more room than the number of an attribute. */
const leastRepeated = 4;
/** More than packing ever adds. */
const slack = 16;

/** What `packContent` made: the first `length` of these bytes, until it makes something else. */
export const packed = { bytes: new Uint8Array(4096), length: 0 };

/**
 * Packs the content of a span (model/spanContent.ts), or any other bytes: attributes that say what others said before, and
 * the keys of those that do not, become numbers. They are most of many a content. `unpackContent` gives back the same bytes.
 */
export function packContent(bytes: Uint8Array, start: number, end: number): void {
  if (packed.bytes.length < end - start + slack) packed.bytes = new Uint8Array((end - start) * 2 + slack);
  const out = packed.bytes;
  let to = 0, run = start, key = -1, place = firstPlace;
  for (let at = start; at < end;) {
    const next = bytes[at] === attributeTag ? plainEnd(bytes, at, end) : -1;
    if (next < 0) {
      at = fieldEnd(bytes, at, end);
      continue;
    }
    let repeated = repeatedAttributes.expected(bytes, at, next, place);
    if (repeated >= 0) key = repeatedAttributes.keyOf(repeated);
    else {
      const keyEnd = at + 4 + (bytes[at + 3] as number), number = attributeKeys.numberOf(bytes, at + 4, keyEnd, key);
      if (number < 0) {
        at = next;
        continue;
      }
      key = number;
      if (next - keyEnd - 2 >= leastRepeated && bytes[keyEnd + 2] !== integerTag) repeated = repeatedAttributes.numberOf(bytes, at, next, key, place);
    }
    if (run < at) to = writeRun(out, to, bytes, run, at);
    if (repeated >= 0) {
      to = writeVarint(out, to, repeated + firstRepeatedToken);
      place = afterRepeated(repeated);
    } else {
      to = writeVarint(out, to, key + firstKeyToken);
      // The length of the value and the value.
      for (let from = at + 5 + (bytes[at + 3] as number); from < next; from++) out[to++] = bytes[from] as number;
      place = afterKey(key);
    }
    run = at = next;
  }
  packed.length = run < end ? writeRun(out, to, bytes, run, end) : to;
}

/** Where the attribute at `at` ends, if it is a short KeyValue with its key and its value in this order; otherwise -1. */
function plainEnd(bytes: Uint8Array, at: number, end: number): number {
  const size = bytes[at + 1] as number, keySize = bytes[at + 3] as number, next = at + 2 + size, value = at + 4 + keySize;
  if (size > 0x7f || next > end || bytes[at + 2] !== keyTag || keySize > 0x7f || value + 2 > next) return -1;
  return bytes[value] === valueTag && bytes[value + 1] === next - value - 2 ? next : -1;
}

/** Where a protobuf field ends; `end` when that cannot be told. */
function fieldEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; at < end; shift *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
    return Infinity;
  };
  switch (varint() % 8) {
    case 0: varint(); break;
    case 1: at += 8; break;
    case 2: { const size = varint(); at += size; break; }
    case 5: at += 4; break;
    default: return end;
  }
  return Math.min(at, end);
}

function writeRun(out: Uint8Array, start: number, bytes: Uint8Array, from: number, end: number): number {
  out[start] = runToken;
  const to = writeVarint(out, start + 1, end - from);
  out.set(bytes.subarray(from, end), to);
  return to + end - from;
}

/** Gives the position behind it. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  let at = position, rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}

/** Walks the parts of a packed content: `for (parts.of(bytes, start, end); parts.next();)`. One object serves many contents. */
export class PackedParts {
  bytes: Uint8Array = packed.bytes;
  /** Of a run, fields as they came; of an attribute with a key of its own, the AnyValue message that is its value. */
  start = 0;
  end = 0;
  private token = 0;
  private position = 0;
  private last = 0;

  /** Begins with the content at bytes[start..end). */
  of(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.position = start;
    this.last = end;
    return this;
  }

  /** False after the last part. */
  next(): boolean {
    const { bytes } = this;
    let at = this.position;
    if (at >= this.last) return false;
    let token = bytes[at++] as number;
    if (token > 0x7f) {
      token = (token & 0x7f) | ((bytes[at++] as number) << 7);
      if (token > 0x3fff) token = (token & 0x3fff) | ((bytes[at++] as number) << 14);
    }
    this.token = token;
    if (token < firstRepeatedToken) {
      let size = bytes[at++] as number;
      if (size > 0x7f) {
        size &= 0x7f;
        for (let shift = 7; ; shift += 7) {
          const byte = bytes[at++] as number;
          size |= (byte & 0x7f) << shift;
          if (byte < 0x80) break;
        }
      }
      this.start = at;
      at = this.end = at + size;
    }
    this.position = at;
    return true;
  }

  get isRun(): boolean { return this.token === runToken; }
  /** The number of an attribute that came before; less than 0 where the part is something else. */
  get repeated(): number { return this.token - firstRepeatedToken; }
  /** The number of the key of an attribute whose value is new. */
  get key(): number { return this.token - firstKeyToken; }
}

const parts = new PackedParts();

/** The bytes that `packContent` packed. */
export function unpackContent(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let length = 0;
  for (parts.of(bytes, start, end); parts.next();) {
    if (parts.repeated >= 0) length += repeatedAttributes.kept.lengthOf(parts.repeated);
    else length += parts.end - parts.start + (parts.isRun ? 0 : 6 + attributeKeys.kept.lengthOf(parts.key));
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (parts.of(bytes, start, end); parts.next();) {
    if (parts.repeated >= 0) at = repeatedAttributes.kept.copyTo(parts.repeated, out, at);
    else if (parts.isRun) {
      out.set(bytes.subarray(parts.start, parts.end), at);
      at += parts.end - parts.start;
    } else at = writeAttribute(out, at, bytes, parts);
  }
  return out;
}

function writeAttribute(out: Uint8Array, start: number, bytes: Uint8Array, { key, start: from, end }: PackedParts): number {
  const keySize = attributeKeys.kept.lengthOf(key), size = end - from;
  out[start] = attributeTag;
  out[start + 1] = keySize + size + 4;
  out[start + 2] = keyTag;
  out[start + 3] = keySize;
  let at = attributeKeys.kept.copyTo(key, out, start + 4);
  out[at++] = valueTag;
  out[at++] = size;
  for (let each = from; each < end; each++) out[at++] = bytes[each] as number;
  return at;
}

import { attributeKeys } from './attributeKeys.ts';

const attributeTag = 0x4a, keyTag = 0x0a, valueTag = 0x12;
/** What stands before a run of bytes as they came; larger numbers are keys. */
const runToken = 1, firstKeyToken = 2;
/** More than packing ever adds. */
const slack = 16;

/** What `packContent` made: the first `length` of these bytes, until it makes something else. */
export const packed = { bytes: new Uint8Array(4096), length: 0 };

/**
 * Packs the content of a span (model/spanContent.ts), or any other bytes: the keys of attributes, which are most of many a
 * content and always the same, become numbers. `unpackContent` gives back the same bytes.
 */
export function packContent(bytes: Uint8Array, start: number, end: number): void {
  if (packed.bytes.length < end - start + slack) packed.bytes = new Uint8Array((end - start) * 2 + slack);
  const out = packed.bytes;
  let to = 0, run = start, key = -1;
  for (let at = start; at < end;) {
    const next = bytes[at] === attributeTag ? plainEnd(bytes, at, end) : -1;
    const keyEnd = at + 4 + (bytes[at + 3] as number), number = next < 0 ? -1 : attributeKeys.numberOf(bytes, at + 4, keyEnd, key);
    if (number < 0) {
      at = fieldEnd(bytes, at, end);
      continue;
    }
    if (run < at) to = writeRun(out, to, bytes, run, at);
    to = writeVarint(out, to, number + firstKeyToken);
    // The length of the value and the value.
    for (let from = keyEnd + 1; from < next; from++) out[to++] = bytes[from] as number;
    key = number;
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

/**
 * Hands the parts of a packed content to `onRun`, fields as they came, and `onValue`, the AnyValue message of an attribute with
 * the number of its key, until one says true; whether one did.
 */
export function somePart(bytes: Uint8Array, start: number, end: number, onRun: (start: number, end: number) => boolean, onValue: (start: number, end: number, key: number) => boolean): boolean {
  for (let at = start; at < end;) {
    let token = bytes[at++] as number;
    if (token > 0x7f) token = (token & 0x7f) | ((bytes[at++] as number) << 7);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (token === runToken ? onRun(at, at + size) : onValue(at, at + size, token - firstKeyToken)) return true;
    at += size;
  }
  return false;
}

/** The bytes that `packContent` packed. */
export function unpackContent(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let length = 0;
  somePart(bytes, start, end, (from, to) => { length += to - from; return false; }, (from, to, key) => { length += 6 + attributeKeys.lengthOf(key) + to - from; return false; });
  const out = new Uint8Array(length);
  let at = 0;
  somePart(bytes, start, end, (from, to) => {
    out.set(bytes.subarray(from, to), at);
    at += to - from;
    return false;
  }, (from, to, key) => {
    const keySize = attributeKeys.lengthOf(key), size = to - from;
    out[at] = attributeTag;
    out[at + 1] = keySize + size + 4;
    out[at + 2] = keyTag;
    out[at + 3] = keySize;
    attributeKeys.copyTo(key, out, at + 4);
    at += 4 + keySize;
    out[at++] = valueTag;
    out[at++] = size;
    for (let each = from; each < to; each++) out[at++] = bytes[each] as number;
    return false;
  });
  return out;
}

/**
 * What the library `ws` takes from the native module `bufferutil` where that is installed; the build puts this file in its
 * place. Masking by the word takes a quarter of the time it takes by the byte (RFC 6455, section 5.3).
 */

/** Unmasks a payload in place. */
export function unmask(buffer: Uint8Array, key: Uint8Array): void {
  const first = -buffer.byteOffset & 3, count = Math.max(0, (buffer.length - first) >> 2);
  unmaskBytes(buffer, key, 0, Math.min(first, buffer.length));
  if (count === 0) unmaskBytes(buffer, key, first, buffer.length);
  else {
    const words = new Int32Array(buffer.buffer, buffer.byteOffset + first, count);
    const keyAt = (at: number): number => key[at & 3] as number;
    // Every machine that an editor runs on keeps the lowest byte of a word first.
    const word = keyAt(first) | (keyAt(first + 1) << 8) | (keyAt(first + 2) << 16) | (keyAt(first + 3) << 24);
    for (let at = 0; at < count; at++) words[at] = (words[at] as number) ^ word;
    unmaskBytes(buffer, key, first + count * 4, buffer.length);
  }
}

function unmaskBytes(buffer: Uint8Array, key: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) buffer[at] = (buffer[at] as number) ^ (key[at & 3] as number);
}

/** Masks source[0..length) into `output` from `offset` on; servers never do. */
export function mask(source: Uint8Array, key: Uint8Array, output: Uint8Array, offset: number, length: number): void {
  for (let at = 0; at < length; at++) output[offset + at] = (source[at] as number) ^ (key[at & 3] as number);
}

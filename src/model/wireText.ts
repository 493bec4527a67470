const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const slots = 2048;
/** Longer texts are rarely repeated. A power of two, so that a slot's place in `cachedBytes` is a shift. */
const longestCached = 64;
/** Below this length, assembling a text from character codes is faster than calling the decoder. */
const longestAssembled = 16;

const cachedTexts: string[] = Array.from({ length: slots }, () => '');
const cachedLengths = new Uint8Array(slots);
const cachedBytes = new Uint8Array(slots * longestCached);

/** The text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return end - start > longestAssembled ? decoder.decode(bytes.subarray(start, end)) : assemble(bytes, start, end);
}

/** The same for texts that repeat endlessly, as attribute keys and names do: they are looked up by their bytes. */
export function repeatedTextOf(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > longestCached || length === 0) return textOf(bytes, start, end);
  const slot = slotOf(bytes, start, end);
  if (cachedLengths[slot] === length && isCached(slot, bytes, start, end)) return cachedTexts[slot] as string;
  const text = textOf(bytes, start, end);
  cachedTexts[slot] = text;
  cachedLengths[slot] = length;
  for (let at = start, to = slot * longestCached; at < end; at++) cachedBytes[to++] = bytes[at] as number;
  return text;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start, at = start;
  for (; at + 4 <= end; at += 4) {
    const word = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x9e3779b1);
  return (hash ^ (hash >>> 15)) & (slots - 1);
}

function isCached(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
  const offset = slot * longestCached - start;
  for (let at = start; at < end; at++) if (cachedBytes[offset + at] !== bytes[at]) return false;
  return true;
}

/** Puts ASCII texts together, up to eight characters at a time; leaves others to the decoder. */
function assemble(bytes: Uint8Array, start: number, end: number): string {
  for (let at = start; at < end; at++) if ((bytes[at] as number) > 0x7f) return decoder.decode(bytes.subarray(start, end));
  const code = (at: number): number => bytes[at] as number;
  let text = '', at = start;
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(code(at), code(at + 1), code(at + 2), code(at + 3), code(at + 4), code(at + 5), code(at + 6), code(at + 7));
  }
  for (; at + 2 <= end; at += 2) text += String.fromCharCode(code(at), code(at + 1));
  return at < end ? text + String.fromCharCode(code(at)) : text;
}

/** The largest end ≤ start + `most` at which the UTF-8 bytes can be cut without halving a character. */
export function cutEnd(bytes: Uint8Array, start: number, end: number, most: number): number {
  if (end - start <= most) return end;
  let at = start + most;
  while (at > start && ((bytes[at] as number) & 0xc0) === 0x80) at--;
  return at;
}

/** Whether bytes are UTF-8 (RFC 3629: no over-long forms, no surrogates, nothing beyond U+10FFFF). */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    const first = bytes[at++] as number;
    if (first < 0x80) continue;
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || at + more > end) return false;
    const second = bytes[at] as number;
    if (first === 0xe0 && second < 0xa0 || first === 0xed && second > 0x9f || first === 0xf0 && second < 0x90 || first === 0xf4 && second > 0x8f) return false;
    for (const last = at + more; at < last; at++) if (((bytes[at] as number) & 0xc0) !== 0x80) return false;
  }
  return true;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const slots = 4096;
/** Longer texts are rarely repeated. */
const longestCached = 48;
const cachedTexts: (string | undefined)[] = Array.from({ length: slots }, () => undefined);

/**
 * The text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD. Short texts (attribute keys, names, models) repeat
 * endlessly, so they are looked up by their bytes before anything is decoded.
 */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  if (length > longestCached) return decoder.decode(bytes.subarray(start, end));
  let hash = length;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x9e3779b1);
  const slot = (hash ^ (hash >>> 15)) & (slots - 1);
  const known = cachedTexts[slot];
  if (known?.length === length && isSame(known, bytes, start)) return known;
  const text = decodeShort(bytes, start, end);
  cachedTexts[slot] = text;
  return text;
}

/** Only ASCII texts can be equal: every other character takes more bytes than code units, or is U+FFFD. */
function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

function decodeShort(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7f) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The largest end ≤ start + `most` at which the UTF-8 bytes can be cut without halving a character. */
export function cutEnd(bytes: Uint8Array, start: number, end: number, most: number): number {
  if (end - start <= most) return end;
  let at = start + most;
  while (at > start && ((bytes[at] as number) & 0xc0) === 0x80) at--;
  return at;
}

const encoder = new TextEncoder();
const attributeTag = 0x4a, eventTag = 0x5a, keyTag = 0x0a;
const varint = 0, fixed64 = 1, sized = 2, fixed32 = 5;

/** Looks in the content of a span for an attribute key that begins with one of some prefixes. */
export type KeyScan = (bytes: Uint8Array, start: number, end: number) => boolean;

/**
 * Makes a scan for keys that begin with one of `prefixes`. It runs over every span that arrives, so it only steps from
 * field to field; the first letter of a key decides about nearly all of them. The bytes must be content that a decoder
 * let through; an attribute whose key does not come first is taken for one that is looked for, and so is an event when
 * `orEvents`.
 */
export function keyScanOf(prefixes: readonly string[], orEvents = false): KeyScan {
  const byFirst: (readonly Uint8Array[] | undefined)[] = Array.from({ length: 256 });
  for (const prefix of prefixes.map((text) => encoder.encode(text))) {
    const first = prefix[0] as number;
    byFirst[first] = [...(byFirst[first] ?? []), prefix];
  }
  return (bytes, start, end) => {
    let at = start;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag > 0x7f) tag = (tag & 0x7f) | ((bytes[at++] as number) << 7);
      switch (tag & 7) {
        case sized: {
          let length = bytes[at++] as number;
          if (length > 0x7f) {
            length &= 0x7f;
            for (let shift = 7; ; shift += 7) {
              const byte = bytes[at++] as number;
              length |= (byte & 0x7f) << shift;
              if (!(byte > 0x7f)) break;
            }
          }
          if (tag === attributeTag ? isTelling(bytes, at, byFirst) : orEvents && tag === eventTag) return true;
          at += length;
          break;
        }
        case varint: while ((bytes[at++] as number) > 0x7f); break;
        case fixed64: at += 8; break;
        case fixed32: at += 4; break;
        default: return true;
      }
    }
    return false;
  };
}

/** Whether the key of the KeyValue message at `at` begins with a prefix. */
function isTelling(bytes: Uint8Array, at: number, byFirst: readonly (readonly Uint8Array[] | undefined)[]): boolean {
  if (bytes[at] !== keyTag) return true;
  const length = bytes[at + 1] as number;
  if (length === 0) return false;
  const key = at + (length > 0x7f ? 3 : 2);
  const candidates = byFirst[bytes[key] as number];
  if (candidates === undefined) return false;
  for (const prefix of candidates) {
    if (prefix.length > length) continue;
    let i = 1;
    while (i < prefix.length && bytes[key + i] === prefix[i]) i++;
    if (i === prefix.length) return true;
  }
  return false;
}

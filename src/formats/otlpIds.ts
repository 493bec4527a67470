import { canonicalId, isHex } from '../model/ids.ts';

/**
 * The 32 hex digits that stand for a trace id in formats that take nothing else: ids of 16 digits get zeroes in front,
 * uuids lose their dashes, other texts are hashed, so that the same text always gives the same id. '' stays ''.
 */
export function traceIdHex(id: string): string {
  if (id === '') return '';
  const bare = canonicalId(id.replaceAll('-', ''));
  if (isHex(bare, 32)) return bare.toLowerCase();
  if (isHex(bare, 16)) return `0000000000000000${bare.toLowerCase()}`;
  return hashHex(id, 1) + hashHex(id, 2);
}

/** The 16 hex digits that stand for a span id: other texts are hashed. '' stays ''. */
export function spanIdHex(id: string): string {
  if (id === '') return '';
  return isHex(id, 16) ? id.toLowerCase() : hashHex(id, 3);
}

/** 64 bits of FNV-1a over the UTF-16 units of a text, never all zero. */
export function hashHex(text: string, seed: number): string {
  let hash = 0xcbf2_9ce4_8422_2325n ^ BigInt(seed);
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100_0000_01b3n);
  return (hash === 0n ? 1n : hash).toString(16).padStart(16, '0');
}

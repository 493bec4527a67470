import { viewOf } from '../../model/wireText.ts';
import { KeptBytes } from './keptBytes.ts';

/** Keys of attributes are few in what programs write; what invents ever new ones does without. */
export const mostKeys = 8192;
const longestKey = 100;
const slots = 4 * mostKeys, mostProbes = 16;
/** Drawn anew for every process, so that nobody can prepare keys that collide. */
const seed = Math.floor(Math.random() * 0x1_0000_0000) | 1;

/** Numbers for the keys of attributes, by their bytes; they stay for as long as the process lives. */
class AttributeKeys {
  readonly kept = new KeptBytes(mostKeys);
  /** Number + 1 of the key that has a slot. */
  private readonly numbers = new Uint16Array(slots);
  /** Number + 1 of the key that came after another one the last time; attributes of spans come in the same order again and again. */
  private readonly nexts = new Uint16Array(mostKeys + 1);

  /** The number of the key bytes[start..end), below 8,192; -1 when it has none and gets none. `before` is that of the key before it, or -1. */
  numberOf(bytes: Uint8Array, start: number, end: number, before: number): number {
    const expected = (this.nexts[before + 1] as number) - 1;
    if (expected >= 0 && this.kept.isSame(expected, bytes, start, end)) return expected;
    const number = end - start > longestKey ? -1 : this.find(bytes, start, end, true);
    this.nexts[before + 1] = number + 1;
    return number;
  }

  /** The number of a key that has one; -1 otherwise. */
  knownNumberOf(key: Uint8Array): number { return this.find(key, 0, key.length, false); }

  private find(bytes: Uint8Array, start: number, end: number, isAdded: boolean): number {
    let slot = hashOf(bytes, start, end) >>> 17;
    for (let probes = 0; probes < mostProbes; probes++, slot = (slot + 1) % slots) {
      const known = (this.numbers[slot] as number) - 1;
      if (known < 0) return isAdded ? this.add(slot, bytes, start, end) : -1;
      if (this.kept.isSame(known, bytes, start, end)) return known;
    }
    return -1;
  }

  private add(slot: number, bytes: Uint8Array, start: number, end: number): number {
    if (this.kept.isFull) return -1;
    const number = this.kept.add(bytes, start, end);
    this.numbers[slot] = number + 1;
    return number;
  }
}

export const attributeKeys = new AttributeKeys();

/** Mixes the length with four words of the key, which for one of up to 16 bytes is all of it. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = length ^ seed;
  if (length < 4) {
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x9e37_79b1);
    return Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b);
  }
  const words = viewOf(bytes), third = (length - 4) / 3 | 0;
  hash = Math.imul(hash ^ words.getInt32(start, true), 0x9e37_79b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ words.getInt32(end - 4, true), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ words.getInt32(start + third, true), 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ words.getInt32(end - 4 - third, true), 0x27d4_eb2f);
  return Math.imul(hash ^ (hash >>> 15), 0x9e37_79b1);
}

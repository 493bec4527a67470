import { decodeAnyValue } from '../../model/anyValue.ts';
import type { AttributeValue } from '../../model/attributes.ts';
import { WireReader } from '../../model/wire.ts';
import { viewOf } from '../../model/wireText.ts';
import { mostKeys } from './attributeKeys.ts';
import { KeptBytes } from './keptBytes.ts';

/** Of attributes that say the same again and again, so many are known; they stay for as long as the process lives. */
const mostRepeated = 24_576;
const slots = 65_536, mostProbes = 16;
/** Of those that came once, so many are remembered: what is said a second time soon after gets a number. */
const remembered = 65_536;
/** Drawn anew for every process, so that nobody can prepare attributes that collide. */
const seed = Math.floor(Math.random() * 0x1_0000_0000) | 1;

/** Where an attribute stands among those of its span: after nothing, after a repeated one, or after a key whose value was new. */
export const firstPlace = 0;
export const afterRepeated = (number: number): number => number + 1;
export const afterKey = (key: number): number => mostRepeated + 1 + key;

/** Numbers for whole attributes, key and value, that came before: KeyValue fields of a span's content by their bytes. */
class RepeatedAttributes {
  /** Fields as they came: tag, length, and a KeyValue message with a key and a value, each shorter than 128 bytes. */
  readonly kept = new KeptBytes(mostRepeated);
  /** The number of each one's key. */
  private readonly keys = new Uint16Array(mostRepeated);
  /** Number + 1 of the attribute that has a slot. */
  private readonly numbers = new Uint16Array(slots);
  /** Hashes of attributes that came once. */
  private readonly met = new Int32Array(remembered);
  /** Number + 1 of the one that came at a place the last time; spans of one kind say the same in the same order. */
  private readonly nexts = new Uint16Array(mostRepeated + 1 + mostKeys);

  get count(): number { return this.kept.count; }

  /** The number of the key. */
  keyOf(number: number): number { return this.keys[number] as number; }

  /** What it says. */
  valueOf(number: number): AttributeValue {
    const { kept } = this, start = kept.startOf(number);
    return decodeAnyValue(new WireReader(kept.bytes, start + 6 + (kept.bytes[start + 3] as number), kept.endOf(number)), 0);
  }

  /** The number of the attribute bytes[start..end) if it is the one that came at this place the last time; otherwise -1. */
  expected(bytes: Uint8Array, start: number, end: number, place: number): number {
    const number = (this.nexts[place] as number) - 1;
    return number >= 0 && this.kept.isSame(number, bytes, start, end) ? number : -1;
  }

  /** The number of any attribute; -1 when it has not come before, or has come too often to be remembered. `key` is the number of its key. */
  numberOf(bytes: Uint8Array, start: number, end: number, key: number, place: number): number {
    const hash = hashOf(bytes, start, end);
    for (let probe = 0, slot = hash >>> 16; probe < mostProbes; probe++, slot = (slot + 1) % slots) {
      const known = (this.numbers[slot] as number) - 1;
      if (known >= 0 && !this.kept.isSame(known, bytes, start, end)) continue;
      const number = known >= 0 ? known : this.add(slot, hash, bytes, start, end, key);
      if (number >= 0) this.nexts[place] = number + 1;
      return number;
    }
    return -1;
  }

  private add(slot: number, hash: number, bytes: Uint8Array, start: number, end: number, key: number): number {
    if (this.kept.isFull) return -1;
    const place = hash & (remembered - 1);
    if (this.met[place] !== hash) {
      this.met[place] = hash;
      return -1;
    }
    const number = this.kept.add(bytes, start, end);
    this.keys[number] = key;
    this.numbers[slot] = number + 1;
    return number;
  }
}

export const repeatedAttributes = new RepeatedAttributes();

/** Mixes all words of the attribute, because values that are never repeated may differ in any one of them. It is longer than four bytes. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  const words = viewOf(bytes);
  let hash = (end - start) ^ seed;
  for (let at = start; at < end - 4; at += 4) {
    hash = Math.imul(hash ^ words.getInt32(at, true), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ words.getInt32(end - 4, true), 0x85eb_ca6b);
  return Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
}

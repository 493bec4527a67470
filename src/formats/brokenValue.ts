import { DecodeError } from './format.ts';
import type { ItemKeys, Opens } from './format.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';
import { OpenedValue } from './openedValue.ts';
import type { BrokenLists } from './openedValue.ts';

const openBrace = 0x7b, quote = 0x22, newline = 0x0a;
/** How often bytes may be read again in search of an item, unless they are few. */
const mostPasses = 4, fewBytes = 1024 * 1024;
/** What looking at one place counts at least. */
const fewestPassed = 256;
const mostElements = 10_000_000;

/** Where an object goes on, and in which of its lists. */
export interface FoundItem { readonly at: number; readonly list: number }

/** What is known of an object that begins at `start` and cannot be read at `stop`; undefined when nothing of it is opened. */
export function brokenAt(bytes: Uint8Array, opens: Opens, start: number, stop: number): BrokenLists | undefined {
  const value = new OpenedValue(opens, start), before = bytes.subarray(0, stop);
  return value.scan(before) === 'ended' ? undefined : value.broken(before);
}

/**
 * The next item of one of the lists in bytes[from..); undefined when there is none, or an object that stands at the top begins before: at a
 * line's beginning behind no more than `margin` blanks, with keys of the first list.
 */
export function nextItem(bytes: Uint8Array, from: number, lists: readonly ItemKeys[], margin = -1): FoundItem | undefined {
  const reader = new JsonReader(bytes, 0, bytes.length, { isLenient: true, maxElements: mostElements });
  const most = Math.max(fewBytes, bytes.length * mostPasses);
  let passed = 0;
  for (let at = firstKeyFrom(bytes, from), next = 0; at >= 0 && passed < most; at = firstKeyFrom(bytes, next)) {
    const before = margin < 0 ? -1 : marginOf(bytes, at), mayBeTop = before >= 0 && before <= margin;
    const list = listOf(reader, at, margin < 0 || mayBeTop ? lists : [[], ...lists.slice(1)]);
    if (list === 0 && mayBeTop) return undefined;
    if (list !== undefined && list >= 0) return { at, list };
    passed += Math.max(fewestPassed, reader.position - at);
    // Up to where an object breaks off there is nothing but what is in it.
    next = list === undefined ? Math.max(at + 1, reader.position) : at + 1;
  }
  return undefined;
}

/** The list of which the object at a place is an item, of several the last; -1 where it is of none, undefined where it breaks off. */
export function listOf(reader: JsonReader, at: number, lists: readonly ItemKeys[]): number | undefined {
  const seen = new Set<string>();
  reader.position = at;
  reader.depth = 0;
  try {
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      seen.add(reader.key);
      const found = lists.findLastIndex((kinds) => kinds.some((keys) => keys.every((key) => seen.has(key))));
      if (found >= 0) return found;
      reader.skip();
    }
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof WrongTypeError)) throw error;
    return undefined;
  }
  return -1;
}

/** How many blanks stand between a place and the beginning of its line; -1 where something else does. */
export function marginOf(bytes: Uint8Array, place: number): number {
  let at = place - 1;
  while (at >= 0 && (bytes[at] === 0x20 || bytes[at] === 0x09)) at--;
  return at < 0 || bytes[at] === newline ? place - 1 - at : -1;
}

/** Where the next object begins that has a member; -1 where none does. */
export function firstKeyFrom(bytes: Uint8Array, from: number): number {
  for (let brace = bytes.indexOf(openBrace, from); brace >= 0; brace = bytes.indexOf(openBrace, brace + 1)) {
    let at = brace + 1;
    while ((bytes[at] ?? 0x21) <= 0x20) at++;
    if (bytes[at] === quote) return brace;
  }
  return -1;
}

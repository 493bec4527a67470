import { DecodeError } from './format.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';
import { skipMark } from './jsonRecords.ts';

const mostObjects = 20, mostLooked = 2000, mostKeys = 2000, deepest = 6;
const remembered = new WeakMap<Uint8Array, ReadonlySet<string>>();

/**
 * The keys of the first JSON objects with other keys in the front of an input, which may break off anywhere: paths such as `data/spans/operationName`,
 * in which the levels of arrays do not count. Empty when there are none. What is asked for the same bytes again is remembered,
 * because every JSON format asks.
 */
export function jsonKeys(head: Uint8Array): ReadonlySet<string> {
  let keys = remembered.get(head);
  if (keys === undefined) remembered.set(head, keys = findKeys(head));
  return keys;
}

function findKeys(head: Uint8Array): ReadonlySet<string> {
  const keys = new Set<string>();
  const reader = new JsonReader(head, skipMark(head), head.length, { isLenient: true, maxElements: Number.MAX_SAFE_INTEGER });
  for (let found = 0, looked = 0; found < mostObjects && looked < mostLooked && keys.size < mostKeys; looked++) {
    const start = head.indexOf(0x7b, reader.position), before = keys.size;
    if (start < 0) break;
    reader.position = start;
    reader.depth = 0;
    try {
      collect(reader, '', keys);
    } catch (error) {
      if (!(error instanceof DecodeError) && !(error instanceof WrongTypeError)) throw error;
      if (reader.position >= head.length) break;
      reader.position = Math.max(reader.position, start + 1);
    }
    // Lines of a program's own log are like one another.
    if (keys.size > before) found++;
  }
  return keys;
}

function collect(reader: JsonReader, path: string, keys: Set<string>): void {
  const next = reader.peek();
  if (next === 0x5b) for (let more = reader.beginArray(); more; more = reader.nextItem()) collect(reader, path, keys);
  else if (next !== 0x7b || reader.depth > deepest) reader.skip();
  else {
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const inner = path === '' ? reader.key : `${path}/${reader.key}`;
      if (keys.size < mostKeys) keys.add(inner);
      collect(reader, inner, keys);
    }
  }
}

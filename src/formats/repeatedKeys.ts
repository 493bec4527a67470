import { JsonReader } from './jsonReader.ts';
import { jsonText } from './jsonText.ts';

/** A key that occurs twice in an object. Readers that use values as they come throw it: the last value is the one that counts. */
export class RepeatedKeyError extends Error {}

/** A reader in front of the same object with only the last value of each key; `reader` then stands behind the object. */
export function withLastKeys(reader: JsonReader): JsonReader {
  const bytes = new TextEncoder().encode(jsonText(reader.takeObject()));
  return new JsonReader(bytes, 0, bytes.length, { isLenient: reader.isLenient, maxElements: Number.MAX_SAFE_INTEGER });
}

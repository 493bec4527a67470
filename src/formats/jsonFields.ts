import type { AttributeValue } from '../model/attributes.ts';
import { canonicalId } from '../model/ids.ts';
import { nanosOfDecimal, nanosOfIso } from '../model/time.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';

/** What stands in a field as an object, or undefined. */
export const objectIn = (value: JsonValue | undefined): JsonObject | undefined => (value instanceof Map ? value : undefined);

/** The items of a list, or none. */
export const listIn = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

/** The objects in a list. */
export const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] => listIn(value).filter((item) => item instanceof Map);

/** A text, or the text of a number or truth value; '' for everything else. */
export function textIn(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : '';
}

/** An id in canonical form; '' when there is none. */
export const idIn = (value: JsonValue | undefined): string => canonicalId(textIn(value));

/**
 * A time or a duration that was written as a number or its text in a unit of 10^`unit` ns. Exact as far as the number is.
 * Undefined when there is none.
 */
export function nanosIn(value: JsonValue | undefined, unit: number): bigint | undefined {
  const text = textIn(value);
  return text === '' || typeof value === 'boolean' ? undefined : nanosOfDecimal(text, unit);
}

/** A time as ISO text or as a number of ns. Years before 1970 mean "not recorded", which is 0. Undefined when it is no time. */
export function timeIn(value: JsonValue | undefined): bigint | undefined {
  if (value === undefined || value === null || value === '') return 0n;
  const time = (typeof value === 'string' ? nanosOfIso(value) : undefined) ?? nanosIn(value, 0);
  return time !== undefined && time < 0n ? 0n : time;
}

/** The members of an object as attributes. */
export const attributesIn = (value: JsonValue | undefined): ReadonlyMap<string, AttributeValue> => objectIn(value) ?? new Map();

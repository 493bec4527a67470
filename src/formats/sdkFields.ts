import { spanKinds, statusCodes } from '../model/span.ts';
import { nanosOfPair } from '../model/time.ts';
import { listIn, objectIn, textIn } from './jsonFields.ts';
import type { JsonValue } from './jsonReader.ts';
import { momentIn } from './recordSpans.ts';

/**
 * The kind of a span (index into spanKinds) as the SDKs of JavaScript and Python number it, from 0 for internal, or by a
 * name that ends in it, such as `SpanKind.CLIENT`. Undefined when it is neither; 0 (unspecified) when it is left out.
 */
export function sdkKind(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 && value < spanKinds.length - 1 ? value + 1 : undefined;
  return indexOfWord(value, spanKinds);
}

/** A status code (index into statusCodes) as a number or by a name such as `StatusCode.ERROR`. Undefined when it is neither; 0 when it is left out. */
export function sdkStatus(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number') return value in statusCodes ? value : undefined;
  return indexOfWord(value, statusCodes);
}

/** Which of some words a text such as `SPAN_KIND_CLIENT` or `<SpanKind.CLIENT: 2>` names last. */
function indexOfWord(value: JsonValue, words: readonly string[]): number | undefined {
  const named: readonly string[] = textIn(value).toLowerCase().match(/[a-z]+/g) ?? [];
  return named.map((word) => words.indexOf(word)).findLast((index) => index >= 0);
}

/**
 * A point in time in any of the ways in which SDKs write it: `[seconds, nanoseconds]`, ISO text, or a number since 1970
 * whose size tells its unit. 0 when it was not recorded; undefined when it is no time.
 */
export function sdkTime(value: JsonValue | undefined): bigint | undefined {
  if (value === undefined || value === null || value === '' || value === 0) return 0n;
  if (!Array.isArray(value)) return momentIn(value);
  const [seconds, nanos] = value;
  const time = isWhole(seconds) && isWhole(nanos) ? nanosOfPair(seconds, nanos) : undefined;
  return time !== undefined && time < 0n ? 0n : time;
}

const isWhole = (part: JsonValue | undefined): part is number | bigint => typeof part === 'number' || typeof part === 'bigint';

/** A trace state as its header has it: text, the JavaScript SDK's object, or the text that Python's SDK makes of its list. */
export function sdkTraceState(value: JsonValue | undefined): string {
  if (typeof value === 'string') {
    const pairs = [...value.matchAll(/\{key=([^,{}]*), value=([^{}]*)\}/g)];
    return pairs.length > 0 ? pairs.map(([, key = '', member = '']) => `${key}=${member}`).join(',') : value === '[]' || value === '{}' ? '' : value;
  }
  // The newest member is the last of this Map and the first of the header.
  const members = objectIn(objectIn(value)?.get('_internalState'));
  return members === undefined ? '' : [...members].toReversed().map(([key, member]) => `${key}=${textIn(member)}`).join(',');
}

/** An unsigned 32-bit number; 0 when there is none. */
export function countIn(value: JsonValue | undefined): number {
  const count = Number(typeof value === 'string' && value.trim() !== '' ? value : typeof value === 'number' ? value : 0);
  return Number.isInteger(count) && count >= 0 && count <= 0xffff_ffff ? count : 0;
}

/** A list of `[key, value]` pairs as a Map. */
export function pairsIn(value: JsonValue | undefined): Map<string, JsonValue> {
  return new Map(listIn(value).flatMap((pair) => (Array.isArray(pair) && typeof pair[0] === 'string' ? [[pair[0], pair[1] ?? null] as const] : [])));
}

import type { AttributeValue } from '../model/attributes.ts';
import { base64OfBytes } from './base64.ts';

/** What `jsonText` writes: JSON values, with Maps as objects and integers of any length. */
export type Writable = AttributeValue | undefined | readonly Writable[] | ReadonlyMap<string, Writable> | { readonly [key: string]: Writable };

/**
 * JSON text of a value. Maps and plain objects become objects (members that are undefined are left out), bigint an integer
 * with all its digits, bytes base64 text, numbers that JSON cannot write (NaN, Infinity) text.
 */
export function jsonText(value: Writable): string {
  switch (typeof value) {
    case 'string': return JSON.stringify(value);
    case 'bigint': case 'boolean': return String(value);
    case 'number': return Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : `"${value}"`;
    case 'undefined': return 'null';
    default: return value === null ? 'null' : structureText(value);
  }
}

function structureText(value: Exclude<Writable, string | bigint | boolean | number | null | undefined>): string {
  if (value instanceof Uint8Array) return `"${base64OfBytes(value)}"`;
  if (Array.isArray(value)) return `[${(value as readonly Writable[]).map(jsonText).join(',')}]`;
  const members = value instanceof Map ? [...(value as ReadonlyMap<string, Writable>)] : Object.entries(value as Readonly<Record<string, Writable>>);
  return `{${members.filter(([, member]) => member !== undefined).map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(',')}}`;
}

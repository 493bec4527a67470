import type { AttributeValue } from '../model/attributes.ts';
import { base64OfBytes } from './base64.ts';

/** What `jsonText` writes: JSON values, with Maps as objects and integers of any length. */
export type Writable = AttributeValue | undefined | readonly Writable[] | ReadonlyMap<string, Writable> | { readonly [key: string]: Writable };

/**
 * JSON text of a value. Maps and plain objects become objects (members that are undefined are left out), bigint an integer
 * with all its digits, bytes base64 text, numbers that JSON cannot write (NaN, Infinity) text. In one line, or with
 * `indent` spaces a level.
 */
export function jsonText(value: Writable, indent = 0, level = 0): string {
  switch (typeof value) {
    case 'string': return JSON.stringify(value);
    case 'bigint': case 'boolean': return String(value);
    case 'number': return Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : `"${value}"`;
    case 'undefined': return 'null';
    default: return value === null ? 'null' : structureText(value, indent, level);
  }
}

type Structure = Exclude<Writable, string | bigint | boolean | number | null | undefined>;

function structureText(value: Structure, indent: number, level: number): string {
  if (value instanceof Uint8Array) return `"${base64OfBytes(value)}"`;
  if (Array.isArray(value)) return enclosed('[', (value as readonly Writable[]).map((item) => jsonText(item, indent, level + 1)), ']', indent, level);
  const members = value instanceof Map ? [...(value as ReadonlyMap<string, Writable>)] : Object.entries(value as Readonly<Record<string, Writable>>);
  const colon = indent === 0 ? ':' : ': ';
  const texts = members.filter(([, member]) => member !== undefined).map(([key, member]) => `${JSON.stringify(key)}${colon}${jsonText(member, indent, level + 1)}`);
  return enclosed('{', texts, '}', indent, level);
}

function enclosed(open: string, texts: readonly string[], close: string, indent: number, level: number): string {
  if (indent === 0 || texts.length === 0) return `${open}${texts.join(',')}${close}`;
  const outer = `\n${' '.repeat(indent * level)}`, inner = outer + ' '.repeat(indent);
  return `${open}${inner}${texts.join(`,${inner}`)}${outer}${close}`;
}

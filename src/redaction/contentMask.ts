import type { AttributeValue } from '../model/attributes.ts';
import { callKeys, structuralKeys } from './contentKeys.ts';

const deepest = 64;
/** Longer JSON text is masked as one text. */
const longestParsed = 4 * 1024 * 1024;

/** What stands in the place of a content. */
const maskedText = (text: string): string => (text === '' ? '' : `[masked, ${text.length} characters]`);

/**
 * A value without what it says: texts and numbers are masked, roles, kinds and names of tools stay, and so does the shape,
 * also of JSON text. `key` is the name of the value.
 */
export function maskContent(value: AttributeValue, key = '', depth = 0): AttributeValue {
  if (isStructural(key)) return value;
  if (typeof value === 'string') return maskText(value);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return '[masked]';
  if (value instanceof Uint8Array) return `[masked, ${value.length} bytes]`;
  if (depth >= deepest) return '[masked]';
  if (value instanceof Map) return maskMembers(value as ReadonlyMap<string, AttributeValue>, depth);
  return (value as readonly AttributeValue[]).map((item) => maskContent(item, '', depth + 1));
}

function maskMembers(members: ReadonlyMap<string, AttributeValue>, depth: number): ReadonlyMap<string, AttributeValue> {
  const isCall = [...callKeys].some((key) => members.has(key));
  return new Map([...members].map(([key, value]) => [key, isCall && key === 'name' && typeof value === 'string' ? value : maskContent(value, key, depth + 1)]));
}

/** The last part of a dotted key: attributes spell the path of a value that way. */
function isStructural(key: string): boolean {
  const last = key.slice(key.lastIndexOf('.') + 1);
  return structuralKeys.has(last) || key.endsWith('function.name');
}

function maskText(text: string): string {
  const first = text.trimStart()[0];
  if ((first !== '{' && first !== '[') || text.length > longestParsed) return maskedText(text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return maskedText(text);
  }
  return JSON.stringify(maskJson(parsed, '', 0));
}

/** As `maskContent`, on what JSON.parse gives. Own properties by definition, so that `__proto__` stays a key. */
function maskJson(value: unknown, key: string, depth: number): unknown {
  if (typeof value === 'string') return structuralKeys.has(key) ? value : maskText(value);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return structuralKeys.has(key) ? value : '[masked]';
  if (depth >= deepest) return '[masked]';
  if (Array.isArray(value)) return value.map((item) => maskJson(item, '', depth + 1));
  const members = Object.entries(value);
  const isCall = members.some(([name]) => callKeys.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, isCall && name === 'name' && typeof member === 'string' ? member : maskJson(member, name, depth + 1)]));
}

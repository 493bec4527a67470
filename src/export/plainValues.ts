import { base64OfBytes } from '../formats/base64.ts';
import type { AttributeValue, Attributes } from '../model/attributes.ts';

/** Values that reach here were decoded by us and are at most this deep, plus what conventions wrap around them. */
const deepest = 128;

/**
 * An attribute value in the form that the extension exports: integers beyond ±2^53 as decimal text, bytes as base64,
 * maps as objects without prototype, so that a key like `__proto__` is a key like any other.
 */
export function plainValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return base64OfBytes(value);
  if (depth > deepest) return null;
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  const entries = value instanceof Map ? [...(value as ReadonlyMap<string, AttributeValue>)] : Object.entries(value);
  return plainEntries(entries, depth + 1);
}

/** Attributes in the form that the extension exports. */
export function plainAttributes(attributes: Attributes): Record<string, unknown> {
  return plainEntries([...attributes], 0);
}

function plainEntries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) if (value !== undefined) plain[key] = plainValue(value, depth);
  return plain;
}

import type { AttributeValue } from '../../model/attributes.ts';

/** Whether one of the texts in a value passes a test, numbers as text; values are at most 64 levels deep. */
export function someTextIn(value: AttributeValue, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (typeof value === 'number' || typeof value === 'bigint') return test(String(value));
  if (value === null || typeof value === 'boolean' || value instanceof Uint8Array) return false;
  for (const member of (value as readonly AttributeValue[] | ReadonlyMap<string, AttributeValue>).values()) if (someTextIn(member, test)) return true;
  return false;
}

/** What an attribute may hold: everything that JSON can say. */
export type AttributeValue =
  | string | number | boolean | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type Attributes = Readonly<Record<string, unknown>>;

/** Characters kept of one attribute value; prompts are tens of thousands, images in base64 some hundred thousand. */
const maxCharacters = 1_000_000;
const maxNodes = 20_000;
const maxDepth = 32;

interface Budget { characters: number; nodes: number }

/**
 * A copy of a value as it is now, so that later changes by the agent do not bend what was recorded; never throws.
 * Cycles, depth and size are cut and say so in the text that stands there instead.
 */
export function attributeValue(value: unknown): AttributeValue {
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && value.length <= maxCharacters) return value;
  return copy(value, { characters: maxCharacters, nodes: maxNodes }, []);
}

/** Rough size in bytes of a value in memory and on the wire. */
export function sizeOfValue(value: AttributeValue): number {
  if (typeof value === 'string') return value.length + 8;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 16;
  for (const [key, item] of Object.entries(value)) size += key.length + sizeOfValue(item);
  return size;
}

/** A text that tells what was left out of it. */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… [${text.length - length} more characters]`;
}

function copy(value: unknown, budget: Budget, above: readonly object[]): AttributeValue {
  budget.nodes--;
  switch (typeof value) {
    case 'string': {
      const text = cutText(value, Math.max(0, budget.characters));
      budget.characters -= text.length;
      return text;
    }
    case 'number': return Number.isFinite(value) ? value : String(value);
    case 'boolean': return value;
    case 'bigint': return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'undefined': return null;
    case 'object': return value === null ? null : copyObject(value, budget, above);
    default: return cutText(String(value), 1000);
  }
}

function copyObject(value: object, budget: Budget, above: readonly object[]): AttributeValue {
  if (above.includes(value)) return '[circular]';
  if (above.length >= maxDepth) return '[deeper]';
  const path = [...above, value];
  try {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof Error) return copyEntries(Object.entries({ name: value.name, message: value.message, stack: value.stack }), budget, path);
    if (value instanceof URL || value instanceof RegExp) return String(value);
    if (ArrayBuffer.isView(value)) return copyBytes(value, budget);
    if (value instanceof Map) return copyEntries(value, budget, path);
    if (value instanceof Set || Array.isArray(value)) return copyItems(value, budget, path);
    if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), budget, path);
    return copyEntries(Object.entries(value), budget, path);
  } catch {
    return '[unreadable]';
  }
}

function copyBytes(value: ArrayBufferView, budget: Budget): AttributeValue {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return copy(bytes.subarray(0, maxCharacters).toString('base64'), budget, []);
}

function copyItems(items: Iterable<unknown>, budget: Budget, path: readonly object[]): AttributeValue {
  const out: AttributeValue[] = [];
  for (const item of items) {
    if (budget.nodes <= 0) {
      out.push('[more items]');
      break;
    }
    out.push(copy(item, budget, path));
  }
  return out;
}

function copyEntries(entries: Iterable<readonly [unknown, unknown]>, budget: Budget, path: readonly object[]): AttributeValue {
  const out = Object.create(null) as Record<string, AttributeValue>;
  for (const [key, item] of entries) {
    if (budget.nodes <= 0) {
      out['[more entries]'] = true;
      break;
    }
    const name = String(key);
    budget.characters -= name.length;
    if (item !== undefined) out[name] = copy(item, budget, path);
  }
  return out;
}

/** Headers or message properties: a plain object in any spelling of its keys, a Map, or a Fetch `Headers`. */
export type Carrier = Record<string, unknown> | Map<string, string> | HeadersLike;

/** The part of the Fetch `Headers` that is used. */
export interface HeadersLike {
  get(name: string): string | null;
  set(name: string, value: string): void;
}

/** Longer values are not read: no header that matters here may be longer. */
const maxLength = 16_384;

/** The value of a key in any letter case; of a list the first text. */
export function carrierGet(carrier: Carrier, name: string): string | undefined {
  const value = rawGet(carrier, name);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first.length <= maxLength ? first : undefined;
}

export function carrierSet(carrier: Carrier, name: string, value: string): void {
  if (hasMethods(carrier)) carrier.set(name, value);
  else carrier[name] = value;
}

function rawGet(carrier: Carrier, name: string): unknown {
  if (carrier instanceof Map || !hasMethods(carrier)) {
    const entries = carrier instanceof Map ? carrier : Object.entries(carrier);
    for (const [key, value] of entries) if (key.toLowerCase() === name) return value;
    return undefined;
  }
  return carrier.get(name) ?? undefined;
}

function hasMethods(carrier: Carrier): carrier is Map<string, string> | HeadersLike {
  return typeof carrier.get === 'function' && typeof carrier.set === 'function';
}

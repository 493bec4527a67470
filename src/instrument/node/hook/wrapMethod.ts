export type Method = (this: unknown, ...args: unknown[]) => unknown;

const wrapped = new WeakMap<object, Set<string>>();

/**
 * Replaces a method where it is defined, on the object itself or in its chain of prototypes, once for each definition.
 * The replacement has the name and length of what it replaces.
 */
export function wrapMethod(object: object, name: string, wrap: (original: Method) => Method): void {
  const owner = ownerOf(object, name);
  const descriptor = owner === undefined ? undefined : Reflect.getOwnPropertyDescriptor(owner, name);
  if (owner === undefined || typeof descriptor?.value !== 'function') return;
  const names = wrapped.get(owner) ?? new Set();
  if (names.has(name)) return;
  wrapped.set(owner, names.add(name));
  const original = descriptor.value as Method;
  const replacement = wrap(original);
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(replacement, property, { value: original[property], configurable: true });
  }
  Object.defineProperty(owner, name, { ...descriptor, value: replacement });
}

function ownerOf(object: object, name: string): object | undefined {
  for (let at: object | null = object; at !== null; at = Reflect.getPrototypeOf(at)) if (Object.hasOwn(at, name)) return at;
  return undefined;
}

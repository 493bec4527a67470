import { silently } from '../silently.ts';

const watched = new WeakSet<object>();

/**
 * Tells what a property held and what it holds now, whenever that is something else. Once for each holder. Other than a
 * method that is wrapped it is never seen in a stack trace.
 */
export function watchProperty(holder: object, key: string, changed: (before: unknown, now: unknown) => void): void {
  if (watched.has(holder)) return;
  watched.add(holder);
  const descriptor = Reflect.getOwnPropertyDescriptor(holder, key);
  if (descriptor === undefined || !('value' in descriptor) || descriptor.configurable !== true) return;
  let value: unknown = descriptor.value;
  Object.defineProperty(holder, key, {
    configurable: true,
    enumerable: descriptor.enumerable === true,
    get: () => value,
    set(next: unknown) {
      const before = value;
      value = next;
      if (next !== before) silently(() => changed(before, next));
    },
  });
}

/** Where the hook is that the editor loads into programs (`hook/kitSpans.ts`). */
const hookKey = Symbol.for('spanscope.hook');

/** Lets the hook, where there is one, stop the program at a span that begins, has ended, or whose status has become error. */
export function tellHook(span: object, on: 'start' | 'end' | 'error'): void {
  const hook: unknown = Reflect.get(globalThis, hookKey);
  if (typeof hook === 'object' && hook !== null && 'span' in hook && typeof hook.span === 'function') hook.span(span, on);
}

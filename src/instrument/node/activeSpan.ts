import { currentActive } from './context.ts';
import { flushNow } from './exit.ts';

/** Functions that tell the active span, which the editor calls through the debugger while the program stands. `hook/activeSpans.ts` has one too. */
const tellersKey = Symbol.for('spanscope.activeSpans');
let isTold = false;

/** Ids of trace and span, with a space between them. What is pending is sent: nothing else runs while a program stands. */
function activeSpan(): string | undefined {
  flushNow();
  const span = currentActive()?.span;
  return span === undefined ? undefined : `${span.traceId} ${span.spanId}`;
}

/** Lets the editor ask which span is active. */
export function tellActiveSpan(): void {
  if (isTold) return;
  isTold = true;
  const known: unknown = Reflect.get(globalThis, tellersKey);
  if (Array.isArray(known)) known.push(activeSpan);
  else Object.defineProperty(globalThis, tellersKey, { value: [activeSpan], configurable: true });
}

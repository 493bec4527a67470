import { silently } from './silently.ts';
import { placeOfCaller } from './place.ts';
import { witness } from './lateWitness.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { OtelSpan } from './otelTypes.ts';
import type { Method } from './wrapMethod.ts';

/** Sees the spans of all tracers that a provider, or another one of its class, gives. */
export function watchProvider(provider: unknown): void {
  if (typeof provider !== 'object' || provider === null) return;
  wrapMethod(provider, 'getTracer', (getTracer) => function seenGetTracer(this: unknown, ...args: unknown[]) {
    const tracer = Reflect.apply(getTracer, this, args);
    silently(() => watchTracer(tracer));
    return tracer;
  });
  witness();
}

function watchTracer(tracer: unknown): void {
  if (typeof tracer !== 'object' || tracer === null) return;
  wrapMethod(tracer, 'startSpan', (startSpan) => function seenStartSpan(this: unknown, ...args: unknown[]) {
    const span = Reflect.apply(startSpan, this, args);
    spanStarted(span, seenStartSpan);
    return span;
  });
}

/** Tells of a span that was just made by `entry`, whose caller made it. */
export function spanStarted(span: unknown, entry: Method): void {
  try {
    if (!isReadable(span) || !span.isRecording()) return;
    wrapMethod(span, 'end', (end) => function seenEnd(this: unknown, ...args: unknown[]) {
      try {
        return Reflect.apply(end, this, args);
      } finally {
        spanEnded(this);
      }
    });
    witness().started(span, placeOfCaller(entry));
  } catch {
    // A span of a kind that we do not know.
  }
}

function spanEnded(span: unknown): void {
  try {
    witness().ended(span as object);
  } catch {
    // As above.
  }
}

/** Spans that are not recorded, and those of other makers, have nothing that could be read. */
function isReadable(span: unknown): span is OtelSpan {
  return typeof span === 'object' && span !== null && 'startTime' in span && Array.isArray(span.startTime)
    && 'isRecording' in span && 'spanContext' in span && 'attributes' in span && 'events' in span;
}

import { silently } from './silently.ts';
import { placeOfCaller } from './place.ts';
import { noteTracerName } from './tracerNames.ts';
import { standStill } from './standStill.ts';
import { witness } from './lateWitness.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { SourceLocation } from '../location.ts';
import type { OtelSpan } from './otelTypes.ts';
import type { Moment } from './spanFacts.ts';
import type { Method } from './wrapMethod.ts';

/** Prototypes of spans whose end is seen. */
const watched = new WeakSet<object>();
/** Of a status, by the numbers of the API. */
const errorCode = 2;

/** Sees the spans of all tracers that a provider, or another one of its class, gives. */
export function watchProvider(provider: unknown): void {
  if (typeof provider !== 'object' || provider === null) return;
  wrapMethod(provider, 'getTracer', (getTracer) => function seenGetTracer(this: unknown, ...args: unknown[]) {
    const tracer = Reflect.apply(getTracer, this, args);
    noteTracerName(args[0]);
    silently(() => watchTracer(tracer));
    return tracer;
  });
  witness();
}

function watchTracer(tracer: unknown): void {
  if (typeof tracer !== 'object' || tracer === null) return;
  wrapMethod(tracer, 'startSpan', (startSpan) => function seenStartSpan(this: unknown, ...args: unknown[]) {
    const span = Reflect.apply(startSpan, this, args);
    if (spanStarted(span, seenStartSpan, undefined, this)) standStill();
    return span;
  });
}

/** Tells of a span that was just made by `entry` of a tracer, whose caller made it unless `place` says who; whether the debugger is to stop there. */
export function spanStarted(span: unknown, entry: Method, place?: SourceLocation, tracer?: unknown): boolean {
  try {
    if (!isReadable(span) || !span.isRecording()) return false;
    const one = witness();
    watchSpan(span);
    if (one.awaitsErrors) watchErrors(span);
    return one.started(span, place ?? placeOfCaller(entry, tracer as object | undefined)) && one.stopsAt(span, 'start');
  } catch {
    // A span of a kind that we do not know.
    return false;
  }
}

function watchSpan(span: OtelSpan): void {
  const prototype = Reflect.getPrototypeOf(span);
  if (prototype !== null && watched.has(prototype) && !Object.hasOwn(span, 'end')) return;
  if (prototype !== null) watched.add(prototype);
  wrapMethod(span, 'end', (end) => function seenEnd(this: unknown, ...args: unknown[]) {
    let result: unknown;
    try {
      result = Reflect.apply(end, this, args);
    } finally {
      if (spanEnded(this as OtelSpan)) standStill();
    }
    // Within `try` it would make V8 lose a debugger's step out of here, and let the program run away.
    return result;
  });
}

function watchErrors(span: OtelSpan): void {
  wrapMethod(span, 'setStatus', (setStatus) => function seenSetStatus(this: unknown, ...args: unknown[]) {
    const wasError = hasFailed(this as OtelSpan);
    const result = Reflect.apply(setStatus, this, args);
    if (!wasError && hasFailed(this as OtelSpan) && isStop(this as OtelSpan, 'error')) standStill();
    return result;
  });
}

function spanEnded(span: OtelSpan): boolean {
  try {
    return witness().ended(span) && witness().stopsAt(span, 'end');
  } catch {
    // As above.
    return false;
  }
}

function isStop(span: OtelSpan, on: Moment): boolean {
  try {
    return witness().stopsAt(span, on);
  } catch {
    return false;
  }
}

const hasFailed = (span: OtelSpan): boolean => span.status?.code === errorCode;

/** Spans that are not recorded, and those of other makers, have nothing that could be read. */
function isReadable(span: unknown): span is OtelSpan {
  return typeof span === 'object' && span !== null && 'startTime' in span && Array.isArray(span.startTime)
    && 'isRecording' in span && 'spanContext' in span && 'attributes' in span && 'events' in span;
}

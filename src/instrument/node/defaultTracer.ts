import { currentActive } from './context.ts';
import { Tracer } from './tracer.ts';
import type { TracerOptions } from './tracer.ts';

let defaultTracer: Tracer | undefined;

/** Makes the tracer that `traced`, `traceSpan` and `AgentTracer` use unless they are given one. */
export function configure(options: TracerOptions = {}): Tracer {
  defaultTracer = new Tracer(options);
  return defaultTracer;
}

/** The tracer of `configure`; made with its defaults when nobody has. */
export function getTracer(): Tracer {
  return defaultTracer ?? configure();
}

/** The tracer that made the current span, so that a helper's spans belong to the same service. */
export function tracerInUse(): Tracer {
  const observer = currentActive()?.span?.observer;
  return observer instanceof Tracer ? observer : getTracer();
}

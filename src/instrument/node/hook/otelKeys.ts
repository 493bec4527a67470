/** Where all copies of version 1 of OpenTelemetry's API meet: an object with `trace`, `context` and others as they are registered. */
export const apiKey = Symbol.for('opentelemetry.js.api.1');

/** The key under which OpenTelemetry's SDK keeps that a context is not to be traced. */
export const suppressKey = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** The key under which OpenTelemetry's API keeps the active span in a context. */
export const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');

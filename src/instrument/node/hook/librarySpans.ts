import process from 'node:process';
import { resourceOf } from '../environment.ts';
import { attributeValue } from '../values.ts';
import { isContent, isWithoutContent } from './content.ts';
import { ApiSpan } from './apiSpan.ts';
import { fieldOf } from './fields.ts';
import { apiKey, spanKey } from './otelKeys.ts';
import { placeOfCaller } from './place.ts';
import { standStill } from './standStill.ts';
import { spanStarted } from './watch.ts';
import type { SourceLocation } from '../location.ts';
import type { OtelResource, OtelSpanContext } from './otelTypes.ts';
import type { Method } from './wrapMethod.ts';

const sampled = 1, errorCode = 2;
let resource: OtelResource | undefined;

export interface LibrarySpanInit {
  readonly name: string;
  /** Of the library: also the instrumentation scope. */
  readonly library: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970; else now. */
  readonly startUnixMilli?: number | undefined;
  /** Where the step around it was begun, for steps that the library begins by itself. */
  readonly around?: SourceLocation | undefined;
}

/** A span of a library that has a tracing interface of its own, told like those of OpenTelemetry. */
export class LibrarySpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly place: SourceLocation | undefined;
  readonly #span: ApiSpan;

  /** `entry` is the function of ours that the library has called. */
  constructor(init: LibrarySpanInit, entry: Method) {
    const { traceId, spanId, parentSpanId, library, startUnixMilli } = init;
    this.traceId = traceId;
    this.spanId = spanId;
    resource ??= { attributes: resourceOf(undefined) };
    this.#span = new ApiSpan({
      name: init.name, kind: undefined, links: undefined, attributes: undefined, resource, scope: { name: library },
      context: { traceId, spanId, traceFlags: sampled },
      parent: parentSpanId === undefined ? undefined : { traceId, spanId: parentSpanId, traceFlags: sampled },
      startTime: startUnixMilli === undefined ? undefined : new Date(startUnixMilli),
    });
    this.set(init.attributes);
    this.place = placeOfCaller(entry) ?? init.around;
    if (spanStarted(this.#span, entry, this.place)) standStill();
  }

  /** Attributes as they are now; those without a value are left out, and content where that is not wanted. */
  set(attributes: Readonly<Record<string, unknown>>): void {
    const isBare = isWithoutContent();
    for (const [key, value] of Object.entries(attributes)) if (isTold(value) && !(isBare && isContent(key))) this.#span.setAttribute(key, attributeValue(value));
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  fail(error: unknown): void {
    const { events } = this.#span;
    this.#span.recordException(error);
    this.#span.setStatus({ code: errorCode, message: String(events.at(-1)?.attributes?.['exception.message'] ?? 'error') });
  }

  end(unixMilli?: number): void {
    this.#span.end(unixMilli === undefined ? undefined : new Date(unixMilli));
  }
}

function isTold(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

interface Context { getValue(key: symbol): unknown }

/** Ids of the OpenTelemetry span in which the program is, when it is recorded. */
export function outerSpan(): OtelSpanContext | undefined {
  const manager = fieldOf(fieldOf(globalThis, apiKey), 'context') as { active?(): Context } | undefined;
  const span = manager?.active?.().getValue(spanKey) as { spanContext(): OtelSpanContext; isRecording(): boolean } | undefined;
  return span?.isRecording() === true ? span.spanContext() : undefined;
}

/** Whether OpenTelemetry is switched off, and with it everything that makes spans. */
export const isSwitchedOff = (): boolean => process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';

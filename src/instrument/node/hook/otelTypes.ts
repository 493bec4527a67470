/** A span as every SDK for JavaScript has it (`ReadableSpan` of versions 1 and 2). Times are seconds and nanoseconds. */
export interface OtelSpan {
  readonly name: string;
  readonly kind: number;
  readonly startTime: readonly [number, number];
  readonly endTime: readonly [number, number];
  readonly ended?: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly OtelEvent[];
  readonly links: readonly OtelLink[];
  readonly status: { readonly code: number; readonly message?: string };
  readonly resource?: OtelResource;
  /** Version 2. */
  readonly instrumentationScope?: OtelScope;
  readonly parentSpanContext?: OtelSpanContext;
  /** Version 1. */
  readonly instrumentationLibrary?: OtelScope;
  readonly parentSpanId?: string;
  readonly droppedAttributesCount?: number;
  spanContext(): OtelSpanContext;
  isRecording(): boolean;
}

export interface OtelSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  /** Of another process. */
  readonly isRemote?: boolean;
  readonly traceState?: { serialize(): string };
}

export interface OtelEvent { readonly name: string; readonly time: readonly [number, number]; readonly attributes?: Readonly<Record<string, unknown>> }
export interface OtelLink { readonly context: OtelSpanContext; readonly attributes?: Readonly<Record<string, unknown>> }
export interface OtelScope { readonly name: string; readonly version?: string }
/** `getRawAttributes` is of version 2, whose `attributes` complains while some of them are promises. */
export interface OtelResource { readonly attributes: Readonly<Record<string, unknown>>; getRawAttributes?(): readonly (readonly [string, unknown])[] }

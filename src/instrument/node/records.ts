import type { Attributes, AttributeValue } from './values.ts';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanStatus { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string }

export interface SpanEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes?: Attributes;
}

/** Who made the span: `service.name` and the like. */
export type Resource = Readonly<Record<string, AttributeValue>>;

/** What crosses a process boundary. */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  /** W3C trace flags; 1 = sampled. */
  readonly flags: number;
  readonly traceState?: string | undefined;
  readonly baggage?: ReadonlyMap<string, string> | undefined;
}

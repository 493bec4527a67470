import type { Attributes, AttributeValue } from './attributes.ts';

/** Indexed by the number that OTLP uses for the kind. */
export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof spanKinds)[number];

/** Indexed by the number that OTLP uses for the status code. */
export const statusCodes = ['unset', 'ok', 'error'] as const;
export type StatusCode = (typeof statusCodes)[number];

/** What was noticed about a span while it was kept. The number of a mark is its bit in a `marks` column. */
export const marks = [
  'open',            // has begun and not ended
  'orphan',          // names a parent that has not been seen
  'duplicate',       // the same id came again with other content; the later complete version is shown
  'cycle',           // its parent link closes a cycle, so it is shown as a root
  'badParent',       // its parent id is malformed or its own id, so it is shown as a root
  'endBeforeStart',  // drawn with zero length
  'noStart',         // start zero or out of range; left out of the time axis
  'cut',             // a value, or the number of values, was cut to a limit
  'repaired',        // a value of the wrong type was kept as text, or an enum was out of range
  'lost',            // the connection or the file that reported it ended before it did
  'placeholder',     // never received itself; known through its children, logs or updates
  'derived',         // its times or status were derived and not recorded
  'outOfRange',      // a time too far from the others to be drawn on their axis
] as const;
export type Mark = (typeof marks)[number];
/** A mark that records of spans have and columns do not: it is noticed when the content is decoded. */
export const repeatedKeyMark = 'repeatedKey';
export const markBit = (mark: Mark): number => 1 << marks.indexOf(mark);

/** Times are nanoseconds since 1970 (or since an arbitrary point for formats with a relative clock). */
export interface SpanEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

/** The part of a span that is decoded only when somebody looks at it. */
export interface SpanContent {
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly traceState: string;
  readonly flags: number;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  /** Set when attributes came more than once with the same key; the last ones are there. */
  readonly hasRepeatedKeys?: true;
}

/** `wire`: the OTLP message that it came as, where that says more than the attributes: that a whole number is a double, or keys that repeat. */
export interface Resource {
  readonly attributes: Attributes;
  readonly schemaUrl: string;
  readonly droppedAttributesCount: number;
  readonly wire?: Uint8Array;
}

/** `wire` as in Resource. */
export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly attributes: Attributes;
  readonly schemaUrl: string;
  readonly droppedAttributesCount: number;
  readonly wire?: Uint8Array;
}

/** A log record. Without trace id it belongs to no span. */
export interface LogRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  readonly flags: number;
  readonly droppedAttributesCount: number;
}

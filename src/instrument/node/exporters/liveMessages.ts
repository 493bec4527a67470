import { attributeValue, cutText } from '../values.ts';
import type { SpanEvent } from '../records.ts';
import type { Span, Trace } from '../span.ts';

/** What is told of a span, whoever made it. */
export interface LiveSpan extends Pick<Span, 'traceId' | 'spanId' | 'parentSpanId' | 'name' | 'kind' | 'startTimeUnixNano' | 'endTimeUnixNano'
  | 'ended' | 'status' | 'attributes' | 'events' | 'links' | 'resource' | 'size' | 'lost'> {
  readonly trace: Pick<Trace, 'baggage'>;
  readonly traceState?: string | undefined;
  readonly scope?: { readonly name: string; readonly version?: string | undefined } | undefined;
  /** Told by a bystander: the program may send the same span itself. */
  readonly witness?: true;
}

/** A receiver refuses frames above 4 MiB; this leaves room for what else is in the frame. */
const maxMessageBytes = 3_000_000;
/** Characters left of each text, in turn, until the message fits. */
const cuts = [250_000, 25_000, 2_500, 250, 0];

/** What has changed in a span since it was last sent. */
export interface SpanChanges {
  readonly keys: ReadonlySet<string>;
  readonly eventsFrom: number;
  readonly status: boolean;
}

/** `start` of an open span, `span` of one that has ended: everything there is to say about it. */
export function wholeSpanMessage(span: LiveSpan, id: number | undefined): object {
  const { links, trace } = span;
  return {
    type: span.ended ? 'span' : 'start',
    id,
    witness: span.witness,
    span: {
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      name: span.name,
      kind: span.kind,
      startTimeUnixNano: String(span.startTimeUnixNano),
      endTimeUnixNano: endTime(span),
      status: span.status,
      attributes: { ...Object.fromEntries(span.attributes), ...lost(span) },
      events: span.events.map(wireEvent),
      links: links.length > 0 ? links : undefined,
      resource: { attributes: span.resource },
      scope: span.scope,
      traceState: span.traceState,
      baggage: trace.baggage.size > 0 ? Object.fromEntries(trace.baggage) : undefined,
    },
  };
}

/** `update` of an open span, `end` of one that has ended: what the receiver does not know yet. */
export function changesMessage(span: LiveSpan, changes: SpanChanges, id: number | undefined): object {
  const all = changes.keys.size > 0 ? span.attributes : undefined;
  const attributes = { ...Object.fromEntries([...changes.keys].map((key) => [key, all?.get(key)])), ...lost(span) };
  const events = span.events.slice(changes.eventsFrom).map(wireEvent);
  return {
    type: span.ended ? 'end' : 'update',
    id,
    witness: span.witness,
    traceId: span.traceId,
    spanId: span.spanId,
    endTimeUnixNano: endTime(span),
    status: changes.status || span.ended ? span.status : undefined,
    attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
    events: events.length > 0 ? events : undefined,
  };
}

/** JSON text of a message; its longest texts are cut where it would be refused for its size. */
export function messageText(message: object): string {
  let text = jsonOf(message);
  for (const length of cuts) {
    if (text.length < maxMessageBytes / 3 || Buffer.byteLength(text) <= maxMessageBytes) break;
    text = JSON.stringify(message, (_, value: unknown) => (typeof value === 'string' ? cutText(value, length) : value));
  }
  return text;
}

function jsonOf(message: object): string {
  try {
    return JSON.stringify(message);
  } catch {
    // Something that the agent has put into a span behind the back of its methods.
    return JSON.stringify(attributeValue(message));
  }
}

function wireEvent({ name, timeUnixNano, attributes }: SpanEvent): object {
  return { name, timeUnixNano: String(timeUnixNano), attributes };
}

function endTime(span: LiveSpan): string | undefined {
  return span.endTimeUnixNano === undefined ? undefined : String(span.endTimeUnixNano);
}

function lost(span: LiveSpan): object {
  return span.lost > 0 ? { 'spanscope.lost_attributes_and_events': span.lost } : {};
}

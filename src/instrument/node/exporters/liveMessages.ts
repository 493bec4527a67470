import { attributeValue, cutText } from '../values.ts';
import type { SpanEvent } from '../records.ts';
import type { Span } from '../span.ts';

/** A span that is not the kit's own and makes the text of its whole messages itself. */
export interface ToldSpan extends Pick<Span, 'traceId' | 'spanId' | 'name' | 'endTimeUnixNano' | 'ended' | 'status' | 'attributes' | 'events' | 'size' | 'lost'> {
  /** Told by a bystander: the program may send the same span itself. */
  readonly witness: true;
  /** `start` of an open span, `span` of one that has ended, without an id. */
  wholeText(): string;
}

/** What is told of a span, whoever made it. */
export type LiveSpan = Span | ToldSpan;

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
export function wholeSpanMessage(span: Span): object {
  const { links, trace } = span;
  return {
    type: span.ended ? 'span' : 'start',
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
      baggage: trace.baggage.size > 0 ? Object.fromEntries(trace.baggage) : undefined,
    },
  };
}

/** `update` of an open span, `end` of one that has ended: what the receiver does not know yet. */
export function changesMessage(span: LiveSpan, changes: SpanChanges): object {
  const all = changes.keys.size > 0 ? span.attributes : undefined;
  const attributes = { ...Object.fromEntries([...changes.keys].map((key) => [key, all?.get(key)])), ...lost(span) };
  const events = span.events.slice(changes.eventsFrom).map(wireEvent);
  return {
    type: span.ended ? 'end' : 'update',
    witness: 'witness' in span ? true : undefined,
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
    if (isFitting(text)) break;
    text = JSON.stringify(message, (_, value: unknown) => (typeof value === 'string' ? cutText(value, length) : value));
  }
  return text;
}

/** The same for a message that is a text already. */
export function fittingText(text: string): string {
  return isFitting(text) ? text : messageText(JSON.parse(text) as object);
}

/** A message with the number that its receiver confirms. */
export function numbered(text: string, id: number): string {
  return `${text.slice(0, -1)},"id":${id}}`;
}

const isFitting = (text: string): boolean => text.length < maxMessageBytes / 3 || Buffer.byteLength(text) <= maxMessageBytes;

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

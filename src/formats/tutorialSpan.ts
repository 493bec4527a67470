import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { statusCodes } from '../model/span.ts';
import type { SpanEvent } from '../model/span.ts';
import { halvesOf } from '../model/time.ts';
import type { DraftOrigins } from './draftOrigins.ts';
import { attributesIn, idIn, nanosIn, objectIn, objectsIn, textIn, timeIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { momentIn } from './recordSpans.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { repairedMark } from './spanRows.ts';

/** A span of the tutorial tracer. `traceId` is that of the trace around it, which spans by themselves have not. */
export function tutorialSpanDraft(span: JsonObject, traceId: string, origins: DraftOrigins): SpanDraft {
  const attributes = new Map(objectIn(span.get('attributes')));
  const service = take(attributes, 'service.name'), message = take(attributes, 'status_description');
  const start = moment(span.get('start_time')), duration = nanosIn(span.get('duration_ms'), 6);
  const end = moment(span.get('end_time')), derivedEnd = start !== undefined && duration !== undefined ? start + duration : 0n;
  const status = statusCodes.indexOf(textIn(span.get('status')).toLowerCase() as 'ok');
  return {
    traceId: traceId === '' ? idIn(span.get('trace_id')) : traceId,
    spanId: idIn(span.get('span_id')),
    parentSpanId: idIn(span.get('parent_span_id')),
    name: textIn(span.get('name')),
    start: halvesOf(start ?? 0n),
    end: halvesOf(end === undefined || end === 0n ? derivedEnd : end),
    status: Math.max(0, status),
    statusMessage: message,
    resource: origins.resource(new Map(service === '' ? [] : [['service.name', service]])),
    attributes,
    events: objectsIn(span.get('events')).map(eventOf),
    marks: start === undefined || end === undefined || (status < 0 && span.has('status')) ? repairedMark : 0,
  };
}

/** Tracers that were written after it may tell seconds as Python's clock does, or another unit: how large a number is tells which. */
const moment = (value: JsonValue | undefined): bigint | undefined => (typeof value === 'number' || typeof value === 'bigint' ? momentIn(value) : undefined) ?? timeIn(value);

/** What this tracer puts among the attributes although it has a place of its own. */
function take(attributes: Map<string, AttributeValue>, key: string): string {
  const value = attributes.get(key);
  if (typeof value !== 'string') return '';
  attributes.delete(key);
  return value;
}

/** What this tracer calls the parts of an exception, and what everybody else does. */
const exceptionKeys = new Map([['type', 'exception.type'], ['message', 'exception.message'], ['stacktrace', 'exception.stacktrace']]);
export const ownExceptionKeys = new Map([...exceptionKeys].map(([own, common]) => [common, own]));

/** Attributes under other names. */
export const renamed = (attributes: Attributes, names: ReadonlyMap<string, string>): Attributes =>
  new Map([...attributes].map(([key, value]) => [names.get(key) ?? key, value]));

function eventOf(event: JsonObject): SpanEvent {
  const name = textIn(event.get('name')), attributes = attributesIn(event.get('attributes'));
  return {
    name,
    timeUnixNano: moment(event.get('timestamp')) ?? 0n,
    attributes: name === 'exception' ? renamed(attributes, exceptionKeys) : attributes,
    droppedAttributesCount: 0,
  };
}

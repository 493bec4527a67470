import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { halvesOf, isoOfNanos } from '../model/time.ts';
import { statusCodes } from '../model/span.ts';
import type { SpanEvent } from '../model/span.ts';
import type { EncodeSpan, Format, Sniff } from './format.ts';
import { attributesIn, idIn, nanosIn, objectIn, objectsIn, textIn, timeIn } from './jsonFields.ts';
import { jsonKeys } from './jsonKeys.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { DraftWriter } from './spanDrafts.ts';
import { repairedMark } from './spanRows.ts';

/**
 * The JSON of the tutorial tracer's `to_json`: `{trace_id, spans: [{span_id, parent_span_id, name, start_time, end_time,
 * duration_ms, status, attributes, events}]}`, one object, a list or one a line. Times have no zone and mean UTC; ids are
 * uuids; the service and the status message stand among the attributes as `service.name` and `status_description`.
 * `encode` cannot hold kinds, links, logs, scopes and resources but for the service.
 */
export const tutorial: Format = {
  id: 'tutorial-json',
  label: 'Tutorial tracer JSON',
  pieces: 'values',
  extension: '.trace.json',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isTutorial = keys.has('trace_id') && keys.has('spans/span_id') && (keys.has('spans/start_time') || keys.has('spans/duration_ms'));
    return isTutorial ? { score: 0.95, reason: 'has "trace_id" beside "spans" with "span_id" and "start_time"' } : { score: 0, reason: 'has no "trace_id" beside "spans" with "span_id"' };
  },
  decode(bytes, batch, options): void {
    const writer = new DraftWriter(batch, options);
    const services = new Map<string, number>();
    forEachRecord(bytes, batch, options, 'object', (reader) => {
      const trace = reader.takeObject();
      for (const span of objectsIn(trace.get('spans'))) addSpan(writer, idIn(trace.get('trace_id')), span, services);
    });
    writer.finish();
  },
  encode(spans): Uint8Array {
    const traces = Map.groupBy(spans, ({ traceId }) => traceId);
    const objects = [...traces].map(([traceId, members]) => ({ trace_id: traceId, spans: members.map(jsonSpan) }));
    const text = jsonText(objects.length === 1 ? objects[0] : objects, 2);
    return new TextEncoder().encode(`${text.replaceAll(/[\u007f-\uffff]/g, escapeUnit)}\n`);
  },
};

function addSpan(writer: DraftWriter, traceId: string, span: JsonObject, services: Map<string, number>): void {
  const attributes = new Map(objectIn(span.get('attributes')));
  const service = take(attributes, 'service.name'), message = take(attributes, 'status_description');
  let resource = services.get(service);
  if (resource === undefined) services.set(service, resource = writer.addResource(new Map(service === '' ? [] : [['service.name', service]])));
  const start = timeIn(span.get('start_time')), duration = nanosIn(span.get('duration_ms'), 6);
  const end = timeIn(span.get('end_time')), derivedEnd = start !== undefined && duration !== undefined ? start + duration : 0n;
  const status = statusCodes.indexOf(textIn(span.get('status')).toLowerCase() as 'ok');
  writer.add({
    traceId: traceId === '' ? idIn(span.get('trace_id')) : traceId,
    spanId: idIn(span.get('span_id')),
    parentSpanId: idIn(span.get('parent_span_id')),
    name: textIn(span.get('name')),
    start: halvesOf(start ?? 0n),
    end: halvesOf(end === undefined || end === 0n ? derivedEnd : end),
    status: Math.max(0, status),
    statusMessage: message,
    resource,
    attributes,
    events: objectsIn(span.get('events')).map(eventOf),
    marks: start === undefined || end === undefined || (status < 0 && span.has('status')) ? repairedMark : 0,
  });
}

/** What this tracer puts among the attributes although it has a place of its own. */
function take(attributes: Map<string, AttributeValue>, key: string): string {
  const value = attributes.get(key);
  if (typeof value !== 'string') return '';
  attributes.delete(key);
  return value;
}

/** What this tracer calls the parts of an exception, and what everybody else does. */
const exceptionKeys = new Map([['type', 'exception.type'], ['message', 'exception.message'], ['stacktrace', 'exception.stacktrace']]);
const ownExceptionKeys = new Map([...exceptionKeys].map(([own, common]) => [common, own]));

const renamed = (attributes: Attributes, names: ReadonlyMap<string, string>): Attributes =>
  new Map([...attributes].map(([key, value]) => [names.get(key) ?? key, value]));

function eventOf(event: JsonObject): SpanEvent {
  const name = textIn(event.get('name')), attributes = attributesIn(event.get('attributes'));
  return {
    name,
    timeUnixNano: timeIn(event.get('timestamp')) ?? 0n,
    attributes: name === 'exception' ? renamed(attributes, exceptionKeys) : attributes,
    droppedAttributesCount: 0,
  };
}

function jsonSpan(span: EncodeSpan): Writable {
  const { content, service, statusMessage, startUnixNano: start, endUnixNano: end } = span;
  const attributes = new Map<string, Writable>(service === '' || content.attributes.has('service.name') ? [] : [['service.name', service]]);
  for (const [key, value] of content.attributes) attributes.set(key, value);
  if (statusMessage !== '') attributes.set('status_description', statusMessage);
  return {
    span_id: span.spanId,
    parent_span_id: span.parentSpanId === '' ? null : span.parentSpanId,
    name: span.name,
    start_time: isoTime(start),
    end_time: end === 0n ? null : isoTime(end),
    duration_ms: end === 0n ? null : Number(end - start) / 1e6,
    status: span.status,
    attributes,
    events: content.events.map(({ name, timeUnixNano, attributes: own }) => ({
      name, timestamp: isoTime(timeUnixNano), attributes: name === 'exception' ? renamed(own, ownExceptionKeys) : own,
    })),
  };
}

/** UTC without a zone; microseconds, left out when they are zero, or nanoseconds where there are any. */
function isoTime(nanos: bigint): string {
  const [seconds = '', fraction = ''] = isoOfNanos(nanos).replace('Z', '').split('.');
  if (fraction === '000000000') return seconds;
  return `${seconds}.${fraction.endsWith('000') ? fraction.slice(0, 6) : fraction}`;
}

/** Python's json module writes ASCII only. */
const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

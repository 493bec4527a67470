import type { AttributeValue } from '../model/attributes.ts';
import { canonicalId } from '../model/ids.ts';
import type { SpanEvent, SpanLink } from '../model/span.ts';
import { halvesOf } from '../model/time.ts';
import type { DraftOrigins } from './draftOrigins.ts';
import { attributesIn, nanosIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { countIn, sdkKind, sdkStatus, sdkTime, sdkTraceState } from './sdkFields.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { derivedMark, repairedMark } from './spanRows.ts';

/** The members of a span that have a place of their own. */
const knownMembers = new Set([
  'name', 'context', 'kind', 'parent', 'parent_id', 'start_time', 'end_time', 'duration_ms', 'status', 'attributes', 'events', 'links', 'resource',
  'instrumentation_scope', 'instrumentation_info', 'dropped_attributes', 'dropped_events', 'dropped_links',
]);

/** Whether an object is a span of the Python SDK. */
export const isPythonSpan = (object: JsonObject): boolean => objectIn(object.get('context'))?.has('span_id') === true && object.has('name');

/**
 * A span as the Python SDK's `to_json` writes it, or as programs write the SDK's objects themselves: ids as hex with or
 * without `0x` or as integers, times as ISO text or numbers, the parent as an id or a context.
 */
export function pythonSpanDraft(span: JsonObject, origins: DraftOrigins): SpanDraft {
  const context = objectIn(span.get('context')), parent = objectIn(span.get('parent')), resource = objectIn(span.get('resource'));
  const scope = objectIn(span.get('instrumentation_scope')) ?? objectIn(span.get('instrumentation_info'));
  const status = objectIn(span.get('status')), statusCode = sdkStatus(status === undefined ? span.get('status') : status.get('status_code') ?? status.get('code'));
  const kind = sdkKind(span.get('kind')), start = sdkTime(span.get('start_time')), end = sdkTime(span.get('end_time'));
  const duration = nanosIn(span.get('duration_ms'), 6), isEndDerived = end === 0n && start !== undefined && start > 0n && duration !== undefined;
  return {
    traceId: pythonId(context?.get('trace_id'), 32), spanId: pythonId(context?.get('span_id'), 16),
    parentSpanId: pythonId(span.get('parent_id') ?? parent?.get('span_id') ?? (parent === undefined ? span.get('parent') : undefined), 16),
    name: textIn(span.get('name')), kind: kind ?? 0, status: statusCode ?? 0,
    statusMessage: textIn(status?.get('description') ?? status?.get('message') ?? span.get('status_description')),
    start: halvesOf(start ?? 0n), end: halvesOf(isEndDerived ? start + duration : end ?? 0n),
    traceState: sdkTraceState(context?.get('trace_state')), flags: countIn(context?.get('trace_flags')) & 0xff,
    attributes: attributesOf(span), events: objectsIn(span.get('events')).map(eventOf), links: objectsIn(span.get('links')).map(linkOf),
    droppedAttributesCount: countIn(span.get('dropped_attributes')), droppedEventsCount: countIn(span.get('dropped_events')), droppedLinksCount: countIn(span.get('dropped_links')),
    // Early versions have the attributes of the resource directly in it.
    resource: origins.resource(objectIn(resource?.get('attributes')) ?? resource ?? new Map(), resource?.has('attributes') === true ? textIn(resource.get('schema_url')) : ''),
    scope: origins.scope(textIn(scope?.get('name')), textIn(scope?.get('version')), attributesIn(scope?.get('attributes')), textIn(scope?.get('schema_url'))),
    marks: (kind === undefined || statusCode === undefined || start === undefined || end === undefined ? repairedMark : 0) | (isEndDerived ? derivedMark : 0),
  };
}

/**
 * An id in canonical form: `0x` goes, integers and their decimal text become hex of `digits` digits. Texts of digits that
 * are as long as an id in hex are one.
 */
export function pythonId(value: JsonValue | undefined, digits: 16 | 32): string {
  const text = textIn(value);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return canonicalId(text.slice(2).padStart(digits, '0'));
  const isDecimal = typeof value !== 'string' || (text.length !== 16 && text.length !== 32);
  if (!isDecimal || !/^[0-9]{1,39}$/.test(text)) return canonicalId(text);
  const hex = BigInt(text).toString(16);
  return hex.length > digits ? text : hex.padStart(digits, '0');
}

/** What the writer added to a span beside the SDK's members is kept among its attributes. */
function attributesOf(span: JsonObject): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>(attributesIn(span.get('attributes')));
  for (const [key, value] of span) if (!knownMembers.has(key) && !key.startsWith('_') && value !== null && !attributes.has(key)) attributes.set(key, value);
  return attributes;
}

function eventOf(event: JsonObject): SpanEvent {
  return {
    name: textIn(event.get('name')), timeUnixNano: sdkTime(event.get('timestamp')) ?? 0n,
    attributes: attributesIn(event.get('attributes')), droppedAttributesCount: countIn(event.get('dropped_attributes')),
  };
}

function linkOf(link: JsonObject): SpanLink {
  const context = objectIn(link.get('context'));
  return {
    traceId: pythonId(context?.get('trace_id'), 32), spanId: pythonId(context?.get('span_id'), 16), traceState: sdkTraceState(context?.get('trace_state')),
    attributes: attributesIn(link.get('attributes')), droppedAttributesCount: countIn(link.get('dropped_attributes')), flags: countIn(context?.get('trace_flags')) & 0xff,
  };
}

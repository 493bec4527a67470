import type { AttributeValue } from '../model/attributes.ts';
import type { SpanEvent, SpanLink } from '../model/span.ts';
import { halvesOf } from '../model/time.ts';
import type { DraftOrigins } from './draftOrigins.ts';
import { attributesIn, idIn, nanosIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { countIn, pairsIn, sdkKind, sdkStatus, sdkTime, sdkTraceState } from './sdkFields.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { repairedMark } from './spanRows.ts';

/** Bits of a span's flags: whether it is known that the parent is remote, and that it is. */
const knownRemote = 0x100, isRemote = 0x200;

/** The members of a span that have a place of their own, or say the same as others. Those that begin with `_` are the SDK's own. */
const knownMembers = new Set([
  'traceId', 'spanId', 'id', 'traceFlags', 'traceState', 'isRemote', 'spanContext', 'parentSpanContext', 'parentSpanId', 'parentId', 'parentSpan',
  'name', 'kind', 'startTime', 'endTime', 'timestamp', 'duration', 'ended', 'attributes', 'status', 'events', 'links', 'resource',
  'instrumentationScope', 'instrumentationLibrary', 'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount',
]);

/** The context of a span, which dumps of the public interface have at the top and those of the SDK's object in a member. */
const contextOf = (span: JsonObject): JsonObject => objectIn(span.get('_spanContext')) ?? objectIn(span.get('spanContext')) ?? span;

/** Whether an object is a span of the JavaScript SDK. */
export function isJsSpan(object: JsonObject): boolean {
  const context = contextOf(object);
  return typeof context.get('traceId') === 'string' && (context.has('spanId') || context.has('id')) && object.has('name')
    && (Array.isArray(object.get('startTime')) || object.has('timestamp') || object.has('startTime'));
}

/**
 * A span of the JavaScript SDK of versions 1 and 2, as JSON of its object or of its public members, or as its console
 * exporter shows it. Times are `[seconds, nanoseconds]`, on the console µs; kinds count from 0.
 */
export function jsSpanDraft(span: JsonObject, origins: DraftOrigins): SpanDraft {
  const context = contextOf(span), parent = objectIn(span.get('parentSpanContext')), status = objectIn(span.get('status'));
  const kind = sdkKind(span.get('kind')), code = sdkStatus(status?.get('code')), times = timesOf(span);
  return {
    traceId: idIn(context.get('traceId')), spanId: idIn(context.get('spanId') ?? context.get('id')),
    parentSpanId: idIn(parent?.get('spanId') ?? span.get('parentSpanId') ?? span.get('parentId')),
    name: textIn(span.get('name')), kind: kind ?? 0, status: code ?? 0, statusMessage: textIn(status?.get('message')),
    start: halvesOf(times.start ?? 0n), end: halvesOf(times.end ?? 0n),
    traceState: sdkTraceState(context.get('traceState')) || sdkTraceState(span.get('traceState')),
    flags: flagsOf(context) | (parent === undefined ? 0 : knownRemote | (parent.get('isRemote') === true ? isRemote : 0)),
    attributes: attributesOf(span), events: objectsIn(span.get('events')).map(eventOf), links: objectsIn(span.get('links')).map(linkOf),
    droppedAttributesCount: droppedOf(span, 'Attributes'), droppedEventsCount: droppedOf(span, 'Events'), droppedLinksCount: droppedOf(span, 'Links'),
    resource: jsResource(span.get('resource'), origins), scope: jsScope(span, origins),
    marks: kind === undefined || code === undefined || times.start === undefined || times.end === undefined ? repairedMark : 0,
  };
}

const droppedOf = (span: JsonObject, what: string): number => countIn(span.get(`dropped${what}Count`) ?? span.get(`_dropped${what}Count`));

const flagsOf = (context: JsonObject | undefined): number => countIn(context?.get('traceFlags')) & 0xff;

/** Of a span that has not ended, the end is `[0, 0]`. */
function timesOf(span: JsonObject): { readonly start: bigint | undefined; readonly end: bigint | undefined } {
  if (!span.has('timestamp') || span.has('startTime')) return { start: sdkTime(span.get('startTime')), end: sdkTime(span.get('endTime')) };
  const start = nanosIn(span.get('timestamp'), 3), duration = nanosIn(span.get('duration'), 3);
  return { start, end: start === undefined || duration === undefined ? undefined : start + duration };
}

function attributesOf(span: JsonObject): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>(attributesIn(span.get('attributes')));
  for (const [key, value] of span) {
    if (!knownMembers.has(key) && !key.startsWith('_') && value !== null && !attributes.has(key)) attributes.set(key, value);
  }
  return attributes;
}

/** The index of a resource in any of the forms that the versions of the SDK give it. */
export function jsResource(value: JsonValue | undefined, origins: DraftOrigins): number {
  const resource = objectIn(value), raw = resource?.get('_rawAttributes');
  // Raw attributes may be promises, which are no values yet.
  const attributes = objectIn(resource?.get('attributes')) ?? objectIn(resource?.get('_memoizedAttributes')) ?? (Array.isArray(raw) ? pairsIn(raw) : undefined)
    ?? objectIn(resource?.get('_attributes')) ?? objectIn(resource?.get('_syncAttributes'));
  return origins.resource(attributes ?? new Map(), textIn(resource?.get('schemaUrl') ?? resource?.get('_schemaUrl')));
}

/** The index of the scope of a span or a log record. */
export function jsScope(record: JsonObject, origins: DraftOrigins): number {
  const scope = objectIn(record.get('instrumentationScope')) ?? objectIn(record.get('instrumentationLibrary'));
  return origins.scope(textIn(scope?.get('name')), textIn(scope?.get('version')), attributesIn(scope?.get('attributes')), textIn(scope?.get('schemaUrl')));
}

function eventOf(event: JsonObject): SpanEvent {
  return {
    name: textIn(event.get('name')), timeUnixNano: sdkTime(event.get('time')) ?? 0n,
    attributes: attributesIn(event.get('attributes')), droppedAttributesCount: countIn(event.get('droppedAttributesCount')),
  };
}

function linkOf(link: JsonObject): SpanLink {
  const context = objectIn(link.get('context'));
  return {
    traceId: idIn(context?.get('traceId')), spanId: idIn(context?.get('spanId')), traceState: sdkTraceState(context?.get('traceState')),
    attributes: attributesIn(link.get('attributes')), droppedAttributesCount: countIn(link.get('droppedAttributesCount')), flags: flagsOf(context),
  };
}

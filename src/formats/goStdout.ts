import type { AttributeValue } from '../model/attributes.ts';
import { statusCodes } from '../model/span.ts';
import type { SpanEvent, SpanLink } from '../model/span.ts';
import { halvesOf } from '../model/time.ts';
import { bytesOfBase64 } from './base64.ts';
import { DraftOrigins } from './draftOrigins.ts';
import type { Format, Sniff } from './format.ts';
import { idIn, listIn, objectIn, objectsIn, textIn, timeIn } from './jsonFields.ts';
import { jsonKeys } from './jsonKeys.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { countIn } from './sdkFields.ts';
import { DraftWriter } from './spanDrafts.ts';
import { repairedMark } from './spanRows.ts';

/** Bits of a span's flags: whether it is known that the parent is remote, and that it is. */
const knownRemote = 0x100, isRemote = 0x200;

/**
 * What Go's stdouttrace exporter prints (opentelemetry-go, exporters/stdout/stdouttrace): an object a span, one a line or
 * indented with tabs, other output of the program in between. Attributes are `{Key, Value: {Type, Value}}`; lists may be
 * null; times have an offset and up to 9 digits, and are year 1 when the exporter leaves them out. `ChildSpanCount` is
 * not kept: it counts what the file shows.
 */
export const goStdout: Format = {
  id: 'go-stdouttrace',
  label: 'OpenTelemetry Go stdout',
  pieces: 'values',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isGo = keys.has('SpanContext/TraceID') && keys.has('SpanContext/SpanID') && keys.has('Name') && (keys.has('Parent') || keys.has('SpanKind'));
    return isGo ? { score: 0.95, reason: 'has "Name" beside "SpanContext.TraceID"' } : { score: 0, reason: 'has no "SpanContext.TraceID"' };
  },
  decode(bytes, batch, options): void {
    const writer = new DraftWriter(batch, options), origins = new DraftOrigins(writer);
    forEachRecord(bytes, batch, options, 'object', (reader) => {
      const span = reader.takeObject();
      if (!span.has('SpanContext')) return span.size === 0;
      addSpan(writer, origins, span);
      writer.handOver();
      return true;
    });
    writer.flush();
  },
};

function addSpan(writer: DraftWriter, origins: DraftOrigins, span: JsonObject): void {
  const context = objectIn(span.get('SpanContext')), parent = objectIn(span.get('Parent'));
  const scope = objectIn(span.get('InstrumentationScope')) ?? objectIn(span.get('InstrumentationLibrary'));
  const statusText = textIn(objectIn(span.get('Status'))?.get('Code')).toLowerCase(), status = statusCodes.indexOf(statusText as 'ok');
  const start = timeIn(span.get('StartTime')), end = timeIn(span.get('EndTime')), kind = span.get('SpanKind');
  const parentSpanId = idIn(parent?.get('SpanID')), isKind = typeof kind === 'number' && kind >= 0 && kind <= 5;
  writer.add({
    traceId: idIn(context?.get('TraceID')), spanId: idIn(context?.get('SpanID')), parentSpanId, name: textIn(span.get('Name')),
    kind: isKind ? kind : 0, status: Math.max(0, status), statusMessage: textIn(objectIn(span.get('Status'))?.get('Description')),
    start: halvesOf(start ?? 0n), end: halvesOf(end ?? 0n),
    traceState: textIn(context?.get('TraceState')), flags: flagsOf(context) | knownRemote | (parent?.get('Remote') === true ? isRemote : 0),
    attributes: attributesOf(span.get('Attributes')), events: objectsIn(span.get('Events')).map(eventOf), links: objectsIn(span.get('Links')).map(linkOf),
    droppedAttributesCount: countIn(span.get('DroppedAttributes')), droppedEventsCount: countIn(span.get('DroppedEvents')), droppedLinksCount: countIn(span.get('DroppedLinks')),
    resource: origins.resource(attributesOf(span.get('Resource'))),
    scope: origins.scope(textIn(scope?.get('Name')), textIn(scope?.get('Version')), attributesOf(scope?.get('Attributes')), textIn(scope?.get('SchemaURL'))),
    marks: start === undefined || end === undefined || (status < 0 && statusText !== '') || (kind !== undefined && !isKind) ? repairedMark : 0,
  });
}

const flagsOf = (context: JsonObject | undefined): number => Number.parseInt(textIn(context?.get('TraceFlags')) || '0', 16) & 0xff;

const attributesOf = (list: JsonValue | undefined): Map<string, AttributeValue> =>
  new Map(objectsIn(list).map((attribute) => [textIn(attribute.get('Key')), valueOf(attribute.get('Value'))]));

/** The value of `{Type, Value}`. */
function valueOf(typed: JsonValue | undefined): AttributeValue {
  const object = objectIn(typed), value = object?.get('Value') ?? null;
  switch (object?.get('Type')) {
    case undefined: return typed ?? null;
    case 'BYTESLICE': return (typeof value === 'string' ? bytesOfBase64(value) : undefined) ?? value;
    case 'SLICE': return listIn(value).map(valueOf);
    case 'MAP': return attributesOf(value);
    default: return value;
  }
}

function eventOf(event: JsonObject): SpanEvent {
  return {
    name: textIn(event.get('Name')), timeUnixNano: timeIn(event.get('Time')) ?? 0n,
    attributes: attributesOf(event.get('Attributes')), droppedAttributesCount: countIn(event.get('DroppedAttributeCount')),
  };
}

function linkOf(link: JsonObject): SpanLink {
  const context = objectIn(link.get('SpanContext'));
  return {
    traceId: idIn(context?.get('TraceID')), spanId: idIn(context?.get('SpanID')), traceState: textIn(context?.get('TraceState')),
    attributes: attributesOf(link.get('Attributes')), droppedAttributesCount: countIn(link.get('DroppedAttributeCount')), flags: flagsOf(context),
  };
}

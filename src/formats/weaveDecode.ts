import type { AttributeValue } from '../model/attributes.ts';
import { spanKinds } from '../model/span.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import type { DecodeOptions } from './format.ts';
import { idIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import { JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { flattenInto } from './nestedAttributes.ts';
import { eventIn, halvesIn, objectOrJson, put, putMembers, readRecords } from './recordSpans.ts';
import type { RecordSpans } from './recordSpans.ts';

/** Adds Weave's calls to a batch. */
export function decodeWeave(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void {
  let deleted = 0;
  const addCall = (call: JsonObject, spans: RecordSpans): void => {
    if (!call.has('op_name') && !call.has('started_at')) spans.passOver();
    else if (textIn(call.get('deleted_at')) === '') add(call, spans); else deleted++;
  };
  readRecords(bytes, batch, options, (reader, spans) => { readAny(reader, (call) => { addCall(call, spans); }); });
  batch.tally(deleted, 'calls were deleted and are left out', 'call was deleted and is left out');
}

function readAny(reader: JsonReader, add: (call: JsonObject) => void): void {
  const members = new JsonMembers(reader);
  const list = ['calls', 'call', 'data'].find((key) => members.isList(key) || members.isObject(key));
  if (list !== undefined && !members.has('op_name')) members.each(list, (call) => { add(call.takeObject()); });
  else if (!members.isBroken) add(members.takeAllBut(new Set()));
  members.leave();
}

/** Members of a call that have a place of their own; the others are attributes behind `weave.`. */
const places: ReadonlyMap<string, string> = new Map(
  ['id', 'trace_id', 'parent_id', 'started_at', 'ended_at', 'deleted_at', 'display_name', 'attributes', 'summary'].map((key) => [key, '']),
);

function add(call: JsonObject, spans: RecordSpans): void {
  const own = objectIn(call.get('attributes')), original = objectIn(own?.get('otel_span')), program = objectIn(own?.get('weave'));
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of objectIn(original?.get('attributes')) ?? []) flattenInto(attributes, key, value);
  put(attributes, 'weave.kind', program?.get('kind') ?? own?.get('kind'));
  putMembers(attributes, call, 'weave.', places);
  putSummary(attributes, objectIn(call.get('summary')));
  for (const [key, value] of own ?? []) if (key !== 'otel_span' && key !== 'weave' && key !== 'kind') put(attributes, `weave.attributes.${key}`, value);
  const exception = textIn(call.get('exception')), ownStatus = textIn(objectIn(objectIn(call.get('summary'))?.get('weave'))?.get('status'));
  spans.add({
    traceId: idIn(call.get('trace_id')), spanId: idIn(call.get('id')), parentSpanId: idIn(call.get('parent_id')), name: nameOf(call),
    kind: Math.max(0, spanKinds.indexOf(textIn(original?.get('kind')).toLowerCase() as 'client')),
    start: halvesIn(call.get('started_at')), end: halvesIn(call.get('ended_at')),
    status: exception !== '' || ownStatus === 'error' ? 2 : ownStatus === 'success' ? 1 : 0, statusMessage: messageOf(exception),
    attributes, events: objectsIn(original?.get('events')).map(eventIn), resource: spans.resourceOf(resourceOf(original, program)),
  });
}

/** A summary in parts: what a step is read from is to be short. */
function putSummary(attributes: Map<string, AttributeValue>, summary: JsonObject | undefined): void {
  for (const [key, value] of summary ?? []) {
    if (key === 'weave' && value instanceof Map) for (const [inner, member] of value) put(attributes, `weave.summary.weave.${inner}`, member);
    else put(attributes, `weave.summary.${key}`, value);
  }
}

function nameOf(call: JsonObject): string {
  const shown = textIn(call.get('display_name')), op = textIn(call.get('op_name'));
  return shown === '' ? /\/op\/(.+?)(?::[^:/]*)?$/.exec(op)?.[1] ?? op : shown;
}

/** An exception is text, or JSON of its type, message and frames. */
function messageOf(exception: string): string {
  const read = objectOrJson(exception);
  return read === undefined ? exception : [textIn(read.get('type')), textIn(read.get('message'))].filter((text) => text !== '').join(': ');
}

/** The program that called: what the original span says, and what the client adds to every call. */
function resourceOf(original: JsonObject | undefined, program: JsonObject | undefined): ReadonlyMap<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of objectIn(objectIn(original?.get('resource'))?.get('attributes')) ?? []) flattenInto(attributes, key, value);
  for (const [key, value] of program ?? []) if (key !== 'kind') flattenInto(attributes, `weave.${key}`, value);
  return attributes;
}

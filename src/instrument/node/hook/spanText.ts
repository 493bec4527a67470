import process from 'node:process';
import { variablePairs } from '../environment.ts';
import { attributeValue } from '../values.ts';
import { membersText, quoted } from './jsonText.ts';
import type { SourceLocation } from '../location.ts';
import type { AttributeValue } from '../values.ts';
import type { OtelResource, OtelScope, OtelSpan } from './otelTypes.ts';
import type { RunningTest } from './tests/runningTest.ts';

/** Where a span began: at which line of the user's, and as the topmost one of which test. */
export interface Beginning { readonly place: SourceLocation | undefined; readonly test?: Pick<RunningTest, 'name' | 'file'> | undefined }

/** By the numbers of the API. */
const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
export const statusCodes = ['unset', 'ok', 'error'] as const;
const nanosInSecond = 1_000_000_000;
const ownProcess = `"spanscope.process.pid":${process.pid}`;

/** A message of the live protocol as JSON text: `span` of a span that has ended, `start` of an open one, with everything there is to say about it. */
export function wholeText(span: OtelSpan, beginning: Beginning, ended: boolean): string {
  const { traceId, spanId, traceState } = span.spanContext(), parent = parentOf(span), { status, events, links } = span;
  const state = traceState?.serialize();
  return `{"type":"${ended ? 'span' : 'start'}","witness":true,"span":{"traceId":${quoted(traceId)},"spanId":${quoted(spanId)}${
    parent === undefined ? '' : `,"parentSpanId":${quoted(parent)}`},"name":${quoted(span.name)},"kind":"${kinds[span.kind] ?? 'internal'}","startTimeUnixNano":"${timeText(span.startTime)}"${
    ended ? `,"endTimeUnixNano":"${timeText(span.endTime)}"` : ''},"status":{"code":"${statusCodes[status.code] ?? 'unset'}"${
    status.message === undefined ? '' : `,"message":${quoted(status.message)}`}},"attributes":{${attributesText(span, beginning)}}${
    events.length === 0 ? '' : `,"events":[${events.map((event) => `{"name":${quoted(event.name)},"timeUnixNano":"${timeText(event.time)}","attributes":{${membersText(event.attributes ?? {})}}}`).join()}]`}${
    links.length === 0 ? '' : `,"links":[${links.map(({ context, attributes }) => `{"traceId":${quoted(context.traceId)},"spanId":${quoted(context.spanId)},"attributes":{${membersText(attributes ?? {})}}}`).join()}]`},${
    originText(span)}${state === undefined ? '' : `,"traceState":${quoted(state)}`}}}`;
}

export const parentOf = (span: OtelSpan): string | undefined => span.parentSpanContext?.spanId ?? span.parentSpanId;

/** The program's attributes and what is only known here. */
function attributesText(span: OtelSpan, { place, test }: Beginning): string {
  const { parentSpanContext: parent, droppedAttributesCount: lost = 0 } = span;
  let text = membersText(span.attributes);
  const add = (more: string): void => { text += text === '' ? more : `,${more}`; };
  if (place !== undefined) add(placeText(place));
  // Version 1 does not tell whether the parent is in this process.
  if (parent === undefined || parent.isRemote === true) add(ownProcess);
  if (test !== undefined) add(membersText({ 'spanscope.test.name': test.name, ...(test.file === undefined ? {} : { 'spanscope.test.file': test.file }) }));
  if (lost > 0) add(`"spanscope.lost_attributes_and_events":${lost}`);
  return text;
}

const placeTexts = new WeakMap<SourceLocation, string>();

function placeText(place: SourceLocation): string {
  let text = placeTexts.get(place);
  if (text === undefined) {
    text = membersText({ 'spanscope.source.file': place.file, 'spanscope.source.line': place.line, 'spanscope.source.function': place.functionName });
    placeTexts.set(place, text);
  }
  return text;
}

/** Nanoseconds since 1970 of a time of the API: seconds and nanoseconds. */
export function nanosOf([seconds, nanos]: readonly [number, number]): bigint {
  return BigInt(seconds) * BigInt(nanosInSecond) + BigInt(Math.round(nanos));
}

/** The same as text, mostly without the detour through large numbers. */
function timeText(time: readonly [number, number]): string {
  const [seconds, nanos] = time;
  if (!(seconds > 0 && Number.isSafeInteger(seconds) && Number.isInteger(nanos) && nanos >= 0 && nanos < nanosInSecond)) return String(nanosOf(time));
  return `${seconds}${String(nanosInSecond + nanos).slice(1)}`;
}

const resourceTexts = new WeakMap<object, string>();
const scopeTexts = new WeakMap<object, string>();

function originText(span: OtelSpan): string {
  const scope = span.instrumentationScope ?? span.instrumentationLibrary;
  return `"resource":${resourceText(span.resource)}${scope === undefined ? '' : scopeText(scope)}`;
}

function scopeText(scope: OtelScope): string {
  let text = scopeTexts.get(scope);
  if (text === undefined) {
    text = `,"scope":${JSON.stringify({ name: scope.name, version: scope.version })}`;
    scopeTexts.set(scope, text);
  }
  return text;
}

/** The program's resource. Attributes of the environment, which tie it to a debug session, are there even when the program did not read them. */
function resourceText(resource: OtelResource | undefined): string {
  const known = resource === undefined ? undefined : resourceTexts.get(resource);
  if (known !== undefined) return known;
  const values = Object.create(null) as Record<string, AttributeValue>;
  for (const [key, value] of variablePairs('OTEL_RESOURCE_ATTRIBUTES')) values[key] = value;
  const entries = resource?.getRawAttributes?.() ?? Object.entries(resource?.attributes ?? {});
  const isPending = ([, value]: readonly [string, unknown]): boolean => typeof value === 'object' && value !== null && 'then' in value;
  // Where a key comes twice, the first one counts.
  for (const [key, value] of [...entries].reverse()) if (value != null && !isPending([key, value])) values[key] = attributeValue(value);
  const text = `{"attributes":${JSON.stringify(values)}}`;
  if (resource !== undefined && !entries.some(isPending)) resourceTexts.set(resource, text);
  return text;
}

import type { AttributeValue, Attributes } from '../model/attributes.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions } from './format.ts';
import { idIn, textIn } from './jsonFields.ts';
import { deepestContainer, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader, JsonValue } from './jsonReader.ts';
import { momentIn, objectOrJson, put, putMembers, readRecords } from './recordSpans.ts';
import type { RecordSpans } from './recordSpans.ts';
import { derivedMark } from './spanRows.ts';

/** Adds Langfuse's observations to a batch. */
export function decodeLangfuse(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void {
  let bareTraces = 0;
  readRecords(bytes, batch, options, (reader, spans) => { bareTraces += readAny(reader, spans); });
  batch.tally(bareTraces, 'traces have no observations here', 'trace has no observations here');
}

/** How many traces there were without observations. */
function readAny(reader: JsonReader, spans: RecordSpans, depth = 0): number {
  const members = new JsonMembers(reader), before = spans.count;
  let bareTraces = 0;
  if (members.isList('observations') || members.isObject('trace')) {
    const inner = members.isObject('trace') && members.goTo('trace') ? new JsonMembers(reader) : undefined;
    const says = traceAttributes((inner ?? members).takeAllBut(new Set(['observations']))), resource = spans.resourceOf(says.resource);
    const addItem = (item: JsonReader): void => { addObservation(item.takeObject(), says, resource, spans); };
    members.each('observations', addItem);
    // A trace beside its observations may hold them once more, with less in them.
    if (spans.count === before) inner?.each('observations', addItem);
    bareTraces = spans.count === before && !members.isBroken ? 1 : 0;
  } else if (depth < deepestContainer && members.isList('data')) members.each('data', (item) => { bareTraces += readAny(item, spans, depth + 1); });
  else if (!members.isBroken) addObservation(members.takeAllBut(new Set()), noTrace, spans.noResource, spans);
  members.leave();
  return bareTraces;
}

interface TraceSays { readonly id: string; readonly resource: Attributes; readonly session: JsonValue | undefined; readonly user: JsonValue | undefined }

const noTrace: TraceSays = { id: '', resource: new Map(), session: undefined, user: undefined };

/** Members of a trace that are attributes of their own; the others stand behind `langfuse.trace.`. */
const traceNames: ReadonlyMap<string, string> = new Map([
  ['userId', 'user.id'], ['sessionId', 'session.id'], ['release', 'langfuse.release'], ['version', 'langfuse.version'], ['environment', 'langfuse.environment'],
  ['observations', ''], ['metadata', ''],
]);

/** What is said of a whole trace is said in the resource of its spans. */
function traceAttributes(trace: JsonObject): TraceSays {
  const attributes = new Map<string, AttributeValue>(), metadata = objectOrJson(trace.get('metadata')), said = camelCased(trace);
  for (const [key, value] of objectOrJson(metadata?.get('resourceAttributes')) ?? []) put(attributes, key, value);
  putMembers(attributes, said, 'langfuse.trace.', traceNames);
  putMetadata(attributes, 'langfuse.trace.metadata', trace.get('metadata'));
  return { id: idIn(said.get('id')), resource: attributes, session: said.get('sessionId'), user: said.get('userId') };
}

/**
 * Members of an observation under the attributes with which Langfuse's SDKs write them (packages/shared/src/server/otel/
 * attributes.ts), '' for those with a place of their own; the others stand behind `langfuse.observation.`.
 */
const names: ReadonlyMap<string, string> = new Map([
  ...['id', 'traceId', 'parentObservationId', 'startTime', 'endTime', 'name', 'metadata'].map((key) => [key, ''] as const),
  ...['type', 'level', 'input', 'output'].map((key) => [key, `langfuse.observation.${key}`] as const),
  ['statusMessage', 'langfuse.observation.status_message'], ['model', 'langfuse.observation.model.name'], ['providedModelName', 'langfuse.observation.model.name'],
  ['modelParameters', 'langfuse.observation.model.parameters'], ['usageDetails', 'langfuse.observation.usage_details'], ['costDetails', 'langfuse.observation.cost_details'],
  ['promptName', 'langfuse.observation.prompt.name'], ['promptVersion', 'langfuse.observation.prompt.version'],
  ['completionStartTime', 'langfuse.observation.completion_start_time'], ['environment', 'langfuse.environment'], ['version', 'langfuse.version'], ['release', 'langfuse.release'],
  ['userId', 'user.id'], ['sessionId', 'session.id'], ['traceName', 'langfuse.trace.name'], ['traceTags', 'langfuse.trace.tags'], ['tags', 'langfuse.trace.tags'], ['traceTimestamp', 'langfuse.trace.timestamp'],
]);

function addObservation(record: JsonObject, trace: TraceSays, traceResource: number, spans: RecordSpans): void {
  const observation = camelCased(record);
  if (!observation.has('traceId') && !(observation.has('type') && observation.has('startTime'))) { spans.passOver(); return; }
  const metadata = objectOrJson(observation.get('metadata')), scope = objectOrJson(metadata?.get('scope')), ofProgram = objectOrJson(metadata?.get('resourceAttributes'));
  const start = momentIn(observation.get('startTime')), end = momentIn(observation.get('endTime')), isEvent = textIn(observation.get('type')).toUpperCase() === 'EVENT';
  spans.add({
    traceId: idIn(observation.get('traceId')) || trace.id, spanId: idIn(observation.get('id')), parentSpanId: idIn(observation.get('parentObservationId')),
    name: textIn(observation.get('name')), start: halvesOf(start ?? 0n), end: halvesOf(end ?? (isEvent ? start ?? 0n : 0n)),
    status: textIn(observation.get('level')) === 'ERROR' ? 2 : 0, statusMessage: textIn(observation.get('statusMessage')),
    attributes: attributesOf(observation, metadata, trace, start), resource: ofProgram === undefined ? traceResource : spans.resourceOf(new Map([...trace.resource, ...ofProgram])),
    ...(scope === undefined ? {} : { scope: spans.scopeOf(textIn(scope.get('name')), textIn(scope.get('version'))) }),
    marks: isEvent && end === undefined ? derivedMark : 0,
  });
}

function attributesOf(observation: JsonObject, metadata: JsonObject | undefined, trace: TraceSays, start: bigint | undefined): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of objectOrJson(metadata?.get('attributes')) ?? []) put(attributes, key, value);
  put(attributes, 'session.id', trace.session);
  put(attributes, 'user.id', trace.user);
  putMembers(attributes, observation, 'langfuse.observation.', names);
  // How the API told it up to 2025.
  if (!attributes.has('langfuse.observation.usage_details')) put(attributes, 'langfuse.observation.usage_details', observation.get('usage'));
  const cost = observation.get('calculatedTotalCost');
  if (typeof cost === 'number' && !attributes.has('langfuse.observation.cost_details')) attributes.set('langfuse.observation.cost_details', new Map([['total', cost]]));
  putMetadata(attributes, 'langfuse.observation.metadata', observation.get('metadata'));
  const first = momentIn(observation.get('completionStartTime'));
  if (first !== undefined && start !== undefined && first >= start) attributes.set('gen_ai.response.time_to_first_chunk', Number(first - start) / 1e9);
  return attributes;
}

/** Metadata that is JSON text is kept as it is, beside what was read from it. */
function putMetadata(attributes: Map<string, AttributeValue>, prefix: string, metadata: JsonValue | undefined): void {
  if (!(metadata instanceof Map)) put(attributes, prefix, metadata);
  else for (const [key, value] of metadata) if (!['attributes', 'resourceAttributes', 'scope'].includes(key)) put(attributes, `${prefix}.${key}`, value);
}

/** An observation or a trace with its keys in camelCase, which some exports have in snake_case. */
function camelCased(record: JsonObject): JsonObject {
  if (![...record.keys()].some((key) => key.includes('_'))) return record;
  return new Map([...record].map(([key, value]) => [key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]));
}

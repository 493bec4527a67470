import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { idIn, objectIn, textIn } from './jsonFields.ts';
import { deepestContainer, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader, JsonValue } from './jsonReader.ts';
import { momentIn, objectOrJson, put, putMembers, readInto, RecordSpans } from './recordSpans.ts';
import { derivedMark } from './spanRows.ts';
import { SaidOfTraces } from './saidOfTraces.ts';
import { TraceNotes } from './traceNotes.ts';

/** Events of a batch for ingestion, and what they are about. */
const ingested = /^([a-z]+)-(create|update)$/;

/** Reads Langfuse's observations piece by piece; remembers what batches for ingestion say of traces. */
export class LangfuseDecoder implements PieceDecoder {
  private readonly options: DecodeOptions;
  private readonly spans: RecordSpans;
  private readonly notes: TraceNotes;
  private readonly said: SaidOfTraces;
  private readonly scores = new Map<string, JsonObject[]>();
  private bareTraces = 0;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.options = options;
    this.spans = new RecordSpans(batch, options);
    this.notes = new TraceNotes(this.spans);
    this.said = new SaidOfTraces(this.spans);
  }

  read(piece: Uint8Array, offset: number, goesOn?: number, isCutIn?: number): void {
    this.said.nextPiece(goesOn, isCutIn);
    readInto(this.spans, piece, { ...this.options, offset }, (reader) => { this.readAny(reader); });
  }

  end(): void {
    this.said.end();
    this.notes.end();
    this.spans.batch.tally(this.bareTraces, 'traces have no observations here', 'trace has no observations here');
    this.spans.flush();
  }

  private readAny(reader: JsonReader, depth = 0): void {
    const { spans, said } = this, members = new JsonMembers(reader), before = spans.count, { position } = reader;
    if (members.isList('observations') || members.isObject('trace')) {
      const inner = members.isObject('trace') && members.goTo('trace') ? new JsonMembers(reader) : undefined;
      const says = traceAttributes((inner ?? members).takeAllBut(new Set(['observations'])));
      said.begin({ resource: says.resource, atSpans: sessionAttributes(says) }, { bytes: reader.bytes, position }, depth);
      const addItem = (item: JsonReader): void => { addObservation(item.takeObject(), says, said, spans); };
      members.each('observations', addItem);
      // A trace beside its observations may hold them once more, with less in them.
      if (spans.count === before) inner?.each('observations', addItem);
      if (spans.count === before && !members.isBroken) this.bareTraces++;
      said.leave();
    } else if (depth < deepestContainer && (members.isList('data') || members.isList('batch'))) for (const key of ['data', 'batch']) members.each(key, (item) => { this.readAny(item, depth + 1); });
    else if (!members.isBroken) {
      const record = members.takeAllBut(new Set()), body = objectIn(record.get('body'));
      if (body === undefined) addObservation(record, noTrace, undefined, spans); else this.takeEvent(record, body);
    }
    members.leave();
  }

  /** An event of a batch for ingestion. What is said of a trace comes in any order; an update completes the observation of the same id. */
  private takeEvent(event: JsonObject, body: JsonObject): void {
    const [, about = '', act] = ingested.exec(textIn(event.get('type'))) ?? [], traceId = idIn(about === 'trace' ? body.get('id') : body.get('traceId'));
    if (about === '' || isNoId(traceId) || (about !== 'trace' && about !== 'score' && !observed.has(about))) this.spans.passOver();
    else if (about === 'trace') this.notes.say(traceId, traceAttributes(body).resource);
    else if (about === 'score') this.addScore(traceId, body, momentIn(body.get('timestamp') ?? event.get('timestamp')) ?? 0n);
    else {
      const observation: JsonObject = new Map([...about === 'observation' ? [] : [['type', about.toUpperCase()] as const], ...body]);
      const says = this.notes.of(traceId), id = idIn(body.get('id')), isRoot = act === 'create' && isNoId(idIn(body.get('parentObservationId')));
      const told = act === 'create' ? { session: textIn(says?.get('session.id') as JsonValue), user: textIn(says?.get('user.id') as JsonValue) } : {};
      addObservation(observation, { ...noTrace, ...told, id: traceId }, undefined, this.spans, { isUpdate: act === 'update', attributes: this.notes.at(traceId, id, isRoot) });
    }
  }

  /** Scores are of an observation or of the trace. */
  private addScore(traceId: string, score: JsonObject, timeUnixNano: bigint): void {
    const spanId = idIn(score.get('observationId'));
    if (isNoId(spanId)) {
      const all = [...this.scores.get(traceId) ?? [], score];
      this.scores.set(traceId, all);
      this.notes.say(traceId, new Map([['langfuse.trace.scores', all]]));
      return;
    }
    const attributes = new Map<string, AttributeValue>(), value = score.get('value');
    put(attributes, 'gen_ai.evaluation.name', score.get('name'));
    put(attributes, `gen_ai.evaluation.score.${typeof value === 'string' ? 'label' : 'value'}`, value);
    put(attributes, 'gen_ai.evaluation.explanation', score.get('comment'));
    for (const [key, member] of score) if (!['name', 'value', 'comment', 'traceId', 'observationId'].includes(key)) put(attributes, `langfuse.score.${key}`, member);
    const event = { name: 'gen_ai.evaluation.result', timeUnixNano, attributes, droppedAttributesCount: 0 };
    this.spans.add({ traceId, spanId, operation: 'update', present: 0, events: [event] });
  }
}

const observed: ReadonlySet<string> = new Set(['span', 'generation', 'event', 'observation', 'agent', 'tool', 'chain', 'retriever', 'evaluator', 'embedding', 'guardrail']);

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

/** How an observation comes in a batch for ingestion: whether it completes an earlier one, and what it says of its trace. */
interface Ingested { readonly isUpdate: boolean; readonly attributes: Attributes | undefined }

const noIngestion: Ingested = { isUpdate: false, attributes: undefined };

function addObservation(record: JsonObject, trace: TraceSays, said: SaidOfTraces | undefined, spans: RecordSpans, { isUpdate, attributes }: Ingested = noIngestion): void {
  const observation = camelCased(record);
  if (!observation.has('traceId') && !(observation.has('type') && observation.has('startTime'))) { spans.passOver(); return; }
  const metadata = objectOrJson(observation.get('metadata')), scope = objectOrJson(metadata?.get('scope')), ofProgram = objectOrJson(metadata?.get('resourceAttributes'));
  const start = momentIn(observation.get('startTime')), end = momentIn(observation.get('endTime')), isEvent = textIn(observation.get('type')).toUpperCase() === 'EVENT';
  const own = attributesOf(observation, metadata, trace, start), ofItself = new Map(ofProgram);
  const traceId = idIn(observation.get('traceId')) || trace.id, spanId = idIn(observation.get('id')), parentSpanId = idIn(observation.get('parentObservationId'));
  spans.add({
    traceId, spanId, parentSpanId,
    name: textIn(observation.get('name')), start: halvesOf(start ?? 0n), end: halvesOf(end ?? (isEvent ? start ?? 0n : 0n)),
    status: textIn(observation.get('level')) === 'ERROR' ? 2 : 0, statusMessage: textIn(observation.get('statusMessage')),
    attributes: attributes === undefined ? own : new Map([...own, ...attributes]), resource: said === undefined ? spans.resourceOf(ofItself) : said.resourceOf(traceId, spanId, isNoId(parentSpanId), ofItself),
    ...(scope === undefined ? {} : { scope: spans.scopeOf(textIn(scope.get('name')), textIn(scope.get('version'))) }),
    marks: isEvent && end === undefined && !isUpdate ? derivedMark : 0,
    ...(isUpdate ? { operation: end === undefined ? 'update' : 'end', present: givenIn(observation, start, end) } : {}),
  });
}

/** What an update says; the rest is known already. */
function givenIn(observation: JsonObject, start: bigint | undefined, end: bigint | undefined): number {
  const has = (bit: number, ...keys: readonly string[]): number => (keys.some((key) => (observation.get(key) ?? null) !== null) ? bit : 0);
  return has(present.name, 'name') | has(present.status, 'level', 'statusMessage') | has(present.parent, 'parentObservationId') | (start === undefined ? 0 : present.start) | (end === undefined ? 0 : present.end);
}

function sessionAttributes({ session, user }: TraceSays): Attributes {
  const attributes = new Map<string, AttributeValue>();
  put(attributes, 'session.id', session);
  put(attributes, 'user.id', user);
  return attributes;
}

function attributesOf(observation: JsonObject, metadata: JsonObject | undefined, trace: TraceSays, start: bigint | undefined): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of objectOrJson(metadata?.get('attributes')) ?? []) put(attributes, key, value);
  for (const [key, value] of sessionAttributes(trace)) attributes.set(key, value);
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

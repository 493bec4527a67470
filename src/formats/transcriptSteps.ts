import type { AttributeValue } from '../model/attributes.ts';
import type { SpanEvent, SpanLink } from '../model/span.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { JsonReader } from './jsonReader.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { put } from './recordSpans.ts';
import { DraftWriter } from './spanDrafts.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { derivedMark } from './spanRows.ts';

/** Ended steps that are held at most before they are written. */
const mostHeld = 1000;

/** A span that is put together from the records of a transcript. Times are ns; an end of 0 means that it goes on, a start of 0 that nobody knows. */
export interface Step {
  readonly traceId: string;
  readonly id: string;
  parentId: string;
  name: string;
  start: bigint;
  end: bigint;
  /** Index into statusCodes. */
  status: number;
  message: string;
  resource: number;
  readonly attributes: Map<string, AttributeValue>;
  readonly events: SpanEvent[];
  readonly links: SpanLink[];
  /** The times were recorded as such, and not taken from those of neighbouring records. */
  isTimed: boolean;
  /** What was written of the step when it had ended; more is added to that. */
  told: { readonly attributes: ReadonlyMap<string, AttributeValue>; readonly events: number } | undefined;
}

/** Reads the records of one transcript; `close` says that there are no more. */
export interface TranscriptReader {
  take(record: JsonObject): void;
  close(): void;
}

/**
 * The steps of a transcript that changed since they were written last. Transcripts tell when a record was written, and not how long
 * a step took, so spans carry the mark `derived` unless they say otherwise.
 */
export class Steps {
  readonly batch: SpanBatch;
  readonly writer: DraftWriter;
  private readonly changed = new Set<Step>();
  private readonly scope: number;
  private written = 0;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.writer = new DraftWriter(batch, options);
    this.scope = this.writer.addScope('', '');
  }

  /** How many steps there were, by which a record that is read in part is known. */
  get count(): number { return this.written + this.changed.size; }

  begin(traceId: string, id: string, parentId: string, name: string, start: bigint, resource: number, attributes: ReadonlyMap<string, AttributeValue> = new Map()): Step {
    const step = { traceId, id, parentId, name, start, end: 0n, status: 0, message: '', resource, attributes: new Map(attributes), events: [], links: [], isTimed: false, told: undefined };
    this.changed.add(step);
    return step;
  }

  /** Notes that a step is to be written again. */
  touch(step: Step): void {
    this.changed.add(step);
    if (this.changed.size > mostHeld) this.write((each) => each.end !== 0n);
  }

  end(step: Step, time: bigint): void {
    step.end = time < step.start ? step.start : time;
    this.touch(step);
  }

  fail(step: Step, message: string): void {
    step.status = 2;
    step.message = message.length > 1000 ? `${message.slice(0, 1000)}…` : message;
    this.touch(step);
  }

  event(step: Step, name: string, timeUnixNano: bigint, attributes: ReadonlyMap<string, AttributeValue> = new Map()): void {
    step.events.push({ name, timeUnixNano, attributes, droppedAttributesCount: 0 });
    this.touch(step);
  }

  /** Puts everything that is new into the batch. */
  flush(): void {
    this.write(() => true);
    this.writer.flush();
  }

  private write(isDue: (step: Step) => boolean): void {
    for (const step of this.changed) {
      if (!isDue(step)) continue;
      this.changed.delete(step);
      this.written++;
      this.writer.add({ ...draftOf(step), scope: this.scope });
      step.told = step.end === 0n ? undefined : { attributes: new Map(step.attributes), events: step.events.length };
      this.writer.handOver();
    }
  }
}

/** A whole span, or what is new of one that has ended. */
function draftOf(step: Step): SpanDraft {
  const { traceId, id, parentId, name, status, message, resource, attributes, events, links, isTimed, told } = step;
  const always = { traceId, spanId: id, parentSpanId: parentId, name, status, statusMessage: message, resource, kind: 1, start: halvesOf(step.start), end: halvesOf(step.end), marks: isTimed ? 0 : derivedMark };
  if (told === undefined) return { ...always, attributes, events, links };
  const fresh = [...attributes].filter(([key, value]) => told.attributes.get(key) !== value);
  return { ...always, operation: 'end', present: present.start | present.end | present.status | present.name | present.parent, attributes: new Map(fresh), events: events.slice(told.events) };
}

type MakeReader = (steps: Steps) => TranscriptReader;
type ForEach = (bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions, take: (record: JsonObject) => void, count: () => number) => void;

const forEachObject: ForEach = (bytes, batch, options, take, count) => {
  forEachRecord(bytes, batch, options, 'object', (reader) => { take(reader.takeObject()); }, count);
};

/** Decodes the pieces of a transcript that grows. */
export function openTranscript(batch: SpanBatch, options: DecodeOptions, make: MakeReader, forEach = forEachObject): PieceDecoder {
  const steps = new Steps(batch, options), reader = make(steps);
  return {
    read(piece, offset): void {
      forEach(piece, batch, { ...options, offset }, (record) => { reader.take(record); }, () => steps.count);
      steps.flush();
    },
    end(): void {
      reader.close();
      steps.flush();
    },
  };
}

/** Decodes a transcript that is there as a whole: each step is written once. */
export function decodeTranscript(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions, make: MakeReader, forEach = forEachObject): void {
  const steps = new Steps(batch, options), reader = make(steps);
  forEach(bytes, batch, options, (record) => { reader.take(record); }, () => steps.count);
  reader.close();
  steps.flush();
}

/** The value that a text is JSON of, or the text. */
export function jsonOrText(text: string): AttributeValue {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return text;
  const bytes = new TextEncoder().encode(text), reader = new JsonReader(bytes, 0, bytes.length, { isLenient: false, maxElements: 100_000 });
  try {
    const value = reader.takeValue();
    return reader.peek() === -1 ? value : text;
  } catch {
    return text;
  }
}

/** What a call of a tool says about itself. */
export function toolAttributes(name: string, callId: string, args: AttributeValue | undefined): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>([['gen_ai.operation.name', 'execute_tool']]);
  put(attributes, 'gen_ai.tool.name', name);
  put(attributes, 'gen_ai.tool.call.id', callId);
  put(attributes, 'gen_ai.tool.call.arguments', args);
  return attributes;
}

/** Tokens as the conventions count them: caches are parts of the input, reasoning of the output. What is undefined or zero is left out, but for input and output. */
export function putUsage(attributes: Map<string, AttributeValue>, usage: { readonly input: number; readonly output: number; readonly cacheRead?: number; readonly cacheWrite?: number; readonly reasoning?: number }): void {
  attributes.set('gen_ai.usage.input_tokens', usage.input);
  attributes.set('gen_ai.usage.output_tokens', usage.output);
  if (usage.cacheRead) attributes.set('gen_ai.usage.cache_read.input_tokens', usage.cacheRead);
  if (usage.cacheWrite) attributes.set('gen_ai.usage.cache_creation.input_tokens', usage.cacheWrite);
  if (usage.reasoning) attributes.set('gen_ai.usage.reasoning.output_tokens', usage.reasoning);
}

/** A message of the conversation in the shape of OpenTelemetry's conventions. */
export const messageOf = (role: string, parts: readonly AttributeValue[]): AttributeValue => new Map<string, AttributeValue>([['role', role], ['parts', parts]]);

export const textPart = (content: string): AttributeValue => new Map([['type', 'text'], ['content', content]]);
export const reasoningPart = (content: string): AttributeValue => new Map([['type', 'reasoning'], ['content', content]]);

export function toolCallPart(id: string, name: string, args: AttributeValue): AttributeValue {
  return new Map<string, AttributeValue>([['type', 'tool_call'], ['id', id], ['name', name], ['arguments', args]]);
}

export function toolResponsePart(id: string, response: AttributeValue): AttributeValue {
  return new Map<string, AttributeValue>([['type', 'tool_call_response'], ['id', id], ['response', response]]);
}

/** What a record's figure is as a number; 0 when it has none. */
export const figureIn = (value: AttributeValue | undefined): number => (typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : 0);

import { detect } from '../../formats/detect.ts';
import { DecodeError } from '../../formats/format.ts';
import type { Format, Signal } from '../../formats/format.ts';
import { requestLimits } from '../../formats/limits.ts';
import { formatById, formats } from '../../formats/registry.ts';
import { SpanBatch } from '../../model/spanBatch.ts';
import type { Limits } from './admission.ts';
import { LiveMessage, linesOf, nothingNoted } from './liveMessage.ts';
import type { LiveSpan } from './liveMessage.ts';
import { whenGone } from './processWatch.ts';
import { refusedErrorOf } from './receiver.ts';
import type { Accepted, Payload, ReceiverContext, Sink } from './receiver.ts';

/** What a client is told about its messages. `id` is JSON text. */
export interface Replies {
  accepted(id: string, count: number): void;
  refused(id: string | undefined, message: string): void;
  /** The sink takes nothing at the moment. */
  overloaded(): void;
  failed(): void;
  /** Read no further until `resume`. */
  pause(): void;
  resume(): void;
  /** A message about the program itself. */
  hello(message: LiveMessage): void;
  breakpointHit(message: LiveMessage): void;
}

/** Stands among the formats for what is not stored but has its turn. */
const control = 'control';
const liveTypes = new Set(['start', 'update', 'end', 'span', 'log']);
/** Of one payload: well within what a decoder takes, and small enough to be stored in one go. */
const mostMessages = 4096;
/** Below, a format is not taken for that of a message. */
const leastScore = 0.5;
const mostPayloadBytes = 4 * 1024 * 1024;

/** Messages that are stored together. Those of the live protocol are grouped, others are alone. */
interface Group {
  readonly format: string;
  readonly signal: Signal;
  readonly messages: LiveMessage[];
  bytes: number;
}

/**
 * The messages of one connection on their way to the sink: in their order, one payload at a time, and everything that
 * arrives in the meantime in the next one. Answers are given once stored.
 */
export class LiveQueue {
  readonly #sink: Sink;
  readonly #replies: Replies;
  readonly #limits: Limits;
  readonly #report: ReceiverContext['report'];
  readonly #groups: Group[] = [];
  /** Begun and not ended. */
  readonly #open = new Map<string, LiveSpan>();
  #waitingBytes = 0;
  #isPaused = false;
  #isStopped = false;
  #draining: Promise<void> | undefined;

  constructor(sink: Sink, replies: Replies, limits: Limits, report: ReceiverContext['report']) {
    this.#sink = sink;
    this.#replies = replies;
    this.#limits = limits;
    this.#report = report;
  }

  add(message: LiveMessage): void {
    if (message.type !== undefined && liveTypes.has(message.type)) {
      this.#append('live', 'traces', message);
    } else if (message.type === 'hello') {
      this.#replies.hello(message);
    } else if (message.type === 'breakpoint.hit') {
      this.#append(control, 'traces', message);
    } else if (message.otlpSignal !== undefined) {
      this.#append('otlp-json', message.otlpSignal, message);
    } else {
      const format = message.type === undefined ? otherFormatOf(message.bytes) : undefined;
      if (format === undefined) this.#replies.refused(message.id, 'unknown type of message');
      else this.#append(format.id, 'traces', message);
    }
  }

  /** A binary frame: an ExportTraceServiceRequest. */
  addOtlp(bytes: Uint8Array): void {
    this.#append('otlp-protobuf', 'traces', new LiveMessage(bytes, 0, bytes.length, 0, nothingNoted()));
  }

  /** The connection has ended: stores what waits, then tells which spans will never end; with a `pid` once that process is gone. */
  async end(pid?: number): Promise<void> {
    await this.#draining;
    this.#isStopped = true;
    if (this.#open.size === 0) return;
    const tell = (): void => this.#sink.connectionEnded(this.#open.values());
    if (pid === undefined) tell();
    else whenGone(pid, tell);
  }

  #append(format: string, signal: Signal, message: LiveMessage): void {
    if (this.#isStopped) return;
    const last = this.#groups.at(-1);
    const size = message.length + 1;
    if (format === 'live' && last?.format === 'live' && last.messages.length < mostMessages && last.bytes + size <= mostPayloadBytes) {
      last.messages.push(message);
      last.bytes += size;
    } else {
      this.#groups.push({ format, signal, messages: [message], bytes: size });
    }
    this.#waitingBytes += size;
    if (!this.#isPaused && this.#waitingBytes > this.#limits.receiveQueueBytes) {
      this.#isPaused = true;
      this.#replies.pause();
    }
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // Everything that stands in the bytes being read now comes first, so that it is stored together.
    await new Promise(setImmediate);
    for (let group = this.#groups.shift(); group !== undefined && !this.#isStopped; group = this.#groups.shift()) {
      await this.#store(group);
      this.#waitingBytes -= group.bytes;
      if (this.#isPaused && this.#waitingBytes < this.#limits.receiveQueueBytes / 2) {
        this.#isPaused = false;
        this.#replies.resume();
      }
    }
    this.#draining = undefined;
  }

  async #store(group: Group): Promise<void> {
    if (group.format === control) {
      for (const message of group.messages) this.#replies.breakpointHit(message);
      return;
    }
    try {
      const accepted = await this.#sink.accept(payloadOf(group));
      for (const message of group.messages) this.#follow(message);
      this.#answer(group, accepted);
    } catch (error) {
      await this.#handleRefusal(group, error);
    }
  }

  #follow(message: LiveMessage): void {
    const { type, hasEnded } = message;
    if ((type !== 'start' && type !== 'span' && type !== 'end') || (hasEnded && this.#open.size === 0)) return;
    const span = message.readSpan();
    if (span === undefined) return;
    const key = JSON.stringify([span.traceId, span.spanId]);
    if (hasEnded) this.#open.delete(key);
    else if (this.#open.size < this.#limits.openSpans) this.#open.set(key, span);
  }

  #answer(group: Group, { accepted, rejected, message }: Accepted): void {
    const [first] = group.messages;
    if (rejected > 0 && group.messages.length > 1) {
      for (const one of group.messages) this.#answer({ ...group, messages: [one] }, outcomeOf(group, one));
    } else if (rejected > 0 && accepted === 0) {
      this.#replies.refused(first?.id, message ?? 'rejected');
    } else {
      for (const { id } of group.messages) if (id !== undefined) this.#replies.accepted(id, group.format === 'live' ? 1 : accepted);
    }
  }

  async #handleRefusal(group: Group, error: unknown): Promise<void> {
    const refused = refusedErrorOf(error);
    if (refused === undefined) this.#report(error);
    if (refused === undefined || refused.reason === 'internal' || refused.reason === 'unavailable') {
      const isOurs = refused?.reason !== 'unavailable';
      const words = isOurs ? 'internal error' : refused.message;
      for (const { id } of [group, ...this.#groups].flatMap(({ messages }) => messages)) if (id !== undefined) this.#replies.refused(id, words);
      this.#isStopped = true;
      if (isOurs) this.#replies.failed();
      else this.#replies.overloaded();
    } else if (group.messages.length === 1) {
      this.#replies.refused(group.messages[0]?.id, refused.message);
    } else {
      await this.#storeInParts(group);
    }
  }

  /** One message spoils a group: the bad ones are answered, the good ones stored. */
  async #storeInParts(group: Group): Promise<void> {
    const good: LiveMessage[] = [];
    for (const message of group.messages) {
      const outcome = outcomeOf(group, message);
      if (outcome.isDecodable) good.push(message);
      else this.#replies.refused(message.id, outcome.message ?? 'rejected');
    }
    // Nothing is wrong with any one of them: they are too many together.
    const parts = good.length < group.messages.length ? [good] : [good.slice(0, good.length >> 1), good.slice(good.length >> 1)];
    for (const messages of parts) if (messages.length > 0) await this.#store({ ...group, messages });
  }
}

/** The known JSON trace format of an object without a type of the live protocol. */
function otherFormatOf(bytes: Uint8Array): Format | undefined {
  const found = detect(bytes, formats.filter(({ id }) => id !== 'live'));
  return found !== undefined && found.score >= leastScore ? found.format : undefined;
}

function payloadOf({ format, signal, messages }: Group): Payload {
  const [first] = messages;
  return { format, signal, bytes: format === 'live' || first === undefined ? linesOf(messages) : Uint8Array.from(first.bytes) };
}

/** What the decoder makes of one message, without storing it. */
function outcomeOf({ format, signal }: Group, message: LiveMessage): Accepted & { readonly isDecodable: boolean } {
  const batch = new SpanBatch();
  try {
    formatById(format)?.decode(payloadOf({ format, signal, messages: [message], bytes: 0 }).bytes, batch, { limits: requestLimits, mode: 'strict', signal });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { accepted: 0, rejected: 1, message: error.message, isDecodable: false };
  }
  const [problem] = batch.problems;
  return { accepted: batch.count + batch.logs.length, rejected: batch.rejectedCount, isDecodable: true, ...(problem === undefined ? {} : { message: problem }) };
}

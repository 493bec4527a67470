import type { Signal } from '../../formats/format.ts';
import { KnownTexts } from '../../formats/knownTexts.ts';
import { canonicalId } from '../../model/ids.ts';
import { textOf } from '../../model/wireText.ts';

export interface LiveSpan { readonly traceId: string; readonly spanId: string }

/** The members of a message that a receiver looks at. */
export const noted = { type: 0, id: 1, traceId: 2, spanId: 3, end: 4, traces: 5, logs: 6, metrics: 7, span: 8 } as const;
export type Noted = (typeof noted)[keyof typeof noted];
/** Where their values begin and end in a frame, one after the other; -1 where there is none. */
export type NotedPlaces = Int32Array;
export const nothingNoted = (): NotedPlaces => new Int32Array(Object.keys(noted).length * 2).fill(-1);

const types = new KnownTexts(['start', 'update', 'end', 'span', 'log', 'hello'].map((type) => [`"${type}"`, type] as const));
const signals = ['traces', 'logs', 'metrics'] as const;
/** How a message says that its span has no end. */
const noEnds = new KnownTexts([['null', true], ['0', true], ['"0"', true], ['""', true]] as const);
const longestId = 256;
const quote = 0x22, openBracket = 0x5b, closeBracket = 0x5d, lineFeed = 0x0a;

/** One message of the live protocol, as far as a receiver has to understand it; the rest is left to the decoder. */
export class LiveMessage {
  readonly type: string | undefined;
  /** The JSON text of its `id`: what is sent back in the answer. */
  readonly id: string | undefined;
  /** Set when it is a request of OTLP/JSON. */
  readonly otlpSignal: Signal | undefined;
  /** Whether it says that its span has an end. */
  readonly hasEnded: boolean;
  /** Bytes of its JSON text. */
  readonly length: number;
  readonly #frame: Uint8Array;
  readonly #start: number;
  /** Its number among the messages of the frame. */
  readonly #place: number;
  readonly #traceStart: number;
  readonly #traceEnd: number;
  readonly #spanStart: number;
  readonly #spanEnd: number;

  constructor(frame: Uint8Array, start: number, end: number, place: number, places: NotedPlaces) {
    this.#frame = frame;
    this.#start = start;
    this.length = end - start;
    this.#place = place;
    const type = places[noted.type * 2] as number, id = places[noted.id * 2] as number, spanEnd = places[noted.end * 2] as number;
    this.type = type < 0 ? undefined : typeIn(frame, type, places[noted.type * 2 + 1] as number);
    this.id = id < 0 ? undefined : idIn(frame, id, places[noted.id * 2 + 1] as number);
    this.otlpSignal = type < 0 ? signals.find((signal) => (places[noted[signal] * 2] as number) >= 0) : undefined;
    this.hasEnded = this.type === 'end' || (spanEnd >= 0 && noEnds.at(frame, spanEnd, places[noted.end * 2 + 1] as number) === undefined);
    this.#traceStart = places[noted.traceId * 2] as number;
    this.#traceEnd = places[noted.traceId * 2 + 1] as number;
    this.#spanStart = places[noted.spanId * 2] as number;
    this.#spanEnd = places[noted.spanId * 2 + 1] as number;
  }

  /** Its JSON text, a part of the frame. */
  get bytes(): Uint8Array { return this.#frame.subarray(this.#start, this.#start + this.length); }

  /** The ids of the span that it is about. */
  readSpan(): LiveSpan | undefined {
    const traceId = stringIn(this.#frame, this.#traceStart, this.#traceEnd), spanId = stringIn(this.#frame, this.#spanStart, this.#spanEnd);
    return traceId === undefined || spanId === undefined ? undefined : { traceId: canonicalId(traceId), spanId: canonicalId(spanId) };
  }

  /** Whether it comes in the same frame right after another message. */
  follows(other: LiveMessage): boolean { return this.#frame === other.#frame && this.#place === other.#place + 1; }

  /** The JSON text from this message to a later one of the same frame, with the commas between them. */
  bytesTo(last: LiveMessage): Uint8Array { return this.#frame.subarray(this.#start, last.#start + last.length); }
}

function typeIn(bytes: Uint8Array, start: number, end: number): string | undefined {
  return types.at(bytes, start, end) ?? stringIn(bytes, start, end);
}

function stringIn(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (start < 0 || bytes[start] !== quote) return undefined;
  const text = textOf(bytes, start + 1, end - 1);
  if (!text.includes('\\')) return text;
  const json = `"${text}"`;
  return isJson(json) ? String(JSON.parse(json)) : undefined;
}

function idIn(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > longestId) return undefined;
  const text = textOf(bytes, start, end);
  return text === 'null' || !isJson(text) ? undefined : text;
}

/** Whether a short text is a JSON value. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Messages one after the other, each with a line end after it. Those that follow one another in a frame are copied at once,
 * as an array.
 */
export function linesOf(messages: readonly LiveMessage[]): Uint8Array {
  const lines = new Uint8Array(messages.reduce((length, message) => length + message.length + 3, 0));
  let at = 0;
  for (let i = 0; i < messages.length;) {
    const first = messages[i++] as LiveMessage;
    let last = first;
    for (let next = messages[i]; next?.follows(last) === true; next = messages[++i]) last = next;
    const bytes = first.bytesTo(last);
    if (last !== first) lines[at++] = openBracket;
    lines.set(bytes, at);
    at += bytes.length;
    if (last !== first) lines[at++] = closeBracket;
    lines[at++] = lineFeed;
  }
  return lines.subarray(0, at);
}

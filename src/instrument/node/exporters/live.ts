import process from 'node:process';
import { nowUnixNano } from '../clock.ts';
import { liveEndpoint, variable } from '../environment.ts';
import { silently } from '../exit.ts';
import { changesMessage, fittingText, messageText, numbered, wholeSpanMessage } from './liveMessages.ts';
import { WebSocketClient } from './webSocketClient.ts';
import { WholeSpans } from './wholeSpans.ts';
import type { SpanExporter } from './exporter.ts';
import type { LiveSpan } from './liveMessages.ts';
import type { WebSocketHandlers } from './webSocketClient.ts';
import type { SpanBatch } from './wholeSpans.ts';

export interface LiveExporterOptions {
  /** `ws://…` or `http://…`; else `SPANSCOPE_ENDPOINT`, else `OTEL_EXPORTER_OTLP_ENDPOINT`, else port 4318 of this machine. */
  readonly endpoint?: string;
  /** Else `SPANSCOPE_TOKEN`. */
  readonly token?: string;
  /** Spans kept while nobody takes them; the oldest go first. */
  readonly maxSpans?: number;
  readonly maxBytes?: number;
  /**
   * Whose spans they are; else this process, by the name of its first span.
   * @internal
   */
  readonly client?: { readonly name: string; readonly pid: number };
  /**
   * What is told of the program beside its name when a connection is made.
   * @internal
   */
  readonly about?: () => object;
  /**
   * Makes the connection.
   * @internal
   */
  readonly connect?: (endpoint: URL, handlers: WebSocketHandlers) => WebSocketClient;
  /**
   * Hears that a connection is made, or that it could not be made or is over.
   * @internal
   */
  readonly onReached?: (isOpen: boolean) => void;
  /**
   * Hears what the receiver says by itself.
   * @internal
   */
  readonly onMessage?: (message: object) => void;
  /**
   * Is called before what is pending is sent, and may still add to it.
   * @internal
   */
  readonly onDue?: () => void;
}

/** What the receiver has been told of a span. */
interface Known {
  readonly span: LiveSpan;
  /** Number of the connection on which the whole span was sent. */
  connection: number;
  readonly keys: Set<string>;
  eventsSent: number;
  statusSent: LiveSpan['status'];
  nameSent: string;
  size: number;
}

/** What was sent under one number. */
interface Sent {
  readonly spans: readonly Known[];
  readonly batch?: SpanBatch | undefined;
  /** What was told beside spans. */
  readonly told?: readonly object[];
}

/** Shorter than a frame of a screen; several changes of a span within it travel as one. */
const intervalMs = 10;
/** Changes that are sent at once, without waiting for the event loop to come round. */
const pressure = 512;
const maxFrameCharacters = 256_000;
const maxFrameMessages = 512;
const highWaterBytes = 4 << 20;
const maxFramesInFlight = 1024;
/** How long the end of the program waits for a receiver that does not confirm. */
const confirmMs = 1000;
const firstRetryMs = 200;
const lastRetryMs = 5000;
/** Frames of spans are numbered from 1. */
const helloId = 0;

/**
 * Sends spans over a WebSocket while they happen: `start`, `update` and `end`, or a whole `span` where the receiver
 * has not seen its start. It remembers spans only until the receiver has confirmed them; what was not confirmed when
 * a connection broke is sent again over the next one.
 */
export class LiveExporter implements SpanExporter {
  readonly #endpoint: URL;
  #token: string | undefined;
  #isDenied = false;
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  readonly #options: LiveExporterOptions;
  /** Open spans, and ended ones that are not confirmed. */
  readonly #known = new Map<LiveSpan, Known>();
  #unsent = new Set<Known>();
  readonly #whole = new WholeSpans();
  readonly #inFlight = new Map<number, Sent>();
  #bytes = 0;
  /** Of batches in flight. */
  #charactersInFlight = 0;
  #lost = 0;
  #lostReported = 0;
  #client: WebSocketClient | undefined;
  #open = false;
  #connection = 0;
  #lastFrame = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #holdTimer: NodeJS.Timeout | undefined;
  #retryAt = 0;
  #lastPump = 0;
  #waiting: (() => void)[] = [];

  constructor(options: LiveExporterOptions = {}) {
    this.#endpoint = liveEndpoint(options.endpoint);
    this.#token = options.token ?? variable('SPANSCOPE_TOKEN');
    this.#maxSpans = options.maxSpans ?? 10_000;
    this.#maxBytes = options.maxBytes ?? 32 << 20;
    this.#options = options;
  }

  /** Ended spans that nobody took before memory ran out. */
  get lostSpans(): number { return this.#lost; }

  onStart(span: LiveSpan): void {
    this.#touch(span);
  }

  onChange(span: LiveSpan, key: string | undefined): void {
    const known = this.#touch(span);
    if (key !== undefined && known.connection === this.#connection) known.keys.add(key);
  }

  onEnd(span: LiveSpan): void {
    this.#touch(span);
  }

  /**
   * Takes the message of a span that nothing was told of before it ended: JSON text without an id.
   * @internal
   */
  addWhole(text: string): void {
    this.#whole.add(fittingText(text));
    if (this.#whole.characters > this.#maxBytes) this.#lost += this.#whole.take()?.count ?? 0;
    if (this.#whole.isPressing && this.#open) this.#pump();
    else this.wake();
  }

  /**
   * Lets `onDue` be called soon.
   * @internal
   */
  wake(): void {
    if (this.#timer === undefined) this.#schedule(Math.max(0, this.#lastPump + intervalMs - Date.now()));
  }

  /**
   * Connects before there is something to tell.
   * @internal
   */
  connect(): void {
    if (!this.#open) this.#connect();
  }

  /**
   * Sends a message, or several as one frame, after all that is pending; false without a connection.
   * @internal
   */
  tell(messages: object | readonly object[]): boolean {
    if (!this.#open) return false;
    this.flushSync();
    const told = [messages].flat(), id = ++this.#lastFrame;
    this.#inFlight.set(id, { spans: [], told });
    this.#client?.send(frameOf(told.map(messageText), id));
    this.#hold();
    return true;
  }

  /**
   * All that is not confirmed, as JSON texts for another way to the receiver. It goes over the next connection once more.
   * @internal
   */
  takeFrames(): string[] {
    this.#gather();
    const sent = [...this.#inFlight.values()];
    for (const known of sent.flatMap(({ spans }) => spans)) {
      if (!this.#known.has(known.span)) continue;
      known.connection = -1;
      this.#unsent.add(known);
    }
    this.#takeBack();
    const frames: string[] = [];
    while (this.#hasUnsent) frames.push(this.#nextFrame().toString());
    this.#takeBack();
    return [...frames, ...sent.flatMap(({ told = [] }) => told.map(messageText))];
  }

  /**
   * Whether there is a connection.
   * @internal
   */
  get isOpen(): boolean { return this.#open; }

  /**
   * Whether the receiver has confirmed all that there was to tell.
   * @internal
   */
  get isSettled(): boolean { return !this.#hasUnsent && this.#inFlight.size === 0; }

  get #hasUnsent(): boolean { return this.#unsent.size > 0 || !this.#whole.isEmpty; }

  flush(): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#retryAt = 0;
      this.#pump();
    });
  }

  flushSync(): void {
    this.#gather();
    if (this.#open) while (this.#hasUnsent) this.#sendNext();
  }

  /** Forgets what is pending and ends the connection. */
  close(): void {
    this.#known.clear();
    this.#unsent.clear();
    this.#whole.clear();
    this.#bytes = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#client?.close();
  }

  #touch(span: LiveSpan): Known {
    let known = this.#known.get(span);
    if (known === undefined) {
      known = { span, connection: -1, keys: new Set(), eventsSent: 0, statusSent: span.status, nameSent: span.name, size: 0 };
      this.#known.set(span, known);
    }
    this.#bytes += span.size - known.size;
    known.size = span.size;
    this.#unsent.add(known);
    if (this.#known.size > this.#maxSpans || this.#bytes > this.#maxBytes) this.#forgetOldest();
    if (this.#unsent.size >= pressure && this.#open) this.#pump();
    else this.wake();
    return known;
  }

  /** An open span that is forgotten comes back, whole, when it changes or ends. */
  #forgetOldest(): void {
    for (const known of this.#known.values()) {
      if (this.#known.size <= this.#maxSpans && this.#bytes <= this.#maxBytes) return;
      if (known.span.ended && this.#unsent.has(known)) this.#lost++;
      this.#forget(known);
    }
  }

  #forget(known: Known): void {
    if (!this.#known.delete(known.span)) return;
    this.#unsent.delete(known);
    this.#bytes -= known.size;
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      // What is added now needs no other timer.
      this.#gather();
      this.#timer = undefined;
      silently(() => this.#pump());
    }, delayMs);
    // What can be sent is sent before the program ends.
    if (!this.#open) this.#timer.unref();
  }

  #gather(): void {
    const { onDue } = this.#options;
    if (onDue !== undefined) silently(onDue);
  }

  #pump(): void {
    this.#lastPump = Date.now();
    if (!this.#open) return this.#connect();
    while (this.#hasUnsent && (this.#client?.buffered ?? 0) < highWaterBytes) this.#sendNext();
    this.#settle();
  }

  #connect(): void {
    if (this.#client !== undefined) return;
    const wait = this.#retryAt - Date.now();
    if (wait > 0) return this.#schedule(wait);
    const { connect = (endpoint, handlers) => new WebSocketClient(endpoint, handlers) } = this.#options;
    this.#client = connect(this.#endpoint, {
      onOpen: () => silently(() => this.#onOpen()),
      onMessage: (text) => silently(() => this.#onMessage(text)),
      onDrain: () => silently(() => this.#pump()),
      onClose: () => silently(() => this.#onClose()),
    });
  }

  #onOpen(): void {
    this.#open = true;
    this.#connection++;
    // Another receiver may be there now: it gets to know all that is open.
    this.#unsent = new Set(this.#known.values());
    this.#client?.send(Buffer.from(messageText(this.#hello())));
    this.#gather();
    this.#pump();
    this.#options.onReached?.(true);
  }

  /** Shows the receiver a token that was not known when this was made. */
  show(token: string): void {
    this.#token = token;
    this.tell(this.#hello());
  }

  #hello(): object {
    const [first] = this.#known.keys();
    const { name = first !== undefined && 'resource' in first ? first.resource['service.name'] : 'agent', pid = process.pid } = this.#options.client ?? {};
    const client = { name, language: 'nodejs', pid, cwd: process.cwd() };
    return { type: 'hello', id: helloId, client, token: this.#token, ...this.#options.about?.() };
  }

  #onClose(): void {
    this.#client = undefined;
    this.#open = false;
    clearTimeout(this.#holdTimer);
    this.#takeBack();
    if (this.#isDenied) {
      this.#isDenied = false;
      this.#connect();
      return;
    }
    const delay = Math.min(lastRetryMs, firstRetryMs * 2 ** this.#failures) * (0.8 + Math.random() * 0.4);
    this.#failures++;
    this.#retryAt = Date.now() + delay;
    for (const resolve of this.#waiting.splice(0)) resolve();
    if (this.#known.size > 0 || !this.#whole.isEmpty) this.#schedule(delay);
    this.#options.onReached?.(false);
  }

  #onMessage(text: string): void {
    const { id, isError, message } = answerIn(text);
    if (message !== undefined) this.#options.onMessage?.(message);
    // Of an earlier run of the receiver, or of another one: spans are taken without.
    if (id === helloId && isError) {
      this.#token = undefined;
      this.#isDenied = true;
    }
    const confirmed = id === undefined ? undefined : this.#inFlight.get(id);
    if (id === undefined || confirmed === undefined) return;
    // Only now: a receiver that is overloaded takes connections and ends them at once.
    this.#failures = 0;
    this.#confirm(id, confirmed);
    this.#settle();
  }

  #confirm(id: number, { spans, batch }: Sent): void {
    this.#inFlight.delete(id);
    this.#charactersInFlight -= batch?.text.length ?? 0;
    for (const known of spans) if (known.span.ended && !this.#unsent.has(known)) this.#forget(known);
  }

  /** Nothing is on its way any more. Spans that are known are told of by who knows them. */
  #takeBack(): void {
    this.#whole.putBack([...this.#inFlight.values()].flatMap(({ batch = [] }) => batch));
    this.#inFlight.clear();
    this.#charactersInFlight = 0;
  }

  #settle(): void {
    if (!this.isSettled) return;
    clearTimeout(this.#holdTimer);
    this.#client?.unref();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #sendNext(): void {
    const frame = this.#nextFrame();
    this.#client?.send(frame);
    this.#hold();
  }

  /** The program does not end before the receiver has confirmed what it is sent, unless that takes long: what it has not read when the connection ends may be lost. */
  #hold(): void {
    clearTimeout(this.#holdTimer);
    this.#client?.ref();
    this.#holdTimer = setTimeout(() => this.#client?.unref(), confirmMs).unref();
  }

  /** The next changes, or whole spans when there are none, as one text frame; the receiver confirms the number of its last message. */
  #nextFrame(): Buffer {
    const id = ++this.#lastFrame, batch = this.#unsent.size === 0 ? this.#whole.take() : undefined;
    const sent: Known[] = [];
    const texts: string[] = this.#lossNotice();
    if (batch !== undefined) texts.push(batch.text);
    let characters = 0;
    for (const known of this.#unsent) {
      this.#unsent.delete(known);
      sent.push(known);
      const text = this.#messageOf(known);
      texts.push(text);
      characters += text.length;
      if (sent.length >= maxFrameMessages || characters > maxFrameCharacters) break;
    }
    this.#inFlight.set(id, { spans: sent, batch });
    this.#charactersInFlight += batch?.text.length ?? 0;
    const [oldest] = this.#inFlight;
    if ((this.#inFlight.size > maxFramesInFlight || this.#charactersInFlight > this.#maxBytes) && oldest !== undefined) this.#confirm(...oldest);
    return frameOf(texts, id);
  }

  /** JSON text without an id. */
  #messageOf(known: Known): string {
    const { span } = known;
    const isNew = known.connection !== this.#connection || (span.ended && known.nameSent !== span.name);
    const text = !isNew ? messageText({
      ...changesMessage(span, { keys: known.keys, eventsFrom: known.eventsSent, status: known.statusSent !== span.status }),
      ...(known.nameSent === span.name ? {} : { name: span.name }),
    }) : 'wholeText' in span ? fittingText(span.wholeText()) : messageText(wholeSpanMessage(span));
    known.connection = this.#connection;
    known.keys.clear();
    known.eventsSent = span.events.length;
    known.statusSent = span.status;
    known.nameSent = span.name;
    return text;
  }

  #lossNotice(): string[] {
    const count = this.#lost - this.#lostReported;
    if (count === 0) return [];
    this.#lostReported = this.#lost;
    const body = `${count} spans were not sent: nobody took them before the agent's buffer was full`;
    return [JSON.stringify({ type: 'log', timeUnixNano: String(nowUnixNano()), severity: 'WARN', body })];
  }
}

const frameOf = (texts: readonly string[], id: number): Buffer => Buffer.from(`[${numbered(texts.join(), id)}]`);

interface Answer { readonly id?: number; readonly isError: boolean; readonly message?: object }

/** The id of an `ack` or `error` answer, if that is what a text is; both mean that the message need not be sent again. */
function answerIn(text: string): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null || !('type' in answer)) return { isError: false };
    if (!('id' in answer)) return { isError: false, message: answer };
    const isError = answer.type === 'error';
    return (isError || answer.type === 'ack') && typeof answer.id === 'number' ? { id: answer.id, isError } : { isError };
  } catch {
    return { isError: false };
  }
}

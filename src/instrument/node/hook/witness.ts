import process from 'node:process';
import { LiveExporter } from '../exporters/live.ts';
import { messageText, wholeSpanMessage } from '../exporters/liveMessages.ts';
import { WebSocketClient } from '../exporters/webSocketClient.ts';
import { Breakpoints } from './breakpoints.ts';
import { isDebugged } from './debugged.ts';
import { breakpointsIn, breakpointsNow, programName, sendNow } from './otherProcess.ts';
import { onReportChange, programReport } from './programReport.ts';
import { SeenSpan } from './seenSpan.ts';
import { isStanding, isUnattended } from './standStill.ts';
import { parentOf, wholeText } from './spanText.ts';
import { silently } from './silently.ts';
import { TestSpans } from './tests/testSpans.ts';
import { untraced } from './untraced.ts';
import type { SourceLocation } from '../location.ts';
import type { Span } from '../span.ts';
import type { Moment, SpanSource } from './spanFacts.ts';
import type { OtelSpan } from './otelTypes.ts';
import type { Beginning } from './spanText.ts';

/** Libraries do not tell of changes between start and end, so open spans are looked at. */
const lookIntervalMs = 200;
const mostLookedAt = 2000;
const mostToTell = 2000;
const mostBegun = 20_000;
/** Open spans around one of the agent kit. */
const mostAround = 100;
/** How long the end of a program waits for the first connection, when there are spans for it. */
const holdMs = 300;

/** Tells what happens to spans of the program as a bystander, over the live protocol. */
export class Witness {
  readonly #exporter = new LiveExporter({
    maxSpans: 20_000,
    client: { name: programName(), pid: process.pid },
    connect: (endpoint, handlers) => untraced(() => new WebSocketClient(endpoint, handlers)),
    onReached: () => {
      this.#wasReached = true;
      this.#letEnd();
      for (const message of this.#toTell.splice(0)) this.#tell(message);
    },
    onMessage: (message) => this.#hear(message),
    about: () => ({ program: programReport() }),
    onDue: () => this.#takeBegun(),
  });
  readonly #breakpoints = new Breakpoints();
  /** Messages that wait for a connection. */
  readonly #toTell: object[] = [];
  readonly #tests = new TestSpans((message) => this.#tell(message));
  /** Spans of which nothing was told yet: most of them end before that, and nothing but their message is made then. */
  #begun = new Map<OtelSpan, Beginning>();
  /** The others. The spans themselves are the program's, and stay as they are. */
  readonly #seen = new WeakMap<object, SeenSpan>();
  readonly #open = new Set<SeenSpan>();
  /** Messages of a stop at which perhaps nobody stands. */
  #stop: readonly object[] = [];
  #isLooking = false;
  #hold: NodeJS.Timeout | undefined;
  #isStaying = false;
  #mayEnd = false;
  /** Whether the first connection was made or failed. */
  #wasReached = false;

  constructor() {
    // Not `beforeExit`: work that begins there makes Node tell it again, to the program's own listeners too.
    process.once('exit', () => silently(() => this.#leave()));
    this.#exporter.connect();
    silently(() => this.#breakpoints.set(breakpointsNow()));
    onReportChange(() => this.#report());
    // Whoever started it wants to know what it has loaded, above all when no span comes.
    if (programReport() !== undefined) this.#stay();
  }

  /** Whether it is a new one: a tracer that hands on to another tracer gives the other one's span. */
  started(span: OtelSpan, place: SourceLocation | undefined): boolean {
    if (this.#begun.has(span) || this.#seen.has(span)) return false;
    this.#begun.set(span, { place, test: this.#testOf(span) });
    if (this.#begun.size > mostBegun) this.#takeBegun();
    this.#exporter.wake();
    if (!this.#mayEnd) this.#stay();
    return true;
  }

  #testOf(span: OtelSpan): Beginning['test'] {
    if (this.#tests.isNone) return undefined;
    const { traceId, spanId } = span.spanContext(), test = this.#tests.started({ traceId, spanId, parentSpanId: parentOf(span) });
    return test && { name: test.name, file: test.file };
  }

  /** Begins to tell of spans that have not ended yet. */
  #takeBegun(): void {
    const begun = this.#begun;
    if (begun.size === 0) return;
    this.#begun = new Map();
    for (const [span, beginning] of begun) {
      const seen = new SeenSpan(span, beginning);
      this.#seen.set(span, seen);
      this.#open.add(seen);
      this.#exporter.onStart(seen);
    }
    this.#lookLater();
  }

  /** Whether it is the end of a span that was open. */
  ended(span: OtelSpan): boolean {
    const begun = this.#begun.get(span);
    if (begun !== undefined) {
      this.#begun.delete(span);
      this.#exporter.addWhole(wholeText(span, begun, true));
      return true;
    }
    const seen = this.#seen.get(span);
    if (seen === undefined || !this.#open.delete(seen)) return false;
    seen.end();
    this.#tellChanges(seen);
    this.#exporter.onEnd(seen);
    return true;
  }

  /** Whether the debugger is to stop at a span that was told of; the receiver knows of it then. */
  stopsAt(span: OtelSpan, on: Moment): boolean {
    if (this.#breakpoints.isEmpty || !isDebugged()) return false;
    const hit = this.#hitAt(span, on);
    if (hit !== undefined) this.#tellStop([hit]);
    return hit !== undefined;
  }

  /** The same for a span of the agent kit, whose own exporter may not have told of it and of what it is in. */
  stopsAtKit(span: Span, on: Moment): boolean {
    if (this.#breakpoints.isEmpty) return false;
    const { name, traceId, spanId, trace } = span;
    const hit = this.#hitAt({ name, attributes: Object.fromEntries(span.attributes), spanContext: () => ({ traceId, spanId, traceFlags: trace.flags }) }, on);
    if (hit === undefined) return false;
    const around = trace.spans.filter((each) => !each.ended && each !== span).slice(-mostAround);
    this.#tellStop([...[...around, span].map((each) => ({ ...wholeSpanMessage(each), witness: true })), hit]);
    return true;
  }

  /** The message of the breakpoint that a span meets now. */
  #hitAt(span: SpanSource, on: Moment): object | undefined {
    const breakpointId = this.#breakpoints.met(span, on);
    if (breakpointId === undefined) return undefined;
    const { traceId, spanId } = span.spanContext();
    return { type: 'breakpoint.hit', breakpointId, traceId, spanId, on };
  }

  /** Tells of a stop before it, or where nobody stopped the last time as soon as somebody stands here and asks for the active span. */
  #tellStop(messages: readonly object[]): void {
    if (isUnattended()) this.#stop = messages;
    else this.#tellNow(messages);
  }

  /** Sends messages after all that is pending, before the program stands. */
  #tellNow(messages: readonly object[]): void {
    if (!messages.every((message) => this.#exporter.tell(message))) sendNow([...this.#exporter.takeFrames(), ...messages.map(messageText)]);
  }

  /** Opens the control channel by a token that the program did not have when it began. */
  show(token: string): void { this.#exporter.show(token); }

  /** Sends what is pending, while the program stands and its event loop with it. */
  sendAll(): void {
    this.#tellOpen();
    const stop = isStanding() ? this.#stop : [];
    this.#stop = [];
    if (stop.length > 0) this.#tellNow(stop);
    if (this.#wasReached) return this.#exporter.flushSync();
    const frames = this.#exporter.takeFrames();
    if (frames.length > 0) sendNow(frames);
  }

  /** Whether there are breakpoints for errors: to be told of those costs something. */
  get awaitsErrors(): boolean { return this.#breakpoints.has('error'); }

  /** Tells of a span beside what its library says of it. */
  #tell(message: object): void {
    if (!this.#exporter.tell(message) && this.#toTell.length < mostToTell) this.#toTell.push(message);
  }

  #report(): void {
    const program = this.#wasReached ? programReport() : undefined;
    if (program !== undefined) this.#exporter.tell({ type: 'hello', client: { name: programName(), language: 'nodejs', pid: process.pid, cwd: process.cwd() }, program });
  }

  #hear(message: object): void {
    const items = breakpointsIn(message);
    if (items !== undefined) this.#breakpoints.set(items);
  }

  /** Keeps the program alive until there is a connection, not for long. Its own work, which no connection can be made beside, does not count. */
  #stay(): void {
    if (this.#isStaying) return;
    this.#isStaying = true;
    setImmediate(() => {
      if (!this.#mayEnd) this.#hold ??= setTimeout(() => this.#letEnd(), holdMs);
    });
  }

  /** From now on the program ends when it likes. */
  #letEnd(): void {
    this.#mayEnd = true;
    clearTimeout(this.#hold);
  }

  /** A program that ends at once has not connected, or leaves before the receiver has read what it was sent. */
  #leave(): void {
    this.#exporter.flushSync();
    const isGone = this.#wasReached && !this.#exporter.isOpen;
    const frames = isGone ? [] : [...this.#exporter.takeFrames(), ...this.#toTell.map(messageText)];
    if (frames.length > 0) sendNow(frames, false);
  }

  #lookLater(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    setTimeout(() => {
      this.#isLooking = false;
      silently(() => this.#look());
    }, lookIntervalMs).unref();
  }

  #look(): void {
    this.#tellOpen();
    if (this.#open.size > 0) this.#lookLater();
  }

  #tellOpen(): void {
    let count = 0;
    for (const seen of this.#open) {
      if (++count > mostLookedAt) break;
      if (seen.hasChanged()) {
        this.#tellChanges(seen);
        this.#exporter.onChange(seen, undefined);
      }
    }
  }

  #tellChanges(seen: SeenSpan): void {
    for (const key of seen.changedKeys()) this.#exporter.onChange(seen, key);
  }
}

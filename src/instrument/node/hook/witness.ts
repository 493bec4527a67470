import process from 'node:process';
import { LiveExporter } from '../exporters/live.ts';
import { WebSocketClient } from '../exporters/webSocketClient.ts';
import { SeenSpan } from './seenSpan.ts';
import { silently } from './silently.ts';
import { untraced } from './untraced.ts';
import type { SourceLocation } from '../location.ts';
import type { OtelSpan } from './otelTypes.ts';

/** Libraries do not tell of changes between start and end, so open spans are looked at. */
const lookIntervalMs = 200;
const mostLookedAt = 2000;
/** How long the end of a program waits for the first connection, when there are spans for it. */
const holdMs = 300;

/** Tells what happens to spans of the program as a bystander, over the live protocol. */
export class Witness {
  readonly #exporter = new LiveExporter({
    maxSpans: 20_000,
    connect: (endpoint, handlers) => untraced(() => new WebSocketClient(endpoint, handlers)),
    onReached: () => this.#reached(),
  });
  /** The spans themselves are the program's, and stay as they are. */
  readonly #seen = new WeakMap<object, SeenSpan>();
  readonly #open = new Set<SeenSpan>();
  #isLooking = false;
  #hold: NodeJS.Timeout | undefined;
  #isReached = false;

  constructor() {
    // Not `beforeExit`: work that begins there makes Node tell it again, to the program's own listeners too.
    process.once('exit', () => silently(() => this.#exporter.flushSync()));
    this.#exporter.connect();
  }

  started(span: OtelSpan, place: SourceLocation | undefined): void {
    // A tracer that hands on to another tracer gives the other one's span.
    if (this.#seen.has(span)) return;
    const seen = new SeenSpan(span, place);
    this.#seen.set(span, seen);
    this.#open.add(seen);
    this.#exporter.onStart(seen);
    if (this.#open.size === 1) this.#lookLater();
    if (!this.#isReached) this.#hold ??= setTimeout(() => this.#reached(), holdMs);
  }

  ended(span: object): void {
    const seen = this.#seen.get(span);
    if (seen === undefined || !this.#open.delete(seen)) return;
    seen.end();
    this.#tellChanges(seen);
    this.#exporter.onEnd(seen);
  }

  /** From now on the program ends when it likes. */
  #reached(): void {
    this.#isReached = true;
    clearTimeout(this.#hold);
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
    let count = 0;
    for (const seen of this.#open) {
      if (++count > mostLookedAt) break;
      if (seen.hasChanged()) {
        this.#tellChanges(seen);
        this.#exporter.onChange(seen, undefined);
      }
    }
    if (this.#open.size > 0) this.#lookLater();
  }

  #tellChanges(seen: SeenSpan): void {
    for (const key of seen.changedKeys()) this.#exporter.onChange(seen, key);
  }
}

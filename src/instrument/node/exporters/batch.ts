import type { Span } from '../span.ts';

const intervalMs = 1000;
const maxBatchSpans = 256;
const maxPendingSpans = 10_000;
const maxPendingBytes = 32 << 20;

/** Ended spans that wait to go out together: after a second, or when there are enough of them. */
export class SpanQueue {
  readonly #deliver: () => void;
  #spans: Span[] = [];
  #bytes = 0;
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(deliver: () => void) {
    this.#deliver = deliver;
  }

  get length(): number { return this.#spans.length; }
  /** Spans that went before anybody took them. */
  get lost(): number { return this.#lost; }

  add(span: Span): void {
    this.#spans.push(span);
    this.#bytes += span.size;
    this.#trim();
    this.schedule(this.#spans.length % maxBatchSpans === 0 ? 0 : intervalMs);
  }

  /** The oldest spans, at most a batch, taken out. */
  take(): readonly Span[] {
    const batch = this.#spans.splice(0, maxBatchSpans);
    for (const span of batch) this.#bytes -= span.size;
    return batch;
  }

  /** Puts a batch back that could not be delivered. */
  giveBack(batch: readonly Span[]): void {
    this.#spans = [...batch, ...this.#spans];
    for (const span of batch) this.#bytes += span.size;
    this.#trim();
  }

  /** Asks for delivery after a while; an earlier time replaces a later one only when it is now. */
  schedule(delayMs: number): void {
    if (this.#timer !== undefined && delayMs > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#deliver();
    }, delayMs).unref();
  }

  #trim(): void {
    while (this.#spans.length > 1 && (this.#spans.length > maxPendingSpans || this.#bytes > maxPendingBytes)) {
      this.#bytes -= this.#spans.shift()?.size ?? 0;
      this.#lost++;
    }
  }
}

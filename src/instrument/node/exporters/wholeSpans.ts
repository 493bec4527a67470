/** Messages of spans that go as one: JSON texts with commas between them. */
export interface SpanBatch { readonly text: string; readonly count: number }

const mostMessages = 512;
const mostCharacters = 256_000;

/** Spans that were told of only when they had ended. Nothing but their messages is kept of them. */
export class WholeSpans {
  #batches: SpanBatch[] = [];
  #text = '';
  #count = 0;
  #characters = 0;

  /** Of all messages that wait. */
  get characters(): number { return this.#characters; }
  get isEmpty(): boolean { return this.#count === 0 && this.#batches.length === 0; }
  /** Whether there is enough for one sending. */
  get isPressing(): boolean { return this.#batches.length > 0; }

  add(text: string): void {
    this.#text = this.#count === 0 ? text : `${this.#text},${text}`;
    this.#count++;
    this.#characters += text.length;
    if (this.#count >= mostMessages || this.#text.length >= mostCharacters) this.#close();
  }

  /** The oldest ones, which are no longer kept here. */
  take(): SpanBatch | undefined {
    if (this.#batches.length === 0 && this.#count > 0) this.#close();
    const batch = this.#batches.shift();
    if (batch !== undefined) this.#characters -= batch.text.length;
    return batch;
  }

  /** What was taken before all that is there. */
  putBack(batches: readonly SpanBatch[]): void {
    this.#batches.unshift(...batches);
    for (const { text } of batches) this.#characters += text.length;
  }

  clear(): void {
    while (this.take() !== undefined);
  }

  #close(): void {
    // The commas are counted from now on.
    this.#characters += this.#count - 1;
    this.#batches.push({ text: this.#text, count: this.#count });
    this.#text = '';
    this.#count = 0;
  }
}

/**
 * Follows the frames of a WebSocket connection (RFC 6455, section 5.2) by their lengths alone, to know since when one, or
 * a message of several, has been unfinished; the library that reads them does not tell.
 */
export class FrameWatch {
  /** By the monotonic clock; undefined between messages. */
  unfinishedSince: number | undefined;
  readonly #header = new Uint8Array(14);
  #headerLength = 0;
  #payloadLeft = 0;
  #isFragmented = false;

  feed(chunk: Uint8Array, now = performance.now()): void {
    for (let at = 0; at < chunk.length;) {
      this.unfinishedSince ??= now;
      if (this.#payloadLeft > 0) {
        const passed = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= passed;
        at += passed;
      } else {
        this.#header[this.#headerLength++] = chunk[at++] as number;
        if (this.#headerLength < this.#wantedHeader()) continue;
        this.#payloadLeft = this.#payloadLength();
        this.#noteFragment();
        this.#headerLength = 0;
      }
      if (this.#payloadLeft === 0 && !this.#isFragmented) this.unfinishedSince = undefined;
    }
  }

  #wantedHeader(): number {
    if (this.#headerLength < 2) return 2;
    const second = this.#header[1] as number;
    const length = second & 0x7f;
    return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (second >= 0x80 ? 4 : 0);
  }

  #payloadLength(): number {
    const length = (this.#header[1] as number) & 0x7f;
    const view = new DataView(this.#header.buffer);
    if (length === 127) return Number(view.getBigUint64(2));
    return length === 126 ? view.getUint16(2) : length;
  }

  /** Control frames may stand between the fragments of a message and end nothing. */
  #noteFragment(): void {
    const first = this.#header[0] as number;
    if ((first & 0x0f) < 8) this.#isFragmented = first < 0x80;
  }
}

import { WireWriter } from '../model/wireWriter.ts';

const encoder = new TextEncoder();
/** Characters that are put together before they become bytes. */
const mostHeld = 64 * 1024;

/** Makes UTF-8 of a text that comes in pieces and may be longer than a text can be. */
export class TextBytes {
  private readonly writer = new WireWriter();
  private held = '';

  add(text: string): void {
    this.held += text;
    if (this.held.length > mostHeld) this.flush();
  }

  /** Adds a JSON list, whose items `addItem` adds. */
  addList<T>(items: Iterable<T>, addItem: (item: T) => void): void {
    let separator = '[';
    for (const item of items) {
      this.add(separator);
      addItem(item);
      separator = ',';
    }
    this.add(separator === '[' ? '[]' : ']');
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.flush();
    return this.writer.finish();
  }

  private flush(): void {
    const bytes = encoder.encode(this.held);
    this.writer.raw(bytes, 0, bytes.length);
    this.held = '';
  }
}

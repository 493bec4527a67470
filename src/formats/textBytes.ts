const encoder = new TextEncoder();
/** Characters that are put together before they become bytes. */
const mostHeld = 64 * 1024;

/** Takes the bytes of a file as they are made; nobody changes them afterwards. */
export type WriteBytes = (bytes: Uint8Array) => void;

/** Makes UTF-8 of a text that comes in pieces and may be longer than a text can be. */
export class TextBytes {
  private readonly write: WriteBytes;
  private held = '';

  constructor(write: WriteBytes) { this.write = write; }

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

  /** Writes what is still held. */
  flush(): void {
    if (this.held !== '') this.write(encoder.encode(this.held));
    this.held = '';
  }
}

/** The bytes of a text that is added in pieces. */
export function bytesOfText(add: (out: TextBytes) => void): Uint8Array {
  const pieces: Uint8Array[] = [], out = new TextBytes((bytes) => { pieces.push(bytes); });
  add(out);
  out.flush();
  return joined(pieces);
}

/** All pieces one after the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

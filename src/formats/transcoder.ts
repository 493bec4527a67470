import { concatenated } from './concatenated.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const longestMark = 3;
const nothing = new Uint8Array();

/** Makes UTF-8 without a byte order mark of an input that comes in chunks, and tells by the mark what it was. Bytes without a mark stay as they are. */
export class Transcoder {
  encoding: TextEncoding = 'utf-8';
  /** Bytes that were passed over in front of a text that is UTF-8 already. */
  skipped = 0;
  private head: Uint8Array | undefined = nothing;
  private decoder: TextDecoder | undefined;
  private readonly encoder = new TextEncoder();

  /** What is known of the text with this chunk; the chunk itself where nothing is to be done. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.head === undefined) return this.decoder === undefined ? chunk : this.encoder.encode(this.decoder.decode(chunk, { stream: true }));
    const head = concatenated(this.head, chunk);
    if (head.length >= longestMark) return this.begin(head);
    // The chunk may be used again.
    this.head = head.slice();
    return nothing;
  }

  /** What was held back. */
  end(): Uint8Array {
    const begun = this.head === undefined ? nothing : this.begin(this.head);
    return this.decoder === undefined ? begun : concatenated(begun, this.encoder.encode(this.decoder.decode()));
  }

  private begin(head: Uint8Array): Uint8Array {
    this.head = undefined;
    const [first, second, third] = head;
    if (first === 0xef && second === 0xbb && third === 0xbf) {
      this.skipped = longestMark;
      return head.subarray(longestMark);
    }
    if (first === 0xff && second === 0xfe) this.encoding = 'utf-16le';
    else if (first === 0xfe && second === 0xff) this.encoding = 'utf-16be';
    else return head;
    // The decoder takes the mark away.
    this.decoder = new TextDecoder(this.encoding);
    return this.push(head);
  }
}

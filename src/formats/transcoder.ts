import { concatenated } from './concatenated.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const longestMark = 3;
/** Bytes by which UTF-16 without a mark is known. */
const tellingBytes = 16;
const nothing = new Uint8Array();

/**
 * Makes UTF-8 without a byte order mark of an input that comes in chunks, and tells by the mark what it was, or by the zeroes of
 * a text in UTF-16 that begins with some ASCII, as traces do. Other bytes without a mark stay as they are.
 */
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
    if (head.length >= (mayBeUtf16(head) ? tellingBytes : longestMark)) return this.begin(head);
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
    else if (isAsciiAt(head, 0)) this.encoding = 'utf-16le';
    else if (isAsciiAt(head, 1)) this.encoding = 'utf-16be';
    else return head;
    // The decoder takes the mark away.
    this.decoder = new TextDecoder(this.encoding);
    return this.push(head);
  }
}

const mayBeUtf16 = ([first, second]: Uint8Array): boolean => second !== undefined && (first === 0) !== (second === 0);

/** Whether the front is ASCII with a zero beside each character, and not white space alone. `low` is 0 where the zeroes come second. */
function isAsciiAt(head: Uint8Array, low: 0 | 1): boolean {
  let isText = false;
  const end = Math.min(head.length, tellingBytes) & ~1;
  for (let at = 0; at < end; at += 2) {
    const byte = head[at + low] as number;
    if (head[at + 1 - low] !== 0 || byte > 0x7e || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
    isText ||= byte > 0x20;
  }
  return isText && end >= 4;
}

import { viewOf } from '../model/wireText.ts';

const encoder = new TextEncoder();

interface Known<T> { readonly bytes: Uint8Array; readonly view: DataView; readonly value: T }

/**
 * Texts that are known beforehand, such as the keys of a format, each with what it stands for. They are found by their UTF-8
 * bytes, because making a text of the bytes to look it up costs several times more: few have the same length and first letter.
 */
export class KnownTexts<T> {
  private readonly ofLength: Known<T>[][] = [];

  constructor(texts: Iterable<readonly [string, T]>) {
    for (const [text, value] of texts) {
      const bytes = encoder.encode(text);
      while (this.ofLength.length <= bytes.length) this.ofLength.push([]);
      this.ofLength[bytes.length]?.push({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), value });
    }
  }

  /** What bytes[start..end) stand for; undefined when they are none of the texts. */
  at(bytes: Uint8Array, start: number, end: number): T | undefined {
    const candidates = this.ofLength[end - start];
    if (candidates === undefined) return undefined;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i] as Known<T>;
      if (isSame(candidate, bytes, start, end)) return candidate.value;
    }
    return undefined;
  }

  /** The same of a text. */
  of(text: string): T | undefined {
    const bytes = encoder.encode(text);
    return this.at(bytes, 0, bytes.length);
  }
}

/** Four bytes at a time; the last four may overlap those before. */
function isSame({ bytes: known, view }: Known<unknown>, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = known;
  if (length < 4) {
    for (let at = 0; at < length; at++) if (known[at] !== bytes[start + at]) return false;
    return true;
  }
  const words = viewOf(bytes);
  if (view.getInt32(length - 4, true) !== words.getInt32(end - 4, true)) return false;
  for (let at = 0; at < length - 4; at += 4) if (view.getInt32(at, true) !== words.getInt32(start + at, true)) return false;
  return true;
}

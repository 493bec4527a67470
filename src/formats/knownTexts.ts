const encoder = new TextEncoder();

/**
 * Texts that are known beforehand, such as the keys of a format, each with what it stands for. They are found by their UTF-8
 * bytes, because making a text of the bytes to look it up costs several times more: few have the same length and first letter.
 */
export class KnownTexts<T> {
  private readonly ofLength: { readonly bytes: Uint8Array; readonly value: T }[][] = [];

  constructor(texts: Iterable<readonly [string, T]>) {
    for (const [text, value] of texts) {
      const bytes = encoder.encode(text);
      while (this.ofLength.length <= bytes.length) this.ofLength.push([]);
      this.ofLength[bytes.length]?.push({ bytes, value });
    }
  }

  /** What bytes[start..end) stand for; undefined when they are none of the texts. */
  at(bytes: Uint8Array, start: number, end: number): T | undefined {
    const candidates = this.ofLength[end - start];
    if (candidates === undefined) return undefined;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i] as { readonly bytes: Uint8Array; readonly value: T }, known = candidate.bytes;
      let same = 0;
      while (same < known.length && known[same] === bytes[start + same]) same++;
      if (same === known.length) return candidate.value;
    }
    return undefined;
  }

  /** The same of a text. */
  of(text: string): T | undefined {
    const bytes = encoder.encode(text);
    return this.at(bytes, 0, bytes.length);
  }
}

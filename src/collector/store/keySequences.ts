import { repeatedTextOf, viewOf } from '../../model/wireText.ts';

/** Programs write few sequences of keys; what invents ever new ones does without, until so many were refused that all begin anew. */
const mostSequences = 2048, longestSequence = 64, mostRefused = 32_768;

/** The keys of a span's attributes in the order in which they came. Equal sequences are one object, so that what follows from the keys alone is found out once. */
export class KeySequence {
  private readonly before: KeySequence | undefined;
  private readonly key: string;
  private readonly keyBytes: Uint8Array;
  private readonly keyView: DataView;
  private readonly length: number;
  /** The sequence with one more key that came the last time; attributes of spans come in the same order again and again. */
  private last: KeySequence | undefined;
  private longer: Map<string, KeySequence> | undefined;
  private known: ReadonlyMap<string, number> | undefined;

  private constructor(before: KeySequence | undefined, key: string, keyBytes: Uint8Array) {
    this.before = before;
    this.key = key;
    this.keyBytes = keyBytes;
    this.keyView = new DataView(keyBytes.buffer);
    this.length = before === undefined ? 0 : before.length + 1;
  }

  static readonly none = new KeySequence(undefined, '', new Uint8Array(0));
  private static count = 0;
  private static refused = 0;

  /** Which attribute has a key, of several the last. */
  get places(): ReadonlyMap<string, number> { return this.known ??= this.findPlaces(); }

  /** The sequence with one key more, bytes[start..end); undefined when there are too many or it is too long. */
  with(bytes: Uint8Array, start: number, end: number): KeySequence | undefined {
    const { last } = this;
    if (last !== undefined && last.endsWith(bytes, start, end)) return last;
    const key = repeatedTextOf(bytes, start, end), found = this.longer?.get(key) ?? this.add(key, bytes.slice(start, end));
    // Malformed bytes may have the same text.
    return found?.endsWith(bytes, start, end) === true ? this.last = found : undefined;
  }

  private add(key: string, keyBytes: Uint8Array): KeySequence | undefined {
    if (this.length === longestSequence) return undefined;
    if (KeySequence.count === mostSequences) {
      if (++KeySequence.refused === mostRefused) KeySequence.forget();
      return undefined;
    }
    KeySequence.count++;
    const made = new KeySequence(this, key, keyBytes);
    (this.longer ??= new Map()).set(key, made);
    return made;
  }

  private static forget(): void {
    KeySequence.none.last = KeySequence.none.longer = undefined;
    KeySequence.count = KeySequence.refused = 0;
  }

  private endsWith(bytes: Uint8Array, start: number, end: number): boolean {
    const { keyView, keyBytes: { length } } = this;
    if (length !== end - start) return false;
    const view = viewOf(bytes);
    let at = 0;
    for (; at + 4 <= length; at += 4) if (keyView.getInt32(at) !== view.getInt32(start + at)) return false;
    for (; at < length; at++) if (keyView.getUint8(at) !== view.getUint8(start + at)) return false;
    return true;
  }

  private findPlaces(): ReadonlyMap<string, number> {
    const places = new Map<string, number>();
    this.addTo(places);
    return places;
  }

  private addTo(places: Map<string, number>): void {
    if (this.before === undefined) return;
    this.before.addTo(places);
    places.set(this.key, this.length - 1);
  }
}

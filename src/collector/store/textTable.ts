/** Services are 16-bit indexes; that many places are kept for services that come after very many other texts. */
const keptForServices = 1024;
const firstWithoutPlace = 0x1_0000;
const otherServices = '(further services)';
/** Map entry, array slot and string header. */
const bytesPerText = 72;

/**
 * The texts of one trace (names, subjects, services), each once. Index 0 is the empty text. Texts are only added, so
 * that a subscriber need only be sent the new ones; `replaced` counts the rare exceptions.
 */
export class TextTable {
  readonly texts: string[] = [''];
  private readonly indexes = new Map<string, number>([['', 0]]);
  private kept = firstWithoutPlace;
  /** How often a text that may have been sent already was given a new meaning. */
  replaced = 0;
  byteLength = bytesPerText;

  indexOf(text: string): number {
    return this.indexes.get(text) ?? this.add(text);
  }

  /** The index of a service name, always below 2^16. After about 64,000 other texts, 1,023 more services are told apart. */
  serviceIndexOf(text: string): number {
    const index = this.indexOf(text);
    if (index < firstWithoutPlace) return index;
    const place = Math.min(this.kept, firstWithoutPlace - 1);
    if (place < this.kept) return place;
    this.texts[place] = place === firstWithoutPlace - 1 ? otherServices : text;
    this.indexes.set(text, place);
    this.kept++;
    this.replaced++;
    return place;
  }

  private add(text: string): number {
    if (this.texts.length === firstWithoutPlace - keptForServices) {
      this.kept = this.texts.length;
      while (this.texts.length < firstWithoutPlace) this.texts.push('');
    }
    const index = this.texts.length;
    this.texts.push(text);
    this.indexes.set(text, index);
    this.byteLength += bytesPerText + text.length;
    return index;
  }
}

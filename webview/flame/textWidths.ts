export interface Font { readonly size: number; readonly weight: 400 | 500 | 600 }

/** More texts than a screen shows in minutes of panning. */
const mostTexts = 5_000;
/** Fewer letters of a text say nothing. */
const leastLetters = 4;
/** Names longer than any screen are not looked through. */
const mostLetters = 400;
const plainText = /^[\u0020-\u007e]*$/;
const segmenter = new Intl.Segmenter();

/** A text in one font: how wide it is whole, and what is left of it where it is cut. Bars of the same name share what was measured. */
export class MeasuredText {
  readonly text: string;
  readonly width: number;
  readonly #measure: (text: string) => number;
  #letters: readonly string[] | undefined;
  /** By the number of letters that are left, as far as they were asked for. */
  readonly #cutWidths: number[] = [];
  readonly #cutTexts: string[] = [];

  constructor(text: string, measure: (text: string) => number) {
    this.text = text;
    this.width = measure(text);
    this.#measure = measure;
  }

  /** As much of the text as fits with an ellipsis; empty when that is less than four letters. */
  cut(room: number): string {
    let low = 0, high = (this.#letters ??= lettersOf(this.text)).length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#cutWidth(middle) <= room) low = middle;
      else high = middle - 1;
    }
    return low < leastLetters ? '' : (this.#cutTexts[low] ??= `${this.#first(low).trimEnd()}…`);
  }

  #cutWidth(letters: number): number { return (this.#cutWidths[letters] ??= this.#measure(`${this.#first(letters)}…`)); }

  #first(letters: number): string { return this.#letters?.slice(0, letters).join('') ?? ''; }
}

function lettersOf(text: string): readonly string[] {
  const start = text.slice(0, mostLetters);
  return plainText.test(start) ? start.split('') : Array.from(segmenter.segment(start), ({ segment }) => segment);
}

/** Widths of texts, measured once. Holds for one font family. */
export class TextWidths {
  readonly #measure: (text: string, font: Font) => number;
  readonly #fonts = new Map<number, Map<string, MeasuredText>>();
  #count = 0;

  constructor(measure: (text: string, font: Font) => number) {
    this.#measure = measure;
  }

  of(text: string, font: Font): MeasuredText {
    const key = fontKey(font);
    let texts = this.#fonts.get(key);
    if (texts === undefined) this.#fonts.set(key, (texts = new Map()));
    let measured = texts.get(text);
    if (measured !== undefined) return measured;
    if (this.#count++ >= mostTexts) {
      for (const known of this.#fonts.values()) known.clear();
      this.#count = 1;
    }
    measured = new MeasuredText(text, (part) => this.#measure(part, font));
    texts.set(text, measured);
    return measured;
  }
}

/** Tells fonts apart; a number, since one is asked for with every text of every picture. */
export const fontKey = ({ size, weight }: Font): number => weight + size / 1_000;

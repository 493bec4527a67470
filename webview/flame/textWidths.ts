import type { Font } from './surface.ts';

/** More texts than a screen shows in minutes of panning. */
const mostTexts = 20_000;

/** Widths of texts, measured once. Holds for one font family. */
export class TextWidths {
  readonly #measure: (text: string, font: Font) => number;
  readonly #known = new Map<string, number>();

  constructor(measure: (text: string, font: Font) => number) {
    this.#measure = measure;
  }

  of(text: string, font: Font): number {
    const key = `${font.weight} ${font.size} ${text}`;
    let width = this.#known.get(key);
    if (width === undefined) {
      if (this.#known.size >= mostTexts) this.#known.clear();
      this.#known.set(key, (width = this.#measure(text, font)));
    }
    return width;
  }
}

import { Numbers, clock } from '../analysis/numbers.ts';

/** How numbers and times are written: in the editor's display language. */
export class Display {
  readonly numbers: Numbers;
  readonly #locale: string;

  constructor(locale: string) {
    this.#locale = locale;
    this.numbers = new Numbers(locale);
  }

  /** Local time, with the day when it is not today. */
  clock(unixMilli: number, nowUnixMilli: number): string {
    return clock(unixMilli, nowUnixMilli, this.#locale);
  }

  /** `3 errors`, `1 span`. */
  count(number: number, word: string): string {
    return this.numbers.counted(number, word);
  }
}

import { Numbers } from '../../src/analysis/numbers.ts';

/** BCP 47 tag of the display language, which the host writes into the page. */
export const locale: string | undefined = typeof document === 'undefined' ? undefined : document.documentElement.dataset['numberLocale'];

/** Every number of the panel goes through here. */
export const numbers = new Numbers(locale);

/** A number with its word: `1 span`, `1,280 spans`. */
export const counted = (count: number, word: string): string => `${numbers.count(count)} ${word}${count === 1 ? '' : 's'}`;

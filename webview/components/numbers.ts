import { Numbers } from '../../src/analysis/numbers.ts';

/** BCP 47 tag of the display language, which the host writes into the page. */
export const locale: string | undefined = typeof document === 'undefined' ? undefined : document.documentElement.dataset['numberLocale'];

/** Every number of the panel goes through here. */
export const numbers = new Numbers(locale);

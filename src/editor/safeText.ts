import { visibleName } from '../model/visibleText.ts';

const longestNotice = 500;

/** Text for a place that draws icons of `$(name)`: nothing in it is taken for one. */
export function asLabel(text: string): string {
  return visibleName(text).replaceAll('$(', String.raw`\$(`);
}

/** Text for a notification, which makes links of `[text](address)`: nothing in it is taken for one, and it stays short. */
export function asNotice(text: string): string {
  const cut = text.length > longestNotice ? `${text.slice(0, longestNotice)}…` : text;
  return visibleName(cut).replaceAll('](', '] (');
}

/**
 * Text for a place that reads Markdown, on one line. Every punctuation mark is escaped, so that nothing is taken for
 * markup, and addresses do not become links by themselves either.
 */
export function asMarkdown(text: string): string {
  return visibleName(text).trim().replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`);
}

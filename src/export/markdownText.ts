import { visibleBody, visibleName } from '../model/visibleText.ts';

const longestName = 200;

/** Backticks enough that none in the text ends what they enclose. */
function fenceFor(text: string, least: number): string {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return '`'.repeat(Math.max(least, longest + 1));
}

/** A name as inline code: nothing in it becomes markup, a mention, a link or another line. */
export function code(name: string): string {
  const visible = visibleName(name.length > longestName ? `${name.slice(0, longestName)}…` : name);
  if (visible.trim() === '') return visible === '' ? '(no name)' : '(blank)';
  const fence = fenceFor(visible, 1), gap = /^[` ]|[` ]$/.test(visible) ? ' ' : '';
  return fence + gap + visible + gap + fence;
}

/** A text as a block of code: nothing in it becomes markup, and nothing in it ends the block. */
export function fenced(text: string, language: 'text' | 'json' = 'text'): string {
  const visible = visibleBody(text).replace(/\n+$/, '');
  const fence = fenceFor(visible, 3);
  return `${fence}${language}\n${visible}\n${fence}\n`;
}

/** The beginning and the end of a text that is longer than `most` characters, and between them how much was left out. */
export function shortened(text: string, most: number): { readonly text: string; readonly leftOut: number } {
  if (text.length <= most) return { text, leftOut: 0 };
  const head = Math.ceil(most * 0.7), tail = most - head;
  const leftOut = text.length - most;
  return { text: `${text.slice(0, head)}\n… ${leftOut.toLocaleString('en')} characters left out …\n${tail === 0 ? '' : text.slice(-tail)}`, leftOut };
}

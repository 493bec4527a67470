/**
 * Characters that show nothing or turn the direction of others around: controls, format characters, line and paragraph
 * separators, lone surrogates, variation selectors and tags. A joiner or selector inside an emoji is left alone.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const plain = /^[ -~]*$/;
const partOfEmoji = /[\p{Extended_Pictographic}\u{FE0F}\u{1F3FB}-\u{1F3FF}]/u;
const harmlessInBody = new Set(['\n', '\t', '\u00ad', '\u200c', '\u200d']);

/** A key, name or other single line with every invisible character written as an escape, so that it cannot pose as another. */
export function visibleName(text: string): string {
  // Called for every bar of every picture.
  if (plain.test(text)) return text;
  return text.replaceAll(invisible, (char, at: number) => (char === '\u200d' && joinsEmoji(text, at) ? char : escapeOf(char)));
}

/** A body of text with its lines and tabs kept; other controls and everything that changes direction become escapes. */
export function visibleBody(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(invisible, (char) => (harmlessInBody.has(char) ? char : escapeOf(char)));
}

function joinsEmoji(text: string, at: number): boolean {
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1);
  return before !== undefined && partOfEmoji.test(before);
}

function escapeOf(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

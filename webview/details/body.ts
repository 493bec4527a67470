import { parsePartialJson } from '../../src/model/partialJson.ts';

/** A text is shown whole up to this many lines and characters, else cut to the shorter measure until somebody asks. */
const wholeLines = 20, wholeLength = 2400;
const cutLines = 8, cutLength = 1200;

export interface CutText {
  readonly shown: string;
  /** Lines and characters that are not shown; both 0 when everything is. */
  readonly hiddenLines: number;
  readonly hiddenLength: number;
}

/** The beginning of a long text, or all of a short one. */
export function cutText(text: string): CutText {
  const wholeEnd = endOfLines(text, wholeLines);
  if (wholeEnd === text.length && text.length <= wholeLength) return { shown: text, hiddenLines: 0, hiddenLength: 0 };
  const end = endOfCharacter(text, Math.min(endOfLines(text, cutLines), cutLength));
  return { shown: text.slice(0, end).trimEnd(), hiddenLines: countLines(text, end), hiddenLength: text.length - end };
}

/** A text that holds a JSON object or list, read exactly; undefined for any other text. */
export function jsonIn(text: string): unknown {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return undefined;
  const value = parsePartialJson(text);
  return value instanceof Map || Array.isArray(value) ? value : undefined;
}

export type Piece = { readonly kind: 'prose' | 'code' | 'block'; readonly text: string };

/** Splits prose at code between backticks, the one piece of markup that is drawn differently: still as text. */
export function piecesOf(text: string): readonly Piece[] {
  return text.split('```').flatMap((part, i): readonly Piece[] => {
    if (i % 2 === 1) return [{ kind: 'block', text: part.replace(/^[\w+#-]{0,20}\n/, '').replace(/\n$/, '') }];
    const pieces = part.split('`');
    // Without a partner the last backtick is an ordinary character.
    if (pieces.length % 2 === 0) pieces.push(`${pieces.splice(-2).join('`')}`);
    return pieces.flatMap((piece, j): readonly Piece[] => (piece === '' ? [] : [{ kind: j % 2 === 1 ? 'code' : 'prose', text: piece }]));
  });
}

function endOfLines(text: string, lines: number): number {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    at = text.indexOf('\n', at + 1);
    if (at < 0) return text.length;
  }
  return at;
}

function countLines(text: string, from: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Never cuts a character in two. */
function endOfCharacter(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}

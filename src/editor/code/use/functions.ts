import { scanCode } from '../../../source/codeScan.ts';
import type { CodeMention } from '../../../source/codeScan.ts';

/** A function in a text, and the lines that are its, from 0; `end` is the last. */
export interface FunctionLines {
  readonly name: string;
  readonly line: number;
  readonly end: number;
}

/** Longer texts are not looked through while somebody writes in them. */
const longestText = 200_000;
const farthestBelowDecorator = 10;

/** The functions of a text, found by how lines look; none in languages that are not known. */
export class CodeFunctions {
  readonly #lines: readonly string[];
  readonly #functions: readonly FunctionLines[];
  /** What the text says of spans, tools, agents and functions. */
  readonly mentions: readonly CodeMention[];

  constructor(path: string, text: string) {
    this.#lines = text.length > longestText ? [] : text.split(/\r\n|\r|\n/);
    this.mentions = this.#lines.length === 0 ? [] : scanCode(path, text);
    this.#functions = this.mentions.filter(({ kind }) => kind === 'function').map(({ name, line }) => ({ name, line: line - 1, end: this.#endOf(line - 1) }));
  }

  /** The function that a line belongs to, with the name that was recorded for it, if any; undefined outside of functions. */
  at(line: number, recordedName: string | undefined): FunctionLines | undefined {
    if (this.#lines[line]?.trimStart().startsWith('@')) {
      const below = this.#functions.find((one) => one.line > line);
      return below !== undefined && below.line - line <= farthestBelowDecorator ? below : undefined;
    }
    const around = this.#functions.filter((one) => one.line <= line && line <= one.end);
    const name = recordedName?.split(/[^\p{L}\p{N}_$#]+/u).findLast((part) => part !== '');
    return around.findLast((one) => one.name === name) ?? around.at(-1);
  }

  /** Where what is indented more ends; a bracket or a colon in a begin of several lines belongs to it. */
  #endOf(line: number): number {
    const own = indentOf(this.#lines[line] ?? '');
    let end = line;
    for (let next = line + 1; next < this.#lines.length; next++) {
      const text = this.#lines[next] as string, indent = indentOf(text);
      if (text.trim() === '') continue;
      if (indent < own || (indent === own && !/^\s*[)\]}{:]/.test(text))) break;
      end = next;
      if (indent === own && /^\s*\}/.test(text)) break;
    }
    return end;
  }
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

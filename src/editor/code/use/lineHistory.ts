/** One change of a text, in lines from 0. */
export interface LineEdit {
  readonly startLine: number;
  readonly endLine: number;
  /** How many line breaks stand in the place of those between the two lines. */
  readonly added: number;
  /** The first line keeps its text: what was changed stands after it. */
  readonly keepsFirst: boolean;
  /** The last line keeps its text: what was changed stands before it. */
  readonly keepsLast: boolean;
}

/** A state of the file on the disk. What was before it is not known. */
export interface DiskState {
  /** So many edits led to it. */
  readonly mark: number;
  readonly isKnown: boolean;
}

export interface LineNow {
  readonly line: number;
  /** The line itself was edited. */
  readonly isEdited: boolean;
}

interface Touched { start: number; end: number }

const mostEdits = 5_000;

/**
 * How the lines of an open file have moved: programs run what is on the disk, people see what they are writing. States of the
 * disk are known by time, from the one in which the file was opened.
 */
export class LineHistory {
  #edits: LineEdit[] = [];
  /** How many edits were forgotten. */
  #forgotten = 0;
  #states: { readonly mark: number; readonly since: number }[] = [];

  get mark(): number { return this.#forgotten + this.#edits.length; }

  /** From a time on (milliseconds since 1970) the disk has what the editor has now. */
  saved(since: number): void {
    if (this.#states.at(-1)?.mark !== this.mark) this.#states.push({ mark: this.mark, since });
  }

  /** When the file was opened the disk had what the editor had, and that for so long. */
  opened(since: number): void {
    if (this.#forgotten === 0 && this.#states[0]?.mark !== 0) this.#states.unshift({ mark: 0, since });
  }

  edit(edit: LineEdit): void {
    const last = this.#edits.at(-1), isTyping = edit.added === 0 && edit.startLine === edit.endLine;
    const isSame = last !== undefined && isTyping && last.startLine === edit.startLine && last.endLine === edit.startLine && last.added === 0;
    if (isSame && this.#states.at(-1)?.mark !== this.mark) return;
    this.#edits.push(edit);
    if (this.#edits.length <= mostEdits) return;
    this.#edits = this.#edits.slice(mostEdits / 5);
    this.#forgotten += mostEdits / 5;
    this.#states = this.#states.filter(({ mark }) => mark >= this.#forgotten);
  }

  /** What was on the disk at a time, in milliseconds since 1970. */
  at(time: number): DiskState {
    const state = this.#states.findLast(({ since }) => since <= time);
    return state === undefined ? { mark: this.#states[0]?.mark ?? this.#forgotten, isKnown: false } : { mark: state.mark, isKnown: true };
  }

  /** Where a line (from 0) of a state is now; undefined when it was deleted. */
  now(line: number, mark: number): LineNow | undefined {
    let at = line, isEdited = false;
    for (const edit of this.#since(mark)) {
      const moved = movedBy(edit, at);
      if (moved === undefined) return undefined;
      at = moved.line;
      isEdited ||= moved.isEdited;
    }
    return { line: at, isEdited };
  }

  /** Whether something was edited since a state in what are these lines now. */
  isTouched(from: number, to: number, mark: number): boolean {
    const touched: Touched[] = [];
    for (const edit of this.#since(mark)) {
      for (const range of touched) {
        range.start = movedBy(edit, range.start)?.line ?? edit.startLine;
        range.end = Math.max(range.start, movedBy(edit, range.end)?.line ?? edit.startLine);
      }
      touched.push({ start: edit.startLine + (edit.keepsFirst ? 1 : 0), end: edit.startLine + edit.added - (edit.keepsLast ? 1 : 0) });
    }
    return touched.some(({ start, end }) => start <= to && end >= from && start <= end);
  }

  #since(mark: number): readonly LineEdit[] { return this.#edits.slice(Math.max(0, mark - this.#forgotten)); }
}

function movedBy({ startLine, endLine, added, keepsFirst, keepsLast }: LineEdit, line: number): LineNow | undefined {
  if (line < startLine || (line === startLine && keepsFirst)) return { line, isEdited: false };
  const lastNow = startLine + added;
  if (line > endLine || (line === endLine && keepsLast)) return { line: line - endLine + lastNow, isEdited: false };
  const mostLine = keepsLast ? lastNow - 1 : lastNow;
  return mostLine < startLine || (keepsFirst && mostLine === startLine) ? undefined : { line: Math.min(line, mostLine), isEdited: true };
}

/** What a change of a text means for its lines. `rest` is what stands on the last line after what was put in. */
export function lineEditOf(start: { readonly line: number; readonly character: number }, end: { readonly line: number; readonly character: number }, text: string, rest: string): LineEdit {
  const breaks = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return {
    startLine: start.line, endLine: end.line, added: breaks,
    keepsFirst: breaks > 0 && /^[\r\n]/.test(text) && rest === '' && start.line === end.line && start.character === end.character,
    keepsLast: start.character === 0 && end.character === 0 && (text === '' ? start.line < end.line : /[\r\n]$/.test(text)),
  };
}

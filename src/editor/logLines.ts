import { visibleName } from '../model/visibleText.ts';

const maxLineLength = 2048;
const intervalMs = 1000;
const maxKinds = 500;

/** One record on one line: controls are escaped, and what is too long is cut. */
export function logLine(text: string): string {
  const cut = text.length > maxLineLength ? `${text.slice(0, maxLineLength)}… (${text.length} characters)` : text;
  return visibleName(cut);
}

/** Lets one line a second of each kind through and counts the others. */
export class LogLimit {
  readonly #nowMs: () => number;
  readonly #kinds = new Map<string, { until: number; heldBack: number }>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The line to write, or undefined to hold it back. The next line of its kind says how many were held back. */
  pass(kind: string, line: string): string | undefined {
    const now = this.#nowMs();
    const known = this.#kinds.get(kind);
    if (known !== undefined && now < known.until) {
      known.heldBack++;
      return undefined;
    }
    if (this.#kinds.size >= maxKinds) this.#kinds.clear();
    this.#kinds.set(kind, { until: now + intervalMs, heldBack: 0 });
    return known !== undefined && known.heldBack > 0 ? `${line} (and ${known.heldBack} more of this kind)` : line;
  }
}

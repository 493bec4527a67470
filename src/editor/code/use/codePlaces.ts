import * as process from 'node:process';
import type { CodePlace, CodeUseAnswer } from '../../../protocol/codeUse.ts';
import type { SourceCandidate } from '../../../source/resolve.ts';

/** A place in a file of the workspace. */
export interface PlaceHere {
  readonly id: number;
  /** From 0, as it was when it was recorded. */
  readonly line: number;
  readonly functionName?: string;
}

type Find = (place: CodePlace) => Promise<SourceCandidate | undefined>;

const atOnce = 8;

/** The files of the workspace that recorded places lie in. Each place is looked for once. */
export class CodePlaces {
  readonly #find: Find;
  #byFile = new Map<string, PlaceHere[]>();
  /** Paths that were not found, with the folders that they may be relative to. */
  #missing = new Set<string>();
  #epoch = 0;
  #known = 0;

  constructor(find: Find) { this.#find = find; }

  get epoch(): number { return this.#epoch; }
  get known(): number { return this.#known; }

  of(path: string): readonly PlaceHere[] { return this.#byFile.get(keyOf(path)) ?? []; }

  /** Takes over the new places of an answer. */
  async take({ epoch, places }: Pick<CodeUseAnswer, 'epoch' | 'places'>): Promise<void> {
    if (epoch !== this.#epoch) this.clear();
    this.#epoch = epoch;
    this.#known += places.length;
    for (let at = 0; at < places.length && epoch === this.#epoch; at += atOnce) await Promise.all(places.slice(at, at + atOnce).map((place) => this.#add(place, epoch)));
  }

  /** Looks for everything anew with the next answer. */
  clear(): void {
    this.#byFile = new Map();
    this.#missing = new Set();
    this.#epoch = this.#known = 0;
  }

  async #add(place: CodePlace, epoch: number): Promise<void> {
    const key = JSON.stringify([place.path, place.folders]);
    if (this.#missing.has(key)) return;
    const found = await this.#find(place);
    if (epoch !== this.#epoch) return;
    if (found === undefined) this.#missing.add(key);
    if (found?.line === undefined) return;
    const here: PlaceHere = { id: place.id, line: found.line - 1, ...(found.functionName === undefined ? {} : { functionName: found.functionName }) };
    for (const file of new Set([keyOf(found.path), keyOf(found.realPath)])) {
      const list = this.#byFile.get(file);
      if (list === undefined) this.#byFile.set(file, [here]); else list.push(here);
    }
  }
}

/** Windows writes the same path in several ways. */
function keyOf(path: string): string {
  return process.platform === 'win32' ? path.toLowerCase() : path;
}

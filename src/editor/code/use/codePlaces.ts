import * as process from 'node:process';
import type { CodePlace, CodeUseAnswer, NamedPlace } from '../../../protocol/codeUse.ts';
import type { SourceCandidate } from '../../../source/resolve.ts';

/** A place in a file of the workspace. */
export interface PlaceHere {
  readonly id: number;
  /** From 0, as it was when it was recorded; of one that was found by its names as it is now. */
  readonly line: number;
  readonly functionName?: string;
}

type Find = (place: CodePlace) => Promise<SourceCandidate | undefined>;

const atOnce = 8;
/** Paths that are looked for again at a time; the others have their turn the next time. */
const mostFoundAgain = 200;

/** The files of the workspace that recorded places lie in. Each place is looked for once. */
export class CodePlaces {
  readonly #find: Find;
  #byFile = new Map<string, PlaceHere[]>();
  /** Places that were not found, by their paths and the folders that these may be relative to. */
  #missing = new Map<string, CodePlace[]>();
  #named: NamedPlace[] = [];
  #epoch = 0;
  #known = 0;

  constructor(find: Find) { this.#find = find; }

  get epoch(): number { return this.#epoch; }
  get known(): number { return this.#known; }

  /** What spans without a place are called. */
  get named(): readonly NamedPlace[] { return this.#named; }

  of(path: string): readonly PlaceHere[] { return this.#byFile.get(fileKeyOf(path)) ?? []; }

  /** Takes over the new places of an answer. */
  async take({ epoch, places }: Pick<CodeUseAnswer, 'epoch' | 'places'>): Promise<void> {
    if (epoch !== this.#epoch) this.clear();
    this.#epoch = epoch;
    this.#known += places.length;
    this.#named.push(...places.filter((place): place is NamedPlace => 'names' in place));
    await this.#addAll(places.filter((place): place is CodePlace => 'path' in place), epoch);
  }

  /** Looks for everything anew with the next answer. */
  clear(): void {
    this.#byFile = new Map();
    this.#missing = new Map();
    this.#named = [];
    this.#epoch = this.#known = 0;
  }

  /** Looks again for what was not found: files are made, and large workspaces are read for a while. */
  async findMissing(): Promise<void> {
    const epoch = this.#epoch, again = [...this.#missing].slice(0, mostFoundAgain);
    for (const [key] of again) this.#missing.delete(key);
    await this.#addAll(again.flatMap(([, places]) => places), epoch);
  }

  async #addAll(places: readonly CodePlace[], epoch: number): Promise<void> {
    for (let at = 0; at < places.length && epoch === this.#epoch; at += atOnce) await Promise.all(places.slice(at, at + atOnce).map((place) => this.#add(place, epoch)));
  }

  async #add(place: CodePlace, epoch: number): Promise<void> {
    const key = JSON.stringify([place.path, place.folders]);
    const like = this.#missing.get(key), found = like === undefined ? await this.#find(place) : undefined;
    if (epoch !== this.#epoch) return;
    if (found === undefined) {
      const missing = this.#missing.get(key);
      if (missing === undefined) this.#missing.set(key, [place]); else missing.push(place);
    }
    if (found?.line === undefined) return;
    const here: PlaceHere = { id: place.id, line: found.line - 1, ...(found.functionName === undefined ? {} : { functionName: found.functionName }) };
    for (const file of new Set([fileKeyOf(found.path), fileKeyOf(found.realPath)])) {
      const list = this.#byFile.get(file);
      if (list === undefined) this.#byFile.set(file, [here]); else list.push(here);
    }
  }
}

/** Windows writes the same path in several ways. */
export function fileKeyOf(path: string): string {
  return process.platform === 'win32' ? path.toLowerCase() : path;
}

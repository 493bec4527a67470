import type { NamedPlace } from '../../../protocol/codeUse.ts';
import type { CodeMention } from '../../../source/codeScan.ts';
import { mayBeMentioned, namesMentioned } from '../../../source/onlyMention.ts';
import type { MentionFinder, MentionedNames } from '../../../source/onlyMention.ts';
import { fileKeyOf } from './codePlaces.ts';
import type { PlaceHere } from './codePlaces.ts';

/**
 * Where spans that record no place were made, by what a file mentions. The workspace is read for it with the first file
 * that mentions something: whether a mention is the only one can be said by all files together.
 */
export class NamedPlaces {
  readonly #index: () => Promise<MentionFinder>;
  readonly #onReady: () => void;
  readonly #mentioned = new WeakMap<readonly CodeMention[], MentionedNames>();
  #find: MentionFinder | undefined;
  #isWaiting = false;

  /** `index` resolves when all files are known, `onReady` is called then. */
  constructor(index: () => Promise<MentionFinder>, onReady: () => void) {
    this.#index = index;
    this.#onReady = onReady;
  }

  /** The places in a file with these mentions, by the lines where they stand now; none while the workspace is being read. */
  in(path: string, mentions: readonly CodeMention[], named: readonly NamedPlace[]): readonly PlaceHere[] {
    if (mentions.length === 0 || named.length === 0) return [];
    const mentioned = this.#mentionedIn(mentions), likely = named.filter(({ names }) => mayBeMentioned(names, mentioned));
    const find = this.#find;
    if (find === undefined && likely.length > 0) this.#begin();
    return find === undefined ? [] : likely.flatMap(({ id, names }): PlaceHere[] => {
      const only = find(names);
      if (only === undefined || fileKeyOf(only.path) !== fileKeyOf(path)) return [];
      const here = mentions.find(({ kind, name }) => kind === only.kind && name === only.name);
      return here === undefined ? [] : [{ id, line: here.line - 1 }];
    });
  }

  #mentionedIn(mentions: readonly CodeMention[]): MentionedNames {
    let known = this.#mentioned.get(mentions);
    if (known === undefined) this.#mentioned.set(mentions, known = namesMentioned(mentions));
    return known;
  }

  /** What cannot be read now is tried again with the next question. */
  #begin(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#index().then((find) => {
      this.#find = find;
      this.#onReady();
    }, () => { this.#isWaiting = false; });
  }
}

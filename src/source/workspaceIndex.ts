import { codeEndings, longestScanned, scanCode } from './codeScan.ts';
import type { CodeMention } from './codeScan.ts';
import type { FileAccess } from './fileAccess.ts';
import { RefusedPath, commonEnding, parsePath } from './paths.ts';
import type { RecordedPath } from './paths.ts';

/** A mention with the file that it stands in. */
export interface IndexedMention extends CodeMention { readonly path: string }

const mostFiles = 20_000;
const mostMentions = 500_000;
/** Work on the thread between two turns of its event loop. */
const sliceMs = 8;

interface IndexedFile {
  readonly segments: readonly string[];
  readonly mentions: readonly CodeMention[];
}

/**
 * What the source files of the workspace say about spans, tools, agents and functions, and which files there are. Built
 * in slices, kept up to date file by file, bounded in files and mentions.
 */
export class WorkspaceIndex {
  readonly #access: FileAccess;
  readonly #files = new Map<string, IndexedFile>();
  /** By kind and name; patterns by their first letters, which every name that fits has too. */
  readonly #byName = new Map<string, IndexedMention[]>();
  readonly #byFileName = new Map<string, string[]>();
  #mentionCount = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(access: FileAccess) { this.#access = access; }

  get fileCount(): number { return this.#files.size; }

  /** Reads all files anew. Lookups meanwhile see what has been read. Rejects when the signal aborts. */
  build(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      const paths = await this.#access.listFiles(codeEndings, mostFiles);
      const gone = new Set(this.#files.keys());
      for (const path of paths) gone.delete(path);
      for (const path of gone) this.#forget(path);
      let sliceEnd = performance.now() + sliceMs;
      for (const path of paths.slice(0, mostFiles)) {
        signal?.throwIfAborted();
        await this.#read(path);
        if (performance.now() < sliceEnd) continue;
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        sliceEnd = performance.now() + sliceMs;
      }
    });
  }

  /** A file was made, changed or deleted. */
  update(path: string): Promise<void> {
    if (!codeEndings.some((ending) => path.endsWith(ending))) return Promise.resolve();
    return this.#inTurn(() => this.#read(path));
  }

  /** A folder was deleted or moved away; nobody tells of the files in it. */
  forgetFolder(folder: string): Promise<void> {
    return this.#inTurn(() => {
      for (const path of [...this.#files.keys()]) if (path.startsWith(folder) && /^[\\/]/.test(path.slice(folder.length))) this.#forget(path);
      return Promise.resolve();
    });
  }

  /** Mentions of a name, in the order of the files. */
  find(kind: CodeMention['kind'], name: string): readonly IndexedMention[] {
    if (kind !== 'pattern') return this.#byName.get(keyOf(kind, name)) ?? [];
    const fitting = (this.#byName.get(keyOf(kind, name)) ?? []).filter((mention) => name.startsWith(mention.name));
    const longest = Math.max(...fitting.map((mention) => mention.name.length));
    return fitting.filter((mention) => mention.name.length === longest);
  }

  /** What stands in one file, for views on it. */
  mentionsIn(path: string): readonly CodeMention[] { return this.#files.get(path)?.mentions ?? []; }

  /** The files with this name before its ending. */
  filesCalled(stem: string): readonly string[] {
    return codeEndings.flatMap((ending) => this.#byFileName.get(stem + ending) ?? []);
  }

  /** The files whose paths end most like a path of another machine, and how many segments are the same; at least its file name. */
  endingLike({ segments }: RecordedPath): { readonly paths: readonly string[]; readonly common: number } {
    let best: string[] = [], common = 0;
    for (const path of this.#byFileName.get(segments.at(-1) ?? '') ?? []) {
      const here = commonEnding(this.#files.get(path)?.segments ?? [], segments);
      if (here > common) [best, common] = [[path], here];
      else if (here === common) best.push(path);
    }
    return { paths: best, common };
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #read(path: string): Promise<void> {
    const parsed = parsePath(path);
    if (parsed instanceof RefusedPath) return;
    const text = await this.#access.readText(path, longestScanned);
    this.#forget(path);
    if (text === undefined && !(await this.#access.realPath(path))?.isFile) return;
    const room = mostMentions - this.#mentionCount;
    if (room <= 0 || this.#files.size >= mostFiles) return;
    const mentions = text === undefined ? [] : scanCode(path, text).slice(0, room);
    this.#files.set(path, { segments: parsed.segments, mentions });
    this.#mentionCount += mentions.length;
    addTo(this.#byFileName, parsed.segments.at(-1) ?? '', path);
    for (const mention of mentions) addTo(this.#byName, keyOf(mention.kind, mention.name), { ...mention, path });
  }

  #forget(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#mentionCount -= file.mentions.length;
    removeFrom(this.#byFileName, file.segments.at(-1) ?? '', (other) => other === path);
    for (const key of new Set(file.mentions.map(({ kind, name }) => keyOf(kind, name)))) removeFrom(this.#byName, key, (mention) => mention.path === path);
  }
}

const keyOf = (kind: CodeMention['kind'], name: string): string => `${kind} ${kind === 'pattern' ? name.slice(0, 3) : name}`;

function addTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function removeFrom<T>(lists: Map<string, T[]>, key: string, isGone: (item: T) => boolean): void {
  const left = (lists.get(key) ?? []).filter((item) => !isGone(item));
  if (left.length === 0) lists.delete(key);
  else lists.set(key, left);
}

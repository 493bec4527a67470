import * as vscode from 'vscode';
import type { RunLog } from '../../../debug/runLog.ts';
import type { CodePauses, CodeUse } from '../../../protocol/codeUse.ts';
import type { CollectorHost } from '../../collector/collectorHost.ts';
import { Disposables } from '../../disposables.ts';
import type { Log } from '../../log.ts';
import { Throttle } from '../../throttle.ts';
import type { SourceService } from '../sourceService.ts';
import { CodePlaces } from './codePlaces.ts';
import type { PlaceHere } from './codePlaces.ts';
import type { SpansHere } from './codeWords.ts';
import { Documents } from './documents.ts';
import type { DiskState } from './lineHistory.ts';
import { NamedPlaces } from './namedPlaces.ts';

const refreshMs = 500, runningMs = 1000;
/** An answer that took long is not asked for again at once: the collector has other work to do. */
const longMs = 100, restPerMs = 9, mostRestMs = 5000;
/** Questions that follow one another at once, while new places turn out to be in sight. */
const mostRounds = 3;
const mostLines = 1_000, mostPausedRuns = 20;
/** Files that were not found are looked for again while a file without spans is in sight. */
const findAgainMs = 30_000;

/** A line or function with spans. */
export interface UseHere extends SpansHere {
  /** From 0, after so many edits of its file. */
  readonly line: number;
  readonly mark: number;
  readonly places: readonly number[];
}

/** What spans did in one file. */
export interface FileUse {
  readonly lines: readonly UseHere[];
  readonly functions: readonly UseHere[];
}

interface Draft { readonly line: number; readonly places: number[]; isOlder: boolean; isByName: boolean }

/** Knows what spans did in the files that editors show; asks while there are such files, at most twice a second. */
export class CodeInsight {
  readonly documents: Documents;
  readonly places: CodePlaces;
  readonly #named: NamedPlaces;
  readonly #collector: CollectorHost;
  readonly #runs: RunLog;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  readonly #refresh: Throttle;
  #files = new Map<vscode.TextDocument, FileUse>();
  #loading: Promise<boolean> | undefined;
  #shown = '[0]';
  #isPartial = false;
  #tooLarge: readonly string[] = [];
  #nextFind = performance.now() + findAgainMs;
  #running: ReturnType<typeof setTimeout> | undefined;

  constructor(collector: CollectorHost, source: SourceService, runs: RunLog, log: Log) {
    this.#collector = collector;
    this.#runs = runs;
    this.#log = log;
    this.documents = this.#disposables.add(new Documents());
    this.places = new CodePlaces((place) => source.placeOf(place));
    this.#refresh = this.#disposables.add(new Throttle(refreshMs, () => this.#loadAndRest()));
    const request = (): void => this.#refresh.request();
    this.#named = new NamedPlaces(() => source.mentions(), request);
    const begin = (): void => { this.places.clear(); request(); };
    for (const listener of [
      collector.onDidChangeTraces(request), collector.onDidChangeFile(request), runs.onDidPause(request), collector.onDidReplace(begin), source.onDidChange(begin), vscode.window.onDidChangeVisibleTextEditors(request),
      vscode.workspace.onDidSaveTextDocument(request), vscode.workspace.onDidChangeWorkspaceFolders(begin),
      vscode.workspace.onDidChangeTextDocument(({ document }) => { if (this.#files.has(document)) request(); }),
    ]) this.#disposables.add(listener);
  }

  get epoch(): number { return this.places.epoch; }

  /** Names of files and stored traces whose spans are not shown, since there are too many. */
  get tooLarge(): readonly string[] { return this.#tooLarge; }

  /** When the programs of the newest runs stood in the debugger, which is no time that their spans took. */
  get pauses(): readonly CodePauses[] { return this.#runs.paused.slice(-mostPausedRuns).map(({ id, pauses = [] }) => ({ session: id, pauses })); }

  of(document: vscode.TextDocument): FileUse | undefined { return this.#files.get(document); }

  /** The line where a use stands now; undefined when it was deleted since. */
  lineNow(document: vscode.TextDocument, { line, mark }: UseHere): number | undefined {
    const now = this.documents.historyOf(document).now(line, mark)?.line;
    return now === undefined || now >= document.lineCount ? undefined : now;
  }

  /** The places on a line, or else those in its function; asks when nothing is known of the file yet. */
  async placesAt(document: vscode.TextDocument, line: number): Promise<readonly number[]> {
    if (!this.#files.has(document)) await this.#load();
    const used = this.of(document), here = used?.lines.find((one) => this.lineNow(document, one) === line);
    const around = this.documents.functionsOf(document).at(line, undefined)?.line ?? line;
    return (here ?? used?.functions.find((one) => this.lineNow(document, one) === around))?.places ?? [];
  }

  request(): void { this.#refresh.request(); }

  dispose(): void {
    clearTimeout(this.#running);
    this.#disposables.dispose();
  }

  async #loadAndRest(): Promise<void> {
    const began = performance.now();
    const isPartial = await this.#load(), tookMs = performance.now() - began;
    if (!isPartial && tookMs > longMs) await new Promise<void>((resolve) => { setTimeout(resolve, Math.min(mostRestMs, tookMs * restPerMs)); });
  }

  /** True when there is more to be read. One at a time: places are told once. */
  #load(): Promise<boolean> {
    return this.#loading ??= this.#loadOnce().finally(() => { this.#loading = undefined; });
  }

  async #loadOnce(): Promise<boolean> {
    clearTimeout(this.#running);
    try {
      const documents = vscode.workspace.isTrusted ? this.documents.inSight() : [];
      if (documents.length === 0 && this.#files.size === 0) return false;
      const files = documents.length === 0 ? new Map<vscode.TextDocument, FileUse>() : await this.#ask(documents);
      if (files === undefined) return true;
      const areSame = [...files.keys()].every((document) => this.#files.has(document));
      this.#files = files;
      const isRunning = [...files.values()].some(({ lines }) => lines.some(({ use }) => use.run.running > 0));
      if (isRunning) this.#running = setTimeout(() => this.request(), runningMs);
      // Most of what arrives was made elsewhere.
      const shown = JSON.stringify([this.epoch, ...[...files].map(([{ uri }, used]) => [uri.toString(), used])]);
      if (areSame && !isRunning && shown === this.#shown) return this.#isPartial;
      this.#shown = shown;
      this.#changed.fire();
    } catch (error) {
      this.#log.warn('What spans did in the code could not be asked for', error);
    }
    return this.#isPartial;
  }

  /** Undefined when it is to be asked again. */
  async #ask(documents: readonly vscode.TextDocument[]): Promise<Map<vscode.TextDocument, FileUse> | undefined> {
    await Promise.all(documents.map((document) => this.documents.whenRead(document)));
    if (performance.now() > this.#nextFind && documents.some((document) => this.places.of(document.uri.fsPath).length === 0)) {
      this.#nextFind = performance.now() + findAgainMs;
      await this.places.findMissing();
    }
    const uses = new Map<number, CodeUse>();
    for (let round = 0; round < mostRounds; round++) {
      const ids = documents.flatMap((document) => [...this.places.of(document.uri.fsPath), ...this.#namedIn(document)].map(({ id }) => id)).filter((id) => !uses.has(id));
      if (round > 0 && ids.length === 0) break;
      const { epoch } = this.places, answer = await this.#collector.call('codeUse', { epoch, known: this.places.known, groups: ids.map((id) => [id]), pauses: this.pauses });
      if (this.places.epoch !== epoch) return this.#again();
      this.#isPartial = answer.isPartial;
      this.#tooLarge = answer.tooLarge;
      if (answer.isPartial) this.request();
      if (answer.epoch !== epoch) uses.clear();
      await this.places.take(answer);
      answer.uses.forEach((use, i) => { if (use !== undefined) uses.set(ids[i] as number, use); });
    }
    const drafts = documents.map((document) => ({ document, ...this.#draft(document, uses) })).filter(({ lines }) => lines.length > 0);
    return drafts.length === 0 ? new Map<vscode.TextDocument, FileUse>() : this.#fill(drafts);
  }

  /** Places were forgotten or numbered anew while they were asked for. */
  #again(): undefined {
    this.request();
    return undefined;
  }

  async #fill(drafts: readonly { readonly document: vscode.TextDocument; readonly mark: number; readonly lines: readonly Draft[]; readonly functions: readonly Draft[] }[]): Promise<Map<vscode.TextDocument, FileUse> | undefined> {
    const groups = drafts.flatMap(({ lines, functions }) => [...lines, ...functions].map(({ places }) => places));
    const { epoch } = this.places, answer = await this.#collector.call('codeUse', { epoch, known: this.places.known, groups, pauses: this.pauses });
    if (this.places.epoch !== epoch) return this.#again();
    await this.places.take(answer);
    if (answer.epoch !== epoch) return this.#again();
    let at = 0;
    const used = (parts: readonly Draft[], mark: number): UseHere[] => parts.flatMap((part) => {
      const use = answer.uses[at++];
      return use === undefined ? [] : [{ ...part, mark, use }];
    });
    return new Map(drafts.map(({ document, mark, lines, functions }) => [document, { lines: used(lines, mark), functions: used(functions, mark) }]));
  }

  /** The lines and functions of a file that have spans, as it is now. */
  #draft(document: vscode.TextDocument, uses: ReadonlyMap<number, CodeUse>): { readonly mark: number; readonly lines: readonly Draft[]; readonly functions: readonly Draft[] } {
    const history = this.documents.historyOf(document), functions = this.documents.functionsOf(document);
    const used = (places: readonly PlaceHere[]): Here[] => places.flatMap((place) => {
      const use = uses.get(place.id);
      return use === undefined ? [] : [{ place, state: history.at(use.since) }];
    });
    const recorded = current(used(this.places.of(document.uri.fsPath))), named = new Set(used(this.#namedIn(document)));
    const byLine = new Map<number, Draft>(), byFunction = new Map<number, Draft>();
    for (const here of [...recorded, ...named].slice(0, mostLines)) {
      const { place, state } = here, isByName = named.has(here), now = history.now(place.line, isByName ? history.mark : state.mark);
      if (now === undefined || now.line >= document.lineCount) continue;
      const isOlder = !state.isKnown || now.isEdited, around = functions.at(now.line, place.functionName);
      add(byLine, now.line, place.id, { isOlder, isByName });
      add(byFunction, around?.line ?? now.line, place.id, { isOlder: isOlder || (around !== undefined && history.isTouched(around.line, around.end, state.mark)), isByName });
    }
    return { mark: history.mark, lines: [...byLine.values()], functions: [...byFunction.values()] };
  }

  #namedIn(document: vscode.TextDocument): readonly PlaceHere[] {
    return this.#named.in(document.uri.fsPath, this.documents.functionsOf(document).mentions, this.places.named);
  }
}

interface Here { readonly place: PlaceHere; readonly state: DiskState }

/** Lines of a text that is not known any more say nothing where the newer text has been run too. */
function current(here: readonly Here[]): readonly Here[] {
  return here.some(({ state }) => state.isKnown) ? here.filter(({ state }) => state.isKnown) : here;
}

function add(drafts: Map<number, Draft>, line: number, place: number, { isOlder, isByName }: Pick<Draft, 'isOlder' | 'isByName'>): void {
  const draft = drafts.get(line);
  if (draft === undefined) drafts.set(line, { line, places: [place], isOlder, isByName });
  else {
    draft.places.push(place);
    draft.isOlder ||= isOlder;
    draft.isByName &&= isByName;
  }
}

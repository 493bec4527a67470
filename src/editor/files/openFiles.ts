import * as vscode from 'vscode';
import type { TraceOverview } from '../../model/records.ts';
import { traceNameOf } from '../../model/traceKey.ts';
import type { FileInput, OpenedFile } from '../../protocol/files.ts';
import type { Collector, CollectorHost } from '../collector/collectorHost.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';
import { Throttle } from '../throttle.ts';
import { fileNameOf, inputOf, isGrowing, sourceOf } from './fileInputs.ts';

const refreshMs = 200;
/** Traces of one file that are listed; more are found by the filter. */
const mostListed = 500;
const nameless = 'nameless';

/** A file that is open, with its traces. */
export interface TraceFile extends OpenedFile {
  /** Undefined for what was pasted. */
  readonly uri: vscode.Uri | undefined;
  readonly isFollowed: boolean;
  /** By start, the first that were listed. */
  readonly traces: readonly TraceOverview[];
  /** Those of them that match the filter of the Traces view. */
  readonly matching: readonly TraceOverview[];
}

interface Listed { readonly traces: readonly TraceOverview[]; readonly matching: readonly TraceOverview[] }
const nothingListed: Listed = { traces: [], matching: [] };

interface Held {
  readonly uri: vscode.Uri | undefined;
  readonly input: FileInput;
  readonly isFollowed: boolean;
  /** Tabs of the file; the Traces view holds it too while `isListed`. */
  tabs: number;
  isListed: boolean;
}

/**
 * The trace files that are open. A file is read once, however many tabs show it, and is closed with the last of them,
 * unless somebody opened it into the Traces view, where it stays until it is closed there.
 */
export class OpenFiles {
  readonly #collector: Collector;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #closed = new vscode.EventEmitter<string>();
  /** The source of a file that is no longer open. */
  readonly onDidClose = this.#closed.event;
  readonly #held = new Map<string, Held>();
  readonly #files = new Map<string, OpenedFile>();
  readonly #traces = new Map<string, Listed>();
  readonly #stale = new Set<string>();
  readonly #refresh: Throttle;
  #nameless = 0;
  #filter = '';

  constructor(collector: CollectorHost, log: Log) {
    this.#collector = collector;
    this.#log = log;
    this.#disposables.add(this.#changed);
    this.#disposables.add(this.#closed);
    this.#refresh = this.#disposables.add(new Throttle(refreshMs, () => this.#listTraces()));
    this.#disposables.add(collector.onDidChangeFile(({ file }) => this.#take(file)));
    this.#disposables.add(collector.onDidReplace(() => this.#openAgain()));
  }

  /** In the order in which they were opened. */
  get files(): readonly TraceFile[] {
    return [...this.#held.keys()].flatMap((source) => this.file(source) ?? []);
  }

  file(source: string): TraceFile | undefined {
    const held = this.#held.get(source), file = this.#files.get(source);
    if (held === undefined || file === undefined) return undefined;
    return { ...file, uri: held.uri, isFollowed: held.isFollowed, ...(this.#traces.get(source) ?? nothingListed) };
  }

  /** The file that a trace is from. */
  fileOfTrace(traceId: string): TraceFile | undefined { return this.file(traceNameOf(traceId).source); }

  /** Opens a file for a tab; gives its source. Every call needs one of `leave`. */
  async openForTab(uri: vscode.Uri): Promise<string> {
    const held = await this.#hold(uri);
    held.tabs++;
    return sourceOf(uri);
  }

  /** A tab of the file was closed. */
  async leave(source: string): Promise<void> {
    const held = this.#held.get(source);
    if (held === undefined) return;
    held.tabs--;
    if (held.tabs <= 0 && !held.isListed) await this.close(source);
  }

  /** Opens a file into the Traces view, until it is closed there; gives its source. */
  async openListed(uri: vscode.Uri): Promise<string> {
    (await this.#hold(uri)).isListed = true;
    return sourceOf(uri);
  }

  /** Lists what matches beside all traces; `query` can be read. */
  setFilter(query: string): void {
    if (query === this.#filter) return;
    this.#filter = query;
    for (const source of this.#held.keys()) this.#stale.add(source);
    this.#refresh.request();
  }

  /** Opens what has no address: text that was pasted, a file that was dropped. Gives its source. */
  async openBytes(name: string, bytes: Uint8Array): Promise<string> {
    const source = `${nameless}-${++this.#nameless}`;
    await this.#open(source, { uri: undefined, input: { bytes: bytes.slice().buffer, name }, isFollowed: false, tabs: 0, isListed: true });
    return source;
  }

  /** The first trace of a file, as soon as one is there; undefined when there is none, now that it was read. */
  firstTrace(source: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const check = (): boolean => {
        const file = this.file(source), first = file?.traces[0]?.traceId;
        const isOver = first !== undefined || !this.#held.has(source) || (file !== undefined && file.state !== 'reading' && file.traceCount === 0);
        if (isOver) resolve(first);
        return isOver;
      };
      if (check()) return;
      const watching = this.onDidChange(() => { if (check()) watching.dispose(); });
    });
  }

  /** Reads the file anew, and goes on reading what is appended to it. */
  async follow(source: string): Promise<void> {
    const held = this.#held.get(source);
    if (held !== undefined && held.uri !== undefined) await this.#open(source, { ...held, isFollowed: true });
  }

  /** Reads the file anew. */
  async openAgain(source: string): Promise<void> {
    const held = this.#held.get(source);
    if (held !== undefined) await this.#open(source, held);
  }

  /** Reads no more of a file. */
  stop(source: string): Promise<void> { return this.#collector.call('stopFile', source); }

  /** Puts the traces of a file into the store. */
  async keep(source: string): Promise<readonly string[]> { return (await this.#collector.call('keepFile', source)).traceIds; }

  async close(source: string): Promise<void> {
    if (!this.#held.delete(source)) return;
    this.#files.delete(source);
    this.#traces.delete(source);
    this.#closed.fire(source);
    this.#changed.fire();
    await this.#collector.call('closeFile', source);
  }

  dispose(): void { this.#disposables.dispose(); }

  async #hold(uri: vscode.Uri): Promise<Held> {
    const source = sourceOf(uri);
    const known = this.#held.get(source);
    if (known !== undefined) return known;
    const [input, isFollowed] = await Promise.all([inputOf(uri), isGrowing(uri)]);
    return this.#held.get(source) ?? this.#open(source, { uri, input, isFollowed, tabs: 0, isListed: false });
  }

  async #open(source: string, held: Held): Promise<Held> {
    this.#held.set(source, held);
    try {
      await this.#collector.call('openFile', source, held.input, { follow: held.isFollowed });
    } catch (error) {
      this.#held.delete(source);
      throw error;
    }
    return held;
  }

  #take(file: OpenedFile): void {
    if (!this.#held.has(file.source)) return;
    this.#files.set(file.source, file);
    this.#stale.add(file.source);
    this.#changed.fire();
    this.#refresh.request();
  }

  async #listTraces(): Promise<void> {
    const sources = [...this.#stale].filter((source) => this.#held.has(source));
    this.#stale.clear();
    for (const source of sources) {
      try {
        const page = { offset: 0, limit: mostListed };
        const { traces } = await this.#collector.call('listTraces', '', page, source);
        const matching = this.#filter === '' ? traces : (await this.#collector.call('listTraces', this.#filter, page, source)).traces;
        if (this.#held.has(source)) this.#traces.set(source, { traces, matching });
      } catch (error) {
        this.#log.warn('The traces of a file could not be listed', error);
      }
    }
    if (sources.length > 0) this.#changed.fire();
  }

  /** A new worker knows nothing of the files of the one that was lost. */
  #openAgain(): void {
    for (const [source, held] of this.#held) {
      this.#open(source, held).catch((error: unknown) => this.#log.error(`${held.uri === undefined ? 'What was pasted' : fileNameOf(held.uri)} could not be opened again`, error));
    }
  }
}

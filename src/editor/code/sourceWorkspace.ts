import * as process from 'node:process';
import * as vscode from 'vscode';
import type { SpanRecord } from '../../model/records.ts';
import type { CodePlace } from '../../protocol/codeUse.ts';
import { codeEndings } from '../../source/codeScan.ts';
import { onlyMention } from '../../source/onlyMention.ts';
import type { MentionFinder } from '../../source/onlyMention.ts';
import { mappingsOf, mappingsOfLaunch } from '../../source/pathMappings.ts';
import { resolveFrames, resolvePlace, resolveSource } from '../../source/resolve.ts';
import type { ResolvedFrame, SourceAnswer, SourceCandidate, SourceContext } from '../../source/resolve.ts';
import { SourceMaps } from '../../source/sourceMaps.ts';
import { WorkspaceIndex } from '../../source/workspaceIndex.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';
import { editorSymbols } from './symbols.ts';
import { watchFiles, workspaceFiles } from './workspaceFiles.ts';

/** A large workspace is read on in the background while the first answers are given. */
const indexPatienceMs = 3000;
const restricted = 'Restricted mode: source lines are looked for when this workspace is trusted.';

/** Spans to code in this window: its folders, its settings, and what is known of its files. */
export class SourceWorkspace {
  readonly #ownFolders: readonly string[];
  readonly #log: Log;
  readonly #platform = process.platform === 'win32' ? 'windows' as const : 'posix' as const;
  readonly #maps = new SourceMaps(workspaceFiles, this.#platform);
  readonly #index = new WorkspaceIndex(workspaceFiles);
  readonly #disposables = new Disposables();
  readonly #closing = new AbortController();
  #indexed: Promise<void> | undefined;
  /** Places are many, and those that are not found are looked for again: they do not wait one after the other. */
  #waitedForIndex: Promise<void> | undefined;

  /** `ownFolders` hold packaged code of ours that makes spans: the demo agent. */
  constructor(ownFolders: readonly string[], log: Log) {
    this.#ownFolders = ownFolders;
    this.#log = log;
  }

  async resolve(record: SpanRecord): Promise<SourceAnswer> {
    if (!vscode.workspace.isTrusted) return { candidates: [], whyNone: restricted };
    const context = this.#context();
    const recorded = await resolveSource(record, context);
    // A recorded place that is there needs no index.
    if (recorded.candidates[0]?.rank === 0) return recorded;
    await this.#whenIndexed();
    return resolveSource(record, context);
  }

  /** The line of the workspace that a place is; undefined when it is elsewhere, or may be one of several. */
  async place({ folders, ...place }: CodePlace): Promise<SourceCandidate | undefined> {
    if (!vscode.workspace.isTrusted) return undefined;
    const recorded = { ...place, origin: '' };
    let found = await resolvePlace(recorded, folders, this.#context());
    if (found.length === 0) {
      await (this.#waitedForIndex ??= this.#whenIndexed());
      found = await resolvePlace(recorded, folders, this.#context());
    }
    const [only] = found;
    return found.length === 1 && only?.isInWorkspace === true ? only : undefined;
  }

  /** Finds by names, as soon as all files of the workspace are known. Rejects while it is not trusted. */
  async mentions(): Promise<MentionFinder> {
    if (!vscode.workspace.isTrusted) throw new Error(restricted);
    await (this.#indexed ??= this.#beginIndex());
    return (names) => onlyMention(names, this.#index);
  }

  async frames(record: SpanRecord): Promise<readonly ResolvedFrame[]> {
    if (!vscode.workspace.isTrusted || !record.events.some(({ attributes }) => Object.hasOwn(attributes, 'exception.stacktrace'))) return [];
    await this.#whenIndexed();
    return resolveFrames(record, this.#context());
  }

  dispose(): void {
    this.#closing.abort();
    this.#disposables.dispose();
  }

  #context(): SourceContext {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const launch = vscode.workspace.getConfiguration('launch', folder).get<unknown>('configurations');
    return {
      files: workspaceFiles,
      index: this.#index,
      maps: this.#maps,
      platform: this.#platform,
      folders: [...(vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath), ...this.#ownFolders],
      mappings: [
        ...mappingsOf(vscode.workspace.getConfiguration('spanscope.source', folder).get('pathMappings')),
        ...mappingsOfLaunch(Array.isArray(launch) ? launch : []),
      ],
      symbols: editorSymbols,
    };
  }

  async #whenIndexed(): Promise<void> {
    this.#indexed ??= this.#beginIndex();
    const patience = new Promise<void>((resolve) => { setTimeout(resolve, indexPatienceMs); });
    await Promise.race([this.#indexed, patience]);
  }

  async #beginIndex(): Promise<void> {
    const update = (work: Promise<void>): void => {
      this.#maps.clear();
      work.catch((error: unknown) => this.#log.warn('A changed file could not be read', error));
    };
    this.#disposables.add(watchFiles(codeEndings, { onFile: (path) => update(this.#index.update(path)), onFolderGone: (path) => update(this.#index.forgetFolder(path)) }));
    this.#disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(() => { this.#indexed = this.#build(); }));
    await this.#build();
  }

  async #build(): Promise<void> {
    try {
      await this.#index.build(this.#closing.signal);
      this.#log.info(`Know ${this.#index.fileCount} source files of the workspace`);
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#log.warn('The source files of the workspace could not be read', error);
    }
  }
}

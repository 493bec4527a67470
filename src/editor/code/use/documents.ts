import * as vscode from 'vscode';
import { Disposables } from '../../disposables.ts';
import { CodeFunctions } from './functions.ts';
import { LineHistory, lineEditOf } from './lineHistory.ts';

/** Languages of texts in which no program runs. */
const noCode = new Set(['plaintext', 'markdown', 'json', 'jsonc', 'jsonl', 'yaml', 'toml', 'ini', 'xml', 'csv', 'log', 'html', 'css', 'scss', 'less', 'diff', 'git-commit', 'ignore', 'properties', 'dotenv']);

interface Tracked { readonly history: LineHistory; readonly isRead: Promise<void>; functions?: { readonly version: number; readonly value: CodeFunctions } }

/** Files of code that were in sight, and how their lines have moved since. */
export class Documents {
  readonly #tracked = new Map<vscode.TextDocument, Tracked>();
  readonly #disposables = new Disposables();

  constructor() {
    this.#disposables.add(vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event)));
    this.#disposables.add(vscode.workspace.onDidSaveTextDocument((document) => this.#tracked.get(document)?.history.saved(Date.now())));
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument((document) => this.#tracked.delete(document)));
  }

  /** The files of code that editors show. */
  inSight(): vscode.TextDocument[] {
    const documents = new Set(vscode.window.visibleTextEditors.map(({ document }) => document).filter(isCode));
    for (const document of documents) this.historyOf(document);
    return [...documents];
  }

  historyOf(document: vscode.TextDocument): LineHistory { return this.#of(document).history; }

  /** Resolves when it is known since when the disk has what the file was opened with. */
  whenRead(document: vscode.TextDocument): Promise<void> { return this.#of(document).isRead; }

  functionsOf(document: vscode.TextDocument): CodeFunctions {
    const tracked = this.#of(document);
    if (tracked.functions?.version !== document.version) tracked.functions = { version: document.version, value: new CodeFunctions(document.uri.path, document.getText()) };
    return tracked.functions.value;
  }

  /** An open file; undefined when it is not open. */
  open(path: string): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find(({ uri, isClosed }) => uri.scheme === 'file' && uri.fsPath === path && !isClosed);
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#tracked.clear();
  }

  #of(document: vscode.TextDocument): Tracked {
    const known = this.#tracked.get(document);
    if (known !== undefined) return known;
    const history = new LineHistory();
    const isRead = document.isDirty ? Promise.resolve() : Promise.resolve(vscode.workspace.fs.stat(document.uri)).then(({ mtime }) => history.opened(mtime), () => undefined);
    const tracked: Tracked = { history, isRead };
    this.#tracked.set(document, tracked);
    return tracked;
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const history = this.#tracked.get(document)?.history;
    if (history === undefined || contentChanges.length === 0) return;
    contentChanges.forEach(({ range: { start, end }, text }, i) => {
      const breaks = text.split(/\r\n|\r|\n/), lastLine = start.line + breaks.length - 1 + movedBy(contentChanges.slice(i + 1), start.line);
      const before = breaks.length === 1 ? start.character + text.length : breaks.at(-1)?.length ?? 0;
      history.edit(lineEditOf(start, end, text, lastLine < document.lineCount ? document.lineAt(lastLine).text.slice(before) : ''));
    });
    // The editor has read the file anew, or the changes were taken back.
    if (!document.isDirty) history.saved(Date.now());
  }
}

export const isCode = ({ uri, languageId }: vscode.TextDocument): boolean => uri.scheme === 'file' && !noCode.has(languageId);

/** How far a line is moved by changes that are told after its own, and stand above it. */
function movedBy(later: readonly vscode.TextDocumentContentChangeEvent[], line: number): number {
  return later.filter(({ range }) => range.end.line <= line).reduce((sum, { range, text }) => sum + text.split(/\r\n|\r|\n/).length - 1 - (range.end.line - range.start.line), 0);
}

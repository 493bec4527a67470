import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import { safeFileName } from '../fileNames.ts';
import { showDocument } from '../showDocument.ts';
import type { OpenFiles } from './openFiles.ts';
import { reportText } from './reportText.ts';

const scheme = 'spanscope-report';

/** Reports of open files as read-only documents, which change while a file is read. */
export class Reports implements vscode.TextDocumentContentProvider {
  readonly #files: OpenFiles;
  readonly #disposables = new Disposables();
  readonly #changed: vscode.EventEmitter<vscode.Uri>;
  readonly onDidChange: vscode.Event<vscode.Uri>;
  /** Reports that a document shows, by source. */
  readonly #shown = new Map<string, vscode.Uri>();

  constructor(files: OpenFiles) {
    this.#files = files;
    this.#changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
    this.onDidChange = this.#changed.event;
    this.#disposables.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.#disposables.add(files.onDidChange(() => { for (const uri of this.#shown.values()) this.#changed.fire(uri); }));
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => { if (uri.scheme === scheme) this.#shown.delete(uri.query); }));
  }

  async show(source: string): Promise<void> {
    const file = this.#files.file(source);
    if (file === undefined) return;
    const uri = vscode.Uri.from({ scheme, path: `/${safeFileName(file.name, ' report.txt')}`, query: source });
    this.#shown.set(source, uri);
    await showDocument(uri);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const file = this.#files.file(uri.query);
    return file === undefined ? 'This file is no longer open.' : reportText(file);
  }

  dispose(): void { this.#disposables.dispose(); }
}

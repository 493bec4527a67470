import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import type { CodeServices, ShownInCode } from './use/showInCode.ts';

/** While a window opens there is more urgent work. */
const patienceMs = 1000;

/** Waits until there are traces and a file to show them in; what shows them is loaded then. */
export class CodeSurface {
  readonly #services: () => CodeServices;
  readonly #disposables = new Disposables();
  readonly #waiting = this.#disposables.add(new Disposables());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: Promise<ShownInCode> | undefined;

  constructor(collector: CodeServices['collector'], services: () => CodeServices) {
    this.#services = services;
    const look = (): void => this.#lookSoon(collector);
    this.#waiting.add(collector.onDidStart(look));
    this.#waiting.add(collector.onDidChangeTraces(look));
    this.#waiting.add(collector.onDidChangeFile(look));
    this.#waiting.add(vscode.window.onDidChangeVisibleTextEditors(look));
    this.#waiting.add(vscode.workspace.onDidGrantWorkspaceTrust(look));
  }

  /** What shows traces in code, for those who ask before there is a need. */
  shown(): Promise<ShownInCode> {
    this.#shown ??= import('./use/showInCode.ts').then(({ ShownInCode: Shown }) => {
      this.#waiting.dispose();
      return this.#disposables.add(new Shown(this.#services()));
    });
    return this.#shown;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#disposables.dispose();
  }

  #lookSoon(collector: CodeServices['collector']): void {
    if (this.#shown !== undefined) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const hasFile = vscode.window.visibleTextEditors.some(({ document }) => document.uri.scheme === 'file');
      if (!collector.isRunning || !vscode.workspace.isTrusted || !(hasFile || vscode.workspace.getConfiguration('spanscope.code').get('problems') === true)) return;
      this.shown().catch((error: unknown) => this.#services().log.error('What spans did cannot be shown in the code', error));
    }, patienceMs);
  }
}

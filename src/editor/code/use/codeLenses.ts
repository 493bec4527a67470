import * as vscode from 'vscode';
import type { Display } from '../../display.ts';
import { Disposables } from '../../disposables.ts';
import type { CodeInsight } from './codeInsight.ts';
import { codeSection, codeSettings } from './codeSettings.ts';
import { lensParts, lensTooltip } from './codeWords.ts';
import { listSpansCommand } from './spanCommands.ts';

/** Lenses above the functions that made spans. */
export class CodeLenses implements vscode.CodeLensProvider {
  readonly #insight: CodeInsight;
  readonly #display: Display;
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(insight: CodeInsight, display: Display) {
    this.#insight = insight;
    this.#display = display;
    this.#disposables.add(insight.onDidChange(() => this.#changed.fire()));
    this.#disposables.add(vscode.workspace.onDidChangeConfiguration((event) => { if (event.affectsConfiguration(codeSection)) this.#changed.fire(); }));
    this.#disposables.add(vscode.languages.registerCodeLensProvider({ scheme: 'file' }, this));
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const used = codeSettings().codeLens ? this.#insight.of(document) : undefined;
    return (used?.functions ?? []).flatMap((here) => {
      const line = this.#insight.lineNow(document, here);
      if (line === undefined) return [];
      const tooltip = lensTooltip(here, this.#display), range = new vscode.Range(line, 0, line, 0);
      return lensParts(here, this.#display).map((title) => (
        new vscode.CodeLens(range, { title, tooltip, command: listSpansCommand, arguments: [this.#insight.epoch, here.places, title.startsWith('$(error)')] })
      ));
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

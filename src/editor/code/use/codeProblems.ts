import * as vscode from 'vscode';
import { visibleName } from '../../../model/visibleText.ts';
import type { CodeProblem } from '../../../protocol/codeUse.ts';
import type { CollectorHost } from '../../collector/collectorHost.ts';
import { Disposables } from '../../disposables.ts';
import type { Log } from '../../log.ts';
import { Throttle } from '../../throttle.ts';
import type { SourceService } from '../sourceService.ts';
import { codeSection, codeSettings } from './codeSettings.ts';
import type { Documents } from './documents.ts';
import { openSpanCommand } from './spanCommands.ts';
import type { SpanCommands } from './spanCommands.ts';

const refreshMs = 1000;
const source = 'Spanscope', codePrefix = 'span-';
const longestLine = 10_000;

export interface ProblemServices {
  readonly collector: CollectorHost;
  readonly source: SourceService;
  readonly documents: Documents;
  readonly commands: SpanCommands;
  readonly log: Log;
}

/** What failed in the newest run of each program, among the editor's problems. Off unless the user wants it. */
export class CodeProblems implements vscode.CodeActionProvider {
  readonly #services: ProblemServices;
  readonly #disposables = new Disposables();
  readonly #shown = this.#disposables.add(vscode.languages.createDiagnosticCollection('spanscope'));
  readonly #refresh = this.#disposables.add(new Throttle(refreshMs, () => this.#load()));
  #last = '';

  constructor(services: ProblemServices) {
    this.#services = services;
    const again = (): void => { this.#last = ''; this.#refresh.request(); };
    this.#disposables.add(services.collector.onDidChangeTraces(() => this.#refresh.request()));
    this.#disposables.add(services.collector.onDidReplace(again));
    this.#disposables.add(services.source.onDidChange(again));
    this.#disposables.add(vscode.workspace.onDidChangeConfiguration((event) => { if (event.affectsConfiguration(codeSection)) again(); }));
    this.#disposables.add(vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, this, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }));
    this.#refresh.request();
  }

  provideCodeActions(_document: vscode.TextDocument, _range: vscode.Range, { diagnostics }: vscode.CodeActionContext): vscode.CodeAction[] {
    return diagnostics.flatMap((diagnostic) => {
      const { code } = diagnostic;
      if (diagnostic.source !== source || typeof code !== 'string' || !code.startsWith(codePrefix)) return [];
      const action = new vscode.CodeAction('Open Span', vscode.CodeActionKind.QuickFix);
      action.command = { title: 'Open Span', command: openSpanCommand, arguments: [Number(code.slice(codePrefix.length))] };
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      return [action];
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #load(): Promise<void> {
    try {
      const isWanted = codeSettings().problems && vscode.workspace.isTrusted;
      const problems = isWanted ? await this.#services.collector.call('codeProblems') : [];
      // Spans come all the time; a problem that is shown already stays as it is, and where the editor moved it to.
      const text = JSON.stringify(problems);
      if (text === this.#last) return;
      this.#last = text;
      await this.#show(problems);
    } catch (error) {
      this.#services.log.warn('What failed in the code could not be asked for', error);
    }
  }

  async #show(problems: readonly CodeProblem[]): Promise<void> {
    const byFile = new Map<string, { readonly uri: vscode.Uri; readonly diagnostics: vscode.Diagnostic[] }>();
    for (const problem of problems) {
      const found = await this.#services.source.placeOf(problem.place);
      if (found?.line === undefined) continue;
      const uri = vscode.Uri.file(found.path), file = byFile.get(uri.toString()) ?? { uri, diagnostics: [] };
      byFile.set(uri.toString(), file);
      file.diagnostics.push(this.#diagnostic(problem, uri, found.line - 1));
    }
    this.#shown.clear();
    for (const { uri, diagnostics } of byFile.values()) this.#shown.set(uri, diagnostics);
  }

  #diagnostic(problem: CodeProblem, uri: vscode.Uri, line: number): vscode.Diagnostic {
    const diagnostic = new vscode.Diagnostic(this.#rangeOf(problem, uri, line), problemText(problem), vscode.DiagnosticSeverity.Error);
    diagnostic.source = source;
    diagnostic.code = `${codePrefix}${this.#services.commands.numberOf(problem)}`;
    return diagnostic;
  }

  /** All of the line; in an open file where it stands now. */
  #rangeOf({ start }: CodeProblem, uri: vscode.Uri, line: number): vscode.Range {
    const document = this.#services.documents.open(uri.fsPath);
    if (document === undefined) return new vscode.Range(line, 0, line, longestLine);
    const history = this.#services.documents.historyOf(document), now = history.now(line, history.at(start).mark)?.line ?? line;
    const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(Math.min(now, document.lineCount - 1));
    return new vscode.Range(range.start.with({ character: firstNonWhitespaceCharacterIndex }), range.end);
  }
}

/** What happened, in which span below which others. */
export function problemText({ problem, chain }: Pick<CodeProblem, 'problem' | 'chain'>): string {
  const names = chain.map((name) => visibleName(name) || '(no name)');
  return `${visibleName(problem) || 'A span failed here and does not say why.'}\nSpan: ${names.join(' › ')}`;
}

import * as vscode from 'vscode';
import type { Display } from '../../display.ts';
import { Disposables } from '../../disposables.ts';
import type { CodeInsight, UseHere } from './codeInsight.ts';
import { codeSection, codeSettings } from './codeSettings.ts';
import type { Heat } from './codeSettings.ts';
import { lineEnd } from './codeWords.ts';
import { heatIcon, heatLevel, heatLevels } from './heat.ts';
import type { ThemeKind } from './heat.ts';

const { ColorThemeKind } = vscode;
const themeKinds: ReadonlyMap<vscode.ColorThemeKind, ThemeKind> = new Map([
  [ColorThemeKind.Dark, 'dark'], [ColorThemeKind.Light, 'light'], [ColorThemeKind.HighContrast, 'highContrast'], [ColorThemeKind.HighContrastLight, 'highContrastLight'],
]);

interface Line { readonly line: number; readonly here: UseHere }

/** What stands at the ends of lines, in the gutter and in the overview ruler, about the newest run of each line. */
export class CodeDecorations {
  readonly #insight: CodeInsight;
  readonly #display: Display;
  readonly #disposables = new Disposables();
  readonly #ends = this.#disposables.add(vscode.window.createTextEditorDecorationType({
    after: { margin: '0 0 0 3ch', color: new vscode.ThemeColor('editorCodeLens.foreground') }, rangeBehavior: vscode.DecorationRangeBehavior.OpenOpen,
  }));
  readonly #failedEnds = this.#disposables.add(vscode.window.createTextEditorDecorationType({
    after: { margin: '0 0 0 3ch', color: new vscode.ThemeColor('editorError.foreground') }, rangeBehavior: vscode.DecorationRangeBehavior.OpenOpen,
  }));
  readonly #errors = this.#disposables.add(vscode.window.createTextEditorDecorationType({
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.errorForeground'), overviewRulerLane: vscode.OverviewRulerLane.Left,
  }));
  #heat: readonly vscode.TextEditorDecorationType[] = [];

  constructor(insight: CodeInsight, display: Display) {
    this.#insight = insight;
    this.#display = display;
    this.#disposables.add(insight.onDidChange(() => this.#drawAll()));
    this.#disposables.add(vscode.window.onDidChangeVisibleTextEditors((editors) => { for (const editor of editors) this.#draw(editor); }));
    this.#disposables.add(vscode.workspace.onDidChangeConfiguration((event) => { if (event.affectsConfiguration(codeSection)) this.#drawAll(); }));
    this.#disposables.add(vscode.window.onDidChangeActiveColorTheme(() => {
      this.#clearHeat();
      this.#drawAll();
    }));
  }

  dispose(): void {
    this.#clearHeat();
    this.#disposables.dispose();
  }

  #drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.#draw(editor);
  }

  #draw(editor: vscode.TextEditor): void {
    const { document } = editor, settings = codeSettings();
    const lines = (this.#insight.of(document)?.lines ?? []).flatMap((here): Line[] => {
      const line = here.use.isLatest ? this.#insight.lineNow(document, here) : undefined;
      return line === undefined ? [] : [{ line, here }];
    });
    this.#drawEnds(editor, settings.decorations ? lines : []);
    this.#drawHeat(editor, settings.heat === 'off' ? [] : lines, settings.heat);
    editor.setDecorations(this.#errors, settings.errorMarks ? lines.filter(({ here }) => here.use.run.errors > 0).map(({ line }) => new vscode.Range(line, 0, line, 0)) : []);
  }

  #drawEnds(editor: vscode.TextEditor, lines: readonly Line[]): void {
    const now = Date.now(), plain: vscode.DecorationOptions[] = [], failed: vscode.DecorationOptions[] = [];
    for (const { line, here } of lines) {
      const { text, isFailed } = lineEnd(here, now, this.#display), end = editor.document.lineAt(line).range.end;
      (isFailed ? failed : plain).push({ range: new vscode.Range(end, end), renderOptions: { after: { contentText: text } } });
    }
    editor.setDecorations(this.#ends, plain);
    editor.setDecorations(this.#failedEnds, failed);
  }

  #drawHeat(editor: vscode.TextEditor, lines: readonly Line[], heat: Heat): void {
    if (lines.length === 0 && this.#heat.length === 0) return;
    const valueOf = ({ here: { use: { run } } }: Line): number => (heat === 'cost' ? run.costUsd || 0 : run.totalNs), values = lines.map(valueOf).filter((value) => value > 0);
    // A line alone is compared with nothing.
    const most = values.length > 1 ? Math.max(...values) : 0, types = this.#heatTypes(), byLevel = types.map((): vscode.Range[] => []);
    for (const line of lines) byLevel[heatLevel(valueOf(line), most) - 1]?.push(new vscode.Range(line.line, 0, line.line, 0));
    types.forEach((type, i) => editor.setDecorations(type, byLevel[i] ?? []));
  }

  #heatTypes(): readonly vscode.TextEditorDecorationType[] {
    const theme = themeKinds.get(vscode.window.activeColorTheme.kind) ?? 'dark';
    if (this.#heat.length === 0) {
      this.#heat = Array.from({ length: heatLevels }, (_, i) => vscode.window.createTextEditorDecorationType({ gutterIconPath: vscode.Uri.parse(heatIcon(i + 1, theme)), gutterIconSize: 'contain' }));
    }
    return this.#heat;
  }

  #clearHeat(): void {
    for (const type of this.#heat) type.dispose();
    this.#heat = [];
  }
}

import * as vscode from 'vscode';
import type { Role } from '../../model/role.ts';
import { setContextKey } from '../contextKeys.ts';
import { Disposables } from '../disposables.ts';

/** 13 percent, as the last two digits of a colour. */
const tint = '21';

interface RoleColour { readonly id: string; readonly defaults: { readonly dark: string; readonly light: string } }

/** Marks the line of the selected span until the file is edited, another line is marked, or somebody clears it. */
export class LineHighlight {
  readonly #colours: readonly RoleColour[];
  readonly #disposables = new Disposables();
  readonly #types = new Map<Role, vscode.TextEditorDecorationType>();
  #shown: { readonly document: vscode.TextDocument; readonly line: number; readonly role: Role } | undefined;

  /** `colours` are the ones that the manifest contributes: a decoration's tint cannot be derived from a theme colour. */
  constructor(colours: readonly RoleColour[]) {
    this.#colours = colours;
    this.#disposables.add(vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document === this.#shown?.document && contentChanges.length > 0) this.clear();
    }));
    this.#disposables.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()));
    this.#disposables.add(vscode.window.onDidChangeActiveTextEditor(() => this.#tell()));
  }

  show(editor: vscode.TextEditor, line: number, role: Role): void {
    this.clear();
    this.#shown = { document: editor.document, line, role };
    this.#draw();
    this.#tell();
  }

  clear(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    this.#shown = undefined;
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(this.#typeOf(shown.role), []);
    this.#tell();
  }

  dispose(): void {
    this.clear();
    this.#disposables.dispose();
  }

  #draw(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    const range = new vscode.Range(shown.line, 0, shown.line, 0);
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document === shown.document) editor.setDecorations(this.#typeOf(shown.role), [range]);
    }
  }

  /** Esc clears the line only where it is seen. */
  #tell(): void {
    setContextKey('spanscope.lineHighlighted', this.#shown !== undefined && vscode.window.activeTextEditor?.document === this.#shown.document);
  }

  #typeOf(role: Role): vscode.TextEditorDecorationType {
    const known = this.#types.get(role);
    if (known !== undefined) return known;
    const colour = this.#colours.find(({ id }) => id === `spanscope.role.${role}`) ?? this.#colours.find(({ id }) => id === 'spanscope.role.other');
    const edge = { borderStyle: 'solid', borderWidth: '0 0 0 2px', borderColor: new vscode.ThemeColor(colour?.id ?? 'focusBorder') };
    const type = vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      ...edge,
      overviewRulerColor: edge.borderColor,
      overviewRulerLane: vscode.OverviewRulerLane.Center,
      dark: { backgroundColor: `${colour?.defaults.dark ?? '#878787'}${tint}` },
      light: { backgroundColor: `${colour?.defaults.light ?? '#878787'}${tint}` },
    });
    this.#types.set(role, this.#disposables.add(type));
    return type;
  }
}

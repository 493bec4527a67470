import * as vscode from 'vscode';
import { asLabel } from '../safeText.ts';
import type { Asker } from './breakpointForm.ts';

/** Asks in the editor's own lists and boxes. */
export const editorAsker: Asker = {
  async pick(title, prompt, choices) {
    const items = choices.map(({ label, description, icon, value }) => ({
      label: asLabel(label), value, ...(description === undefined ? {} : { description: asLabel(description) }), ...(icon === undefined ? {} : { iconPath: new vscode.ThemeIcon(icon) }),
    }));
    return (await vscode.window.showQuickPick(items, { title, placeHolder: prompt, matchOnDescription: true }))?.value;
  },
  text: async (title, { prompt, example, value, problemOf }) => vscode.window.showInputBox({ title, prompt, placeHolder: example, ...(value === undefined ? {} : { value }), validateInput: (text) => problemOf(text) }),
};

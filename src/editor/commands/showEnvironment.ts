import * as vscode from 'vscode';
import { asLabel } from '../safeText.ts';
import { elsewhereText, environmentRows } from '../status/environmentWords.ts';
import type { Command } from './command.ts';

type Entry = vscode.QuickPickItem & { readonly act: () => Thenable<unknown> };

/** Shows what was set for the last program, and what was left as the user has it. Gives the rows. */
export const showEnvironment: Command = {
  id: 'spanscope.showEnvironment',
  async run({ tracer, elsewhere }, isQuiet) {
    const { last } = tracer;
    const rows = last === undefined ? [] : environmentRows(last);
    // Other extensions may want the rows and no list.
    if (isQuiet === true) return rows;
    const offer = last === undefined ? undefined : elsewhere.offerFor(last.run.id);
    const entries: Entry[] = [
      ...(offer === undefined ? [] : [{ label: 'Use Spanscope for This Run', iconPath: new vscode.ThemeIcon('debug-restart'), act: offer }]),
      ...rows.map(({ name, value, note }) => ({ label: asLabel(name), description: asLabel(value), detail: asLabel(note), act: () => vscode.env.clipboard.writeText(`${name}=${value}`) })),
      { label: 'Change the Settings', iconPath: new vscode.ThemeIcon('gear'), act: () => vscode.commands.executeCommand('workbench.action.openSettings', 'spanscope.debug') },
    ];
    const placeHolder = last === undefined ? 'Nothing was set yet: press F5 or run a file with tracing' : elsewhereText(last) ?? 'Choose a variable to copy it';
    const picked = await vscode.window.showQuickPick(entries, { title: last === undefined ? 'Environment' : `Environment of ${asLabel(last.run.name)}`, placeHolder, matchOnDescription: true });
    await picked?.act();
    return rows;
  },
};

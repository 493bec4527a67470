import * as vscode from 'vscode';
import { placeOf, placeWords } from '../elsewhere/places.ts';
import { environmentText, otelVariables, shellLabels, shells } from '../environment/variables.ts';
import type { Shell } from '../environment/variables.ts';
import type { Command } from './command.ts';

const memoryKey = 'environment.shell';
const elsewhereLabel = 'In a container or on another machine…';

/** Copies the lines that point a program at the receiver, for the shell that is chosen or given; gives the lines. */
export const copyEnvironment: Command = {
  id: 'spanscope.copyEnvironment',
  async run({ context, receiver }, target) {
    const variables = otelVariables(await receiver.started());
    if (variables === undefined) throw new Error('The receiver listens nowhere, so there is nothing to point a program at.');
    const shell = shells.find((known) => known === target) ?? await pickShell(context.globalState.get<Shell>(memoryKey));
    if (shell === undefined) return undefined;
    await context.globalState.update(memoryKey, shell);
    const text = environmentText(variables, shell);
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(`$(check) Copied for ${shellLabels[shell]}`, 3000);
    return text;
  },
};

/** The shell of the last time comes first; what runs somewhere else needs other lines. */
async function pickShell(last: Shell | undefined): Promise<Shell | undefined> {
  const items: (vscode.QuickPickItem & { readonly shell?: Shell })[] = shells.toSorted((a, b) => Number(b === last) - Number(a === last)).map((shell) => ({ label: shellLabels[shell], shell }));
  items.push({ label: '', kind: vscode.QuickPickItemKind.Separator }, { label: elsewhereLabel });
  const placeHolder = `Choose where the lines will be used: for programs that run ${placeWords[placeOf(vscode.env.remoteName)]}`;
  const picked = await vscode.window.showQuickPick(items, { title: 'Copy Environment', placeHolder });
  if (picked?.label === elsewhereLabel) await vscode.commands.executeCommand('spanscope.showElsewhere');
  return picked?.shell;
}

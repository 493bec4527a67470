import { hostname } from 'node:os';
import process from 'node:process';
import * as vscode from 'vscode';
import { formsFor } from '../elsewhere/forms.ts';
import type { Form } from '../elsewhere/forms.ts';
import { placeOf, placeWords } from '../elsewhere/places.ts';
import type { Command } from './command.ts';

/** Says how programs in containers and on other machines are seen, and copies what one of them needs. Gives the ways. */
export const showElsewhere: Command = {
  id: 'spanscope.showElsewhere',
  async run({ receiver }, isQuiet) {
    const place = placeOf(vscode.env.remoteName), endpoints = await receiver.started();
    const forms = formsFor({ place, endpoints, platform: process.platform, hostName: hostname() });
    // Other extensions may want the ways and no list.
    if (isQuiet === true) return forms;
    const items = forms.map((form) => ({ label: form.title, detail: form.detail, iconPath: new vscode.ThemeIcon(form.icon), form }));
    const placeHolder = `Programs ${placeWords[place]} need nothing. Where does yours run?`;
    const picked = await vscode.window.showQuickPick(items, { title: 'Programs in Containers and on Other Machines', placeHolder, matchOnDetail: true });
    if (picked !== undefined) await take(picked.form);
    return forms;
  },
};

async function take({ text, setting }: Form): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(check) Copied ${text}`, 5000);
  if (setting !== undefined) await vscode.commands.executeCommand('workbench.action.openSettings', setting);
}

import * as vscode from 'vscode';
import { openFiles } from '../files/openMany.ts';
import type { Command } from './command.ts';

/** Opens trace files, or all in a folder: those of the explorer, of the caller, or that the user chooses. */
export const importFile: Command = {
  id: 'spanscope.importFile',
  async run(services, target, selected) {
    const uris = urisOf(target, selected) ?? await vscode.window.showOpenDialog({ title: 'Open Trace Files', openLabel: 'Open', canSelectMany: true, canSelectFiles: true, canSelectFolders: process.platform === 'darwin' });
    if (uris !== undefined && uris.length > 0) await openFiles(services, uris);
  },
};

/** Opens a folder of trace files; systems have a dialog for files or for folders. */
export const importFolder: Command = {
  id: 'spanscope.importFolder',
  async run(services) {
    const uris = await vscode.window.showOpenDialog({ title: 'Open a Folder of Trace Files', openLabel: 'Open', canSelectMany: true, canSelectFiles: false, canSelectFolders: true });
    if (uris !== undefined && uris.length > 0) await openFiles(services, uris);
  },
};

function urisOf(target: unknown, selected: unknown): readonly vscode.Uri[] | undefined {
  for (const list of [selected, target]) {
    const uris = Array.isArray(list) ? list.filter((each) => each instanceof vscode.Uri) : [];
    if (uris.length > 0) return uris;
  }
  return target instanceof vscode.Uri ? [target] : undefined;
}

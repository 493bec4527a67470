import * as vscode from 'vscode';
import { openFiles, openInEditor } from '../files/openMany.ts';
import type { Command } from './command.ts';

/** Opens a file of the explorer, or the one in the active editor, as a trace, whatever its name is. */
export const openAsTrace: Command = {
  id: 'spanscope.openAsTrace',
  async run(services, target, selected) {
    const uris = Array.isArray(selected) ? selected.filter((each) => each instanceof vscode.Uri) : [];
    const uri = target instanceof vscode.Uri ? target : vscode.window.activeTextEditor?.document.uri;
    if (uris.length > 1) await openFiles(services, uris);
    else if (uri === undefined) throw new Error('There is no file here. Open one, or choose it in the explorer.');
    else await openInEditor(uri);
  },
};

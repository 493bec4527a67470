import * as path from 'node:path';
import * as vscode from 'vscode';
import type { SpanRecord } from '../../model/records.ts';
import { recordedPlace } from '../../source/candidates.ts';
import { mappingsOf } from '../../source/pathMappings.ts';
import type { PathMapping } from '../../source/pathMappings.ts';

/** Asks for a folder as spans name it and for the same folder here, and adds the pair to the settings of the workspace. */
export async function addPathMapping(record: SpanRecord | undefined): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new Error('Paths are mapped only in a workspace that is trusted.');
  const recorded = record === undefined ? undefined : recordedPlace(record)?.path;
  const remoteRoot = await vscode.window.showInputBox({
    title: 'Map a Path (1 of 2)', prompt: 'Folder as the spans name it', value: recorded === undefined ? '' : folderOf(recorded), placeHolder: '/app', ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'Write the folder as the spans name it.' : undefined),
  });
  if (remoteRoot === undefined) return;
  const [chosen] = await vscode.window.showOpenDialog({
    title: `Map a Path (2 of 2): the same folder here`, openLabel: 'Use This Folder', canSelectFolders: true, canSelectFiles: false,
    ...(vscode.workspace.workspaceFolders?.[0] === undefined ? {} : { defaultUri: vscode.workspace.workspaceFolders[0].uri }),
  }) ?? [];
  if (chosen === undefined) return;
  await save({ remoteRoot: remoteRoot.trim(), localRoot: inWorkspace(chosen.fsPath) });
}

/** A recorded path may be written as on another system. */
function folderOf(recorded: string): string {
  return recorded.slice(0, Math.max(recorded.lastIndexOf('/'), recorded.lastIndexOf('\\'), 0));
}

function inWorkspace(local: string): string {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const below = root === undefined ? undefined : path.relative(root, local);
  if (below === undefined || below.startsWith('..') || path.isAbsolute(below)) return local;
  return below === '' ? '${workspaceFolder}' : `\${workspaceFolder}/${below.split(path.sep).join('/')}`;
}

async function save(mapping: PathMapping): Promise<void> {
  const settings = vscode.workspace.getConfiguration('spanscope.source', vscode.workspace.workspaceFolders?.[0]);
  const before = mappingsOf(settings.get('pathMappings')).filter(({ remoteRoot }) => remoteRoot !== mapping.remoteRoot);
  const target = vscode.workspace.workspaceFolders === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await settings.update('pathMappings', [mapping, ...before], target);
}

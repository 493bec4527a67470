import * as vscode from 'vscode';
import type { Command } from './command.ts';

interface Kit { readonly label: string; readonly description: string; readonly files: readonly string[]; readonly glob: string }

const kits: readonly Kit[] = [
  { label: 'TypeScript or JavaScript', description: 'spanscope.mjs', files: ['spanscope.mjs', 'spanscope.d.mts'], glob: '**/{package.json,tsconfig.json}' },
  { label: 'Python', description: 'spanscope.py', files: ['spanscope.py'], glob: '**/{*.py,pyproject.toml,requirements.txt}' },
];

const ignored = '**/{node_modules,.venv,venv,site-packages}/**';

/** Puts the module by which an agent reports its steps into the workspace, in the language that the workspace speaks. */
export const addAgentKit: Command = {
  id: 'spanscope.addAgentKit',
  async run({ context }) {
    if (!vscode.workspace.isTrusted) throw new Error('Files are added only to a workspace that is trusted.');
    const folder = await pickFolder();
    const kit = folder === undefined ? undefined : await pickKit(folder);
    if (folder === undefined || kit === undefined) return;
    const added: vscode.Uri[] = [];
    for (const file of kit.files) {
      const target = vscode.Uri.joinPath(folder.uri, file);
      if (!await mayWrite(target, file)) return;
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'dist', 'kit', file), target, { overwrite: true });
      added.push(target);
    }
    if (added[0] !== undefined) await vscode.window.showTextDocument(added[0], { preview: true });
  },
};

async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new Error('Open the folder of your agent first.');
  return folders.length === 1 ? folders[0] : vscode.window.showWorkspaceFolderPick({ placeHolder: 'Choose where the agent kit goes' });
}

/** Asks only where the folder speaks both languages or none. */
async function pickKit(folder: vscode.WorkspaceFolder): Promise<Kit | undefined> {
  const spoken: Kit[] = [];
  for (const kit of kits) {
    const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, kit.glob), ignored, 1);
    if (found.length > 0) spoken.push(kit);
  }
  return spoken.length === 1 ? spoken[0] : vscode.window.showQuickPick(kits, { title: 'Add the Agent Kit', placeHolder: 'Choose the language of your agent' });
}

async function mayWrite(target: vscode.Uri, file: string): Promise<boolean> {
  const exists = await vscode.workspace.fs.stat(target).then(() => true, () => false);
  if (!exists) return true;
  return await vscode.window.showWarningMessage(`Replace ${file}?`, { modal: true, detail: 'It is in the workspace already.' }, 'Replace') === 'Replace';
}

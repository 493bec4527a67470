import { open, realpath, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { FileAccess } from '../../source/fileAccess.ts';

/** Folders of other people's code and of generated files. */
const passedOver = [
  'node_modules', 'bower_components', '.git', '.hg', '.svn', 'dist', 'out', 'build', 'target', 'coverage', '.venv', 'venv', 'env', '.tox', '__pycache__',
  'site-packages', '.next', '.cache',
];
const passedOverNames = new Set(passedOver);

/** The files of the workspace, as the editor lists them and the system reads them. */
export const workspaceFiles: FileAccess = {
  async listFiles(endings, limit) {
    const found = await vscode.workspace.findFiles(patternOf(endings), `**/{${passedOver.join(',')}}/**`, limit);
    return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  },

  async readText(path, maxBytes) {
    const file = await open(path, 'r').catch(() => undefined);
    try {
      const facts = await file?.stat();
      if (file === undefined || facts === undefined || !facts.isFile() || facts.size > maxBytes) return undefined;
      return await file.readFile('utf8');
    } catch {
      return undefined;
    } finally {
      await file?.close();
    }
  },

  async realPath(path) {
    try {
      const real = await realpath(path);
      return { path: real, isFile: (await stat(real)).isFile() };
    } catch {
      return undefined;
    }
  },
};

/** Tells of files with one of these endings that were made, changed or deleted, where `listFiles` would list them. */
export function watchFiles(endings: readonly string[], onChange: (path: string) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(patternOf(endings));
  const tell = ({ scheme, path, fsPath }: vscode.Uri): void => {
    if (scheme === 'file' && !path.split('/').some((segment) => passedOverNames.has(segment))) onChange(fsPath);
  };
  watcher.onDidCreate(tell);
  watcher.onDidChange(tell);
  watcher.onDidDelete(tell);
  return watcher;
}

function patternOf(endings: readonly string[]): string {
  return endings.length === 1 ? `**/*${endings[0]}` : `**/*{${endings.join(',')}}`;
}

import { open, realpath, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { FileAccess } from '../../source/fileAccess.ts';

/** Folders of other people's code and of generated files. */
const passedOver = [
  'node_modules', 'bower_components', '.git', '.hg', '.svn', 'dist', 'out', 'build', 'target', 'coverage', '.venv', 'venv', 'env', '.tox', '__pycache__',
  'site-packages', '.next', '.cache',
];
const passedOverNames = new Set(passedOver);
/** Files of a folder that comes as a whole. */
const mostInFolder = 5_000;

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

/** What is told of files with one of some endings, where `listFiles` would list them. */
export interface FileListener {
  /** One was made, changed or deleted. */
  onFile(path: string): void;
  /** A folder was deleted or moved away, with all that was in it. */
  onFolderGone(path: string): void;
}

/** Watches files. Of a folder that comes or goes as a whole the editor may not tell the files. */
export function watchFiles(endings: readonly string[], { onFile, onFolderGone }: FileListener): vscode.Disposable {
  const files = vscode.workspace.createFileSystemWatcher(patternOf(endings)), folders = vscode.workspace.createFileSystemWatcher('**/*', false, true, false);
  const isOwn = ({ scheme, path }: vscode.Uri): boolean => scheme === 'file' && !path.split('/').some((segment) => passedOverNames.has(segment));
  const tell = (uri: vscode.Uri): void => { if (isOwn(uri)) onFile(uri.fsPath); };
  for (const event of [files.onDidCreate, files.onDidChange, files.onDidDelete]) event(tell);
  const mayBeFolder = (uri: vscode.Uri): boolean => isOwn(uri) && !endings.some((ending) => uri.path.endsWith(ending));
  folders.onDidDelete((uri) => { if (mayBeFolder(uri)) onFolderGone(uri.fsPath); });
  folders.onDidCreate((uri) => { if (mayBeFolder(uri)) filesBelow(uri, endings).then((found) => found.forEach(tell), () => undefined); });
  return vscode.Disposable.from(files, folders);
}

/** None where there is a file. */
async function filesBelow(uri: vscode.Uri, endings: readonly string[]): Promise<readonly vscode.Uri[]> {
  if (!(await stat(uri.fsPath)).isDirectory()) return [];
  return vscode.workspace.findFiles(new vscode.RelativePattern(uri, patternOf(endings)), `**/{${passedOver.join(',')}}/**`, mostInFolder);
}

function patternOf(endings: readonly string[]): string {
  return endings.length === 1 ? `**/*${endings[0]}` : `**/*{${endings.join(',')}}`;
}

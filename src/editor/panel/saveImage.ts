import * as vscode from 'vscode';
import { safeFileName } from '../fileNames.ts';

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The bytes of a picture that a page drew. Throws when they are no such picture. */
export function imageBytes(kind: 'png' | 'svg', data: string): Uint8Array {
  if (kind === 'svg') {
    if (!data.trimStart().startsWith('<svg') && !data.trimStart().startsWith('<?xml')) throw new Error('The chart gave no SVG picture.');
    return Buffer.from(data, 'utf8');
  }
  const bytes = Buffer.from(data.replace(/^data:image\/png;base64,/, ''), 'base64');
  if (!bytes.subarray(0, pngSignature.length).equals(pngSignature)) throw new Error('The chart gave no PNG picture.');
  return bytes;
}

/** Asks where to, and writes the picture there. The dialog asks before it replaces a file. */
export async function saveImage(kind: 'png' | 'svg', data: string, name: string): Promise<void> {
  const bytes = imageBytes(kind, data);
  const filters = kind === 'png' ? { 'PNG picture': ['png'] } : { 'SVG picture': ['svg'] };
  const target = await vscode.window.showSaveDialog({ defaultUri: inFolder(safeFileName(name, `.${kind}`)), filters });
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, bytes);
}

/** A file of this name in the first folder of the workspace, where there is one. */
export function inFolder(fileName: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  return folder === undefined ? vscode.Uri.file(fileName) : vscode.Uri.joinPath(folder.uri, fileName);
}

import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { FileInput } from '../../protocol/files.ts';
import { visibleName } from '../../model/visibleText.ts';

/** What is handed over in one piece; files of this machine are read where they are. */
const largestRemoteFile = 256 * 1024 * 1024;
const sourceDigits = 16;
/** A file that was written this recently is likely to be written on. */
const recentMs = 60_000;

export const fileNameOf = (uri: vscode.Uri): string => visibleName(uri.path.split('/').at(-1) ?? '');

/** The id of a file among the sources of traces: the same for the same address, so that saved panels find it again. */
export function sourceOf(uri: vscode.Uri): string {
  return createHash('sha256').update(uri.toString()).digest('hex').slice(0, sourceDigits);
}

/** Where the collector finds the bytes of a file. Rejects with words for the user when it is none, or too large to hand over. */
export async function inputOf(uri: vscode.Uri): Promise<FileInput> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0) throw new Error(`${fileNameOf(uri)} is not a file.`);
  if (uri.scheme === 'file') return { path: uri.fsPath };
  if (size > largestRemoteFile) throw new Error(`${fileNameOf(uri)} has ${Math.ceil(size / 1e6)} MB; of files elsewhere up to ${Math.floor(largestRemoteFile / 1e6)} MB are read. Save a copy on this machine.`);
  const bytes = await vscode.workspace.fs.readFile(uri);
  // The bytes may lie in a larger pool of Node's, which must not travel along.
  return { bytes: bytes.slice().buffer, name: fileNameOf(uri) };
}

/** Whether a file seems to be written still. */
export async function isGrowing(uri: vscode.Uri): Promise<boolean> {
  return uri.scheme === 'file' && Date.now() - (await vscode.workspace.fs.stat(uri)).mtime < recentMs;
}

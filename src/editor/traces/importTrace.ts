import * as vscode from 'vscode';
import type { ImportReport } from '../../model/records.ts';
import type { FileInput } from '../../protocol/files.ts';
import type { Collector } from '../collector/collectorHost.ts';

/** What cannot be read where it lies has to travel through this thread. */
const largestMessage = 256 * 1024 * 1024;

/** Reads a trace file into the store. */
export async function importTrace(collector: Collector, uri: vscode.Uri): Promise<ImportReport> {
  return collector.call('importFile', await fileInputOf(uri));
}

/** How the collector gets at a file: by its path, or where that is not on this machine by its bytes. Only regular files. */
export async function fileInputOf(uri: vscode.Uri): Promise<FileInput> {
  if (uri.scheme === 'file') return { path: uri.fsPath };
  const { type, size } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0) throw new Error('This is not a file.');
  if (size > largestMessage) throw new Error(`The file has ${Math.ceil(size / 1e6)} MB; of files that are not on this machine up to ${Math.floor(largestMessage / 1e6)} MB are read.`);
  const bytes = await vscode.workspace.fs.readFile(uri);
  // The bytes may lie in a larger pool of Node's, which must not travel along.
  return { bytes: bytes.slice().buffer, name: uri.path.split('/').at(-1) ?? '' };
}

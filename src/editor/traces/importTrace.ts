import * as vscode from 'vscode';
import type { ImportReport } from '../../model/records.ts';
import type { Collector } from '../collector/collectorHost.ts';

const largestFile = 256 * 1024 * 1024;

/** Reads a trace file into the collector. Only regular files of a size that fits into memory. */
export async function importTrace(collector: Collector, uri: vscode.Uri): Promise<ImportReport> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0) throw new Error('This is not a file.');
  if (size > largestFile) throw new Error(`The file has ${Math.ceil(size / 1e6)} MB; up to ${Math.floor(largestFile / 1e6)} MB are read.`);
  const bytes = await vscode.workspace.fs.readFile(uri);
  // The bytes may lie in a larger pool of Node's, which must not travel along.
  const exact = bytes.slice().buffer;
  return collector.call('importBytes', exact, uri.path.split('/').at(-1) ?? '');
}

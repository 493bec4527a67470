import * as vscode from 'vscode';
import { frontOf, mayBeCompanion, sessionsOf } from './companions.ts';

/** Endings that trace files have, packed or not; what is in them decides. */
const endings = /\.(?:json|jsonl|ndjson|log|txt|pb|bin|binpb|otlp|gz|zip|zst)$/i;
const skipped = /^(?:node_modules|\..*)$/;
const mostFiles = 500, deepest = 8;
const headBytes = 4096, mostRead = 16 * 1024 * 1024;

/** The files among these addresses and below the folders among them that may hold traces. Links are not followed. */
export async function findFiles(uris: readonly vscode.Uri[]): Promise<readonly vscode.Uri[]> {
  const found: vscode.Uri[] = [];
  for (const uri of uris) {
    const { type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) await findBelow(uri, 0, found);
    else found.push(uri);
  }
  return found;
}

/**
 * Files without those that are read together with another one among them: sub-agents of a session of Claude Code, which lie
 * beside it or below it.
 */
export async function withoutCompanions(files: readonly vscode.Uri[]): Promise<readonly vscode.Uri[]> {
  const all = new Set(files.map(({ path }) => path)), kept: vscode.Uri[] = [];
  for (const file of files) {
    const sessions = all.size > 1 && mayBeCompanion(file.path) ? sessionsOf(file.path, await headOf(file)) : [];
    if (!sessions.some((session) => all.has(session))) kept.push(file);
  }
  return kept;
}

/** The front of a file, elsewhere than on this machine of one that is not long; '' when it cannot be read. */
async function headOf(file: vscode.Uri): Promise<string> {
  if (file.scheme === 'file') return frontOf(file.fsPath, headBytes);
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    return size > mostRead ? '' : new TextDecoder().decode((await vscode.workspace.fs.readFile(file)).subarray(0, headBytes));
  } catch {
    return '';
  }
}

async function findBelow(folder: vscode.Uri, depth: number, found: vscode.Uri[]): Promise<void> {
  for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
    if (found.length >= mostFiles) return;
    const uri = vscode.Uri.joinPath(folder, name);
    if (type === vscode.FileType.File && endings.test(name)) found.push(uri);
    else if (type === vscode.FileType.Directory && depth < deepest && !skipped.test(name)) await findBelow(uri, depth + 1, found);
  }
}

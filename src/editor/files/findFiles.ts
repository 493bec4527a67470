import * as vscode from 'vscode';

/** Endings that trace files have, packed or not; what is in them decides. */
const endings = /\.(?:json|jsonl|ndjson|log|txt|pb|bin|binpb|otlp|gz|zip|zst)$/i;
const skipped = /^(?:node_modules|\..*)$/;
const mostFiles = 500, deepest = 8;

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

async function findBelow(folder: vscode.Uri, depth: number, found: vscode.Uri[]): Promise<void> {
  for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
    if (found.length >= mostFiles) return;
    const uri = vscode.Uri.joinPath(folder, name);
    if (type === vscode.FileType.File && endings.test(name)) found.push(uri);
    else if (type === vscode.FileType.Directory && depth < deepest && !skipped.test(name)) await findBelow(uri, depth + 1, found);
  }
}

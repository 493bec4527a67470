import * as vscode from 'vscode';

/** Where code opens. */
export interface Place {
  readonly beside: boolean;
  /** The column of the trace panel that asks, so that the code opens next to it and does not cover it. */
  readonly from: vscode.ViewColumn | undefined;
}

/** The column for code: to the side when asked for, else another one that shows code already, else where the user is. */
export function columnFor({ beside, from }: Place): vscode.ViewColumn {
  if (beside) return vscode.ViewColumn.Beside;
  if (from === undefined) return vscode.ViewColumn.Active;
  const withCode = vscode.window.visibleTextEditors.map(({ viewColumn }) => viewColumn).filter((column) => column !== undefined && column !== from);
  return withCode[0] ?? vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== from)?.viewColumn ?? vscode.ViewColumn.Beside;
}

/** Opens a file at a line (from 0; a line after the end is the last one) and puts it into the middle. */
export async function openAt(uri: vscode.Uri, position: vscode.Position, place: Place): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(uri);
  const at = document.validatePosition(position);
  const editor = await vscode.window.showTextDocument(document, { viewColumn: columnFor(place), preview: true, selection: new vscode.Range(at, at) });
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return editor;
}

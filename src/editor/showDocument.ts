import * as vscode from 'vscode';

/**
 * Shows a document where the user is. A trace file in that column that is only looked at keeps its tab: in its place, the document
 * would close the file that it is about.
 */
export async function showDocument(uri: vscode.Uri): Promise<void> {
  const wouldClose = vscode.window.tabGroups.activeTabGroup.tabs.some(({ isPreview, input }) => isPreview && input instanceof vscode.TabInputCustom);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: !wouldClose, viewColumn: vscode.ViewColumn.Active });
}

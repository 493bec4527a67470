import * as vscode from 'vscode';
import { fileEditorTypes } from '../customEditor/traceFileEditor.ts';
import { sourceOf } from '../files/fileInputs.ts';
import type { TraceFile } from '../files/openFiles.ts';
import type { Services } from '../services.ts';
import { FileNode } from '../traces/tracesTree.ts';
import type { Command } from './command.ts';

/** What can be done with an open file, from its row, its tab, or a panel of its traces. */
export const traceFiles: readonly Command[] = [
  command('spanscope.closeFile', async ({ files }, file) => {
    if (file.uri !== undefined) await closeTabs(file.uri);
    await files.close(file.source);
  }),
  command('spanscope.keepFile', async ({ files }, file) => { await files.keep(file.source); }),
  command('spanscope.showFileReport', ({ reports }, file) => reports.show(file.source)),
  command('spanscope.followFile', ({ files }, file) => files.follow(file.source)),
  command('spanscope.stopFollowingFile', ({ files }, file) => files.stop(file.source)),
  command('spanscope.openFileAsText', async (_services, file) => {
    if (file.uri !== undefined) await vscode.commands.executeCommand('vscode.openWith', file.uri, 'default');
  }),
];

function command(id: Command['id'], work: (services: Services, file: TraceFile) => Promise<void>): Command {
  return {
    id,
    async run(services, target) {
      const file = fileOf(services, target);
      if (file === undefined) throw new Error('No trace file is open here.');
      await work(services, file);
    },
  };
}

/** The row that was chosen, the file of the tab, or the file of the trace that is looked at. */
function fileOf({ files, selection }: Services, target: unknown): TraceFile | undefined {
  if (target instanceof FileNode) return files.file(target.file.source);
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = target instanceof vscode.Uri ? target : input instanceof vscode.TabInputCustom ? input.uri : undefined;
  const file = uri === undefined ? undefined : files.file(sourceOf(uri));
  return file ?? (selection.current === undefined ? undefined : files.fileOfTrace(selection.current.traceId));
}

async function closeTabs(uri: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(({ input }) => input instanceof vscode.TabInputCustom && fileEditorTypes.includes(input.viewType) && input.uri.toString() === uri.toString());
  await vscode.window.tabGroups.close(tabs);
}

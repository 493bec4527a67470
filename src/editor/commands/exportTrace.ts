import * as vscode from 'vscode';
import { safeFileName } from '../fileNames.ts';
import { inFolder } from '../panel/saveImage.ts';
import type { Services } from '../services.ts';
import { traceLabel } from '../traces/traceRow.ts';
import type { Command } from './command.ts';
import { pickTrace, traceIdOf } from './targets.ts';

/** Writes a trace to a file of a format that is chosen. */
export const exportTrace: Command = {
  id: 'spanscope.exportTrace',
  async run(services, target) {
    const named = traceIdOf(services, target);
    const summary = named === undefined ? await pickTrace(services, 'Export Trace') : await services.collector.call('summaryOf', named);
    if (summary === undefined) return;
    const format = await pickFormat(services);
    if (format === undefined) return;
    const to = await vscode.window.showSaveDialog({ title: 'Export Trace', defaultUri: inFolder(safeFileName(traceLabel(summary), format.extension)) });
    if (to !== undefined) await vscode.workspace.fs.writeFile(to, await services.exportTrace(summary.traceId, format.id));
  },
};

async function pickFormat({ collector }: Services): Promise<{ readonly id: string; readonly extension: string } | undefined> {
  const formats = await collector.call('exportKinds');
  const items = formats.map((format) => ({ ...format, description: format.extension }));
  return items.length === 1 ? items[0] : vscode.window.showQuickPick(items, { title: 'Export Trace', placeHolder: 'Choose a format' });
}

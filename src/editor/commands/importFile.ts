import * as vscode from 'vscode';
import { messageOf } from '../log.ts';
import { asNotice } from '../safeText.ts';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';

/** Reads trace files and shows the first trace of them. */
export const importFile: Command = {
  id: 'spanscope.importFile',
  async run(services, target) {
    const files = target instanceof vscode.Uri ? [target] : await vscode.window.showOpenDialog({ title: 'Open Trace File', openLabel: 'Open', canSelectMany: true });
    let isShown = false;
    for (const file of files ?? []) {
      const traceId = await open(services, file);
      if (traceId !== undefined && !isShown) {
        isShown = true;
        await services.panels.show(traceId);
      }
    }
  },
};

async function open(services: Services, file: vscode.Uri): Promise<string | undefined> {
  const name = file.path.split('/').at(-1) ?? '';
  const progress = { location: { viewId: 'spanscope.traces' }, title: `Opening ${name}` };
  try {
    const { traceIds, warnings } = await vscode.window.withProgress(progress, () => services.importFile(file));
    if (warnings.length > 0) tellWarnings(services, name, warnings);
    return traceIds[0];
  } catch (error) {
    const why = messageOf(error);
    const chosen = await vscode.window.showErrorMessage(asNotice(why.includes(name) ? why : `${name}: ${why}`), 'Open as Text', 'Show Log');
    if (chosen === 'Open as Text') await vscode.window.showTextDocument(file);
    else if (chosen === 'Show Log') services.log.show();
    return undefined;
  }
}

function tellWarnings({ log }: Services, name: string, warnings: readonly string[]): void {
  const more = warnings.length > 1 ? [`Show ${warnings.length} Warnings`] : [];
  const told = vscode.window.showWarningMessage(asNotice(`${name} was read in part. ${warnings[0]}`), ...more);
  told.then(async (chosen) => {
    if (chosen === undefined) return;
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: warnings.join('\n') }), { preview: true });
  }).then(undefined, (error: unknown) => log.warn('The warnings could not be shown', error));
}

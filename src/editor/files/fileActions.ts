import * as vscode from 'vscode';
import type { FileAction } from '../../protocol/panel.ts';
import type { Display } from '../display.ts';
import { asLabel } from '../safeText.ts';
import { traceLabel, traceRow } from '../traces/traceRow.ts';
import type { OpenFiles, TraceFile } from './openFiles.ts';
import type { Reports } from './reports.ts';

/** Does what a panel asks for with the file of its trace; gives the trace that was chosen to be shown. */
export async function runOnFile(services: { readonly files: OpenFiles; readonly reports: Reports; readonly display: Display }, source: string, action: FileAction): Promise<string | undefined> {
  const { files, reports, display } = services, file = files.file(source);
  if (file === undefined) throw new Error('This file is no longer open.');
  switch (action) {
    case 'stop': await files.stop(source); return undefined;
    case 'follow': await files.follow(source); return undefined;
    case 'openAgain': await files.openAgain(source); return undefined;
    case 'keep': await files.keep(source); return undefined;
    case 'report': await reports.show(source); return undefined;
    case 'pickTrace': return pickTraceOf(file, display);
    case 'openText':
      if (file.uri !== undefined) await vscode.commands.executeCommand('vscode.openWith', file.uri, 'default');
      return undefined;
  }
}

/** Lets the user choose among the traces of a file. */
async function pickTraceOf(file: TraceFile, display: Display): Promise<string | undefined> {
  const now = Date.now();
  const items = file.traces.map((summary) => {
    const { description, icon, colour } = traceRow(summary, now, display);
    return { label: asLabel(traceLabel(summary)), description: asLabel(`${description} · ${display.count(summary.spanCount, 'span')}`), iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour)), traceId: summary.traceId };
  });
  const picked = await vscode.window.showQuickPick(items, { title: asLabel(file.name), placeHolder: 'Choose a trace', matchOnDescription: true });
  return picked?.traceId;
}

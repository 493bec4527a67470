import * as vscode from 'vscode';
import { messageOf } from '../log.ts';
import { asNotice } from '../safeText.ts';
import type { Log } from '../log.ts';
import type { TracePanels } from '../panel/tracePanels.ts';
import type { OpenFiles } from './openFiles.ts';
import { editorTypeOf } from '../customEditor/traceFileEditor.ts';
import { fileNameOf } from './fileInputs.ts';
import { findFiles, withoutCompanions } from './findFiles.ts';

/** What opening files needs. */
interface Services {
  readonly files: OpenFiles;
  readonly panels: TracePanels;
  readonly log: Log;
}

/** Opens one file in an editor of ours, whatever its name is. */
export async function openInEditor(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', uri, editorTypeOf(uri));
}

/** Opens files, and those in folders: a single one in its own tab, several into the Traces view. */
export async function openFiles(services: Services, uris: readonly vscode.Uri[]): Promise<void> {
  const files = await withoutCompanions(await findFiles(uris));
  const [first, ...more] = files;
  if (first === undefined) throw new Error('There are no files here that may hold traces.');
  if (more.length === 0 && uris.includes(first)) return openInEditor(first);
  const progress = { location: { viewId: 'spanscope.traces' }, title: `Opening ${files.length} files` };
  const { shown, others } = await vscode.window.withProgress(progress, () => openAll(services, files));
  if (shown !== undefined) await services.panels.show(shown);
  if (others.length > 0) tellOthers(services, files.length, others);
}

interface Opened { readonly shown: string | undefined; readonly others: readonly string[] }

/** Files in which there is no trace are closed again; why is told for all of them together. */
async function openAll({ files, log }: Services, uris: readonly vscode.Uri[]): Promise<Opened> {
  let shown: string | undefined;
  const others: string[] = [];
  for (const uri of uris) {
    try {
      const source = await files.openListed(uri);
      const traceId = await files.firstTrace(source);
      shown ??= traceId;
      if (traceId !== undefined) continue;
      const file = files.file(source);
      // Of a known format, and spans may come.
      if (file?.state === 'following' && file.report.parts.some(({ format }) => format !== undefined)) continue;
      others.push(`${fileNameOf(uri)}: ${file?.problem ?? 'It holds no spans.'}`);
      await files.close(source);
    } catch (error) {
      log.warn('A file could not be opened', error);
      others.push(`${fileNameOf(uri)}: ${messageOf(error)}`);
    }
  }
  return { shown, others };
}

function tellOthers({ log }: Services, count: number, others: readonly string[]): void {
  const text = others.length === 1 ? others[0] as string : `${others.length} of ${count} files hold no traces.`;
  const told = vscode.window.showWarningMessage(asNotice(text), ...(others.length > 1 ? ['Show Why'] : []));
  told.then(async (chosen) => {
    if (chosen === undefined) return;
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: others.join('\n') }), { preview: true });
  }).then(undefined, (error: unknown) => log.warn('Files without traces could not be listed', error));
}

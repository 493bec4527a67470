import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ExportKind, ExportReport, ExportRequest } from '../../protocol/export.ts';
import { maskSecrets } from '../../redaction/secretTexts.ts';
import { safeFileName } from '../fileNames.ts';
import { inFolder } from '../panel/saveImage.ts';
import { asNotice } from '../safeText.ts';
import type { Services } from '../services.ts';
import { askDrawing, askKind, askPlace, askQuery, askRedaction } from './questions.ts';
import { isTelling, reportWords } from './words.ts';

/** What to export, and what it is called. */
export interface Wanted {
  readonly traceIds: readonly string[];
  readonly spanId?: string;
  readonly query?: string;
  /** Names the file. */
  readonly label: string;
}

const noticeMs = 5000;
/** When an export takes so long it is shown, and how often that is brought up to date. */
const noticeAfterMs = 700, progressMs = 300;
/** Longer texts make editors and chats unusable. */
const longestCopied = 16 * 1024 * 1024;
const clipboard = 'the clipboard';
let lastExport = 0;

const soon = (ms: number): Promise<false> => delay(ms, false, { ref: false });

/** Asks how and where to, writes, and says what was masked and lost. Nothing happens when a question is not answered. */
export async function exportFlow(services: Services, wanted: Wanted, title: string): Promise<void> {
  const step = { title };
  const kind = await askKind(await services.collector.call('exportKinds'), step);
  if (kind === undefined) return;
  const redaction = await askRedaction(kind, step);
  if (redaction === undefined) return;
  const drawing = await askDrawing(kind, step);
  if (drawing === undefined) return;
  const place = await askPlace(kind, step);
  if (place === undefined) return;
  const { label, ...what } = wanted;
  const request: ExportRequest = { ...what, format: kind.id, redaction, ...drawing };
  if (place === 'clipboard') await copyExport(services, request, kind.label);
  else await saveExport(services, request, kind, { title, label });
}

/** The same for spans that match a query, which is asked for first. */
export async function exportMatching(services: Services, wanted: Wanted, title: string): Promise<void> {
  const query = await askQuery({ title });
  if (query !== undefined) await exportFlow(services, { ...wanted, query }, title);
}

/** Writes to the clipboard. */
export async function copyExport(services: Services, request: ExportRequest, label: string): Promise<void> {
  const written = await write(services, request);
  if (written === undefined) return;
  const { bytes, ...report } = written;
  if (bytes.byteLength > longestCopied) throw new Error('This is too long for the clipboard. Save it to a file.');
  await vscode.env.clipboard.writeText(new TextDecoder().decode(bytes));
  const words = reportWords(report, clipboard, label, services.display);
  if (isTelling(report)) void vscode.window.showInformationMessage(asNotice(words));
  else vscode.window.setStatusBarMessage(words, noticeMs);
}

async function saveExport(services: Services, request: ExportRequest, kind: ExportKind, { title, label }: { readonly title: string; readonly label: string }): Promise<void> {
  const to = await vscode.window.showSaveDialog({ title, defaultUri: inFolder(safeFileName(nameOf(label, request), kind.extension)), filters: filtersOf(kind) });
  if (to === undefined) return;
  // Files of this machine are written where the spans are; others are handed to the editor.
  const written = await write(services, to.scheme === 'file' ? { ...request, path: to.fsPath } : request);
  if (written === undefined) return;
  const { bytes, ...report } = written;
  if (to.scheme !== 'file') await vscode.workspace.fs.writeFile(to, new Uint8Array(bytes));
  const name = to.path.split('/').at(-1) ?? '';
  const open = kind.id === 'html' ? 'Open in Browser' : 'Open';
  const words = reportWords(report, name, kind.label, services.display);
  const chosen = vscode.window.showInformationMessage(asNotice(words), open, 'Copy Path');
  chosen.then(async (button) => {
    if (button === 'Copy Path') await vscode.env.clipboard.writeText(to.scheme === 'file' ? to.fsPath : to.toString());
    else if (button === open) await openFile(to, kind);
  }).then(undefined, (error: unknown) => services.log.warn('The exported file could not be opened', error));
}

/** Writes, and says how far it is; undefined when the user stopped it. */
async function write({ collector, log }: Services, request: ExportRequest): Promise<ExportReport | undefined> {
  const exportId = ++lastExport, work = collector.call('exportSpans', { ...request, exportId });
  let isStopped = false;
  const ended = work.then(() => undefined, () => undefined);
  const show = async (progress: vscode.Progress<{ message?: string; increment?: number }>): Promise<void> => {
    for (let shown = 0, isOver = false; !isOver;) {
      isOver = await Promise.race([ended.then(() => true), soon(progressMs)]);
      const { spansWritten = 0, spansTotal = 0 } = isOver ? {} : await collector.call('exportProgress', exportId) ?? {};
      if (spansTotal === 0) continue;
      const percent = Math.floor(spansWritten / spansTotal * 100);
      progress.report({ message: `${percent} %`, increment: percent - shown });
      shown = percent;
    }
  };
  const bar = async (): Promise<void> => {
    // Most exports are over before anybody could read of them.
    if (await Promise.race([ended.then(() => true), soon(noticeAfterMs)])) return;
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: 'Exporting spans', cancellable: true }, (progress, token) => {
      token.onCancellationRequested(() => {
        isStopped = true;
        collector.call('stopExport', exportId).catch((error: unknown) => log.warn('An export could not be stopped', error));
      });
      return show(progress);
    });
  };
  bar().catch((error: unknown) => log.warn('The progress of an export could not be shown', error));
  try {
    return await work;
  } catch (error) {
    if (!isStopped) throw error;
    vscode.window.setStatusBarMessage('The export was stopped. Nothing was written.', noticeMs);
    return undefined;
  }
}

/** A secret in a name does not leave in the name of the file. */
const nameOf = (label: string, { redaction }: ExportRequest): string => (redaction?.secrets === true ? maskSecrets(label).text : label);

/** A browser opens pages of this machine only. */
async function openFile(file: vscode.Uri, { id, isBinary }: ExportKind): Promise<void> {
  const isHere = file.scheme === 'file' && vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  if (id === 'html' && isHere) await vscode.env.openExternal(file);
  else if (isBinary) await vscode.commands.executeCommand('revealFileInOS', file);
  else await vscode.commands.executeCommand('vscode.open', file);
}

/** Dialogs of some systems add the ending of a filter to a name that has a longer one. */
function filtersOf({ label, extension }: ExportKind): Record<string, string[]> {
  const ending = extension.slice(1);
  return ending.includes('.') ? {} : { [label]: [ending] };
}

import { writeFile } from 'node:fs/promises';
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
/** Longer texts make editors and chats unusable. */
const longestCopied = 16 * 1024 * 1024;
const clipboard = 'the clipboard';

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
  const { bytes, ...report } = await write(services, request);
  if (bytes.byteLength > longestCopied) throw new Error('This is too long for the clipboard. Save it to a file.');
  await vscode.env.clipboard.writeText(new TextDecoder().decode(bytes));
  const words = reportWords(report, clipboard, label, services.display);
  if (isTelling(report)) void vscode.window.showInformationMessage(asNotice(words));
  else vscode.window.setStatusBarMessage(words, noticeMs);
}

async function saveExport(services: Services, request: ExportRequest, kind: ExportKind, { title, label }: { readonly title: string; readonly label: string }): Promise<void> {
  const to = await vscode.window.showSaveDialog({ title, defaultUri: inFolder(safeFileName(nameOf(label, request), kind.extension)), filters: filtersOf(kind) });
  if (to === undefined) return;
  const { bytes, ...report } = await write(services, request);
  await writeBytes(to, new Uint8Array(bytes));
  const name = to.path.split('/').at(-1) ?? '';
  const open = kind.id === 'html' ? 'Open in Browser' : 'Open';
  const words = reportWords(report, name, kind.label, services.display);
  const chosen = vscode.window.showInformationMessage(asNotice(words), open, 'Copy Path');
  chosen.then(async (button) => {
    if (button === 'Copy Path') await vscode.env.clipboard.writeText(to.scheme === 'file' ? to.fsPath : to.toString());
    else if (button === open) await openFile(to, kind);
  }).then(undefined, (error: unknown) => services.log.warn('The exported file could not be opened', error));
}

function write({ collector }: Services, request: ExportRequest): Promise<ExportReport> {
  return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Exporting spans' }, () => collector.call('exportSpans', request)));
}

/** Traces hold what was said: on the disk only its owner may read a new file. */
async function writeBytes(to: vscode.Uri, bytes: Uint8Array): Promise<void> {
  if (to.scheme === 'file') await writeFile(to.fsPath, bytes, { mode: 0o600 });
  else await vscode.workspace.fs.writeFile(to, bytes);
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

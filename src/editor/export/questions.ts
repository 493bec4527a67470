import * as vscode from 'vscode';
import type { ExportKind, ExportRequest, Redaction } from '../../protocol/export.ts';
import { visibleName } from '../../model/visibleText.ts';
import { hintsOf } from '../../query/hints.ts';
import { parseQuery } from '../../query/parse.ts';

/** What the questions of one export have in common. */
export interface Step { readonly title: string }

type Drawing = Pick<ExportRequest, 'width' | 'unicode'>;

const widestTimeline = 400;

/** Which format. */
export async function askKind(kinds: readonly ExportKind[], { title }: Step): Promise<ExportKind | undefined> {
  const item = (kind: ExportKind): vscode.QuickPickItem & { readonly format: ExportKind } => ({ label: kind.label, description: kind.extension, ...(kind.isForPeople ? { detail: kind.description } : {}), format: kind });
  const items = [
    { label: 'For people', kind: vscode.QuickPickItemKind.Separator }, ...kinds.filter(({ isForPeople }) => isForPeople).map(item),
    { label: 'For programs', kind: vscode.QuickPickItemKind.Separator }, ...kinds.filter(({ isForPeople }) => !isForPeople).map(item),
  ];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Choose a format', matchOnDescription: true, matchOnDetail: true });
  return picked !== undefined && 'format' in picked ? picked.format : undefined;
}

const redactions: readonly { readonly label: string; readonly detail: string; readonly redaction: Redaction }[] = [
  { label: 'Mask secrets', detail: 'Messages stay; keys, tokens and passwords in them and anywhere else are masked', redaction: { content: 'keep', secrets: true } },
  { label: 'Mask secrets and messages', detail: 'Messages, arguments and results keep their shape and say nothing', redaction: { content: 'mask', secrets: true } },
  { label: 'Mask secrets, leave messages out', detail: 'Structure, times, tokens and errors only', redaction: { content: 'omit', secrets: true } },
  { label: 'As recorded', detail: 'Everything, secrets too', redaction: { content: 'keep', secrets: false } },
];

/** What happens to content and secrets; what is usual for the format comes first. */
export async function askRedaction({ isForPeople }: ExportKind, { title }: Step): Promise<Redaction | undefined> {
  const items = isForPeople ? redactions : redactions.toSorted((a, b) => Number(a.redaction.secrets) - Number(b.redaction.secrets));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'What happens to messages and secrets' }))?.redaction;
}

/** How a text timeline is drawn; nothing to ask for other formats. */
export async function askDrawing({ id }: ExportKind, { title }: Step): Promise<Drawing | undefined> {
  if (id !== 'text-timeline') return {};
  const items: readonly (vscode.QuickPickItem & { readonly drawing?: Drawing })[] = [
    { label: 'ASCII', description: '60 columns', drawing: { width: 60, unicode: false } },
    { label: 'Unicode bars', description: '60 columns', drawing: { width: 60, unicode: true } },
    { label: 'Unicode bars', description: '120 columns', drawing: { width: 120, unicode: true } },
    { label: 'Another width…' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'How bars are drawn' });
  return picked === undefined ? undefined : picked.drawing ?? askWidth({ title });
}

async function askWidth({ title }: Step): Promise<Drawing | undefined> {
  const wrong = `A whole number from 10 to ${widestTimeline}.`;
  const isWidth = (text: string): boolean => /^\d{2,3}$/.test(text.trim()) && Number(text) >= 10 && Number(text) <= widestTimeline;
  const text = await vscode.window.showInputBox({ title, prompt: 'Columns of the bars', value: '80', validateInput: (value) => (isWidth(value) ? undefined : wrong) });
  return text === undefined ? undefined : { width: Number(text), unicode: true };
}

/** Where to; bytes go to a file only. */
export async function askPlace({ isBinary, id }: ExportKind, { title }: Step): Promise<'file' | 'clipboard' | undefined> {
  if (isBinary || id === 'html') return 'file';
  const items = [{ label: '$(save) Save to a file…', place: 'file' }, { label: '$(copy) Copy to the clipboard', place: 'clipboard' }] as const;
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Where to' }))?.place;
}

/** A query of the filter language. */
export async function askQuery({ title }: Step): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title, prompt: 'Which spans to export: a filter, as in the filter box of a trace', placeHolder: 'role:tool status:error duration:>2s name: key=value',
    validateInput: (value) => (value.trim() === '' ? 'Write what the spans have in common.' : parseQuery(value).problem?.message ?? readAs(value)),
  });
  return text?.trim();
}

/** A key that is no field is read as an attribute, which may not be what was meant. */
function readAs(query: string): vscode.InputBoxValidationMessage | undefined {
  const [hint] = hintsOf(query);
  return hint && { message: `"${visibleName(hint.key)}" is read as an attribute. ${hint.advice}`, severity: vscode.InputBoxValidationSeverity.Info };
}

import * as vscode from 'vscode';
import type { SpanRecord } from '../../model/records.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { CodePlace } from '../../protocol/codeUse.ts';
import type { SourceLink, StackFrameLink } from '../../protocol/panel.ts';
import type { MentionFinder } from '../../source/onlyMention.ts';
import type { SourceCandidate, SourceAnswer } from '../../source/resolve.ts';
import type { SourceCandidate as ExportedCandidate } from '../api.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';
import { asLabel, asNotice } from '../safeText.ts';
import { LineHighlight } from './lineHighlight.ts';
import { openAt } from './openPlace.ts';
import type { Place } from './openPlace.ts';
import type { SourceWorkspace } from './sourceWorkspace.ts';

/** Where the code of a span is, for a panel's details. */
export interface SourceLinks {
  readonly sources: readonly SourceLink[];
  readonly noSource?: string;
  readonly isMappable?: boolean;
  readonly frames: readonly StackFrameLink[];
}

/** From spans to lines in the editor. What looks for them is loaded with the first question. */
export class SourceService {
  readonly #context: vscode.ExtensionContext;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  /** Other answers are to be expected: paths were mapped, or the workspace was trusted. */
  readonly onDidChange = this.#changed.event;
  #workspace: Promise<SourceWorkspace> | undefined;
  #highlight: LineHighlight | undefined;

  constructor(context: vscode.ExtensionContext, log: Log) {
    this.#context = context;
    this.#log = log;
    this.#disposables.add(vscode.workspace.onDidChangeConfiguration((event) => { if (event.affectsConfiguration('spanscope.source')) this.#changed.fire(); }));
    this.#disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()));
  }

  async linksOf(record: SpanRecord): Promise<SourceLinks> {
    const workspace = await this.#opened();
    const [{ candidates, whyNone, isMappable }, frames] = await Promise.all([workspace.resolve(record), workspace.frames(record)]);
    return {
      sources: candidates.map(linkOf),
      ...(whyNone === undefined ? {} : { noSource: whyNone }),
      ...(isMappable === undefined ? {} : { isMappable }),
      frames: frames.map(({ event, textLine, candidate }, index) => ({ ...linkOf(candidate, index), event, line: textLine })),
    };
  }

  /** The line of the workspace that a recorded place is, when it is one. */
  async placeOf(place: CodePlace): Promise<SourceCandidate | undefined> {
    return (await this.#opened()).place(place);
  }

  /** Finds what names of spans are mentioned once; resolves when all files of the workspace are known. */
  async mentions(): Promise<MentionFinder> {
    return (await this.#opened()).mentions();
  }

  /** Best first, for other extensions. */
  async locationsOf(record: SpanRecord): Promise<ExportedCandidate[]> {
    const { candidates } = await (await this.#opened()).resolve(record);
    return candidates.map((candidate) => ({ location: new vscode.Location(uriOf(candidate), positionOf(candidate)), origin: candidate.origin }));
  }

  /** Opens the line of a span: the candidate with this index, else the best; asks where several are equally good. */
  async reveal(record: SpanRecord, place: Place & { readonly index?: number }): Promise<void> {
    const answer = await (await this.#opened()).resolve(record);
    const chosen = place.index === undefined ? await choose(answer, record) : answer.candidates[place.index];
    if (chosen !== undefined) await this.#open(chosen, record, place);
  }

  /** Opens the frame that stands on a line of the stack trace of an event. */
  async revealFrame(record: SpanRecord, event: number, line: number, place: Place): Promise<void> {
    const frames = await (await this.#opened()).frames(record);
    const frame = frames.find((one) => one.event === event && one.textLine === line);
    if (frame !== undefined) await this.#open(frame.candidate, record, place);
  }

  /** Asks where the folder of another machine lies here, beginning with the one that the span names. */
  async mapPath(record: SpanRecord | undefined): Promise<void> {
    const { addPathMapping } = await import('./mapPath.ts');
    await addPathMapping(record);
  }

  clearHighlight(): void {
    this.#highlight?.clear();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #open(candidate: SourceCandidate, record: SpanRecord, place: Place): Promise<void> {
    if (!candidate.isInWorkspace && !await mayOpenOutside(candidate)) return;
    const editor = await openAt(uriOf(candidate), positionOf(candidate), place);
    this.#highlight ??= this.#disposables.add(new LineHighlight(contributedColours(this.#context)));
    this.#highlight.show(editor, editor.selection.active.line, record.agent?.role ?? 'other');
  }

  #opened(): Promise<SourceWorkspace> {
    this.#workspace ??= import('./sourceWorkspace.ts').then(({ SourceWorkspace: Workspace }) => (
      this.#disposables.add(new Workspace([this.#context.asAbsolutePath('dist/demo')], this.#log))
    ));
    return this.#workspace;
  }
}

async function choose({ candidates, whyNone, isMappable }: SourceAnswer, record: SpanRecord): Promise<SourceCandidate | undefined> {
  const [best] = candidates;
  if (best === undefined) {
    const nextSteps = !vscode.workspace.isTrusted ? ['Manage Workspace Trust'] : isMappable === true ? ['Map a Path'] : [];
    const chosen = await vscode.window.showInformationMessage(asNotice(`No source line for this span. ${whyNone ?? ''}`), ...nextSteps);
    if (chosen === 'Map a Path') await (await import('./mapPath.ts')).addPathMapping(record);
    else if (chosen !== undefined) await vscode.commands.executeCommand('workbench.trust.manage');
    return undefined;
  }
  const equals = candidates.filter(({ rank }) => rank === best.rank);
  if (equals.length === 1) return best;
  const items = equals.map((candidate) => ({
    label: asLabel(candidate.functionName ?? labelOf(candidate).split(/[\\/]/).at(-1) ?? ''), description: asLabel(labelOf(candidate)), detail: asLabel(candidate.origin), candidate,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Go to Source', placeHolder: `${equals.length} places are equally likely` }))?.candidate;
}

async function mayOpenOutside({ realPath }: SourceCandidate): Promise<boolean> {
  const detail = `${visibleName(realPath)}\n\nThe trace names this file. It is outside the workspace.`;
  return await vscode.window.showWarningMessage('Open a file outside the workspace?', { modal: true, detail }, 'Open') === 'Open';
}

const linkOf = (candidate: SourceCandidate, index: number): SourceLink => ({
  index,
  label: labelOf(candidate),
  origin: candidate.origin,
  ...(candidate.functionName === undefined ? {} : { functionName: candidate.functionName }),
});

/** `agent/coder.py:71`: relative to the workspace, or to the folder of ours, where it lies in one. */
function labelOf(candidate: SourceCandidate): string {
  const uri = uriOf(candidate);
  const inWorkspace = vscode.workspace.asRelativePath(uri);
  const path = candidate.isInWorkspace && inWorkspace === uri.fsPath ? uri.path.split('/').slice(-2).join('/') : inWorkspace;
  return candidate.line === undefined ? path : `${path}:${candidate.line}`;
}

function uriOf({ path, realPath, isInWorkspace }: SourceCandidate): vscode.Uri {
  return vscode.Uri.file(isInWorkspace ? path : realPath);
}

function positionOf({ line = 1, column = 1 }: SourceCandidate): vscode.Position {
  return new vscode.Position(line - 1, column - 1);
}

type Colours = ConstructorParameters<typeof LineHighlight>[0];

function contributedColours(context: vscode.ExtensionContext): Colours {
  const { contributes } = context.extension.packageJSON as { readonly contributes: { readonly colors: Colours } };
  return contributes.colors;
}

import * as vscode from 'vscode';
import type { StandingSpan } from '../../debug/standing.ts';
import type { Display } from '../display.ts';
import { Disposables } from '../disposables.ts';
import { inlineTexts, namesIn } from './inlineTexts.ts';
import { spanAtFrame } from './standingFrames.ts';
import type { FrameServices } from './standingFrames.ts';
import type { StandingPaths } from './standingPaths.ts';

interface InlineServices extends FrameServices { readonly standingPaths: StandingPaths; readonly display: Display }

const languages = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'python'];
/** Where the editor has a provider it looks for variables no more by itself; for these nobody else provides them. */
const withoutOwn = new Set(['javascript', 'javascriptreact', 'typescript', 'typescriptreact']);
const mostLookups = 300;
const setting = 'spanscope.debug.inlineValues';

/** Values of the active span at the end of the line where a program stands. */
export class SpanInlineValues implements vscode.InlineValuesProvider {
  readonly #services: InlineServices;
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChangeInlineValues = this.#changed.event;
  #registration: vscode.Disposable | undefined;

  constructor(services: InlineServices) {
    this.#services = services;
    this.#disposables.add(services.standingPaths.onDidChange(() => this.#changed.fire()));
    this.#disposables.add(vscode.workspace.onDidChangeConfiguration((event) => { if (event.affectsConfiguration(setting)) this.#register(); }));
    this.#register();
  }

  async provideInlineValues(document: vscode.TextDocument, viewPort: vscode.Range, { frameId, stoppedLocation }: vscode.InlineValueContext): Promise<vscode.InlineValue[]> {
    const variables = withoutOwn.has(document.languageId) && vscode.workspace.getConfiguration('debug', document).get('inlineValues') === 'on';
    const lookups = variables ? lookupsIn(document, new vscode.Range(viewPort.start, stoppedLocation.end)) : [];
    const thread = this.#threadOf(frameId);
    if (thread === undefined) return lookups;
    const { traceId, session, threadId } = thread;
    const found = thread.frameId === frameId ? thread : await spanAtFrame(this.#services, { sessionId: session.id, threadId, frameId });
    const record = found && await this.#services.collector.call('spanById', traceId, found.spanId);
    const texts = record === undefined ? [] : inlineTexts(record, this.#services.display);
    return [...lookups, ...texts.map((text) => new vscode.InlineValueText(stoppedLocation, text))];
  }

  dispose(): void {
    this.#registration?.dispose();
    this.#disposables.dispose();
  }

  #register(): void {
    this.#registration?.dispose();
    const isWanted = vscode.workspace.getConfiguration().get(setting) !== false;
    this.#registration = isWanted ? vscode.languages.registerInlineValuesProvider(languages.map((language) => ({ language })), this) : undefined;
    this.#changed.fire();
  }

  /** The thread that a frame belongs to: the one with the focus, else the one whose top frame it is. */
  #threadOf(frameId: number): StandingSpan | undefined {
    const { current } = this.#services.standing, item = vscode.debug.activeStackItem;
    return current.find(({ session, threadId }) => item?.session.id === session.id && item.threadId === threadId) ?? current.find((thread) => thread.frameId === frameId);
  }
}

/** Variables that the editor is to look up, as it would without a provider. */
function lookupsIn(document: vscode.TextDocument, { start, end }: vscode.Range): vscode.InlineValue[] {
  const lookups: vscode.InlineValue[] = [];
  for (let line = end.line; line >= start.line && lookups.length < mostLookups; line--) {
    for (const [from, to, name] of namesIn(document.lineAt(line).text)) lookups.push(new vscode.InlineValueVariableLookup(new vscode.Range(line, from, line, to), name, true));
  }
  return lookups;
}

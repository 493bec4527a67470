import * as vscode from 'vscode';
import { roleIcons } from '../../../model/role.ts';
import type { CodePauses, CodeSpan } from '../../../protocol/codeUse.ts';
import type { CollectorHost } from '../../collector/collectorHost.ts';
import type { Display } from '../../display.ts';
import { Disposables } from '../../disposables.ts';
import { messageOf } from '../../log.ts';
import type { TracePanels } from '../../panel/tracePanels.ts';
import { asNotice } from '../../safeText.ts';
import { roleColour } from '../../traces/treeRow.ts';
import { listRow } from './codeWords.ts';

/** Commands of links and lenses that this extension makes itself; their arguments are numbers of ours. */
export const openSpanCommand = 'spanscope.code.openSpan', listSpansCommand = 'spanscope.code.listSpans';

const mostLinks = 2_000, mostListed = 200;

interface SpanName { readonly traceId: string; readonly spanId: string }
interface Wanted { readonly epoch: number; readonly places: readonly number[]; readonly failed: boolean }

/** Opens spans from links. What a link opens is kept here under a number. */
export class SpanCommands {
  readonly #collector: CollectorHost;
  readonly #panels: TracePanels;
  readonly #display: Display;
  readonly #pauses: () => readonly CodePauses[];
  readonly #spans = new Map<number, SpanName>();
  readonly #disposables = new Disposables();
  #last = 0;

  constructor(collector: CollectorHost, panels: TracePanels, display: Display, pauses: () => readonly CodePauses[]) {
    this.#pauses = pauses;
    this.#collector = collector;
    this.#panels = panels;
    this.#display = display;
    const register = (id: string, run: (...args: unknown[]) => Promise<void>): void => {
      this.#disposables.add(vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        await run(...args).catch((error: unknown) => { void vscode.window.showErrorMessage(asNotice(messageOf(error))); });
      }));
    };
    register(openSpanCommand, (number) => this.#open(this.#spans.get(Number(number))));
    register(listSpansCommand, (epoch, places, failed) => this.list({ epoch: Number(epoch), places: Array.isArray(places) ? places.map(Number) : [], failed: failed === true }));
  }

  /** A number under which a link names a span; the oldest of very many are forgotten. */
  numberOf({ traceId, spanId }: SpanName): number {
    this.#spans.set(++this.#last, { traceId, spanId });
    this.#spans.delete(this.#last - mostLinks);
    return this.#last;
  }

  /** Lets the user choose among the newest spans of places; a single one opens at once. */
  async list({ epoch, places, failed }: Wanted): Promise<void> {
    const spans = await this.#collector.call('codeSpans', { epoch, places, limit: mostListed, pauses: this.#pauses(), failed, withContent: true });
    const [first] = spans;
    if (first === undefined) throw new Error('These spans are no longer there. Run the program again, or open their file.');
    if (spans.length === 1) return this.#open(first);
    const title = `${failed ? 'Failed spans' : 'Spans'} made here${spans.length === mostListed ? `, the newest ${mostListed}` : ''}`;
    const chosen = await vscode.window.showQuickPick(spans.map((span) => this.#item(span)), { title, placeHolder: 'Choose a span to open', matchOnDescription: true, matchOnDetail: true });
    return chosen && this.#open(chosen.span);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #item(span: CodeSpan): vscode.QuickPickItem & { readonly span: CodeSpan } {
    const icon = span.isFailed ? new vscode.ThemeIcon('error', new vscode.ThemeColor('spanscope.status.error')) : new vscode.ThemeIcon(roleIcons[span.role], new vscode.ThemeColor(roleColour(span.role)));
    return { ...listRow(span, Date.now(), this.#display), iconPath: icon, span };
  }

  async #open(span: SpanName | undefined): Promise<void> {
    if (span === undefined || await this.#collector.call('summaryOf', span.traceId) === undefined) throw new Error('This span is no longer there. Run the program again, or open its file.');
    await this.#panels.show(span.traceId, { spanId: span.spanId });
  }
}

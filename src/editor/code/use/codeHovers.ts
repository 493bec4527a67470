import * as vscode from 'vscode';
import type { CodeSpan } from '../../../protocol/codeUse.ts';
import type { CollectorHost } from '../../collector/collectorHost.ts';
import type { Display } from '../../display.ts';
import type { CodeInsight, UseHere } from './codeInsight.ts';
import { codeSettings } from './codeSettings.ts';
import { hoverLines, hoverTitle } from './codeWords.ts';
import { listSpansCommand, openSpanCommand } from './spanCommands.ts';
import type { SpanCommands } from './spanCommands.ts';

const shownSpans = 5;

/** The last spans of the line that is pointed at. */
export class CodeHovers implements vscode.HoverProvider {
  readonly #insight: CodeInsight;
  readonly #collector: CollectorHost;
  readonly #commands: SpanCommands;
  readonly #display: Display;
  readonly #registration: vscode.Disposable;

  constructor(insight: CodeInsight, collector: CollectorHost, commands: SpanCommands, display: Display) {
    this.#insight = insight;
    this.#collector = collector;
    this.#commands = commands;
    this.#display = display;
    this.#registration = vscode.languages.registerHoverProvider({ scheme: 'file' }, this);
  }

  async provideHover(document: vscode.TextDocument, { line, character }: vscode.Position): Promise<vscode.Hover | undefined> {
    if (!codeSettings().hover || character < document.lineAt(line).firstNonWhitespaceCharacterIndex) return undefined;
    const here = this.#at(document, line);
    if (here === undefined) return undefined;
    const { epoch, pauses } = this.#insight;
    const spans = await this.#collector.call('codeSpans', { epoch, places: here.places, limit: shownSpans, pauses, withContent: true });
    return spans.length === 0 ? undefined : new vscode.Hover([this.#text(here, spans), this.#links(here, spans, epoch)], document.lineAt(line).range);
  }

  dispose(): void {
    this.#registration.dispose();
  }

  #at(document: vscode.TextDocument, line: number): UseHere | undefined {
    const used = this.#insight.of(document), stands = (here: UseHere): boolean => this.#insight.lineNow(document, here) === line;
    return used?.lines.find(stands) ?? used?.functions.find(stands);
  }

  /** What spans say is in a text that has no links. */
  #text(here: UseHere, spans: readonly CodeSpan[]): vscode.MarkdownString {
    const now = Date.now();
    const lines = [hoverTitle(here, this.#display), '', ...spans.flatMap((span, i) => hoverLines(span, i + 1, now, this.#display))];
    const text = new vscode.MarkdownString(lines.join('  \n'));
    text.isTrusted = false;
    text.supportHtml = false;
    return text;
  }

  /** Links are in a text that has nothing of what spans say: numbers of ours and fixed words. */
  #links({ places, use }: UseHere, spans: readonly CodeSpan[], epoch: number): vscode.MarkdownString {
    const link = (words: string, command: string, args: readonly unknown[]): string => `[${words}](command:${command}?${encodeURIComponent(JSON.stringify(args))})`;
    const open = spans.map((span, i) => link(String(i + 1), openSpanCommand, [this.#commands.numberOf(span)])).join(' ');
    const all = use.all.spans > spans.length ? ` · ${link('Show all', listSpansCommand, [epoch, places, false])}` : '';
    const text = new vscode.MarkdownString(`Open span: ${open}${all}`);
    text.isTrusted = { enabledCommands: [openSpanCommand, listSpansCommand] };
    return text;
  }
}

import * as vscode from 'vscode';
import { receivedSource, traceNameOf } from '../../model/traceKey.ts';
import type { ChartCommand } from '../../protocol/panel.ts';
import { Disposables } from '../disposables.ts';
import { traceLabel } from '../traces/traceRow.ts';
import { pageOptions } from './page.ts';
import type { PanelServices, TracePanel } from './tracePanel.ts';

export const panelType = 'spanscope.trace';

export interface ShowOptions {
  readonly spanId?: string | undefined;
  /** A panel of its own, in the next column. */
  readonly beside?: boolean;
  readonly preserveFocus?: boolean;
}

/**
 * All trace panels: one a trace, more when somebody asks for one to the side. The code of a panel is loaded with the
 * first one, which keeps it out of the editor's start.
 */
export class TracePanels implements vscode.WebviewPanelSerializer {
  readonly #services: PanelServices;
  readonly #disposables = new Disposables();
  /** The one that was active last comes first. */
  #panels: readonly TracePanel[] = [];

  constructor(services: PanelServices) {
    this.#services = services;
    this.#disposables.add(vscode.window.registerWebviewPanelSerializer(panelType, this));
    this.#disposables.add(services.collector.onDidChangeTraces(({ summaries: [first] }) => { if (first !== undefined) this.#adopt(first.traceId); }));
  }

  /** Loads what a panel consists of while nobody waits for it. */
  async prepare(): Promise<void> {
    const [{ readPage }] = await Promise.all([import('./page.ts'), import('./tracePanel.ts')]);
    readPage(this.#services.extensionUri);
  }

  /** The panel that was active last. */
  get latest(): TracePanel | undefined {
    return this.#panels[0];
  }

  /** Where the active panel stands, so that code opens beside it and not over it. */
  get activeColumn(): vscode.ViewColumn | undefined {
    const active = this.#panels.find(({ panel }) => panel.active);
    return active?.panel.viewColumn;
  }

  /** Shows a trace in its panel, opened when there is none. Without a trace the panel waits for the first one. */
  async show(traceId: string | undefined, { spanId = this.#selectedIn(traceId), beside = false, preserveFocus = false }: ShowOptions = {}): Promise<TracePanel> {
    const { TracePanel: Panel } = await import('./tracePanel.ts');
    const open = beside ? undefined : this.#panels.find((panel) => panel.traceId === traceId && (panel.source === undefined || traceId !== undefined)) ?? this.#tabOfFile(traceId);
    if (open === undefined) {
      const { extensionUri, selection, index } = this.#services;
      const summary = traceId === undefined ? undefined : index.summaryOf(traceId);
      const title = summary === undefined ? 'Spanscope' : traceLabel(summary);
      const opened = this.#keep(new Panel(newPanel(extensionUri, title, { viewColumn: this.#columnFor(beside), preserveFocus }), this.#services, traceId, spanId));
      opened.greet();
      if (traceId !== undefined) selection.select({ traceId, ...(spanId === undefined ? {} : { spanId }) }, opened);
      return opened;
    }
    open.panel.reveal(undefined, preserveFocus);
    if (traceId !== undefined) await open.show(traceId, spanId);
    return open;
  }

  /** Shows the file of a source in the tab that the editor has made for it. */
  async embed(panel: vscode.WebviewPanel, source: string): Promise<void> {
    const { TracePanel: Panel } = await import('./tracePanel.ts');
    const first = this.#services.files.file(source)?.traces[0]?.traceId;
    this.#keep(new Panel(panel, this.#services, first, this.#selectedIn(first), source)).greet();
  }

  /** Tells the panel that was active last what its chart is to do. */
  command(command: ChartCommand): void {
    this.latest?.command(command);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const [{ TracePanel: Panel }, { readSavedPanel }] = await Promise.all([import('./tracePanel.ts'), import('./messages.ts')]);
    const { traceId, spanId } = readSavedPanel(state);
    const restored = this.#keep(new Panel(panel, this.#services, traceId, spanId));
    if (this.#services.selection.current === undefined) restored.shareSelection();
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const panel of this.#panels) panel.dispose();
  }

  /** The span of a trace that trees and editors have selected still, when its panel was closed meanwhile. */
  #selectedIn(traceId: string | undefined): string | undefined {
    const { current } = this.#services.selection;
    return current?.traceId === traceId ? current?.spanId : undefined;
  }

  /** Not over the code that the user is in: among the traces that are in sight, else in a column of its own. */
  #columnFor(beside: boolean): vscode.ViewColumn {
    if (beside) return vscode.ViewColumn.Beside;
    if (vscode.window.activeTextEditor === undefined) return vscode.ViewColumn.Active;
    return this.#panels.find(({ panel }) => panel.visible)?.panel.viewColumn ?? vscode.ViewColumn.Beside;
  }

  #keep(panel: TracePanel): TracePanel {
    this.#panels = [panel, ...this.#panels];
    this.#disposables.add(panel.panel.onDidChangeViewState(() => {
      if (panel.panel.active) this.#panels = [panel, ...this.#panels.filter((other) => other !== panel)];
    }));
    panel.onDidDispose(() => { this.#panels = this.#panels.filter((other) => other !== panel); });
    return panel;
  }

  #tabOfFile(traceId: string | undefined): TracePanel | undefined {
    const source = traceId === undefined ? receivedSource : traceNameOf(traceId).source;
    return source === receivedSource ? undefined : this.#panels.find((panel) => panel.source === source);
  }

  /** A panel that waits for the first span shows the trace that it came with. */
  #adopt(traceId: string): void {
    for (const panel of this.#panels) {
      if (panel.traceId === undefined && panel.source === undefined) panel.show(traceId, undefined).catch((error: unknown) => this.#services.log.warn('A panel could not show a trace', error));
    }
  }
}

/** A panel next to the code, where code is in front; else in its place. */
function newPanel(extensionUri: vscode.Uri, title: string, where: { readonly viewColumn: vscode.ViewColumn; readonly preserveFocus: boolean }): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(panelType, title, where, pageOptions(extensionUri));
}

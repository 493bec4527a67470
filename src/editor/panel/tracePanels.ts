import * as vscode from 'vscode';
import type { ChartCommand } from '../../protocol/panel.ts';
import { Disposables } from '../disposables.ts';
import { readSavedPanel } from './messages.ts';
import { pageOptions } from './page.ts';
import { TracePanel } from './tracePanel.ts';
import type { PanelServices } from './tracePanel.ts';

export const panelType = 'spanscope.trace';

export interface ShowOptions {
  readonly spanId?: string | undefined;
  /** A panel of its own, in the next column. */
  readonly beside?: boolean;
  readonly preserveFocus?: boolean;
}

/** All trace panels: one a trace, more when somebody asks for one to the side. */
export class TracePanels implements vscode.WebviewPanelSerializer {
  readonly #services: PanelServices;
  readonly #disposables = new Disposables();
  /** The one that was active last comes first. */
  #panels: readonly TracePanel[] = [];

  constructor(services: PanelServices) {
    this.#services = services;
    const { collector } = services;
    this.#disposables.add(collector.onDidChangeTraces(({ summaries: [first] }) => { if (first !== undefined) this.#adopt(first.traceId); }));
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

  /** Shows a trace in its panel, opened when there is none. */
  async show(traceId: string | undefined, { spanId, beside = false, preserveFocus = false }: ShowOptions = {}): Promise<TracePanel> {
    const open = beside ? undefined : this.#panels.find((panel) => panel.traceId === traceId);
    if (open === undefined) return this.#open(traceId, spanId, beside, preserveFocus);
    open.panel.reveal(undefined, preserveFocus);
    if (traceId !== undefined) await open.show(traceId, spanId);
    return open;
  }

  /** Tells the panel that was active last what its chart is to do. */
  command(command: ChartCommand): void {
    this.latest?.command(command);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { traceId, spanId } = readSavedPanel(state);
    this.#keep(new TracePanel(panel, this.#services, traceId, spanId));
    return Promise.resolve();
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const panel of this.#panels) panel.dispose();
  }

  #open(traceId: string | undefined, spanId: string | undefined, beside: boolean, preserveFocus: boolean): TracePanel {
    const viewColumn = beside || vscode.window.activeTextEditor !== undefined ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const panel = vscode.window.createWebviewPanel(panelType, 'Spanscope', { viewColumn, preserveFocus }, pageOptions(this.#services.extensionUri));
    const opened = new TracePanel(panel, this.#services, traceId, spanId);
    this.#keep(opened);
    if (traceId !== undefined) this.#services.selection.select({ traceId, ...(spanId === undefined ? {} : { spanId }) }, opened);
    return opened;
  }

  #keep(panel: TracePanel): void {
    this.#panels = [panel, ...this.#panels];
    this.#disposables.add(panel.panel.onDidChangeViewState(() => {
      if (panel.panel.active) this.#panels = [panel, ...this.#panels.filter((other) => other !== panel)];
    }));
    panel.onDidDispose(() => { this.#panels = this.#panels.filter((other) => other !== panel); });
  }

  /** A panel that waits for the first span shows the trace that it came with. */
  #adopt(traceId: string): void {
    for (const panel of this.#panels) {
      if (panel.traceId === undefined) panel.show(traceId, undefined).catch((error: unknown) => this.#services.log.warn('A panel could not show a trace', error));
    }
  }
}

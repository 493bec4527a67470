import * as vscode from 'vscode';
import type { Tracer } from '../../debug/tracer.ts';
import type { CollectorHost } from '../collector/collectorHost.ts';
import type { Receiver } from '../collector/receiver.ts';
import type { Display } from '../display.ts';
import { Disposables } from '../disposables.ts';
import { placeLines } from '../elsewhere/places.ts';
import { Throttle } from '../throttle.ts';
import type { TraceIndex } from '../traces/traceIndex.ts';
import { tooltipOf } from '../traces/treeItems.ts';
import { environmentLine } from './environmentWords.ts';
import { statusText, statusTooltip } from './statusText.ts';

const redrawMs = 500;

/** The one item in the status bar. It is there once the workspace has something to do with the extension. */
export class StatusItem {
  readonly #disposables = new Disposables();
  readonly #item: vscode.StatusBarItem;
  readonly #collector: CollectorHost;
  readonly #receiver: Receiver;
  readonly #index: TraceIndex;
  readonly #tracer: Tracer;
  readonly #display: Display;

  constructor(collector: CollectorHost, receiver: Receiver, index: TraceIndex, tracer: Tracer, display: Display) {
    this.#display = display;
    this.#collector = collector;
    this.#receiver = receiver;
    this.#index = index;
    this.#tracer = tracer;
    this.#item = this.#disposables.add(vscode.window.createStatusBarItem('spanscope.status', vscode.StatusBarAlignment.Left, 10));
    this.#item.name = 'Spanscope';
    this.#item.command = 'spanscope.showMenu';
    const redraw = this.#disposables.add(new Throttle(redrawMs, () => this.#draw()));
    this.#disposables.add(receiver.onDidChange(() => this.show()));
    this.#disposables.add(collector.onDidChangeStats(() => redraw.request()));
    this.#disposables.add(index.onDidChange(() => redraw.request()));
    this.#disposables.add(tracer.onDidPrepare(() => redraw.request()));
  }

  show(): void {
    this.#draw();
    this.#item.show();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #draw(): void {
    const { state, problems, status, endpoints } = this.#receiver;
    this.#item.text = statusText({ state, problems, running: this.#index.running });
    const lines = statusTooltip(status, endpoints, this.#collector.stats, this.#display.numbers);
    this.#item.tooltip = tooltipOf([...lines, ...(state === 'listening' ? placeLines(vscode.env.remoteName) : []), ...environmentLine(this.#tracer.last, this.#display)]);
    this.#item.accessibilityInformation = { label: this.#item.text.replace(/^\$\([^)]*\) /, ''), role: 'button' };
  }
}

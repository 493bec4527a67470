import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { CollectorHost } from '../collector/collectorHost.ts';
import type { Display } from '../display.ts';
import type { OpenFiles } from '../files/openFiles.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';
import type { Selection } from '../selection.ts';
import type { StandingPaths } from '../standing/standingPaths.ts';
import { Throttle } from '../throttle.ts';
import { isOpen, spanTooltip } from './spanRow.ts';
import { MoreSpans, SpanTreeNode, SpansTree, spanPageSize } from './spansTree.ts';
import type { SpansNode, SpansRedraw } from './spansTree.ts';
import type { TraceIndex } from './traceIndex.ts';
import { traceLabel } from './traceRow.ts';
import { itemOf, tooltipOf } from './treeItems.ts';

const refreshMs = 300;
const tickMs = 1000;
const revealMs = 20;
/** So long a panel that opens with the trace goes first: its picture and these rows need the same trace and are made by the same threads. */
const panelFirstMs = 400;
/** Levels that are unfolded at first. */
const unfoldedLevels = 2;

/** The Spans view: the span tree of the trace that is looked at. It follows the one selection and moves it. */
export class SpansView implements vscode.TreeDataProvider<SpansNode> {
  readonly #changed = new vscode.EventEmitter<SpansNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #collector: CollectorHost;
  readonly #index: TraceIndex;
  readonly #selection: Selection;
  readonly #display: Display;
  readonly #standing: StandingPaths;
  readonly #log: Log;
  readonly #view: vscode.TreeView<SpansNode>;
  readonly #disposables = new Disposables();
  readonly #refresh: Throttle;
  /** One row is revealed after the other: the tree would report an older one as chosen while a newer one is on its way. */
  readonly #reveals: Throttle;
  #tree: SpansTree | undefined;
  /** Resolves when it is the turn of this view. */
  #turn: Promise<void> = Promise.resolve();
  /** The row that this view is about to select, because somebody else selected its span. */
  #revealing: SpanTreeNode | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;

  constructor(collector: CollectorHost, index: TraceIndex, files: OpenFiles, selection: Selection, standing: StandingPaths, display: Display, log: Log) {
    this.#collector = collector;
    this.#index = index;
    this.#selection = selection;
    this.#display = display;
    this.#standing = standing;
    this.#log = log;
    this.#refresh = this.#disposables.add(new Throttle(refreshMs, () => this.#reread()));
    this.#reveals = this.#disposables.add(new Throttle(revealMs, () => this.#reveal()));
    this.#view = this.#disposables.add(vscode.window.createTreeView('spanscope.spans', { treeDataProvider: this, showCollapseAll: true }));
    this.#disposables.add(this.#changed);
    this.#disposables.add(selection.onDidChange(({ origin }) => { if (origin !== this) this.#follow(); }));
    this.#disposables.add(collector.onDidChangeTraces(({ traceIds }) => { if (this.#tree !== undefined && traceIds.includes(this.#tree.traceId)) this.#refresh.request(); }));
    this.#disposables.add(files.onDidChange(() => { if (this.#tree !== undefined && files.fileOfTrace(this.#tree.traceId) !== undefined) this.#refresh.request(); }));
    this.#disposables.add(standing.onDidChange(() => this.#refresh.request()));
    this.#disposables.add(index.onDidChange(() => this.#describe()));
    this.#disposables.add(collector.onDidReplace(() => this.#refresh.request()));
    this.#disposables.add(this.#view.onDidChangeSelection(({ selection: [node] }) => this.#select(node)));
    this.#disposables.add(this.#view.onDidChangeVisibility(() => this.#follow()));
    this.#disposables.add(this.#view.onDidCollapseElement(({ element }) => this.#fold(element, true)));
    this.#disposables.add(this.#view.onDidExpandElement(({ element }) => this.#fold(element, false)));
    this.#disposables.add({ dispose: () => clearInterval(this.#tick) });
  }

  get onDidChangeVisibility(): vscode.Event<vscode.TreeViewVisibilityChangeEvent> { return this.#view.onDidChangeVisibility; }

  getTreeItem(node: SpansNode): vscode.TreeItem {
    if (node instanceof MoreSpans) return moreItem(node);
    const item = itemOf(node.shown, `span:${node.traceId}/${node.spanId}`, foldOf(node));
    item.contextValue = 'span';
    return item;
  }

  async getChildren(node?: SpansNode): Promise<SpansNode[]> {
    await this.#turn;
    if (this.#tree === undefined || node instanceof MoreSpans) return [];
    const children = await this.#tree.children(node);
    if (this.#tick === undefined && children.some(isOpenNode)) this.#keepTicking();
    return [...children];
  }

  getParent(node: SpansNode): SpansNode | undefined {
    return node.parent;
  }

  async resolveTreeItem(item: vscode.TreeItem, node: SpansNode): Promise<vscode.TreeItem> {
    if (!(node instanceof SpanTreeNode)) return item;
    const record = await this.#collector.call('spanById', node.traceId, node.spanId).catch(() => undefined);
    item.tooltip = tooltipOf(spanTooltip(node.span, this.#elapsedNs(node.span.startNs), record?.status.message ?? record?.failure?.message, this.#display));
    return item;
  }

  async showMore(node: MoreSpans): Promise<void> {
    await this.#tree?.showMore(node.parent);
    this.#changed.fire(node.parent === undefined ? undefined : [node.parent]);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** A row that is told to be selected comes back as if a person had done it, who may have chosen another one meanwhile. */
  #select(node: SpansNode | undefined): void {
    if (node instanceof SpanTreeNode && node !== this.#revealing) this.#selection.select({ traceId: node.traceId, spanId: node.spanId }, this);
  }

  #fold(node: SpansNode, isFolded: boolean): void {
    if (!(node instanceof SpanTreeNode)) return;
    this.#tree?.setCollapsed(node, isFolded);
    if (!isFolded) this.#refresh.request();
  }

  /** Shows the trace and the span that others selected. */
  #follow(): void {
    const selected = this.#selection.current;
    if (selected?.traceId !== this.#tree?.traceId) this.#show(selected?.traceId);
    this.#keepTicking();
    this.#reveals.request();
  }

  #show(traceId: string | undefined): void {
    this.#turn = traceId === undefined ? Promise.resolve() : delay(panelFirstMs);
    this.#tree = traceId === undefined ? undefined : new SpansTree(traceId, {
      childrenOf: (spanId, page) => this.#collector.call('childrenOf', traceId, spanId, page),
      elapsedNs: (span) => this.#elapsedNs(span.startNs),
      display: this.#display,
      standsAt: (spanId) => this.#standing.placeOf({ traceId, spanId }),
    });
    this.#describe();
    this.#changed.fire(undefined);
  }

  /** The trace's name may change while it runs, and may not be known when it is shown first. */
  #describe(): void {
    const summary = this.#tree === undefined ? undefined : this.#index.summaryOf(this.#tree.traceId);
    const description = summary === undefined ? '' : traceLabel(summary);
    if (this.#view.description !== description) this.#view.description = description;
  }

  /** Selects the row of the span that is selected elsewhere. */
  async #reveal(): Promise<void> {
    const { traceId, spanId } = this.#selection.current ?? {};
    if (traceId === undefined || spanId === undefined || !this.#view.visible || this.#isSelected(traceId, spanId)) return;
    try {
      const path = await this.#collector.call('pathTo', traceId, spanId);
      const node = await this.#tree?.find(path);
      const isWanted = this.#selection.current?.spanId === spanId && this.#tree?.traceId === traceId;
      if (node === undefined || !isWanted || !this.#view.visible) return;
      this.#revealing = node;
      await this.#view.reveal(node, { select: true, focus: false, expand: false });
    } catch (error) {
      this.#log.warn('A span could not be revealed', error);
    } finally {
      this.#revealing = undefined;
    }
    // What a person chose meanwhile in this very tree nobody else tells of.
    if (this.#selection.current?.spanId !== spanId) this.#reveals.request();
  }

  #isSelected(traceId: string, spanId: string): boolean {
    return this.#view.selection.some((node) => node instanceof SpanTreeNode && node.spanId === spanId && node.traceId === traceId);
  }

  async #reread(): Promise<void> {
    const tree = this.#tree;
    if (tree === undefined || !this.#view.visible) return;
    try {
      const redraw = await tree.refresh();
      if (tree === this.#tree) this.#draw(redraw);
    } catch (error) {
      this.#log.warn('The spans could not be read', error);
    }
    this.#keepTicking();
  }

  #draw(redraw: SpansRedraw): void {
    if (redraw === undefined) this.#changed.fire(undefined);
    else if (redraw.length > 0) this.#changed.fire([...redraw]);
  }

  /** Times of open spans grow while somebody looks. */
  #keepTicking(): void {
    const isWanted = this.#view.visible && this.#tree?.some(isOpenNode) === true;
    if (isWanted) this.#tick ??= setInterval(() => this.#draw(this.#tree?.tick() ?? []), tickMs);
    else {
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
  }

  #elapsedNs(startNs: number): number {
    return Math.max(0, Date.now() * 1e6 - startNs);
  }
}

const isOpenNode = (node: SpansNode): boolean => node instanceof SpanTreeNode && isOpen(node.span);

function foldOf(node: SpanTreeNode): vscode.TreeItemCollapsibleState {
  if (node.span.childCount === 0) return vscode.TreeItemCollapsibleState.None;
  return node.depth < unfoldedLevels ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}

function moreItem(node: MoreSpans): vscode.TreeItem {
  const { count, parent } = node;
  const item = new vscode.TreeItem(`Show ${Math.min(count, spanPageSize)} more`);
  item.id = `more:${parent?.spanId ?? ''}`;
  item.command = { command: 'spanscope.loadMore', title: 'Show More', arguments: [node] };
  return item;
}

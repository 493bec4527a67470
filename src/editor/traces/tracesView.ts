import * as vscode from 'vscode';
import type { RunLog } from '../../debug/runLog.ts';
import { visibleName } from '../../model/visibleText.ts';
import { Disposables } from '../disposables.ts';
import type { OpenFiles } from '../files/openFiles.ts';
import type { Receiver } from '../collector/receiver.ts';
import type { Display } from '../display.ts';
import { Throttle } from '../throttle.ts';
import { FilesTree } from './filesTree.ts';
import type { RunHints } from './runHints.ts';
import { runTooltip } from './runRow.ts';
import type { Grouping } from './traceGroups.ts';
import { pageSize } from './traceIndex.ts';
import type { TraceIndex } from './traceIndex.ts';
import { traceTooltip } from './traceRow.ts';
import { TracesDrop } from './tracesDrop.ts';
import { FileNode, FilesNode, GroupNode, MoreNode, RunNode, TraceNode, TracesTree } from './tracesTree.ts';
import type { TracesNode } from './tracesTree.ts';
import { itemOf, tooltipOf } from './treeItems.ts';

const tickMs = 1000;
const redrawMs = 150;

/** What the Traces view is made of. */
export interface TracesViewParts {
  readonly index: TraceIndex;
  readonly files: OpenFiles;
  readonly receiver: Receiver;
  readonly runs: RunLog;
  readonly hints: RunHints;
  readonly grouping: Grouping;
  readonly display: Display;
}

/** The Traces view: runs and traces in groups, newest first, changing in place while spans arrive. */
export class TracesView implements vscode.TreeDataProvider<TracesNode> {
  readonly drop = new TracesDrop();
  readonly #changed = new vscode.EventEmitter<TracesNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #index: TraceIndex;
  readonly #receiver: Receiver;
  readonly #runs: RunLog;
  readonly #hints: RunHints;
  readonly #view: vscode.TreeView<TracesNode>;
  readonly #disposables = new Disposables();
  readonly #display: Display;
  readonly #tree: TracesTree;
  readonly #files: OpenFiles;
  readonly #filesTree: FilesTree;
  readonly #failed = new Set<string>();
  #grouping: Grouping;
  /** Traces changed while nobody looked. */
  #isStale = false;
  #tick: ReturnType<typeof setInterval> | undefined;

  constructor({ index, files, receiver, runs, hints, grouping, display }: TracesViewParts) {
    this.#display = display;
    this.#runs = runs;
    this.#hints = hints;
    this.#tree = new TracesTree(display, runs);
    this.#filesTree = new FilesTree(display);
    this.#files = files;
    this.#index = index;
    this.#receiver = receiver;
    this.#grouping = grouping;
    this.#view = this.#disposables.add(vscode.window.createTreeView('spanscope.traces', { dragAndDropController: this.drop, treeDataProvider: this, canSelectMany: true }));
    this.#disposables.add(this.#changed);
    const redraw = this.#disposables.add(new Throttle(redrawMs, () => this.#listChanged()));
    this.#disposables.add(index.onDidChange(() => redraw.request()));
    this.#disposables.add(files.onDidChange(() => redraw.request()));
    this.#disposables.add(runs.onDidChange(() => redraw.request()));
    this.#disposables.add(hints.onDidChange(() => this.#head()));
    this.#disposables.add(index.onDidFail((traceIds) => this.#noteFailures(traceIds)));
    this.#disposables.add(receiver.onDidChange(() => this.#head()));
    this.#disposables.add(this.#view.onDidChangeVisibility(({ visible }) => this.#becomeVisible(visible)));
    this.#disposables.add({ dispose: () => clearInterval(this.#tick) });
  }

  get isVisible(): boolean { return this.#view.visible; }
  get onDidChangeVisibility(): vscode.Event<vscode.TreeViewVisibilityChangeEvent> { return this.#view.onDidChangeVisibility; }
  /** The traces whose rows are selected. */
  get selectedTraceIds(): readonly string[] {
    return this.#view.selection.flatMap((node) => (node instanceof TraceNode ? [node.traceId] : node instanceof RunNode ? node.traceIds : []));
  }

  groupBy(grouping: Grouping): void {
    this.#grouping = grouping;
    this.#update();
  }

  getTreeItem(node: TracesNode): vscode.TreeItem {
    if (node instanceof GroupNode) return groupItem(node);
    if (node instanceof RunNode) return runItem(node);
    if (node instanceof MoreNode) return moreItem(node);
    if (node instanceof FilesNode) return filesItem(node);
    if (node instanceof FileNode) return fileItem(node);
    const item = itemOf(node.shown, `trace:${node.traceId}`, vscode.TreeItemCollapsibleState.None);
    item.contextValue = node.parent instanceof FileNode ? 'trace.file' : 'trace';
    item.command = { command: 'spanscope.openTrace', title: 'Open Trace', arguments: [node] };
    return item;
  }

  getChildren(node?: TracesNode): TracesNode[] {
    if (node === undefined && !this.#index.isLoaded) this.#index.load();
    if (node === undefined) return [...this.#tree.groups, ...(this.#filesTree.isEmpty ? [] : [this.#filesTree.root])];
    return node instanceof GroupNode || node instanceof RunNode || node instanceof FilesNode || node instanceof FileNode ? [...node.children] : [];
  }

  getParent(node: TracesNode): TracesNode | undefined {
    return node instanceof GroupNode || node instanceof FilesNode ? undefined : node.parent;
  }

  resolveTreeItem(item: vscode.TreeItem, node: TracesNode): vscode.TreeItem {
    if (node instanceof TraceNode) item.tooltip = tooltipOf(traceTooltip(node.summary, Date.now(), this.#display));
    else if (node instanceof RunNode) item.tooltip = tooltipOf(runTooltip(node.run, Date.now(), this.#display));
    return item;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** Rows are made for those who look. The badge is there for all. */
  #listChanged(): void {
    this.#isStale = !this.#view.visible;
    if (this.#isStale) this.#head();
    else this.#update();
  }

  #update(): void {
    this.#isStale = false;
    const { traces, matching } = this.#index.listing;
    const redraw = this.#tree.update(traces, matching - traces.length, this.#grouping, Date.now());
    const files = this.#filesTree.update(this.#files.files, Date.now());
    if (redraw === undefined || files.includes(this.#filesTree.root)) this.#changed.fire(undefined);
    else if (redraw.length + files.length > 0) this.#changed.fire([...redraw, ...files]);
    this.#head();
    this.#keepTicking();
  }

  /** Title, message and badge. */
  #head(): void {
    const { filter, listing, running } = this.#index;
    const { http, grpc } = this.#receiver.endpoints;
    const ports = [http, grpc].flatMap((address) => address?.split(':').at(-1) ?? []);
    const isEmpty = listing.total === 0;
    this.#view.description = isEmpty && ports.length > 0 ? `listening on ${ports.join(' and ')}` : '';
    // A message would stand in the place of the welcome text, which says what to do.
    const isBare = listing.matching === 0 && this.#files.files.length === 0;
    this.#view.message = filter === '' ? this.#hints.text ?? '' : isBare ? '' : `${listing.matching} of ${listing.total} shown. Filter: ${visibleName(filter)}`;
    this.#view.badge = badgeOf(running, this.#failed.size);
  }

  #noteFailures(traceIds: readonly string[]): void {
    if (this.#view.visible) return;
    for (const traceId of traceIds) this.#failed.add(traceId);
    this.#head();
  }

  #becomeVisible(visible: boolean): void {
    if (visible) this.#failed.clear();
    if (visible && this.#isStale) this.#update();
    this.#head();
    this.#keepTicking();
  }

  /** Running times grow while somebody looks. */
  #keepTicking(): void {
    const isWanted = this.#view.visible && (this.#index.running > 0 || this.#runs.live.length > 0);
    if (isWanted) this.#tick ??= setInterval(() => this.#update(), tickMs);
    else if (this.#tick !== undefined) {
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
  }
}

function groupItem({ group, children }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(group.label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group:${group.id}`;
  item.description = `${group.entries.length}${children.at(-1) instanceof MoreNode ? '+' : ''}`;
  item.contextValue = 'group';
  return item;
}

function runItem(node: RunNode): vscode.TreeItem {
  const { run, shown } = node, count = run.traces.length;
  const item = itemOf(shown, `run:${run.id}`, count < 2 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed);
  // What can be done with a trace can be done with a run of one.
  item.contextValue = count === 0 ? 'waiting' : count === 1 ? 'trace.run' : 'run';
  if (count > 0) item.command = { command: 'spanscope.openTrace', title: 'Open Trace', arguments: [node] };
  return item;
}

function filesItem({ children }: FilesNode): vscode.TreeItem {
  const item = new vscode.TreeItem('From files', vscode.TreeItemCollapsibleState.Expanded);
  item.id = 'files';
  item.description = `${children.length}`;
  item.contextValue = 'files';
  return item;
}

function fileItem(node: FileNode): vscode.TreeItem {
  const { file, shown, children, onlyTrace } = node;
  const item = itemOf(shown, `file:${file.source}`, children.length === 0 || onlyTrace !== undefined ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed);
  item.contextValue = `file${file.isKept ? '.kept' : ''}${file.uri === undefined ? '' : file.isFollowed ? '.followed' : '.onDisk'}`;
  item.command = { command: 'spanscope.openTrace', title: 'Open Trace', arguments: [node] };
  return item;
}

function moreItem({ count }: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(`Show ${Math.min(count, pageSize)} more`);
  item.id = 'more';
  item.command = { command: 'spanscope.loadMore', title: 'Show More' };
  return item;
}

function badgeOf(running: number, failed: number): vscode.ViewBadge | undefined {
  const words = [running > 0 ? `${running} running` : '', failed > 0 ? `${failed} with new errors` : ''].filter(Boolean);
  return words.length === 0 ? undefined : { value: running + failed, tooltip: words.join(', ') };
}

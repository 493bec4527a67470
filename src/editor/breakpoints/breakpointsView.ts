import * as vscode from 'vscode';
import type { SpanBreakpoint } from '../../protocol/live.ts';
import type { CollectorHost } from '../collector/collectorHost.ts';
import { setContextKey } from '../contextKeys.ts';
import { Disposables } from '../disposables.ts';
import type { Display } from '../display.ts';
import { Throttle } from '../throttle.ts';
import { itemOf, tooltipOf } from '../traces/treeItems.ts';
import type { BreakpointList } from './breakpointList.ts';
import { breakpointRow, breakpointTooltip, idleText } from './breakpointRow.ts';

const redrawMs = 200;

/** One row of the view. */
export class BreakpointNode {
  readonly id: string;
  constructor(id: string) { this.id = id; }
}

/** The Span Breakpoints view, beside the editor's own breakpoints. */
export class BreakpointsView implements vscode.TreeDataProvider<BreakpointNode> {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #list: BreakpointList;
  readonly #collector: Pick<CollectorHost, 'programs' | 'onDidChangePrograms'>;
  readonly #display: Display;
  readonly #view: vscode.TreeView<BreakpointNode>;
  readonly #disposables = new Disposables();
  readonly #nodes = new Map<string, BreakpointNode>();
  /** Breakpoints at which programs stand now. */
  #standing: ReadonlySet<string> = new Set();

  constructor(list: BreakpointList, collector: Pick<CollectorHost, 'programs' | 'onDidChangePrograms'>, display: Display) {
    this.#list = list;
    this.#collector = collector;
    this.#display = display;
    this.#view = this.#disposables.add(vscode.window.createTreeView('spanscope.breakpoints', { treeDataProvider: this, manageCheckboxStateManually: true, canSelectMany: true }));
    this.#disposables.add(this.#changed);
    const redraw = this.#disposables.add(new Throttle(redrawMs, () => this.#draw()));
    this.#disposables.add(list.onDidChange(() => redraw.request()));
    const head = this.#disposables.add(new Throttle(redrawMs, () => this.#head()));
    for (const event of [collector.onDidChangePrograms, vscode.debug.onDidChangeActiveDebugSession, vscode.workspace.onDidGrantWorkspaceTrust]) this.#disposables.add(event(() => head.request()));
    this.#disposables.add(this.#view.onDidChangeCheckboxState(({ items }) => {
      for (const isOn of [true, false]) {
        const ids = items.filter(([, state]) => (state === vscode.TreeItemCheckboxState.Checked) === isOn).map(([{ id }]) => id);
        if (ids.length > 0) list.setEnabled(ids, isOn);
      }
    }));
    this.#head();
  }

  /** The breakpoints whose rows are selected. */
  get selectedIds(): readonly string[] { return this.#view.selection.map(({ id }) => id); }

  /** Marks those at which programs stand. */
  setStanding(ids: ReadonlySet<string>): void {
    if (ids.size === this.#standing.size && [...ids].every((id) => this.#standing.has(id))) return;
    this.#standing = ids;
    this.#draw();
  }

  getTreeItem({ id }: BreakpointNode): vscode.TreeItem {
    const breakpoint = this.#list.find(id);
    if (breakpoint === undefined) return new vscode.TreeItem('');
    const item = itemOf(this.#rowOf(breakpoint), `breakpoint:${id}`, vscode.TreeItemCollapsibleState.None);
    item.contextValue = 'breakpoint';
    item.checkboxState = {
      state: breakpoint.enabled ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
      tooltip: breakpoint.enabled ? 'On. Programs stop here.' : 'Off',
    };
    item.tooltip = tooltipOf(breakpointTooltip(breakpoint, this.#list.hitsOf(id), this.#display));
    return item;
  }

  getChildren(node?: BreakpointNode): BreakpointNode[] {
    if (node !== undefined) return [];
    const ids = this.#list.items.map(({ id }) => id);
    for (const id of this.#nodes.keys()) if (!ids.includes(id)) this.#nodes.delete(id);
    return ids.map((id) => this.#nodes.get(id) ?? this.#keep(new BreakpointNode(id)));
  }

  dispose(): void { this.#disposables.dispose(); }

  #keep(node: BreakpointNode): BreakpointNode {
    this.#nodes.set(node.id, node);
    return node;
  }

  #rowOf(breakpoint: SpanBreakpoint): ReturnType<typeof breakpointRow> {
    return breakpointRow(breakpoint, { hits: this.#list.hitsOf(breakpoint.id), isStanding: this.#standing.has(breakpoint.id) }, this.#display);
  }

  #draw(): void {
    this.#changed.fire(undefined);
    this.#head();
  }

  #head(): void {
    const { items } = this.#list;
    setContextKey('spanscope.hasBreakpoints', items.length > 0);
    const text = items.length === 0 ? '' : idleText({ isTrusted: vscode.workspace.isTrusted, isAnyOn: items.some(({ enabled }) => enabled), isDebugging: vscode.debug.activeDebugSession !== undefined, programs: this.#collector.programs }) ?? '';
    // A message that is set again takes the room of one.
    if ((this.#view.message ?? '') !== text) this.#view.message = text;
  }
}

import type { TraceOverview } from '../../model/records.ts';
import type { Display } from '../display.ts';
import type { TraceFile } from '../files/openFiles.ts';
import { groupTraces } from './traceGroups.ts';
import type { Grouping, TraceGroup } from './traceGroups.ts';
import { traceRow } from './traceRow.ts';
import { sameRow } from './treeRow.ts';
import type { TreeRow } from './treeRow.ts';

export class GroupNode {
  group: TraceGroup;
  children: readonly (TraceNode | MoreNode)[] = [];
  constructor(group: TraceGroup) { this.group = group; }
}

export class TraceNode {
  summary: TraceOverview;
  shown: TreeRow;
  parent: GroupNode | FileNode;
  constructor(summary: TraceOverview, shown: TreeRow, parent: GroupNode | FileNode) {
    this.summary = summary;
    this.shown = shown;
    this.parent = parent;
  }

  get traceId(): string { return this.summary.traceId; }
}

/** The row that shows more traces, all of them older. */
export class MoreNode {
  count: number;
  parent: GroupNode;
  constructor(count: number, parent: GroupNode) {
    this.count = count;
    this.parent = parent;
  }
}

/** The group of all open files. */
export class FilesNode {
  children: readonly FileNode[] = [];
}

export class FileNode {
  file: TraceFile;
  shown: TreeRow;
  children: readonly TraceNode[] = [];
  readonly parent: FilesNode;
  constructor(file: TraceFile, shown: TreeRow, parent: FilesNode) {
    this.file = file;
    this.shown = shown;
    this.parent = parent;
  }

  /** The only trace of a file stands for it; its row opens it. */
  get onlyTrace(): TraceNode | undefined { return this.file.traceCount === 1 ? this.children[0] : undefined; }
}

export type TracesNode = GroupNode | TraceNode | MoreNode | FilesNode | FileNode;

/** Nodes that look different now; undefined = the groups themselves changed. */
export type Redraw = readonly TracesNode[] | undefined;

/** The nodes of the Traces view. A node stays the same object as long as its trace or group is shown. */
export class TracesTree {
  groups: readonly GroupNode[] = [];
  readonly #display: Display;
  readonly #traces = new Map<string, TraceNode>();
  #more: MoreNode | undefined;

  constructor(display: Display) {
    this.#display = display;
  }

  /** Takes what is listed now, newest first; `hidden` more traces are not listed. Says what to redraw. */
  update(traces: readonly TraceOverview[], hidden: number, grouping: Grouping, nowUnixMilli: number): Redraw {
    const before = new Map(this.groups.map((node) => [node.group.id, node]));
    const redraw: TracesNode[] = [];
    const grouped = groupTraces(traces, grouping, nowUnixMilli);
    const groups = grouped.map((group, i) => {
      const node = before.get(group.id) ?? new GroupNode(group);
      const children: (TraceNode | MoreNode)[] = group.traces.map((summary) => this.#traceNode(summary, node, nowUnixMilli, redraw));
      if (hidden > 0 && i === grouped.length - 1) children.push(this.#moreNode(hidden, node, redraw));
      node.group = group;
      if (!sameMembers(node.children, children)) {
        node.children = children;
        redraw.push(node);
      }
      return node;
    });
    this.#forget(traces);
    const isSame = sameMembers(this.groups, groups);
    this.groups = groups;
    return isSame ? redraw : undefined;
  }

  #traceNode(summary: TraceOverview, parent: GroupNode, nowUnixMilli: number, redraw: TracesNode[]): TraceNode {
    const row = traceRow(summary, nowUnixMilli, this.#display);
    const known = this.#traces.get(summary.traceId);
    if (known === undefined) {
      const node = new TraceNode(summary, row, parent);
      this.#traces.set(summary.traceId, node);
      return node;
    }
    if (!sameRow(row, known.shown)) redraw.push(known);
    known.summary = summary;
    known.parent = parent;
    known.shown = row;
    return known;
  }

  #moreNode(count: number, parent: GroupNode, redraw: TracesNode[]): MoreNode {
    this.#more ??= new MoreNode(count, parent);
    if (this.#more.count !== count) redraw.push(this.#more);
    this.#more.count = count;
    this.#more.parent = parent;
    return this.#more;
  }

  #forget(shown: readonly TraceOverview[]): void {
    const kept = new Set(shown.map(({ traceId }) => traceId));
    for (const traceId of this.#traces.keys()) if (!kept.has(traceId)) this.#traces.delete(traceId);
  }
}

function sameMembers(before: readonly TracesNode[], after: readonly TracesNode[]): boolean {
  return before.length === after.length && before.every((node, i) => node === after[i]);
}

import type { TraceOverview } from '../../model/records.ts';
import type { Display } from '../display.ts';
import type { TraceFile } from '../files/openFiles.ts';
import { runRow } from './runRow.ts';
import { isRun } from './traceEntry.ts';
import type { TraceRun } from './traceEntry.ts';
import { groupTraces } from './traceGroups.ts';
import type { Grouping, TraceGroup } from './traceGroups.ts';
import { traceRow } from './traceRow.ts';
import { gatherRuns } from './traceRuns.ts';
import type { KnownRuns } from './traceRuns.ts';
import { sameRow } from './treeRow.ts';
import type { TreeRow } from './treeRow.ts';

export class GroupNode {
  group: TraceGroup;
  children: readonly (TraceNode | RunNode | MoreNode)[] = [];
  constructor(group: TraceGroup) { this.group = group; }
}

export class TraceNode {
  summary: TraceOverview;
  shown: TreeRow;
  parent: GroupNode | RunNode | FileNode;
  constructor(summary: TraceOverview, shown: TreeRow, parent: GroupNode | RunNode | FileNode) {
    this.summary = summary;
    this.shown = shown;
    this.parent = parent;
  }

  get traceId(): string { return this.summary.traceId; }
}

/** A run with its traces. The only trace of a run is not a row of its own: the run stands for it. */
export class RunNode {
  run: TraceRun;
  shown: TreeRow;
  children: readonly TraceNode[] = [];
  parent: GroupNode;
  constructor(run: TraceRun, shown: TreeRow, parent: GroupNode) {
    this.run = run;
    this.shown = shown;
    this.parent = parent;
  }

  /** Of all its traces, newest first. */
  get traceIds(): readonly string[] { return this.run.traces.map(({ traceId }) => traceId); }
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

export type TracesNode = GroupNode | RunNode | TraceNode | MoreNode | FilesNode | FileNode;

/** Nodes that look different now; undefined = the groups themselves changed. */
export type Redraw = readonly TracesNode[] | undefined;

/** The nodes of the Traces view. A node stays the same object as long as its trace or group is shown. */
export class TracesTree {
  groups: readonly GroupNode[] = [];
  readonly #display: Display;
  readonly #runs: KnownRuns;
  readonly #traces = new Map<string, TraceNode>();
  #runNodes = new Map<string, RunNode>();
  #more: MoreNode | undefined;

  constructor(display: Display, runs: KnownRuns) {
    this.#display = display;
    this.#runs = runs;
  }

  /** Takes what is listed now, newest first; `hidden` more traces are not listed. Says what to redraw. */
  update(traces: readonly TraceOverview[], hidden: number, grouping: Grouping, nowUnixMilli: number): Redraw {
    const before = new Map(this.groups.map((node) => [node.group.id, node]));
    const redraw: TracesNode[] = [];
    // A run may use several services; what is asked for by service are the services.
    const grouped = groupTraces(grouping === 'time' ? gatherRuns(traces, this.#runs) : traces, grouping, nowUnixMilli);
    const runNodes = new Map<string, RunNode>();
    const groups = grouped.map((group, i) => {
      const node = before.get(group.id) ?? new GroupNode(group);
      const children: (TraceNode | RunNode | MoreNode)[] = group.entries.map((entry) => {
        if (!isRun(entry)) return this.#traceNode(entry, node, nowUnixMilli, redraw);
        const runNode = this.#runNode(entry, node, nowUnixMilli, redraw);
        runNodes.set(entry.id, runNode);
        return runNode;
      });
      if (hidden > 0 && i === grouped.length - 1) children.push(this.#moreNode(hidden, node, redraw));
      node.group = group;
      if (!sameMembers(node.children, children)) {
        node.children = children;
        redraw.push(node);
      }
      return node;
    });
    this.#forget(traces);
    this.#runNodes = runNodes;
    const isSame = sameMembers(this.groups, groups);
    this.groups = groups;
    return isSame ? redraw : undefined;
  }

  #runNode(run: TraceRun, parent: GroupNode, nowUnixMilli: number, redraw: TracesNode[]): RunNode {
    const shown = runRow(run, nowUnixMilli, this.#display);
    const node = this.#runNodes.get(run.id) ?? new RunNode(run, shown, parent);
    const children = run.traces.length < 2 ? [] : run.traces.map((summary) => this.#traceNode(summary, node, nowUnixMilli, redraw));
    if (!sameRow(shown, node.shown) || !sameMembers(node.children, children) || node.run.traces.length !== run.traces.length) redraw.push(node);
    node.run = run;
    node.shown = shown;
    node.parent = parent;
    node.children = children;
    return node;
  }

  #traceNode(summary: TraceOverview, parent: GroupNode | RunNode, nowUnixMilli: number, redraw: TracesNode[]): TraceNode {
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

import { visibleName } from '../../model/visibleText.ts';
import type { Display } from '../display.ts';
import { fileDescription } from '../files/fileWords.ts';
import type { TraceFile } from '../files/openFiles.ts';
import { traceRow } from './traceRow.ts';
import { FileNode, FilesNode, TraceNode } from './tracesTree.ts';
import { sameRow } from './treeRow.ts';
import type { TreeRow } from './treeRow.ts';

/** The rows of open files in the Traces view. A node stays the same object as long as its file or trace is shown. */
export class FilesTree {
  readonly root = new FilesNode();
  readonly #display: Display;

  constructor(display: Display) { this.#display = display; }

  get isEmpty(): boolean { return this.root.children.length === 0; }

  /** Takes the files that are open now. Says which nodes look different; `root` among them when files came or went. */
  update(files: readonly TraceFile[], nowUnixMilli: number): readonly (FilesNode | FileNode | TraceNode)[] {
    const before = new Map(this.root.children.map((node) => [node.file.source, node]));
    const redraw: (FilesNode | FileNode | TraceNode)[] = [];
    const nodes = files.map((file) => {
      const shown = fileRow(file, this.#display);
      const node = before.get(file.source) ?? new FileNode(file, shown, this.root);
      const children = this.#traceNodes(file, node, nowUnixMilli, redraw);
      if (!sameRow(node.shown, shown) || !isSame(node.children, children) || node.file.isKept !== file.isKept || node.file.isFollowed !== file.isFollowed) redraw.push(node);
      node.file = file;
      node.shown = shown;
      node.children = children;
      return node;
    });
    if (!isSame(this.root.children, nodes)) redraw.push(this.root);
    this.root.children = nodes;
    return redraw;
  }

  #traceNodes(file: TraceFile, parent: FileNode, nowUnixMilli: number, redraw: (FilesNode | FileNode | TraceNode)[]): readonly TraceNode[] {
    const before = new Map(parent.children.map((node) => [node.traceId, node]));
    return file.matching.map((summary) => {
      const row = traceRow(summary, nowUnixMilli, this.#display), known = before.get(summary.traceId);
      if (known === undefined) return new TraceNode(summary, row, parent);
      if (!sameRow(row, known.shown)) redraw.push(known);
      known.summary = summary;
      known.shown = row;
      return known;
    });
  }
}

function isSame<T>(before: readonly T[], after: readonly T[]): boolean {
  return before.length === after.length && before.every((node, i) => node === after[i]);
}

function fileRow(file: TraceFile, display: Display): TreeRow {
  const label = visibleName(file.name), description = fileDescription(file, display);
  const [icon, colour] = file.state === 'reading' ? ['loading~spin', 'spanscope.status.open'] : file.state === 'failed' ? ['warning', 'editorWarning.foreground'] : ['file-code', 'icon.foreground'];
  return { label, description, icon, colour, spoken: `${label}, file, ${description}` };
}

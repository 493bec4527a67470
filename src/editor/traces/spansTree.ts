import type { SpanNode } from '../../protocol/collector.ts';
import type { Display } from '../display.ts';
import type { StandsPlace } from '../standing/standingPaths.ts';
import { spanRow } from './spanRow.ts';
import { sameRow } from './treeRow.ts';
import type { TreeRow } from './treeRow.ts';

export const spanPageSize = 500;
/** A span that is to be revealed is looked for in this many pages of siblings. */
const maxPagesSearched = 20;
/** A native tree that is deeper than this is of no use to anybody, so it is not unfolded to there. */
const deepestRevealed = 200;

export class SpanTreeNode {
  readonly traceId: string;
  readonly parent: SpanTreeNode | undefined;
  /** 0 for roots. */
  readonly depth: number;
  span: SpanNode;
  shown: TreeRow;
  constructor(traceId: string, span: SpanNode, shown: TreeRow, parent: SpanTreeNode | undefined) {
    this.traceId = traceId;
    this.span = span;
    this.shown = shown;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  get spanId(): string { return this.span.spanId; }
}

/** The row that shows more children of one parent. */
export class MoreSpans {
  readonly parent: SpanTreeNode | undefined;
  readonly count: number;
  constructor(count: number, parent: SpanTreeNode | undefined) {
    this.count = count;
    this.parent = parent;
  }
}

export type SpansNode = SpanTreeNode | MoreSpans;

export interface SpanPage { readonly nodes: readonly SpanNode[]; readonly total: number }

export interface SpanSource {
  /** Children of a span by start; undefined = roots. */
  childrenOf(spanId: string | undefined, page: { readonly offset: number; readonly limit: number }): Promise<SpanPage>;
  /** Nanoseconds since the span began, now. */
  elapsedNs(span: SpanNode): number;
  readonly display: Display;
  /** Whether a program stands at a span in the debugger, or below it. */
  standsAt?(spanId: string): StandsPlace | undefined;
}

/** Nodes that look different now; undefined = the roots themselves changed. */
export type SpansRedraw = readonly SpansNode[] | undefined;

interface Level { readonly children: readonly SpansNode[]; readonly limit: number }

/** The nodes of the Spans view, loaded by parent and page. A node stays the same object as long as its span is shown. */
export class SpansTree {
  readonly traceId: string;
  readonly #source: SpanSource;
  readonly #levels = new Map<SpanTreeNode | undefined, Level>();
  readonly #collapsed = new Set<SpanTreeNode>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(traceId: string, source: SpanSource) {
    this.traceId = traceId;
    this.#source = source;
  }

  async children(parent?: SpanTreeNode): Promise<readonly SpansNode[]> {
    const level = this.#levels.get(parent) ?? await this.#inTurn(() => this.#level(parent));
    return level.children;
  }

  /** Every span that is loaded. */
  * spans(): Iterable<SpanTreeNode> {
    for (const { children } of this.#levels.values()) {
      for (const node of children) if (node instanceof SpanTreeNode) yield node;
    }
  }

  /** Whether one of the loaded spans is so. */
  some(isSo: (node: SpanTreeNode) => boolean): boolean {
    for (const node of this.spans()) if (isSo(node)) return true;
    return false;
  }

  async showMore(parent: SpanTreeNode | undefined): Promise<void> {
    await this.#inTurn(() => this.#load(parent, (this.#levels.get(parent)?.limit ?? 0) + spanPageSize));
  }

  /** A folded parent is not read again until it is unfolded. */
  setCollapsed(node: SpanTreeNode, isCollapsed: boolean): void {
    if (isCollapsed) this.#collapsed.add(node);
    else this.#collapsed.delete(node);
  }

  /** Reads again what is loaded and unfolded. Says what to redraw. */
  refresh(): Promise<SpansRedraw> {
    return this.#inTurn(async () => {
      const redraw: SpansNode[] = [];
      let areSameRoots = true;
      for (const [parent, before] of [...this.#levels]) {
        if (!this.#isUnfolded(parent)) continue;
        const { children } = await this.#load(parent, before.limit, redraw);
        if (sameMembers(before.children, children)) continue;
        if (parent === undefined) areSameRoots = false;
        else redraw.push(parent);
      }
      return areSameRoots ? redraw : undefined;
    });
  }

  /** Redraws what runs, without reading anything. */
  tick(): readonly SpansNode[] {
    return [...this.spans()].filter((node) => this.#isUnfolded(node.parent) && this.#look(node, node.span));
  }

  /** The node at the end of a path of span ids from a root, with what is on the way loaded. */
  find(path: readonly string[]): Promise<SpanTreeNode | undefined> {
    if (path.length > deepestRevealed) return Promise.resolve(undefined);
    return this.#inTurn(async () => {
      let found: SpanTreeNode | undefined;
      for (const spanId of path) {
        const next = await this.#findChild(found, spanId);
        if (next === undefined) return undefined;
        found = next;
      }
      return found;
    });
  }

  /** One reading follows another, so that a span never gets two nodes. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #level(parent: SpanTreeNode | undefined): Promise<Level> {
    return this.#levels.get(parent) ?? this.#load(parent, spanPageSize);
  }

  async #findChild(parent: SpanTreeNode | undefined, spanId: string): Promise<SpanTreeNode | undefined> {
    let level = await this.#level(parent);
    for (let page = 0; page < maxPagesSearched; page++) {
      const found = level.children.find((node): node is SpanTreeNode => node instanceof SpanTreeNode && node.spanId === spanId);
      if (found !== undefined || !(level.children.at(-1) instanceof MoreSpans)) return found;
      level = await this.#load(parent, level.limit + spanPageSize);
    }
    return undefined;
  }

  #isUnfolded(parent: SpanTreeNode | undefined): boolean {
    for (let node = parent; node !== undefined; node = node.parent) if (this.#collapsed.has(node)) return false;
    return true;
  }

  async #load(parent: SpanTreeNode | undefined, limit: number, redraw: SpansNode[] = []): Promise<Level> {
    const { nodes, total } = await this.#source.childrenOf(parent?.spanId, { offset: 0, limit });
    const before = new Map<string, SpanTreeNode>();
    for (const node of this.#levels.get(parent)?.children ?? []) if (node instanceof SpanTreeNode) before.set(node.spanId, node);
    const children: SpansNode[] = nodes.map((span) => {
      const known = before.get(span.spanId);
      if (known === undefined) return new SpanTreeNode(this.traceId, span, this.#rowOf(span), parent);
      before.delete(span.spanId);
      const becameParent = (known.span.childCount > 0) !== (span.childCount > 0);
      if (this.#look(known, span) || becameParent) redraw.push(known);
      return known;
    });
    for (const gone of before.values()) this.#forget(gone);
    if (total > nodes.length) children.push(new MoreSpans(total - nodes.length, parent));
    const level = { children, limit };
    this.#levels.set(parent, level);
    return level;
  }

  #rowOf(span: SpanNode): TreeRow {
    return spanRow(span, this.#source.elapsedNs(span), this.#source.display, this.#source.standsAt?.(span.spanId));
  }

  /** Takes what a span is now; true when its row looks different. */
  #look(node: SpanTreeNode, span: SpanNode): boolean {
    const row = this.#rowOf(span);
    const isSame = sameRow(row, node.shown);
    node.span = span;
    node.shown = row;
    return !isSame;
  }

  #forget(node: SpanTreeNode): void {
    this.#collapsed.delete(node);
    const level = this.#levels.get(node);
    this.#levels.delete(node);
    for (const child of level?.children ?? []) if (child instanceof SpanTreeNode) this.#forget(child);
  }
}

function sameMembers(before: readonly SpansNode[], after: readonly SpansNode[]): boolean {
  return before.length === after.length && before.every((node, i) => {
    const other = after[i];
    return node === other || (node instanceof MoreSpans && other instanceof MoreSpans && node.count === other.count);
  });
}

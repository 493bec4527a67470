import { isLost } from '../analysis/ending.ts';
import { selfTime } from '../analysis/selfTime.ts';
import { SpanTree } from '../analysis/tree.ts';
import { metaRole, metaStatus } from '../model/traceRows.ts';
import type { SpanNode } from '../protocol/collector.ts';
import { RowChanges } from './store/rowChanges.ts';
import type { TraceColumns } from './store/traceColumns.ts';
import { nowUnixNano } from './traceSearch.ts';
import type { Page } from './traceSearch.ts';

/** Trees are kept for so many traces at a time: the ones in views. */
const mostTrees = 4;

interface GrowingTree { readonly trace: TraceColumns; readonly changes: RowChanges; tree: SpanTree; epoch: number }

/** The span trees of the traces that the native tree view shows, kept up to date while these grow. */
export class SpanTrees {
  private readonly trees = new Map<string, GrowingTree>();

  /** Children of a row (-1: the roots) by start, one page of them. */
  children(trace: TraceColumns, row: number, { offset, limit }: Page): { nodes: SpanNode[]; total: number } {
    const tree = this.treeOf(trace);
    const now = Number(nowUnixNano() - trace.times.base);
    const rows = tree.children(row);
    return { nodes: [...rows.slice(offset, offset + limit)].map((child) => nodeOf(trace, tree, child, now)), total: rows.length };
  }

  private treeOf(trace: TraceColumns): SpanTree {
    trace.settle();
    const known = this.trees.get(trace.traceId);
    this.trees.delete(trace.traceId);
    const growing = known?.trace === trace ? known : plant(trace);
    if (growing.epoch !== trace.epoch) {
      growing.tree = new SpanTree(trace);
      growing.epoch = trace.epoch;
    } else if (growing.changes.told < trace.count || growing.changes.changed.size > 0) {
      growing.tree.update(trace, Uint32Array.from(growing.changes.changed));
    }
    growing.changes.changed.clear();
    growing.changes.told = trace.count;
    this.trees.set(trace.traceId, growing);
    this.cut();
    return growing.tree;
  }

  private cut(): void {
    for (const [traceId, { trace, changes }] of this.trees) {
      if (this.trees.size <= mostTrees) return;
      trace.unwatch(changes);
      this.trees.delete(traceId);
    }
  }
}

function plant(trace: TraceColumns): GrowingTree {
  const growing = { trace, changes: new RowChanges(), tree: new SpanTree(trace), epoch: trace.epoch };
  growing.changes.told = trace.count;
  trace.watch(growing.changes);
  return growing;
}

function nodeOf(trace: TraceColumns, tree: SpanTree, row: number, now: number): SpanNode {
  const duration = trace.duration[row] as number, meta = trace.meta[row] as number;
  const { texts } = trace.texts;
  const name = texts[trace.name[row] as number] as string;
  const figures = trace.sums.figures.get(row);
  return {
    spanId: trace.spanIdOf(row), row, name, label: texts[trace.subject[row] as number] || name,
    role: metaRole(meta), status: metaStatus(meta), marks: trace.marks[row] as number,
    durationNs: Number.isNaN(duration) || isLost(trace, row) ? undefined : duration, startNs: Number(trace.times.base) + (trace.start[row] as number),
    selfNs: selfTime(tree, trace, row, now),
    ...(figures === undefined || Number.isNaN(figures.inputTokens) ? {} : { inputTokens: figures.inputTokens }),
    ...(figures === undefined || Number.isNaN(figures.outputTokens) ? {} : { outputTokens: figures.outputTokens }),
    childCount: tree.childCount(row),
  };
}

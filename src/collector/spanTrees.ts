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

interface GrowingTree { readonly changes: RowChanges; tree: SpanTree; epoch: number }

/** The span trees of the traces that the native tree view shows, kept up to date while these grow. */
export class SpanTrees {
  private readonly trees = new Map<TraceColumns, GrowingTree>();

  /** Children of a row (-1: the roots) by start, one page of them. */
  children(trace: TraceColumns, row: number, { offset, limit }: Page): { nodes: SpanNode[]; total: number } {
    const tree = this.treeOf(trace);
    const now = Number(nowUnixNano() - trace.times.base);
    const rows = tree.children(row);
    return { nodes: [...rows.slice(offset, offset + limit)].map((child) => nodeOf(trace, tree, child, now)), total: rows.length };
  }

  private treeOf(trace: TraceColumns): SpanTree {
    trace.settle();
    let growing = this.trees.get(trace);
    if (growing === undefined) growing = this.plant(trace);
    else if (growing.epoch !== trace.epoch) {
      growing.tree = new SpanTree(trace);
      growing.epoch = trace.epoch;
    } else growing.tree.update(trace, Uint32Array.from(growing.changes.changed));
    growing.changes.changed.clear();
    growing.changes.told = trace.count;
    this.trees.delete(trace);
    this.trees.set(trace, growing);
    return growing.tree;
  }

  private plant(trace: TraceColumns): GrowingTree {
    const [oldest] = this.trees;
    if (oldest !== undefined && this.trees.size >= mostTrees) {
      oldest[0].unwatch(oldest[1].changes);
      this.trees.delete(oldest[0]);
    }
    const growing = { changes: new RowChanges(), tree: new SpanTree(trace), epoch: trace.epoch };
    trace.watch(growing.changes);
    return growing;
  }
}

function nodeOf(trace: TraceColumns, tree: SpanTree, row: number, now: number): SpanNode {
  const duration = trace.duration[row] as number, meta = trace.meta[row] as number;
  const { texts } = trace.texts;
  const name = texts[trace.name[row] as number] as string;
  const figures = trace.sums.figures.get(row);
  return {
    spanId: trace.spanIdOf(row), row, name, label: texts[trace.subject[row] as number] || name,
    role: metaRole(meta), status: metaStatus(meta), marks: trace.marks[row] as number,
    durationNs: Number.isNaN(duration) ? undefined : duration, startNs: Number(trace.times.base) + (trace.start[row] as number),
    selfNs: selfTime(tree, trace, row, now),
    ...(figures === undefined || Number.isNaN(figures.inputTokens) ? {} : { inputTokens: figures.inputTokens }),
    ...(figures === undefined || Number.isNaN(figures.outputTokens) ? {} : { outputTokens: figures.outputTokens }),
    childCount: tree.childCount(row),
  };
}

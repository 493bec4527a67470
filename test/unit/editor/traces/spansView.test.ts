import { describe, expect, it, vi } from 'vitest';
import { Display } from '../../../../src/editor/display.ts';
import { OpenFiles } from '../../../../src/editor/files/openFiles.ts';
import { Selection } from '../../../../src/editor/selection.ts';
import type { SpanTreeNode } from '../../../../src/editor/traces/spansTree.ts';
import { SpansView } from '../../../../src/editor/traces/spansView.ts';
import { TraceIndex } from '../../../../src/editor/traces/traceIndex.ts';
import type { SpanNode } from '../../../../src/protocol/collector.ts';
import type { StandingPaths } from '../../../../src/editor/standing/standingPaths.ts';
import { EventEmitter, treeViews } from '../../../support/vscode.ts';
import { fakeCollector, keptLog } from '../collector/fakes.ts';

const spanOf = (spanId: string): SpanNode => ({ spanId, row: 0, label: spanId, name: spanId, role: 0, status: 0, marks: 0, durationNs: 1, startNs: 0, selfNs: 1, childCount: 0 });
const panel = {};

async function shown() {
  const { host } = fakeCollector({ childrenOf: () => ({ nodes: ['a', 'b', 'c'].map(spanOf), total: 3 }), pathTo: (_, spanId) => [spanId] });
  const { log } = keptLog(), selection = new Selection();
  const view = new SpansView(host, new TraceIndex(host, log), new OpenFiles(host, log), selection, { placeOf: () => undefined, onDidChange: new EventEmitter<void>().event } as unknown as StandingPaths, new Display('en'), log);
  const tree = treeViews.at(-1);
  if (tree === undefined) throw new Error('No tree view was made.');
  selection.select({ traceId: 't' }, panel);
  const nodes = await view.getChildren() as SpanTreeNode[];
  const selectedRow = (): string => (tree.selection[0] as SpanTreeNode).spanId;
  return { selection, tree, nodes, selectedRow };
}

describe('the selection of the Spans view', () => {
  it('follows the others without reporting it as a choice of its own', async () => {
    const { selection, tree, selectedRow } = await shown();
    const told = vi.fn<() => void>();
    selection.select({ traceId: 't', spanId: 'a' }, panel);
    selection.onDidChange(told);
    await vi.waitFor(() => expect(tree.reveals).toHaveLength(1));
    tree.reveals[0]?.finish();
    expect(selectedRow()).toBe('a');
    expect(told).not.toHaveBeenCalled();
  });

  it('is the newest of several that others select at once, however late the rows are revealed', async () => {
    const { selection, tree, selectedRow } = await shown();
    selection.select({ traceId: 't', spanId: 'a' }, panel);
    await vi.waitFor(() => expect(tree.reveals).toHaveLength(1));
    selection.select({ traceId: 't', spanId: 'b' }, panel);
    selection.select({ traceId: 't', spanId: 'c' }, panel);
    tree.reveals[0]?.finish();
    expect(selection.current?.spanId).toBe('c');
    await vi.waitFor(() => expect(tree.reveals).toHaveLength(2));
    tree.reveals[1]?.finish();
    expect([selectedRow(), selection.current?.spanId]).toEqual(['c', 'c']);
  });

  it('is what a person chose while another row was still being revealed', async () => {
    const { selection, tree, nodes, selectedRow } = await shown();
    selection.select({ traceId: 't', spanId: 'a' }, panel);
    await vi.waitFor(() => expect(tree.reveals).toHaveLength(1));
    tree.select(nodes[1]);
    expect(selection.current?.spanId).toBe('b');
    tree.reveals[0]?.finish();
    expect(selection.current?.spanId).toBe('b');
    await vi.waitFor(() => expect(tree.reveals).toHaveLength(2));
    tree.reveals[1]?.finish();
    expect(selectedRow()).toBe('b');
    expect(selection.current?.spanId).toBe('b');
  });
});

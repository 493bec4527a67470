import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packedExtents } from '../../../src/analysis/extents.ts';
import { TraceLayout } from '../../../src/analysis/layout.ts';
import { SpanTree } from '../../../src/analysis/tree.ts';
import type { TraceRows } from '../../../src/model/traceRows.ts';
import { traceOf } from './drawn.ts';
import type { SpanSpec } from './drawn.ts';

type Draft = { -readonly [K in keyof SpanSpec]: SpanSpec[K] };

/** A trace as it comes: batches of new spans (whose parent may come later) and of changes to known ones. */
const anyStory = fc.array(
  fc.record({
    added: fc.array(fc.record({ up: fc.nat(), start: fc.nat(200), length: fc.nat(30), open: fc.boolean() }), { maxLength: 12 }),
    ended: fc.array(fc.record({ row: fc.nat(), length: fc.nat(60) }), { maxLength: 4 }),
    moved: fc.array(fc.record({ row: fc.nat(), up: fc.nat(), start: fc.nat(200) }), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function* tell(story: typeof anyStory extends fc.Arbitrary<infer T> ? T : never): Generator<{ rows: TraceRows; changed: Uint32Array }> {
  const spans: Draft[] = [];
  const isBelow = (row: number, top: number): boolean => {
    for (let up = row; up >= 0; up = spans[up]?.parent ?? -1) if (up === top) return true;
    return false;
  };
  for (const { added, ended, moved } of story) {
    const changed = new Set<number>();
    const known = spans.length, total = known + added.length;
    for (const { start, length, open } of added) spans.push({ name: 's', parent: -1, start, end: open ? undefined : start + length });
    added.forEach(({ up }, i) => {
      const row = known + i, parent = (up % (total + 1)) - 1;
      if (parent >= 0 && !isBelow(parent, row)) (spans[row] as Draft).parent = parent;
    });
    for (const { row, length } of known > 0 ? ended : []) {
      const span = spans[row % known] as Draft;
      span.end = span.start + length;
      changed.add(row % known);
    }
    for (const { row, up, start } of known > 0 ? moved : []) {
      const at = row % known, parent = (up % (total + 1)) - 1, span = spans[at] as Draft;
      if (parent < 0 || !isBelow(parent, at)) span.parent = parent;
      if (span.end !== undefined) span.end += start - span.start;
      span.start = start;
      changed.add(at);
    }
    yield { rows: traceOf(spans).rows, changed: Uint32Array.from(changed) };
  }
}

describe('a trace that grows', () => {
  test('has the tree that it would have had at once', () => {
    fc.assert(fc.property(anyStory, (story) => {
      let grown: SpanTree | undefined;
      for (const { rows, changed } of tell(story)) {
        if (!grown) {
          grown = new SpanTree(rows);
          grown.subtreeSize(0);
        } else {
          grown.update(rows, changed);
        }
        const atOnce = new SpanTree(rows);
        expect(grown.count).toBe(rows.count);
        expect(Array.from(grown.preorder())).toEqual(Array.from(atOnce.preorder()));
        for (let row = 0; row < rows.count; row++) {
          expect(grown.subtreeSize(row)).toBe(atOnce.subtreeSize(row));
          expect(grown.child(grown.parent(row), grown.indexOf(row))).toBe(row);
        }
      }
    }));
  });

  test('keeps its lanes free of overlaps without being packed anew', () => {
    fc.assert(fc.property(anyStory, (story) => {
      let layout: TraceLayout | undefined;
      for (const { rows, changed } of tell(story)) {
        if (layout) layout.update(rows, changed);
        else layout = new TraceLayout(rows, { root: -1, folded: new Set(), packUpTo: 0 });
        const { start, end } = packedExtents(rows, new Map());
        let drawn = 0;
        for (let lane = 0; lane < layout.laneCount; lane++) {
          const spans = layout.lists.view(lane);
          drawn += spans.length;
          spans.forEach((row, i) => {
            expect(layout?.lane[row]).toBe(lane);
            if (i > 0) expect(end[spans[i - 1] as number] as number).toBeLessThanOrEqual(start[row] as number);
          });
        }
        expect(drawn).toBe(rows.count);
      }
    }));
  });

  test('puts a new span below its parent, also when the parent comes after it', () => {
    const root = { name: 'r', parent: -1, start: 0, end: undefined };
    const layout = new TraceLayout(traceOf([root]).rows, { root: -1, folded: new Set(), packUpTo: 0 });
    layout.update(traceOf([root, { name: 'c', parent: 2, start: 5, end: 6 }, { name: 'p', parent: 0, start: 4, end: 7 }]).rows, new Uint32Array(0));
    expect(Array.from(layout.lane.subarray(0, 3))).toEqual([0, 2, 1]);
    expect(layout.isLoose).toBe(true);
  });

  test('says which part of which lane is new', () => {
    const spans: SpanSpec[] = [
      { name: 'r', parent: -1, start: 0, end: undefined },
      { name: 'a', parent: 0, start: 1, end: undefined },
    ];
    const layout = new TraceLayout(traceOf(spans).rows, { root: -1, folded: new Set(), packUpTo: 0 });
    spans[1] = { name: 'a', parent: 0, start: 1, end: 3 };
    spans.push({ name: 'b', parent: 0, start: 3, end: 4 });
    expect(layout.update(traceOf(spans).rows, Uint32Array.of(1))).toEqual({ kind: 'touched', lanes: new Map([[1, [0, 2]]]) });
  });
});

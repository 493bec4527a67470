import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packedExtents } from '../../../src/analysis/extents.ts';
import { packLanes } from '../../../src/analysis/lanes.ts';
import { TraceLayout } from '../../../src/analysis/layout.ts';
import { SpanTree } from '../../../src/analysis/tree.ts';
import type { TraceRows } from '../../../src/model/traceRows.ts';
import { drawnLanes, drawnTrace, traceOf } from './drawn.ts';
import type { SpanSpec } from './drawn.ts';

const lanesOf = (text: string, width = 40): string => {
  const trace = drawnTrace(text);
  return `\n${drawnLanes(new TraceLayout(trace.rows), trace, width)}\n`;
};

describe('lanes of a drawn trace', () => {
  test('siblings one after another share a lane below their parent', () => {
    expect(lanesOf(`
r |------------|
 a|---|
  x  |-|
 b     |---|
`)).toMatchInlineSnapshot(`
  "
    rrrrrrrrrrrrr
    aaaa bbbb
       xx
  "
`);
  });

  test('a sibling that overlaps goes below the whole of the one before it', () => {
    expect(lanesOf(`
r |---------------|
 a|-------|
  x  |---|
 b   |------|
  y  |---|
 c           |--|
`)).toMatchInlineSnapshot(`
  "
    rrrrrrrrrrrrrrrr
    aaaaaaaa   ccc
       xxxx
       bbbbbbb
       yyyy
  "
`);
  });

  test('a sibling slips under a long one whose children have ended', () => {
    expect(lanesOf(`
r |------------------|
 a|-----------------|
  x|--|
 b       |----|
`)).toMatchInlineSnapshot(`
  "
    rrrrrrrrrrrrrrrrrrr
    aaaaaaaaaaaaaaaaaa
     xxx   bbbbb
  "
`);
  });

  test('an open span keeps its lane to itself', () => {
    expect(lanesOf(`
r |>
 a|--|
 b    |>
 c       |--|
`, 16)).toMatchInlineSnapshot(`
  "
    rrrrrrrrrrrrrr
    aaa bbbbbbbbbb
           ccc
  "
`);
  });

  test('roots overlap like siblings do, and spans of no length at the same moment stand below one another', () => {
    expect(lanesOf(`
r |----|
s   |----|
t         |
u         |
`)).toMatchInlineSnapshot(`
  "
    rrrrr   t
      sssss u
  "
`);
  });

  test('a span without a place on the time axis is not drawn, its children are', () => {
    const trace = traceOf([
      { name: 'lost', parent: -1, start: 0, end: 0, marks: ['noStart'] },
      { name: 'child', parent: 0, start: 5, end: 9 },
    ]);
    const layout = new TraceLayout(trace.rows);
    expect(Array.from(layout.lane)).toEqual([-1, 1]);
    expect(drawnLanes(layout, trace, 10)).toBe('\n     cccc');
  });

  test('only the subtree below a span is laid out when asked for', () => {
    const trace = drawnTrace(`
r |---------|
 a|--|
 b|------|
  x|--|
`);
    const layout = new TraceLayout(trace.rows, { root: 2, folded: new Set() });
    expect(drawnLanes(layout, trace, 12)).toBe('  bbbbbbb\n   xxx');
  });
});

describe('folded siblings', () => {
  const trace = drawnTrace(`
r |------------------|
 read|--|
 read   |--|
  inner!|-|
 read      |-|
 other        |-|
 read             |-|
`);
  const folded = new Set([trace.texts.indexOf('read')]);
  const layout = new TraceLayout(trace.rows, { root: -1, folded });

  test('neighbours of one name are one bar, others are not', () => {
    const [group] = [...layout.groups.values()];
    expect(layout.groups.size).toBe(1);
    expect(Array.from(group?.members ?? [])).toEqual([1, 2, 4]);
    expect(group?.end).toBe(13);
    expect(group?.failed).toBe(true);
    expect(Array.from(layout.lane)).toEqual([0, 1, -1, -1, -1, 1, 1]);
  });

  test('a hidden span is stood for by its group', () => {
    expect(layout.shownFor(3)).toBe(1);
    expect(layout.shownFor(6)).toBe(6);
  });
});

/** Any tree: parents before or after their children, children inside, across and outside of their parents. */
const anyTrace = fc.array(
  fc.record({ up: fc.nat(), start: fc.nat(60), length: fc.nat(20), open: fc.nat(9) }),
  { minLength: 1, maxLength: 40 },
).chain((specs) => fc.shuffledSubarray(specs.map((_, i) => i), { minLength: specs.length }).map((order) => {
  const rowOf = new Map(order.map((spec, row) => [spec, row]));
  return order.map((spec): SpanSpec => {
    const { up, start, length, open } = specs[spec] as (typeof specs)[number];
    const parent = spec === 0 || up % 4 === 0 ? -1 : rowOf.get(up % spec) ?? -1;
    return { name: 's', parent, start, end: open === 0 ? undefined : start + length };
  });
}));

describe('packing', () => {
  test('no two spans of a lane overlap, and every child stands below its parent', () => {
    fc.assert(fc.property(anyTrace, (spans) => {
      const { rows } = traceOf(spans);
      expectSound(new TraceLayout(rows), rows);
    }));
  });

  test('equals a first fit that tries every lane and compares every lane of the outlines', () => {
    fc.assert(fc.property(anyTrace, (spans) => {
      const { rows } = traceOf(spans);
      const tree = new SpanTree(rows);
      expect(Array.from(packLanes(tree, packedExtents(rows, new Map())).lane)).toEqual(firstFit(tree, rows));
    }));
  });

  test('10,000 spans below one another take 10,000 lanes', () => {
    const { rows } = traceOf(Array.from({ length: 10_000 }, (_, i) => ({ name: 's', parent: i - 1, start: i, end: 30_000 - i })));
    expect(new TraceLayout(rows).laneCount).toBe(10_000);
  });

  test('100,000 siblings that all overlap take 100,000 lanes, and one when none does', () => {
    const siblings = (length: number): TraceRows => traceOf(Array.from({ length: 100_001 }, (_, i) => (
      { name: 's', parent: i === 0 ? -1 : 0, start: i, end: i === 0 ? 400_000 : i + length }))).rows;
    expect(new TraceLayout(siblings(200_000)).laneCount).toBe(100_001);
    expect(new TraceLayout(siblings(1)).laneCount).toBe(2);
  });

  test('many deep spans beside one another are packed like few', () => {
    const spans: SpanSpec[] = [{ name: 'r', parent: -1, start: 0, end: 100_000 }];
    for (let i = 0; i < 300; i++) {
      for (let depth = 0; depth < 1 + ((i * 7) % 90); depth++) {
        spans.push({ name: 's', parent: depth === 0 ? 0 : spans.length - 1, start: i * 10 + depth, end: i * 10 + 900 - depth * 3 });
      }
    }
    const { rows } = traceOf(spans);
    const tree = new SpanTree(rows);
    expect(Array.from(packLanes(tree, packedExtents(rows, new Map())).lane)).toEqual(firstFit(tree, rows));
  });
});

function expectSound(layout: TraceLayout, rows: TraceRows): void {
  const { start, end } = packedExtents(rows, new Map());
  let drawn = 0;
  for (let lane = 0; lane < layout.laneCount; lane++) {
    const spans = layout.lists.view(lane);
    drawn += spans.length;
    for (let i = 0; i < spans.length; i++) {
      const row = spans[i] as number;
      expect(layout.lane[row]).toBe(lane);
      if (i > 0) expect(end[spans[i - 1] as number] as number).toBeLessThanOrEqual(start[row] as number);
      const parent = rows.parent[row] as number;
      if (parent >= 0) expect(lane).toBeGreaterThan(layout.lane[parent] as number);
    }
  }
  expect(drawn).toBe(rows.count);
}

/** The same packing, lane by lane and by recursion. */
function firstFit(tree: SpanTree, rows: TraceRows): number[] {
  const { start, end } = packedExtents(rows, new Map());
  const below: number[] = Array.from({ length: rows.count }, () => 0);
  type Outline = { left: number; right: number }[];
  const outlineOf = (row: number): Outline => {
    const covered: Outline = [];
    for (const child of tree.children(row)) {
      const outline = outlineOf(child);
      let at = 0;
      while (outline.some(({ left }, i) => (covered[at + i]?.right ?? -Infinity) > left)) at++;
      outline.forEach(({ left, right }, i) => {
        const known = covered[at + i];
        covered[at + i] = { left: Math.min(left, known?.left ?? Infinity), right: Math.max(right, known?.right ?? -Infinity) };
      });
      below[child] = at;
    }
    return row < 0 ? covered : [{ left: start[row] as number, right: end[row] as number }, ...covered];
  };
  outlineOf(-1);
  const laneOf = (row: number): number => (row < 0 ? -1 : laneOf(tree.parent(row)) + 1 + (below[row] as number));
  return below.map((_, row) => laneOf(row));
}

import { describe, expect, it } from 'vitest';
import { SpanTree } from '../../../../src/analysis/tree.ts';
import { columnsFor, gridOf, indentedLevels } from '../../../../webview/tree/columns.ts';
import { foldedAbove, parentsOf, visibleRows } from '../../../../webview/tree/visibleRows.ts';
import { rowsOf } from '../support.ts';
import type { TestSpan } from '../support.ts';

const spans: readonly TestSpan[] = [
  { name: 'b', parent: 1, start: 5, duration: 1 },
  { name: 'root', start: 0, duration: 9 },
  { name: 'a', parent: 1, start: 1, duration: 1 },
  { name: 'a.1', parent: 2, start: 1, duration: 1 },
  { name: 'second root', start: 20, duration: 1 },
];

describe('the rows of the table', () => {
  it('have parents before children and siblings by time', () => {
    const tree = new SpanTree(rowsOf(spans).rows);
    const { rows, depth } = visibleRows(tree, spans.length, new Set());
    expect([...rows]).toEqual([1, 2, 3, 0, 4]);
    expect([...depth]).toEqual([0, 1, 2, 1, 0]);
  });

  it('leave out what is below a folded one', () => {
    const tree = new SpanTree(rowsOf(spans).rows);
    expect([...visibleRows(tree, spans.length, new Set([2])).rows]).toEqual([1, 2, 0, 4]);
    expect([...visibleRows(tree, spans.length, new Set(parentsOf(tree, spans.length))).rows]).toEqual([1, 4]);
    expect(foldedAbove(tree, 3, new Set([1, 4]))).toEqual([1]);
  });

  it('are found without recursion in a chain of 100,000', () => {
    const chain = Array.from({ length: 100_000 }, (_, i): TestSpan => ({ name: 'x', parent: i - 1, start: i, duration: 1 }));
    const tree = new SpanTree(rowsOf(chain).rows);
    const { rows, depth } = visibleRows(tree, chain.length, new Set());
    expect([rows.length, depth.at(-1)]).toEqual([100_000, 99_999]);
  });
});

describe('the columns of the table', () => {
  it('leave in their order when space runs out', () => {
    const ids = (width: number): string => columnsFor(width, 1).map(({ id }) => id).join(' ');
    expect(ids(1048)).toBe('span start duration self tokens cost timeline');
    expect(ids(800)).toBe('span start duration tokens cost timeline');
    expect(ids(720)).toBe('span start duration tokens timeline');
    expect(ids(600)).toBe('span start duration timeline');
    expect(ids(420)).toBe('span duration timeline');
    expect(ids(210)).toBe('span duration');
  });

  it('that have no value leave first, while names are short of room', () => {
    const ids = (width: number): string => columnsFor(width, 1, ['cost', 'tokens']).map(({ id }) => id).join(' ');
    expect(ids(1048)).toBe('span start duration self tokens cost timeline');
    expect(ids(960)).toBe('span start duration self tokens timeline');
    expect(ids(880)).toBe('span start duration self timeline');
  });

  it('need more room at a larger font, and always leave some for the names', () => {
    expect(columnsFor(1048, 1.6).map(({ id }) => id)).not.toContain('tokens');
    const fixed = columnsFor(420, 1.6).filter(({ id }) => id !== 'span').reduce((sum, { width }) => sum + width, 0);
    expect(420 - fixed).toBeGreaterThan(150);
    expect(gridOf(columnsFor(420, 1))).toBe('minmax(0, 1fr) 76px 105px');
  });

  it.each([[210, 1], [403, 1], [420, 1.6], [850, 1], [1048, 1], [1048, 1.6]])('leave room for the name of the deepest span in a table of %i pixels at font scale %f', (width, scale) => {
    const columns = columnsFor(width, scale), levels = indentedLevels(width, scale, columns);
    const others = columns.filter(({ id }) => id !== 'span').reduce((sum, column) => sum + column.width, 0);
    expect(levels).toBeGreaterThanOrEqual(2);
    expect(width - others - levels * 16).toBeGreaterThan(80);
  });

  it('have room for the levels of usual runs', () => {
    const levels = (width: number): number => indentedLevels(width, 1, columnsFor(width, 1));
    expect([levels(403), levels(850), levels(1048), levels(1400)]).toEqual([8, 5, 18, 24]);
  });
});

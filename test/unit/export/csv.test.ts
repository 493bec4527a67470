import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../src/export/csv.ts';
import { spans } from '../formats/spanArbitraries.ts';
import { agentRun, hostileTexts, sketched, written } from './exportSpans.ts';

/** Rows and cells as RFC 4180 has them. */
function parsed(text: string): string[][] {
  const rows: string[][] = [[]];
  for (let at = 0; at < text.length;) {
    const row = rows.at(-1) as string[];
    const cell = /"((?:[^"]|"")*)"|[^",\r\n]*/y;
    cell.lastIndex = at;
    const [whole = '', quoted] = cell.exec(text) ?? [];
    row.push(quoted === undefined ? whole : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (text[at] === ',') at++;
    else if (text.startsWith('\r\n', at)) {
      at += 2;
      rows.push([]);
    } else if (at < text.length) throw new Error(`Character ${at} is not of RFC 4180.`);
    if (text[at - 1] === ',' && (at === text.length || text.startsWith('\r\n', at))) row.push('');
  }
  return rows.slice(0, -1);
}

describe('the table of spans', () => {
  it('has a row a span, with exact times and the figures of its step', async () => {
    await expect(written(csv, agentRun).text.replaceAll('\r\n', '\n')).toMatchFileSnapshot('agentRun.golden.csv');
  });

  it.each(hostileTexts)('keeps %j a cell of its own that no spreadsheet takes for a formula', (name) => {
    const [, row = []] = parsed(written(csv, [sketched({ id: 'a', name, from: 0, to: 1, message: name })]).text);
    const kept = name.isWellFormed() ? name : name.toWellFormed();
    expect([row[3], row[8]]).toEqual(/^\s*[=+@-]/.test(kept) ? [`'${kept}`, `'${kept}`] : [kept, kept]);
  });

  it('has as many cells in every row, whatever the spans hold', () => {
    fc.assert(fc.property(spans, (all) => {
      const rows = parsed(written(csv, all.map((span) => ({ ...span, marks: 0 }))).text);
      expect(rows).toHaveLength(all.length + 1);
      expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([28]));
      expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^-?\d+$/.test(cell))).toEqual([]);
    }));
  });
});

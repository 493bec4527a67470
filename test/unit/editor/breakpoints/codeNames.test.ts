import { describe, expect, it } from 'vitest';
import { namesAt, writtenNames } from '../../../../src/editor/breakpoints/codeNames.ts';
import type { CodePlace } from '../../../../src/protocol/codeUse.ts';
import { fakeCollector } from '../collector/fakes.ts';

const place = (id: number, path: string, line: number): CodePlace => ({ id, path, line, folders: [] });

describe('the spans of a line of code', () => {
  const script = ["const a = tracer.startSpan('plan trip');", 'tracer.startActiveSpan(`step ${n}`, work);', 'const b = 1;'].join('\n');
  const python = ['@traced("book")', 'def book(): pass', '', '@tool', 'def web_search(query): pass'].join('\n');

  it('are those named in its text, a name with a variable part by its begin', () => {
    expect(writtenNames('/w/a.ts', script, 1)).toEqual([{ draft: { name: 'plan trip' }, origin: 'named here' }]);
    expect(writtenNames('/w/a.ts', script, 2)).toEqual([{ draft: { name: 'step *' }, origin: 'named here' }]);
    expect(writtenNames('/w/a.ts', script, 3)).toEqual([]);
    expect(writtenNames('/w/a.py', python, 1)).toEqual([{ draft: { name: 'book' }, origin: 'named here' }]);
    expect(writtenNames('/w/a.py', python, 4)).toEqual([{ draft: { tool: 'web_search' }, origin: 'tool defined here' }]);
  });

  it('are first those that were seen there', async () => {
    const asked: unknown[] = [];
    const { host } = fakeCollector({
      codeUse: () => ({ epoch: 7, places: [place(1, '/w/a.ts', 2), place(2, '/w/a.ts', 1), place(3, '/other/a.ts', 2), place(4, String.raw`\w\A.ts`, 2)], uses: [], isPartial: false, tooLarge: [] }),
      codeSpans: (question) => { asked.push(question); return ['step 1', 'step 2', 'step 1', ''].map((name) => ({ name })); },
    });
    expect((await namesAt(host, '/w/a.ts', script, 2)).map(({ draft, origin }) => [draft.name, origin])).toEqual([['step 1', 'seen here'], ['step 2', 'seen here'], ['step *', 'named here']]);
    expect(asked).toEqual([{ epoch: 7, places: [1, 4], limit: 200 }]);
  });

  it('are told from the text when nothing can be said about those seen', async () => {
    const { host } = fakeCollector({ codeUse: () => { throw new Error('no'); } });
    expect((await namesAt(host, '/w/a.ts', script, 1)).map(({ draft }) => draft.name)).toEqual(['plan trip']);
    expect(await namesAt(host, '/w/a.txt', script, 1)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { CodePlaces } from '../../../../src/editor/code/use/codePlaces.ts';
import type { CodePlace } from '../../../../src/protocol/codeUse.ts';

const placeOf = (id: number, path: string, line: number): CodePlace => ({ id, path, line, folders: [] });

/** Finds files below /w; what was asked for. */
function workspace(): { places: CodePlaces; asked: string[] } {
  const asked: string[] = [];
  const places = new CodePlaces(({ path, line }) => {
    asked.push(path);
    return Promise.resolve(path.startsWith('/w/') ? { path, realPath: `/real${path}`, ...(line === undefined ? {} : { line }), origin: '', isInWorkspace: true, rank: 0 } : undefined);
  });
  return { places, asked };
}

describe('the files of places', () => {
  it('are found by their path and by where it leads', async () => {
    const { places } = workspace();
    await places.take({ epoch: 1, places: [placeOf(0, '/w/a.py', 3), placeOf(1, '/w/a.py', 9), placeOf(2, '/elsewhere/b.py', 1)] });
    expect(places.of('/w/a.py')).toEqual([{ id: 0, line: 2 }, { id: 1, line: 8 }]);
    expect(places.of('/real/w/a.py')).toHaveLength(2);
    expect(places.of('/elsewhere/b.py')).toEqual([]);
    expect(places).toMatchObject({ epoch: 1, known: 3 });
  });

  it('are looked for once where there is none', async () => {
    const { places, asked } = workspace();
    await places.take({ epoch: 1, places: [placeOf(0, '/lib/x.py', 1)] });
    await places.take({ epoch: 1, places: [placeOf(1, '/lib/x.py', 2), placeOf(2, '/lib/x.py', 3)] });
    expect(asked).toEqual(['/lib/x.py']);
  });

  it('are looked for again when there may be more of them', async () => {
    let isThere = false;
    const places = new CodePlaces(({ path, line = 1 }) => Promise.resolve(isThere ? { path, realPath: path, line, origin: '', isInWorkspace: true, rank: 0 } : undefined));
    await places.take({ epoch: 1, places: [placeOf(0, '/w/a.py', 3), placeOf(1, '/w/a.py', 9)] });
    await places.findMissing();
    expect(places.of('/w/a.py')).toEqual([]);
    isThere = true;
    await places.findMissing();
    expect(places.of('/w/a.py').map(({ id }) => id)).toEqual([0, 1]);
  });

  it('are void when the places were numbered anew', async () => {
    const { places } = workspace();
    await places.take({ epoch: 1, places: [placeOf(0, '/w/a.py', 3)] });
    await places.take({ epoch: 2, places: [placeOf(0, '/w/b.py', 4)] });
    expect(places.of('/w/a.py')).toEqual([]);
    expect(places.of('/w/b.py')).toEqual([{ id: 0, line: 3 }]);
    expect(places.known).toBe(1);
  });
});

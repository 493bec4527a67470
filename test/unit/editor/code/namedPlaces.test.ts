import { describe, expect, it } from 'vitest';
import { NamedPlaces } from '../../../../src/editor/code/use/namedPlaces.ts';
import type { NamedPlace } from '../../../../src/protocol/codeUse.ts';
import { scanCode } from '../../../../src/source/codeScan.ts';
import type { MentionFinder } from '../../../../src/source/onlyMention.ts';

const nameOf = (id: number, name: string): NamedPlace => ({ id, names: [{ kind: 'spanName', name, qualifiers: [] }] });
const text = 'import x\n\nwith trace_span("plan"):\n    pass\n';
const only: MentionFinder = ([first]) => (first?.name === 'plan' ? { kind: 'spanName', name: 'plan', line: 3, column: 6, path: '/w/a.py' } : undefined);

describe('spans that record no place', () => {
  it('are found where a file in sight mentions them alone in the workspace, as it is written now', async () => {
    const ready = Promise.withResolvers<undefined>();
    const places = new NamedPlaces(() => Promise.resolve(only), () => ready.resolve(undefined));
    const named = [nameOf(4, 'plan'), nameOf(5, 'other')];
    expect(places.in('/w/a.py', scanCode('/w/a.py', text), named)).toEqual([]);
    await ready.promise;
    expect(places.in('/w/a.py', scanCode('/w/a.py', text), named)).toEqual([{ id: 4, line: 2 }]);
    expect(places.in('/w/a.py', scanCode('/w/a.py', `# one line more, not saved yet\n${text}`), named)).toEqual([{ id: 4, line: 3 }]);
    expect(places.in('/w/b.py', scanCode('/w/b.py', text), named)).toEqual([]);
  });

  it('cost no look at the workspace while no file in sight mentions one', () => {
    let asked = 0;
    const places = new NamedPlaces(() => { asked++; return Promise.resolve(only); }, () => undefined);
    places.in('/w/a.py', scanCode('/w/a.py', text), [nameOf(1, 'GET /users/7'), nameOf(2, 'chat')]);
    places.in('/w/a.py', [], [nameOf(4, 'plan')]);
    expect(asked).toBe(0);
    places.in('/w/a.py', scanCode('/w/a.py', text), [nameOf(4, 'plan')]);
    places.in('/w/a.py', scanCode('/w/a.py', text), [nameOf(4, 'plan')]);
    expect(asked).toBe(1);
  });
});

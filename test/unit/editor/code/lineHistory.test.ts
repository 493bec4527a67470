import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineHistory, lineEditOf } from '../../../../src/editor/code/use/lineHistory.ts';

/** A text whose changes are told to a history, as an editor tells them. */
class Draft {
  readonly history = new LineHistory();
  text: string;
  constructor(lines: readonly string[]) { this.text = lines.join('\n'); }

  get lines(): string[] { return this.text.split('\n'); }

  replace(from: readonly [number, number], to: readonly [number, number], text: string): void {
    const lines = this.lines, offset = ([line, character]: readonly [number, number]): number => lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
    const rest = (lines[to[0]] ?? '').slice(to[1]);
    this.text = this.text.slice(0, offset(from)) + text + this.text.slice(offset(to));
    this.history.edit(lineEditOf({ line: from[0], character: from[1] }, { line: to[0], character: to[1] }, text, rest));
  }

  now(line: number): unknown { return this.history.now(line, 0); }
}

const five = ['a', 'b', 'c', 'd', 'e'];

describe('the history of lines', () => {
  it('moves lines with what is put in or taken out above them', () => {
    const draft = new Draft(five);
    draft.replace([0, 1], [0, 1], '\nx\ny');
    expect(draft.lines).toEqual(['a', 'x', 'y', 'b', 'c', 'd', 'e']);
    expect([0, 1, 4].map((line) => draft.now(line))).toEqual([{ line: 0, isEdited: false }, { line: 3, isEdited: false }, { line: 6, isEdited: false }]);
    draft.replace([1, 0], [3, 0], '');
    expect(draft.now(1)).toEqual({ line: 1, isEdited: false });
  });

  it('moves a line down when one is begun before it', () => {
    const draft = new Draft(five);
    draft.replace([2, 0], [2, 0], 'new\n');
    expect(draft.now(2)).toEqual({ line: 3, isEdited: false });
    expect(draft.history.isTouched(3, 3, 0)).toBe(false);
    expect(draft.history.isTouched(2, 2, 0)).toBe(true);
  });

  it('knows a line that was edited from one that was deleted', () => {
    const draft = new Draft(five);
    draft.replace([2, 1], [2, 1], '!');
    draft.replace([3, 0], [4, 0], '');
    expect(draft.now(2)).toEqual({ line: 2, isEdited: true });
    expect(draft.now(3)).toBeUndefined();
    expect(draft.now(4)).toEqual({ line: 3, isEdited: false });
  });

  it('begins with the state of the disk when the program ran', () => {
    const draft = new Draft(five);
    draft.history.opened(100);
    draft.replace([0, 0], [0, 0], 'x\n');
    draft.history.saved(200);
    draft.replace([0, 0], [0, 0], 'y\n');
    const lineOf = (time: number): number | undefined => draft.history.now(3, draft.history.at(time).mark)?.line;
    expect([lineOf(150), lineOf(250)]).toEqual([5, 4]);
    expect(draft.history.at(50).isKnown).toBe(false);
    expect(draft.history.at(150).isKnown).toBe(true);
  });

  it('does not know what the disk had when a file was opened with changes', () => {
    const draft = new Draft(five);
    expect(draft.history.at(1e15).isKnown).toBe(false);
    draft.history.saved(200);
    expect(draft.history.at(250)).toEqual({ mark: 0, isKnown: true });
  });

  it('forgets the oldest of very many edits and says so', () => {
    const draft = new Draft(five);
    draft.history.opened(0);
    for (let i = 0; i < 6000; i++) draft.history.edit({ startLine: i % 2, endLine: i % 2, added: 0, keepsFirst: false, keepsLast: false });
    expect(draft.history.at(5).isKnown).toBe(false);
  });

  it('finds every line that no edit touched, whatever was edited', () => {
    const place = fc.tuple(fc.nat(12), fc.nat(3));
    fc.assert(fc.property(fc.array(fc.tuple(place, place, fc.constantFrom('', 'z', '\n', 'z\n', '\nz', '\n\n', 'z\nz')), { maxLength: 8 }), (edits) => {
      const names = Array.from({ length: 10 }, (_, i) => `<${i}>`);
      const draft = new Draft(names);
      for (const [a, b, text] of edits) {
        const { lines } = draft, inside = ([line, character]: [number, number]): [number, number] => [Math.min(line, lines.length - 1), Math.min(character, lines[Math.min(line, lines.length - 1)]?.length ?? 0)];
        const [from, to] = [inside(a), inside(b)].sort((x, y) => x[0] - y[0] || x[1] - y[1]) as [[number, number], [number, number]];
        draft.replace(from, to, text);
      }
      names.forEach((name, line) => {
        const now = draft.history.now(line, 0);
        if (now !== undefined) expect(now.line).toBeLessThan(draft.lines.length);
        if (now !== undefined && !now.isEdited) expect(draft.lines[now.line]).toBe(name);
      });
    }));
  });
});

import { describe, expect, it } from 'vitest';
import { testAtLine, testOfRow } from '../../../../src/editor/tests/wantedTest.ts';

const at = (text: string, languageId: string): readonly (readonly string[] | undefined)[] => {
  const lines = text.split('\n');
  return lines.map((_, line) => testAtLine((index) => lines[index] ?? '', line, languageId, '/f')?.names);
};

describe('the test of a line', () => {
  it('is the function around it in Python, with its class', () => {
    expect(at(`def helper():
    pass
class TestCart:
    x = 1
    async def test_adds(self):
        def inner():
            pass
        assert 1
def test_last():
    pass`, 'python')).toEqual([undefined, undefined, undefined, undefined, ['TestCart', 'test_adds'], ['TestCart', 'test_adds'], ['TestCart', 'test_adds'], ['TestCart', 'test_adds'], ['test_last'], ['test_last']]);
  });

  it('is the call around it in scripts, by its title', () => {
    expect(at(`describe('cart', () => {
  it('adds', async () => {
    work();
  });
  test.only("it\\'s", () => {});
  specify(\`last\`, () => {});
  item('no test');`, 'typescript')).toEqual([undefined, ['adds'], ['adds'], ['adds'], ["it's"], ['last'], ['last']]);
  });

  it('is found without hanging in hostile text', () => {
    const quotes = `it('${'\\'.repeat(100_000)}`;
    expect(testAtLine(() => quotes, 5000, 'javascript', '/f')).toBeUndefined();
    expect(testAtLine(() => ' '.repeat(100_000), 5000, 'python', '/f')).toBeUndefined();
  });
});

describe('the test of a row of the Testing view', () => {
  const uri = { fsPath: '/work/test_agent.py' };

  it('is named with what stands around it', () => {
    const row = { label: 'test_adds', uri, parent: { label: 'TestCart', parent: { label: 'test_agent.py', parent: undefined } } };
    expect(testOfRow(row)).toEqual({ names: ['test_agent.py', 'TestCart', 'test_adds'], file: uri.fsPath });
    expect(testOfRow({ test: row, message: {} })).toEqual(testOfRow(row));
  });

  it('has its parameters behind its name', () => {
    expect(testOfRow({ label: '[2]', uri, parent: { label: 'test_counts' } })?.names).toEqual(['test_counts[2]']);
  });

  it('is nothing for other things, and ends in a circle', () => {
    for (const other of [undefined, null, 'x', 3, {}, { label: 'x' }, { uri }, { test: 1 }]) expect(testOfRow(other)).toBeUndefined();
    const round: { label: string; uri: object; parent?: object } = { label: 'a', uri };
    round.parent = round;
    expect(testOfRow(round)?.names).toHaveLength(50);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ToPanel } from '../../../../src/protocol/panel.ts';
import { Panel } from '../../../../webview/state/panel.ts';
import { FakeHost, appended, show } from '../support.ts';
import type { TestSpan } from '../support.ts';

const run: readonly TestSpan[] = [
  { name: 'late', start: 90, duration: 1 },
  { name: 'early', start: 10, duration: 1 },
  { name: 'middle', start: 50, duration: 1 },
];

function searching(query: string): { host: FakeHost; panel: Panel } {
  const host = new FakeHost();
  const panel = new Panel(host, host.nextFrame);
  host.say(show('t'), { type: 'trace.rows', rows: appended(run) });
  panel.search.setQuery(query);
  vi.runAllTimers();
  return { host, panel };
}

const answer = (id: number, rows: readonly number[], problem?: string): ToPanel => ({
  type: 'search.result', id, epoch: 1, rows: new Uint32Array(rows).buffer, ...(problem === undefined ? {} : { problem }),
});
const part = (id: number, rows: readonly number[], next: number, epoch = 1): ToPanel => ({ type: 'search.result', id, epoch, rows: new Uint32Array(rows).buffer, next });

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('the search', () => {
  it('asks once when typing pauses', () => {
    const { host, panel } = searching('r');
    panel.search.setQuery('ro');
    panel.search.setQuery('role');
    vi.runAllTimers();
    expect(host.ofType('search.run').map(({ query }) => query)).toEqual(['r', 'role']);
  });

  it('orders the matches by time and says which rows they are', () => {
    const { host, panel } = searching('e');
    host.say(answer(1, [0, 1]));
    const { matches, isMatch } = panel.search.state.value;
    expect([...matches!]).toEqual([1, 0]);
    expect([0, 1, 2].map(isMatch)).toEqual([true, true, false]);
  });

  it('drops the answer to an earlier question', () => {
    const { host, panel } = searching('a');
    panel.search.setQuery('ab');
    vi.runAllTimers();
    host.say(answer(2, [2]), answer(1, [0, 1, 2]));
    expect([...panel.search.state.value.matches!]).toEqual([2]);
  });

  it('asks whether any span has the attributes of a query that are no fields, and says when none has', async () => {
    const { host, panel } = searching('role:tool colour:red');
    host.say(answer(1, []));
    expect(host.ofType('search.run').map(({ query }) => query)).toEqual(['role:tool colour:red', 'colour!="\u0001"']);
    expect(panel.search.state.value.hint).toBeUndefined();
    host.say(answer(2, []));
    await vi.advanceTimersByTimeAsync(0);
    expect(panel.search.state.value).toMatchObject({ hint: expect.stringContaining('No span has an attribute "colour".'), matches: new Uint32Array(0) });
    // As soon as something else is typed it is not said any more.
    panel.search.setQuery('role:tool');
    expect(panel.search.state.value.hint).toBeUndefined();
  });

  it('says nothing of an attribute that some span has', async () => {
    const { host, panel } = searching('colour:red');
    host.say(answer(1, []), answer(2, [1]));
    await vi.advanceTimersByTimeAsync(0);
    expect(panel.search.state.value.hint).toBeUndefined();
  });

  it('says what is wrong with the query and dims nothing then', () => {
    const { host, panel } = searching('duration:>soon');
    host.say(answer(1, [], 'A duration needs a unit, for example 2s.'));
    expect(panel.search.state.value).toMatchObject({ problem: 'A duration needs a unit, for example 2s.', matches: undefined });
    expect(panel.search.state.value.isMatch(0)).toBe(true);
  });

  it('asks again when rows come, and forgets everything when the query is emptied', () => {
    const { host, panel } = searching('e');
    host.say(answer(1, [0]));
    host.say({ type: 'trace.rows', rows: appended(run, 0, 3) });
    vi.runAllTimers();
    expect(host.ofType('search.run')).toHaveLength(2);
    panel.search.setQuery('');
    host.say(answer(2, [1]));
    expect(panel.search.state.value.matches).toBeUndefined();
  });

  it('shows the first matches at once, and asks for the rest', () => {
    const { host, panel } = searching('e');
    host.say(part(1, [], 1));
    expect(panel.search.state.value.matches).toBeUndefined();
    host.say(part(1, [1], 2));
    expect(panel.search.state.value).toMatchObject({ matches: Uint32Array.of(1), isPart: true });
    host.say(answer(1, [2]));
    expect(panel.search.state.value).toMatchObject({ matches: Uint32Array.of(1, 2), isPart: false });
    expect(host.ofType('search.run').map(({ from }) => from)).toEqual([undefined, { epoch: 1, row: 1 }, { epoch: 1, row: 2 }]);
  });

  it('begins anew when the rows were numbered anew between two parts', () => {
    const { host, panel } = searching('e');
    host.say(part(1, [0, 1], 2, 0), answer(1, [2]));
    expect([...panel.search.state.value.matches!]).toEqual([2]);
  });

  it('keeps all matches while it looks for them in a trace that grows, and lets one search end before the next', () => {
    const { host, panel } = searching('e');
    host.say(answer(1, [0, 1]), { type: 'trace.rows', rows: appended(run, 0, 3) });
    vi.runAllTimers();
    host.say(part(2, [1], 2), { type: 'trace.rows', rows: appended(run, 3, 3) });
    vi.advanceTimersByTime(5000);
    expect([...panel.search.state.value.matches!]).toEqual([1, 0]);
    expect(host.ofType('search.run').filter(({ from }) => from === undefined)).toHaveLength(2);
    host.say(answer(2, [2]));
    expect([...panel.search.state.value.matches!]).toEqual([1, 2]);
    vi.advanceTimersByTime(5000);
    expect(host.ofType('search.run').filter(({ from }) => from === undefined)).toHaveLength(3);
  });

  it('asks for no more of what nobody wants to know any more', () => {
    const { host, panel } = searching('e');
    panel.search.setQuery('');
    host.say(part(1, [0], 1));
    expect(host.ofType('search.run')).toHaveLength(1);
  });

  it('counts the matches of another query without changing its own', async () => {
    const { host, panel } = searching('e');
    const count = panel.search.countOf('late');
    host.say(part(2, [0], 1), answer(2, [2]));
    expect(await count).toBe(2);
    expect(panel.search.state.value.query).toBe('e');
  });
});

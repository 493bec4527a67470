import { describe, expect, it } from 'vitest';
import { RunList, newRunId } from '../../../src/debug/runs.ts';

const run = { id: 'a', name: 'Run agent', type: 'node' };

describe('the runs of a workspace', () => {
  it('go on while one of their sessions does', () => {
    const runs = new RunList(undefined);
    runs.begin(run, '1', 1000);
    runs.begin(run, '2', 2000);
    expect(runs.end('a', '1', 3000)).toBeUndefined();
    expect(runs.isLive('a')).toBe(true);
    expect(runs.end('a', '2', 4000)).toEqual({ ...run, startUnixMilli: 1000, endUnixMilli: 4000 });
    expect(runs.live).toEqual([]);
    expect(runs.end('a', '2', 5000)).toBeUndefined();
  });

  it('go on when their program is started again', () => {
    const runs = new RunList(undefined);
    runs.begin(run, '1', 1000);
    runs.end('a', '1', 2000);
    runs.begin(run, '2', 3000);
    expect(runs.live).toEqual([{ ...run, startUnixMilli: 1000 }]);
  });

  it('are kept by another window, as far as they are runs, and do not go on there', () => {
    const runs = new RunList([{ ...run, startUnixMilli: 1 }, { id: 'b' }, null, 'c']);
    expect(runs.find('a')).toEqual({ ...run, startUnixMilli: 1 });
    expect(runs.saved.length).toBe(1);
    expect(runs.isLive('a')).toBe(false);
    expect(new RunList('nonsense').saved).toEqual([]);
  });

  it('are forgotten, oldest first, when there are very many', () => {
    const runs = new RunList(undefined);
    for (let i = 0; i < 250; i++) runs.begin({ ...run, id: String(i) }, 's', i);
    expect(runs.saved.length).toBe(200);
    expect(runs.find('249')).toBeDefined();
    expect(runs.find('49')).toBeUndefined();
  });

  it('have ids that sort by time', () => {
    expect(newRunId(1_000, 'z') < newRunId(2_000_000_000_000, 'a')).toBe(true);
  });
});

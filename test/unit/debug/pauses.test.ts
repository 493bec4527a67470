import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pausedFrom, resumedAt, savedPauses } from '../../../src/debug/pauses.ts';
import type { Pause } from '../../../src/debug/pauses.ts';
import { pausedSpans } from '../../../src/model/recordedPauses.ts';
import { RunList } from '../../../src/debug/runs.ts';

const run = { id: 'a', name: 'Run agent', type: 'node' };

describe('the pauses of a run', () => {
  it('are kept with it, also when its program is started again, and by another window', () => {
    const runs = new RunList(undefined);
    runs.begin(run, 's', 0);
    expect([runs.setPaused('a', true, 10), runs.setPaused('a', true, 12), runs.setPaused('a', false, 20), runs.setPaused('a', false, 25)]).toEqual([true, false, true, false]);
    runs.begin(run, 'again', 30);
    expect(runs.find('a')?.pauses).toEqual([[10, 20]]);
    expect(new RunList(JSON.parse(JSON.stringify(runs.saved))).find('a')?.pauses).toEqual([[10, 20]]);
    expect(runs.setPaused('unknown', true, 1)).toBe(false);
  });

  it('end with it', () => {
    const runs = new RunList(undefined);
    runs.begin(run, 's', 0);
    runs.setPaused('a', true, 10);
    expect(runs.end('a', 's', 50)?.pauses).toEqual([[10, 50]]);
  });

  it('stay in order and apart from one another whatever the clock does', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 1000 })), { maxLength: 60 }), (steps) => {
      let pauses: readonly Pause[] = [];
      for (const [isPaused, at] of steps) pauses = isPaused ? pausedFrom(pauses, at) : resumedAt(pauses, at);
      pauses.forEach(([from, to], i) => {
        expect(from).toBeGreaterThanOrEqual(pauses[i - 1]?.[1] ?? 0);
        expect(to ?? from).toBeGreaterThanOrEqual(from);
        if (i < pauses.length - 1) expect(to).toBeDefined();
      });
    }));
  });

  it('become fewer where they are closest to one another when there are very many', () => {
    let pauses: readonly Pause[] = [];
    for (let i = 0; i <= 1000; i++) pauses = resumedAt(pausedFrom(pauses, i * 100), i * 100 + (i === 500 ? 99 : 10));
    expect(pauses.length).toBe(1000);
    expect(pauses[500]).toEqual([50_000, 50_110]);
  });

  it('are read from what was saved as far as they make sense', () => {
    expect(savedPauses([[1, 2], [5], ['7', 8], null, [4, 3], [6, 9], [7, 8], [9, 9]])).toEqual([[1, 2], [6, 9], [9, 9]]);
    expect(savedPauses('nonsense')).toEqual([]);
    expect(new RunList([{ ...run, startUnixMilli: 1, pauses: [[3]] }]).find('a')).toEqual({ ...run, startUnixMilli: 1 });
  });

  it('are told to the nanosecond', () => {
    expect(pausedSpans([[1_763_643_721_123, 1_763_643_721_124.4], [1_763_643_721_200]])).toEqual([['1763643721123000000', '1763643721124000000'], ['1763643721200000000']]);
  });
});

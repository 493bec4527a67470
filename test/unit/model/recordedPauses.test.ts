import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCovered, joinedPauses, mostRecorded, pausedText, pausesInText } from '../../../src/model/recordedPauses.ts';

const time = Date.UTC(2026, 10, 20, 10);
const pair = fc.tuple(fc.integer({ min: 0, max: 1e7 }), fc.integer({ min: 0, max: 1e5 })).map(([from, length]): [number, number] => [time + from, time + from + length]);

describe('pauses as an attribute', () => {
  it('are intervals that people and other tools can read', () => {
    expect(pausedText([[time, time + 12_345]])).toBe('2026-11-20T10:00:00.000Z/2026-11-20T10:00:12.345Z');
    expect(pausesInText('2026-11-20T10:00:00.000Z/2026-11-20T10:00:12.345Z')).toEqual([[time, time + 12_345]]);
  });

  it('come back as they were, whatever is between them', () => {
    fc.assert(fc.property(fc.array(pair, { maxLength: 30 }), fc.constantFrom(' ', ', ', '","', '\n'), (pauses, between) => {
      const joined = joinedPauses(pauses);
      expect(pausesInText(pausedText(joined).replaceAll(' ', between))).toEqual(joined);
    }));
  });

  it('are in order, apart from one another, and cover all that was given', () => {
    fc.assert(fc.property(fc.array(pair, { maxLength: 300 }), (pauses) => {
      const joined = joinedPauses(pauses);
      joined.forEach(([from, to], i) => { expect(to).toBeGreaterThan(from); expect(from).toBeGreaterThan(joined[i - 1]?.[1] ?? 0); });
      expect(joined.length).toBeLessThanOrEqual(mostRecorded);
      for (const pause of pauses) if (pause[1] > pause[0]) expect(isCovered(pause, joined)).toBe(true);
    }));
  });

  it('keep the widest gaps where they are very many', () => {
    const many = Array.from({ length: 400 }, (_, i): [number, number] => [i * 10 + (i >= 200 ? 5000 : 0), i * 10 + 5 + (i >= 200 ? 5000 : 0)]);
    const joined = joinedPauses(many);
    expect(joined.length).toBe(mostRecorded);
    expect(joined.some(([from, to]) => from < 2000 && to > 6000)).toBe(false);
  });

  it('are none where a text says nothing of the kind', () => {
    for (const odd of [undefined, 7, '', 'x/y', '2026-99-99T00:00:00Z/2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z/2026-11-20T09:00:00Z', ['a'], '/'.repeat(100_000)]) expect(pausesInText(odd)).toEqual([]);
  });
});

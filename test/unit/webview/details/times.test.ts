import { describe, expect, it } from 'vitest';
import { PausedTime } from '../../../../src/analysis/pausedTime.ts';
import { whenOf } from '../../../../webview/details/times.ts';

const beginningAt = (baseUnixNano: bigint) => ({ baseUnixNano, origin: 0, paused: PausedTime.none, isFolded: false });

describe('a point in time', () => {
  it('has its offset, its date and every nanosecond', () => {
    expect(whenOf('1763600000000000123', beginningAt(1_763_600_000_000_000_000n), 0)).toEqual({ offset: '+123\u00a0ns', exact: expect.stringMatching(/2025-11-20T00:53:20\.000Z\)\n1763600000000000123 ns since 1970$/) as unknown });
  });

  it('of a clock that counts from the start of a program is no date', () => {
    expect(whenOf('1500', beginningAt(1000n), 0).exact).toBe('1500 ns on a clock of its own');
  });

  it('has its offset without the pauses before it when they are folded, and its own date all the same', () => {
    const times = { ...beginningAt(0n), paused: new PausedTime([{ from: 1e9, to: 3e9 }]), isFolded: true };
    expect(whenOf('5000000000', times, 0)).toEqual({ offset: '+3.000\u00a0s', exact: '5000000000 ns on a clock of its own' });
    expect(whenOf('5000000000', { ...times, isFolded: false }, 0).offset).toBe('+5.000\u00a0s');
  });
});

import { describe, expect, it } from 'vitest';
import { whenOf } from '../../../../webview/details/times.ts';

describe('a point in time', () => {
  it('has its offset, its date and every nanosecond', () => {
    expect(whenOf('1763600000000000123', 1_763_600_000_000_000_000n, 0)).toEqual({ offset: expect.stringContaining('+0.000'), exact: expect.stringMatching(/2025-11-20T00:53:20\.000Z\)\n1763600000000000123 ns since 1970$/) as unknown });
  });

  it('of a clock that counts from the start of a program is no date', () => {
    expect(whenOf('1500', 1000n, 0).exact).toBe('1500 ns on a clock of its own');
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Calm } from '../../../../webview/flame/calm.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('what waits for calm', () => {
  test('runs once, that long after the last stir', () => {
    const run = vi.fn(), calm = new Calm(150, run), begun = performance.now();
    run.mockImplementation(() => { expect(performance.now() - begun).toBe(60 * 16 + 150); });
    calm.stir();
    for (let frame = 0; frame < 60; frame++) {
      vi.advanceTimersByTime(16);
      calm.stir();
    }
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(run).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('runs again after another stir, and not at all once it was stopped', () => {
    const run = vi.fn(), calm = new Calm(150, run);
    calm.stir();
    vi.advanceTimersByTime(200);
    calm.stir();
    vi.advanceTimersByTime(200);
    expect(run).toHaveBeenCalledTimes(2);
    calm.stir();
    calm.stop();
    vi.advanceTimersByTime(200);
    expect(run).toHaveBeenCalledTimes(2);
  });
});

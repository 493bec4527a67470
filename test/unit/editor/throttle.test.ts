import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Throttle } from '../../../src/editor/throttle.ts';

describe('a throttle', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('runs at once, then once an interval while it is asked', async () => {
    let runs = 0;
    const throttle = new Throttle(100, () => { runs++; });
    throttle.request();
    throttle.request();
    throttle.request();
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(runs).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toBe(2);
  });

  it('never runs twice at a time', async () => {
    const runs: PromiseWithResolvers<void>[] = [];
    const throttle = new Throttle(100, () => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    });
    throttle.request();
    throttle.request();
    await vi.advanceTimersByTimeAsync(500);
    expect(runs).toHaveLength(1);
    runs[0]?.resolve();
    await vi.advanceTimersByTimeAsync(100);
    expect(runs).toHaveLength(2);
  });

  it('does nothing any more once it is given back', async () => {
    let runs = 0;
    const throttle = new Throttle(100, () => { runs++; });
    throttle.request();
    throttle.request();
    throttle.dispose();
    throttle.request();
    await vi.advanceTimersByTimeAsync(500);
    expect(runs).toBe(1);
  });
});

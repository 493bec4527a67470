import { describe, expect, it } from 'vitest';
import { fakeCollector } from './fakes.ts';

describe('the collector host', () => {
  it('starts one worker with the first call and configures it first', async () => {
    const { host, calls, listeners } = fakeCollector({ stats: () => 'figures' });
    expect(host.isRunning).toBe(false);
    const answers = await Promise.all([host.call('stats'), host.call('stats')]);
    expect(answers).toEqual(['figures', 'figures']);
    expect(calls).toEqual(['configure', 'stats', 'stats']);
    expect(listeners).toHaveLength(1);
  });

  it('tries again with a new worker when the first could not be configured', async () => {
    let fails = true;
    const { host, listeners, closed } = fakeCollector({ configure: () => { if (fails) throw new Error('The database is locked.'); } });
    await expect(host.call('stats')).rejects.toThrow('The database is locked.');
    fails = false;
    await host.call('stats');
    expect(listeners).toHaveLength(2);
    expect(closed).toEqual([1]);
  });

  it('replaces a worker that ended, and says so', async () => {
    const { host, listeners, lines } = fakeCollector({});
    let replacements = 0;
    host.onDidReplace(() => replacements++);
    await host.call('stats');
    expect(replacements).toBe(0);
    listeners[0]?.onLost('out of memory');
    await host.call('stats');
    expect(listeners).toHaveLength(2);
    expect(replacements).toBe(1);
    expect(lines).toEqual(['[spanscope] The collector ended by itself: out of memory']);
  });

  it('gives up on a worker that ends again and again', async () => {
    const { host, listeners } = fakeCollector({});
    const failures: string[] = [];
    host.onDidFail((reason) => failures.push(reason));
    await host.call('stats');
    for (let i = 0; i < 4; i++) {
      listeners.at(-1)?.onLost('crash');
      if (i < 3) await host.call('stats');
    }
    expect(listeners).toHaveLength(4);
    expect(failures).toEqual(['crash']);
  });

  it('ends the worker and takes no call after that', async () => {
    const { host, closed } = fakeCollector({});
    await host.call('stats');
    await host.close();
    expect(closed).toEqual([1]);
    await expect(host.call('stats')).rejects.toThrow();
  });
});

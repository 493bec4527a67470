import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DebugSession } from 'vscode';
import { Standing } from '../../../src/debug/standing.ts';
import type { Continue, Stop, Stops } from '../../../src/debug/stops.ts';
import { EventEmitter } from '../../support/vscode.ts';

const ids = (spanId: string): string => `'${'a'.repeat(32)} ${spanId}'`;

/** A debugger whose program stands where a test says, and answers what a test says. */
function debuggerOf(answer: (command: string, args: Record<string, unknown>) => unknown, type = 'pwa-node') {
  const stopped = new EventEmitter<Stop>(), continued = new EventEmitter<Continue>(), ended = new EventEmitter<DebugSession>();
  const asked: string[] = [], stops = new Map<number, Stop>();
  const session = {
    id: 'session', type,
    customRequest: (command: string, args: Record<string, unknown>) => {
      asked.push(command === 'evaluate' ? `${command} in ${String(args['frameId'])} for ${String(args['context'])}` : command);
      return Promise.resolve().then(() => answer(command, args));
    },
  } as unknown as DebugSession;
  const standing = new Standing({ onDidStop: stopped.event, onDidContinue: continued.event, onDidEnd: ended.event, standing: () => [...stops.values()] } as unknown as Stops);
  let changes = 0;
  standing.onDidChange(() => { changes++; });
  return {
    standing, asked, session,
    get changes() { return changes; },
    get spanIds() { return standing.spans.map(({ spanId, frameId }) => `${spanId} in ${frameId}`); },
    async stop(threadId = 1): Promise<void> {
      const stop: Stop = { session, threadId, isAll: false, reason: 'breakpoint', atUnixMilli: 0 };
      stops.set(threadId, stop);
      stopped.fire(stop);
      await vi.advanceTimersByTimeAsync(0);
    },
    goOn(threadId = 1): void {
      stops.delete(threadId);
      continued.fire({ session, threadId, atUnixMilli: 0 });
    },
    end(): void {
      stops.clear();
      ended.fire(session);
    },
  };
}

const frames = (id = 7) => ({ stackFrames: [{ id, name: 'f', line: 3 }] });

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('where programs stand', () => {
  it('asks the top frame of each thread that stops, without printing anything', async () => {
    const one = debuggerOf((command, { threadId }) => (command === 'stackTrace' ? frames(Number(threadId) * 10) : { result: ids('first') }));
    await one.stop(1);
    await one.stop(2);
    expect(one.asked).toEqual(['stackTrace', 'evaluate in 10 for watch', 'stackTrace', 'evaluate in 20 for watch']);
    expect(one.spanIds).toEqual(['first in 10', 'first in 20']);
  });

  it('keeps a mark through a step, and takes it away when the program goes on', async () => {
    let at = 'first';
    const one = debuggerOf((command) => (command === 'stackTrace' ? frames() : { result: ids(at) }));
    await one.stop();
    one.goOn();
    at = 'second';
    await one.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect([one.spanIds, one.changes]).toEqual([['second in 7'], 2]);
    one.goOn();
    await vi.advanceTimersByTimeAsync(1000);
    expect([one.spanIds, one.changes]).toEqual([[], 3]);
  });

  it('says of a place that is not known yet nothing that held before', async () => {
    let answer: unknown = { result: ids('first') };
    const one = debuggerOf((command) => (command === 'stackTrace' ? frames() : answer));
    await one.stop();
    const later = Promise.withResolvers<unknown>();
    answer = later.promise;
    one.goOn();
    await one.stop();
    expect([one.spanIds, one.standing.current]).toEqual([['first in 7'], []]);
    later.resolve({ result: ids('second') });
    await vi.advanceTimersByTimeAsync(0);
    expect(one.standing.current.map(({ spanId }) => spanId)).toEqual(['second']);
  });

  it('passes over an answer that comes after the program has gone on', async () => {
    const late = Promise.withResolvers<unknown>();
    const one = debuggerOf((command) => (command === 'stackTrace' ? frames() : late.promise));
    await one.stop();
    one.goOn();
    late.resolve({ result: ids('late') });
    await vi.advanceTimersByTimeAsync(1000);
    expect([one.spanIds, one.changes]).toEqual([[], 0]);
  });

  it('waits for nobody: an adapter that never answers, refuses, or answers nonsense leaves no mark', async () => {
    for (const answer of [() => new Promise(() => {}), () => { throw new Error('not now'); }, () => null, () => 'x', () => ({ stackFrames: [{ id: 'x' }] })]) {
      const one = debuggerOf(answer);
      await one.stop();
      await vi.advanceTimersByTimeAsync(60_000);
      expect([one.spanIds, one.changes]).toEqual([[], 0]);
    }
    const odd = debuggerOf((command) => (command === 'stackTrace' ? frames() : { result: '<b>ids</b>' }));
    await odd.stop();
    expect(odd.spanIds).toEqual([]);
  });

  it('asks no debugger of programs that have no hook', async () => {
    const one = debuggerOf(() => frames(), 'go');
    await one.stop();
    expect(one.asked).toEqual([]);
  });

  it('forgets a session that is over', async () => {
    const one = debuggerOf((command) => (command === 'stackTrace' ? frames() : { result: ids('first') }));
    await one.stop();
    one.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(one.spanIds).toEqual([]);
    one.standing.dispose();
  });
});

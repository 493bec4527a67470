import { describe, expect, it } from 'vitest';
import type { DebugSession } from 'vscode';
import { RunLog } from '../../../src/debug/runLog.ts';
import { RunPauses } from '../../../src/debug/runPauses.ts';
import type { Stops } from '../../../src/debug/stops.ts';
import type { SessionPauses } from '../../../src/protocol/pauses.ts';
import { EventEmitter } from '../../support/vscode.ts';

type Event = { session: DebugSession; atUnixMilli: number };

/** Debug sessions of one run whose programs stop and go on as the test says. */
function bench(restMs?: number) {
  const stopped = new EventEmitter<Event>(), continued = new EventEmitter<Event>(), ended = new EventEmitter<DebugSession>();
  const standing: Event[] = [], pids = new Map<DebugSession, number>(), told: SessionPauses[] = [];
  const stops = {
    onDidStop: stopped.event, onDidContinue: continued.event, onDidEnd: ended.event, pidOf: (session: DebugSession) => pids.get(session),
    standing: (session?: DebugSession) => standing.filter((stop) => session === undefined || stop.session === session),
  } as unknown as Stops;
  const runs = new RunLog({ get: () => undefined, update: () => Promise.resolve() } as unknown as ConstructorParameters<typeof RunLog>[0]);
  const pauses = new RunPauses(stops, runs, (each) => told.push(each), restMs);
  const leave = (session: DebugSession): void => { for (let i = standing.length - 1; i >= 0; i--) if (standing[i]?.session === session) standing.splice(i, 1); };
  return {
    told, runs, pauses,
    session(run: string, pid?: number, parentSession?: DebugSession): DebugSession {
      const session = { id: `${run} ${pid ?? ''}`, configuration: parentSession === undefined ? { env: { OTEL_RESOURCE_ATTRIBUTES: `spanscope.session.id=${run}` } } : {}, parentSession } as unknown as DebugSession;
      if (pid !== undefined) pids.set(session, pid);
      if (parentSession === undefined) runs.begin({ id: run, name: run, type: 'node' }, session.id);
      return session;
    },
    stop(session: DebugSession, atUnixMilli: number): void { standing.push({ session, atUnixMilli }); stopped.fire({ session, atUnixMilli }); },
    go(session: DebugSession, atUnixMilli: number): void { leave(session); continued.fire({ session, atUnixMilli }); },
    end(session: DebugSession): void { leave(session); ended.fire(session); },
  };
}

describe('the pauses of a run', () => {
  it('are told by process, soon after a program goes on', async () => {
    const { session, stop, go, told, runs } = bench(0), main = session('r', 10), child = session('r', 11, main);
    stop(main, 100);
    stop(child, 150);
    go(main, 200);
    go(child, 300);
    await expect.poll(() => told.at(-1)).toEqual({ session: 'r', processes: [{ pid: 10, pauses: [[100, 200]] }, { pid: 11, pauses: [[150, 300]] }] });
    expect(runs.find('r')?.pauses).toEqual([[100, 300]]);
  });

  it('are told at once when a session ends, with what it stood in', () => {
    const { session, stop, go, end, told } = bench(1e9), main = session('r');
    stop(main, 100);
    end(main);
    expect(told).toMatchObject([{ session: 'r', processes: [{ pauses: [[100, expect.any(Number)]] }] }]);
    const quiet = session('q');
    go(quiet, 5);
    end(quiet);
    expect(told).toHaveLength(1);
  });

  it('are told together while somebody steps', async () => {
    const { session, stop, go, end, told, pauses } = bench(1e9), main = session('r');
    stop(main, 100);
    go(main, 200);
    await expect.poll(() => told.length).toBe(1);
    for (let at = 300; at < 400; at += 10) { stop(main, at); go(main, at + 5); }
    expect(told).toHaveLength(1);
    end(main);
    expect(told[1]?.processes[0]?.pauses).toHaveLength(11);
    pauses.dispose();
  });

  it('are not told of programs without a run', () => {
    const { stop, end, told } = bench(0), stranger = { id: 'x', configuration: {} } as unknown as DebugSession;
    stop(stranger, 1);
    end(stranger);
    expect(told).toEqual([]);
  });
});

import type { DebugSession, Disposable } from 'vscode';
import type { SessionPauses } from '../protocol/pauses.ts';
import { runIdOf } from './debugTypes.ts';
import { endedPauses, pausedFrom, resumedAt } from './pauses.ts';
import type { Pause } from './pauses.ts';
import type { RunLog } from './runLog.ts';
import type { Stops } from './stops.ts';

/** Whoever steps through a program makes pauses faster than its traces need to say so. */
const usualRestMs = 15_000;
const mostRuns = 50;

/** The sessions of one run, each of which is a process or a part of one, and when each of them stood. */
interface RunProcesses { readonly processes: Map<DebugSession, readonly Pause[]>; timer: NodeJS.Timeout | undefined; toldAt: number }

/** Notes of every run when its programs stand in the debugger, and tells its traces. */
export class RunPauses implements Disposable {
  readonly #stops: Stops;
  readonly #runs: RunLog;
  readonly #tell: (pauses: SessionPauses) => void;
  readonly #restMs: number;
  readonly #known = new Map<string, RunProcesses>();
  readonly #listeners: readonly Disposable[];

  /** `tell` is called with all that is known of a run: soon after a program goes on, then at most every `restMs`, and when a session ends. */
  constructor(stops: Stops, runs: RunLog, tell: (pauses: SessionPauses) => void, restMs = usualRestMs) {
    this.#stops = stops;
    this.#runs = runs;
    this.#tell = tell;
    this.#restMs = restMs;
    this.#listeners = [
      stops.onDidStop(({ session, atUnixMilli }) => this.#note(session, atUnixMilli)),
      stops.onDidContinue(({ session, atUnixMilli }) => this.#note(session, atUnixMilli)),
      stops.onDidEnd((session) => this.#note(session, Date.now(), true)),
    ];
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    for (const { timer } of this.#known.values()) clearTimeout(timer);
  }

  #note(session: DebugSession, atUnixMilli: number, isOver = false): void {
    const id = runOfSession(session);
    if (id === undefined) return;
    const stands = this.#stops.standing(session).length > 0, known = this.#known.get(id), before = known?.processes.get(session) ?? [];
    this.#runs.setPaused(id, this.#stops.standing().some((stop) => runOfSession(stop.session) === id), atUnixMilli);
    const pauses = stands ? pausedFrom(before, atUnixMilli) : resumedAt(before, atUnixMilli);
    if (pauses !== before) this.#processesOf(id).processes.set(session, pauses);
    if ((pauses !== before && !stands) || (isOver && known !== undefined)) this.#tellSoon(id, isOver);
  }

  #processesOf(id: string): RunProcesses {
    let run = this.#known.get(id);
    if (run === undefined) this.#known.set(id, run = { processes: new Map(), timer: undefined, toldAt: -Infinity });
    const [oldest, first] = this.#known.entries().next().value ?? [];
    if (this.#known.size > mostRuns && oldest !== undefined) {
      clearTimeout(first?.timer);
      this.#known.delete(oldest);
    }
    return run;
  }

  #tellSoon(id: string, isAtOnce: boolean): void {
    const run = this.#processesOf(id), tell = (): void => {
      clearTimeout(run.timer);
      run.timer = undefined;
      run.toldAt = performance.now();
      const processes = [...run.processes].map(([session, pauses]) => ({ pid: this.#stops.pidOf(session), pauses: endedPauses(pauses) })).filter(({ pauses }) => pauses.length > 0);
      if (processes.length > 0) this.#tell({ session: id, processes: processes.map(({ pid, pauses }) => ({ ...(pid === undefined ? {} : { pid }), pauses })) });
    };
    if (isAtOnce) tell();
    else run.timer ??= setTimeout(tell, Math.max(0, run.toldAt + this.#restMs - performance.now()));
  }
}

/** The run that a session is a part of: debuggers begin sessions of their own for parts of a program. */
export function runOfSession(session: DebugSession): string | undefined {
  for (let up: DebugSession | undefined = session; up !== undefined; up = up.parentSession) {
    const id = runIdOf(up.configuration);
    if (id !== undefined) return id;
  }
  return undefined;
}

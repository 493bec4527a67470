import type { DebugSession, Disposable } from 'vscode';
import { runIdOf } from './debugTypes.ts';
import type { RunLog } from './runLog.ts';
import type { Stops } from './stops.ts';

/** Notes of every run when its programs stand in the debugger. */
export class RunPauses implements Disposable {
  readonly #stops: Stops;
  readonly #runs: RunLog;
  readonly #listeners: readonly Disposable[];

  constructor(stops: Stops, runs: RunLog) {
    this.#stops = stops;
    this.#runs = runs;
    this.#listeners = [
      stops.onDidStop(({ session, atUnixMilli }) => this.#note(session, atUnixMilli)),
      stops.onDidContinue(({ session, atUnixMilli }) => this.#note(session, atUnixMilli)),
      stops.onDidEnd((session) => this.#note(session, Date.now())),
    ];
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
  }

  #note(session: DebugSession, atUnixMilli: number): void {
    const id = runOfSession(session);
    if (id !== undefined) this.#runs.setPaused(id, this.#stops.standing().some((stop) => runOfSession(stop.session) === id), atUnixMilli);
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

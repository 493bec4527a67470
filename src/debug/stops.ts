import { EventEmitter, debug } from 'vscode';
import type { DebugAdapterTracker, DebugSession, Disposable } from 'vscode';
import { AdapterTalk } from './adapterTalk.ts';

/** A program stands, at a breakpoint or for another reason. `threadId` is undefined when the debugger names none. */
export interface Stop {
  readonly session: DebugSession;
  readonly threadId: number | undefined;
  /** Whether every thread of the session stands. */
  readonly isAll: boolean;
  /** As the debugger calls it: `breakpoint`, `step`, `pause`, `exception`, … */
  readonly reason: string;
  readonly atUnixMilli: number;
}

/** A program goes on after a stop: one thread, or all of the session when `threadId` is undefined. */
export interface Continue { readonly session: DebugSession; readonly threadId: number | undefined; readonly atUnixMilli: number }

/** Where the programs of all debug sessions stand, those that debuggers begin for parts of a program too. */
export class Stops implements Disposable {
  readonly #stopped = new EventEmitter<Stop>();
  readonly onDidStop = this.#stopped.event;
  /** Also told of programs that were not seen to stand. */
  readonly #continued = new EventEmitter<Continue>();
  readonly onDidContinue = this.#continued.event;
  readonly #ended = new EventEmitter<DebugSession>();
  /** A session is over; nothing of it stands any more. */
  readonly onDidEnd = this.#ended.event;
  readonly #standing = new Map<DebugSession, Map<number | undefined, Stop>>();
  readonly #pids = new WeakMap<DebugSession, number>();
  readonly #disposables: readonly Disposable[];

  constructor() {
    this.#disposables = [
      debug.registerDebugAdapterTrackerFactory('*', { createDebugAdapterTracker: (session) => this.#track(session) }),
      debug.onDidTerminateDebugSession((session) => {
        this.#standing.delete(session);
        this.#ended.fire(session);
      }),
      this.#stopped, this.#continued, this.#ended,
    ];
  }

  /** The threads that stand now, the latest last; of one session or of all. */
  standing(session?: DebugSession): readonly Stop[] {
    const stops = session === undefined ? [...this.#standing.values()] : [this.#standing.get(session) ?? new Map<number | undefined, Stop>()];
    return stops.flatMap((each) => [...each.values()]).sort((a, b) => a.atUnixMilli - b.atUnixMilli);
  }

  /** The process of a session's program, where its debugger has told. */
  pidOf(session: DebugSession): number | undefined { return this.#pids.get(session); }

  dispose(): void {
    for (const item of this.#disposables) item.dispose();
    this.#standing.clear();
  }

  #track(session: DebugSession): DebugAdapterTracker {
    const talk = new AdapterTalk({
      stopped: (stop) => {
        const whole = { session, ...stop, atUnixMilli: Date.now() };
        const stops = this.#standing.get(session) ?? new Map<number | undefined, Stop>();
        stops.delete(stop.threadId);
        this.#standing.set(session, stops.set(stop.threadId, whole));
        this.#stopped.fire(whole);
      },
      continued: (threadId) => {
        if (threadId === undefined) this.#standing.delete(session);
        else this.#standing.get(session)?.delete(threadId);
        this.#continued.fire({ session, threadId, atUnixMilli: Date.now() });
      },
      process: (pid) => { this.#pids.set(session, pid); },
    });
    return { onWillReceiveMessage: (message) => talk.toAdapter(message), onDidSendMessage: (message) => talk.fromAdapter(message) };
  }
}

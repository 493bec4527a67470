import { debug } from 'vscode';
import type { DebugSession, Disposable } from 'vscode';
import { FrameVeil, unveiled } from './frameVeil.ts';
import { framesIn } from './stackFrames.ts';
import { debugpySteps } from './stepToUserDebugpy.ts';
import { nodeSteps } from './stepToUserNode.ts';
import type { Stop, Stops } from './stops.ts';
import type { UserSteps } from './userSteps.ts';

/** One for each debugger. */
const debuggers: readonly UserSteps[] = [nodeSteps, debugpySteps];

const mostSteps = 12, framesAsked = 20, patienceMs = 3000;

/** Leads programs that stand in our hook to the user's own frame when the debugger does not, and keeps the hook out of the user's sight. */
export class StepToUser implements Disposable {
  readonly #stops: Stops;
  readonly #warn: (what: string, cause: unknown) => void;
  readonly #disposables: Disposable[];
  /** Threads that are on their way, whose stops are steps of ours. */
  readonly #underway = new Set<string>();

  constructor(stops: Stops, warn: (what: string, cause: unknown) => void) {
    this.#stops = stops;
    this.#warn = warn;
    const types = [...new Set(debuggers.flatMap((each) => each.types))];
    this.#disposables = types.map((type) => debug.registerDebugAdapterTrackerFactory(type, {
      createDebugAdapterTracker: (session) => {
        const veil = new FrameVeil((threadId) => this.isUnderway({ session, threadId }));
        return { onWillReceiveMessage: (message) => veil.toAdapter(message), onDidSendMessage: (message) => veil.fromAdapter(message) };
      },
    }));
    this.#disposables.push(stops.onDidStop((stop) => { void this.#lead(stop); }));
  }

  /** Whether a stop is one on the way to the user's frame. */
  isUnderway({ session, threadId }: Pick<Stop, 'session' | 'threadId'>): boolean { return this.#underway.has(keyOf(session, threadId)); }

  /** Whether a thread of a session is on its way. */
  isSessionUnderway(session: DebugSession): boolean { return [...this.#underway].some((key) => key.startsWith(`${session.id} `)); }

  dispose(): void {
    for (const item of this.#disposables) item.dispose();
  }

  async #lead({ session, threadId, reason }: Stop): Promise<void> {
    const steps = debuggers.find(({ types }) => types.includes(session.type));
    const key = keyOf(session, threadId);
    if (steps === undefined || threadId === undefined || this.#underway.has(key)) return;
    this.#underway.add(key);
    try {
      let why: string | undefined = reason;
      for (let count = 0; count < mostSteps; count++) {
        const answer: unknown = await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: framesAsked, ...unveiled });
        const command = steps.next(framesIn(answer), why === 'step', count > 0);
        if (command === undefined) return;
        const stopped = this.#nextStop(session, threadId);
        await session.customRequest(command, { threadId });
        // What runs meanwhile may come to a breakpoint.
        why = (await stopped)?.reason;
        if (why === undefined) return;
      }
    } catch (error) {
      // A session that has ended meanwhile answers nothing any more.
      if (this.#stops.standing(session).length > 0) this.#warn('A program could not be led out of the hook', error);
    } finally {
      this.#underway.delete(key);
    }
  }

  /** Where the thread stops again, if it does soon. */
  #nextStop(session: DebugSession, threadId: number): Promise<Stop | undefined> {
    const { promise, resolve } = Promise.withResolvers<Stop | undefined>();
    const timer = setTimeout(() => resolve(undefined), patienceMs);
    const listeners = [
      this.#stops.onDidStop((stop) => { if (stop.session === session && stop.threadId === threadId) resolve(stop); }),
      this.#stops.onDidEnd((ended) => { if (ended === session) resolve(undefined); }),
    ];
    return promise.finally(() => {
      clearTimeout(timer);
      for (const listener of listeners) listener.dispose();
    });
  }
}

const keyOf = (session: DebugSession, threadId: number | undefined): string => `${session.id} ${threadId}`;

import { EventEmitter } from 'vscode';
import type { DebugSession, Disposable } from 'vscode';
import { spanInAnswer, spanQuestion } from './activeSpan.ts';
import type { SpanIds } from './activeSpan.ts';
import { framesIn } from './stackFrames.ts';
import type { Stop, Stops } from './stops.ts';

/** A thread that stands, and the innermost span that is active there. */
export interface StandingSpan extends SpanIds {
  readonly session: DebugSession;
  readonly threadId: number;
  /** The top frame. */
  readonly frameId: number;
}

/** An adapter that has not answered by then does not. Nobody waits for it: what comes after the next step is passed over. */
const patienceMs = 15_000;
/** A thread that goes on is still shown to stand for a moment: a step ends soon, and marks that come and go are no help. */
const lingerMs = 150;

/** Which spans are active where programs stand in the debugger. Every stop asks the hook in its program. */
export class Standing implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #stops: Stops;
  readonly #spans = new Map<string, StandingSpan & { readonly stop: Stop }>();
  /** Threads whose marks are to go. */
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #listeners: readonly Disposable[];

  constructor(stops: Stops) {
    this.#stops = stops;
    this.#listeners = [
      stops.onDidStop((stop) => { void this.#look(stop); }),
      stops.onDidContinue(({ session, threadId }) => this.#leave(session, threadId, lingerMs)),
      stops.onDidEnd((session) => this.#leave(session, undefined, 0)),
      this.#changed,
    ];
  }

  /** The latest last; for marks also those of threads that went on a moment ago. */
  get spans(): readonly StandingSpan[] { return [...this.#spans.values()]; }

  /** The latest last, without threads that have gone on or stand elsewhere by now. */
  get current(): readonly StandingSpan[] { return [...this.#spans.values()].filter(({ stop }) => this.#isCurrent(stop)); }

  /** Where a thread stands, the top frame first; empty when it tells nothing in time. */
  async framesOf({ session, threadId }: Pick<StandingSpan, 'session' | 'threadId'>, levels: number): Promise<unknown> {
    return withPatience(session.customRequest('stackTrace', { threadId, startFrame: 0, levels }));
  }

  dispose(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    for (const listener of this.#listeners) listener.dispose();
  }

  async #look(stop: Stop): Promise<void> {
    const { session, threadId } = stop, expression = spanQuestion(session.type);
    if (expression === undefined || threadId === undefined) return;
    const key = keyOf(session, threadId);
    try {
      const [top] = framesIn(await this.framesOf({ session, threadId }, 1));
      if (top === undefined || !this.#isCurrent(stop)) return;
      const ids = spanInAnswer(await withPatience(session.customRequest('evaluate', { expression, frameId: top.id, context: 'watch' })));
      if (!this.#isCurrent(stop)) return;
      this.#stay(key);
      const before = this.#spans.get(key);
      this.#spans.delete(key);
      if (ids !== undefined) this.#spans.set(key, { ...ids, session, threadId, frameId: top.id, stop });
      if (ids !== undefined || before !== undefined) this.#changed.fire();
    } catch {
      // An adapter that refuses, or a session that has ended: nothing is known of where it stands.
      if (this.#isCurrent(stop)) this.#leave(session, threadId, 0);
    }
  }

  /** Whether the thread stands as it did when it was looked at. */
  #isCurrent(stop: Stop): boolean { return this.#stops.standing(stop.session).includes(stop); }

  #stay(key: string): void {
    clearTimeout(this.#leaving.get(key));
    this.#leaving.delete(key);
  }

  #leave(session: DebugSession, threadId: number | undefined, afterMs: number): void {
    for (const [key, span] of this.#spans) {
      if (span.session !== session || (threadId !== undefined && span.threadId !== threadId)) continue;
      this.#stay(key);
      this.#leaving.set(key, setTimeout(() => {
        this.#leaving.delete(key);
        if (this.#spans.delete(key)) this.#changed.fire();
      }, afterMs));
    }
  }
}

const keyOf = (session: DebugSession, threadId: number): string => `${session.id} ${threadId}`;

async function withPatience(work: PromiseLike<unknown>): Promise<unknown> {
  const late = Promise.withResolvers<undefined>(), timer = setTimeout(() => late.resolve(undefined), patienceMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

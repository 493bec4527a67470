import { Signal } from './signal.ts';

const pauseMs = 2000;

/** What a screen reader is told: at most one message in two seconds, the newest first. */
export class Announcer {
  readonly message = new Signal('');
  #last = -Infinity;
  #next: string | undefined;

  say(message: string): void {
    const wait = this.#last + pauseMs - performance.now();
    if (this.#next !== undefined) {
      this.#next = message;
    } else if (wait <= 0) {
      this.#speak(message);
    } else {
      this.#next = message;
      setTimeout(() => {
        const next = this.#next;
        this.#next = undefined;
        if (next !== undefined) this.#speak(next);
      }, wait);
    }
  }

  #speak(message: string): void {
    this.#last = performance.now();
    this.message.value = message;
  }
}

/** The parts of a run that are worth saying when they change. */
export interface Spoken {
  readonly openCount: number;
  readonly errorCount: number;
}

/** What to say about a run that went from one state to another; undefined for nothing. */
export function changeInWords(before: Spoken | undefined, now: Spoken): string | undefined {
  if (before === undefined) return undefined;
  const newErrors = now.errorCount - before.errorCount;
  if (before.openCount > 0 && now.openCount === 0) return now.errorCount === 0 ? 'The run has ended.' : `The run has ended with ${errors(now.errorCount)}.`;
  return newErrors > 0 ? `${newErrors === 1 ? 'New error' : `${newErrors} new errors`}, ${errors(now.errorCount)} in all.` : undefined;
}

const errors = (count: number): string => `${count} ${count === 1 ? 'error' : 'errors'}`;

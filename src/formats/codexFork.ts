import { nanosOfIso } from '../model/time.ts';
import { objectIn, textIn } from './jsonFields.ts';
import type { JsonObject } from './jsonReader.ts';

const uuid7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7/i;
/** Repeated records are written at once. Where turns have no ids that tell their time, a pause is the end of them. */
const pauseNanos = 1_000_000_000n;

/** When a uuid of version 7 was made, in ms since 1970. */
function madeAt(id: string): number | undefined {
  const [, high, low] = uuid7.exec(id) ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}

/**
 * A session that was forked begins with what the other one says, its line about itself first, and times that say when it was
 * copied. What the session says itself begins with its own line once more, with a turn that is younger than it, or after a pause.
 */
export class CodexFork {
  private id = '';
  private born = 0;
  private isRepeating = false;
  private lastTime = 0n;

  /** Whether a record, written at `time`, repeats what another session says. */
  repeats(type: string, payload: JsonObject, time: bigint): boolean {
    if (type === 'session_meta') this.takeSession(payload);
    else if (this.isRepeating && (this.isOwnTurn(payload) || time - this.lastTime > pauseNanos)) this.isRepeating = false;
    this.lastTime = time;
    return this.isRepeating;
  }

  private takeSession(about: JsonObject): void {
    const id = textIn(about.get('id'));
    if (this.id === '') {
      this.id = id;
      this.born = madeAt(id) ?? Number((nanosOfIso(textIn(about.get('timestamp'))) ?? 0n) / 1_000_000n);
    } else this.isRepeating = id !== this.id;
  }

  private isOwnTurn(payload: JsonObject): boolean {
    const begun = madeAt(textIn(payload.get('turn_id') ?? objectIn(payload.get('turn'))?.get('id')));
    return begun !== undefined && begun >= this.born;
  }
}

import { frameIn, isHookFrame, isKitFrame, isUserFrame } from './stackFrames.ts';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const mostPending = 50;
/** So many frames more than the editor wants are asked for: it wants only the top one at first, and what of it is to be seen depends on the user's frame below. */
const spareFrames = 20;

/** Of a `stackTrace` request whose answer is to hold all frames. */
export const unveiled = { spanscopeUnveiled: true };

interface Asked { readonly threadId: unknown; readonly start: number; readonly levels: number }

/**
 * Keeps our hook out of sight when a program stands in it: takes its frames from the top of the stack in what passes
 * between the editor and a debug adapter (https://microsoft.github.io/debug-adapter-protocol/specification#Requests_StackTrace),
 * so that the program stands at the line that made the span, as it does. Frames of packages between that line and the
 * hook are marked subtle, which the editor passes over when it chooses the frame to show. Those of the agent kit are out
 * of sight as well while the program is led through it: the editor would open the kit at every step.
 */
export class FrameVeil {
  readonly #isUnderway: (threadId: number | undefined) => boolean;
  /** By the number of the request. */
  readonly #asked = new Map<number, Asked>();
  /** How many frames are taken out, by thread; and the number of the user's frame in what is left, -1 where it is still to come in a later part. */
  readonly #hidden = new Map<unknown, number>();
  readonly #users = new Map<unknown, number>();

  /** `isUnderway` says whether a thread is on its way out of the hook. */
  constructor(isUnderway: (threadId: number | undefined) => boolean) { this.#isUnderway = isUnderway; }

  toAdapter(message: unknown): void {
    if (!isFields(message) || message['type'] !== 'request' || message['command'] !== 'stackTrace' || typeof message['seq'] !== 'number') return;
    const given = message['arguments'];
    if (!isFields(given) || 'spanscopeUnveiled' in given) return;
    const threadId = given['threadId'], start = countIn(given['startFrame']), levels = countIn(given['levels']);
    this.#asked.set(message['seq'], { threadId, start, levels });
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > mostPending && oldest !== undefined) this.#asked.delete(oldest);
    if (start > 0) given['startFrame'] = start + (this.#hidden.get(threadId) ?? 0);
    // Without a number all frames are asked for.
    else if (levels > 0) given['levels'] = levels + spareFrames;
  }

  fromAdapter(message: unknown): void {
    if (!isFields(message) || message['type'] !== 'response' || message['command'] !== 'stackTrace') return;
    const asked = this.#asked.get(Number(message['request_seq'])), body = message['body'];
    this.#asked.delete(Number(message['request_seq']));
    if (asked === undefined || !isFields(body) || !Array.isArray(body['stackFrames'])) return;
    const { threadId, start, levels } = asked, frames = body['stackFrames'] as unknown[];
    if (start === 0) this.#begin(threadId, frames);
    const hidden = this.#hidden.get(threadId) ?? 0;
    if (start === 0) frames.splice(0, hidden);
    if (this.#users.has(threadId)) this.#mark(threadId, start, frames);
    if (levels > 0) frames.splice(levels);
    if (typeof body['totalFrames'] === 'number') body['totalFrames'] -= hidden;
  }

  /** The top of a stack. One of the hook's frames alone stays as it is: there would be nothing to show. */
  #begin(threadId: unknown, frames: readonly unknown[]): void {
    const isUnderway = this.#isUnderway(typeof threadId === 'number' ? threadId : undefined);
    const others = frames.findIndex((frame) => { const read = frameIn(frame); return read === undefined || !(isHookFrame(read) || (isUnderway && isKitFrame(read))); });
    this.#hidden.delete(threadId);
    this.#users.delete(threadId);
    if (others <= 0) return;
    this.#hidden.set(threadId, others);
    this.#users.set(threadId, -1);
  }

  /** What stands above the user's frame; as long as that is not known, nothing. `start` is the number of the first of these frames. */
  #mark(threadId: unknown, start: number, frames: readonly unknown[]): void {
    let user = this.#users.get(threadId) ?? -1;
    if (user < 0) {
      const found = frames.findIndex((frame) => { const read = frameIn(frame); return read !== undefined && isUserFrame(read); });
      if (found < 0) return;
      this.#users.set(threadId, user = start + found);
    }
    for (const frame of frames.slice(0, Math.max(0, user - start))) if (isFields(frame)) frame['presentationHint'] = 'subtle';
  }
}

const countIn = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0);

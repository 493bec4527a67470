import { frameIn, isHookFrame, isUserFrame } from './stackFrames.ts';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const mostPending = 50;
/** So many frames more than the editor wants are asked for, to have as many when those of the hook are taken out. */
const spareFrames = 6;

/** Of a `stackTrace` request whose answer is to hold all frames. */
export const unveiled = { spanscopeUnveiled: true };

interface Asked { readonly threadId: unknown; readonly start: number; readonly levels: number }

/**
 * Keeps our hook out of sight when a program stands in it: takes its frames from the top of the stack in what passes
 * between the editor and a debug adapter (https://microsoft.github.io/debug-adapter-protocol/specification#Requests_StackTrace),
 * so that the program stands at the line that made the span, as it does. Frames of packages between that line and the
 * hook are marked subtle, which the editor passes over when it chooses the frame to show.
 */
export class FrameVeil {
  /** By the number of the request. */
  readonly #asked = new Map<number, Asked>();
  /** How many frames are taken out, by thread; and threads whose user's frame is still to come in a later part. */
  readonly #hidden = new Map<unknown, number>();
  readonly #awaitsUser = new Set<unknown>();

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
    if (this.#awaitsUser.has(threadId)) this.#mark(threadId, frames);
    if (levels > 0) frames.splice(levels);
    if (typeof body['totalFrames'] === 'number') body['totalFrames'] -= hidden;
  }

  /** The top of a stack. One of the hook's frames alone stays as it is: there would be nothing to show. */
  #begin(threadId: unknown, frames: readonly unknown[]): void {
    const others = frames.findIndex((frame) => { const read = frameIn(frame); return read === undefined || !isHookFrame(read); });
    this.#hidden.delete(threadId);
    this.#awaitsUser.delete(threadId);
    if (others <= 0) return;
    this.#hidden.set(threadId, others);
    this.#awaitsUser.add(threadId);
  }

  /** What stands above the user's frame; a part of a stack without one is left alone. */
  #mark(threadId: unknown, frames: readonly unknown[]): void {
    const user = frames.findIndex((frame) => { const read = frameIn(frame); return read !== undefined && isUserFrame(read); });
    if (user < 0) return;
    this.#awaitsUser.delete(threadId);
    for (const frame of frames.slice(0, user)) if (isFields(frame)) frame['presentationHint'] = 'subtle';
  }
}

const countIn = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0);

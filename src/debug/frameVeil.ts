import { frameIn, isHookFrame, isUserFrame } from './stackFrames.ts';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const mostPending = 50;

/**
 * Keeps the editor from opening our hook when a program stands in it: marks the frames above the user's own as subtle in
 * the answers of a debug adapter, which the editor passes over when it chooses the frame to show
 * (https://microsoft.github.io/debug-adapter-protocol/specification#Types_StackFrame). Without a frame of the user's
 * only those of the hook are marked. Other stops are left alone.
 */
export class FrameVeil {
  /** Where the asked part of a stack begins, by the number of the request. */
  readonly #asked = new Map<number, { readonly start: number; readonly threadId: unknown }>();
  /** Threads whose top frame is the hook's, and whose user's frame is still to come in a later part. */
  readonly #veiled = new Set<unknown>();

  toAdapter(message: unknown): void {
    if (!isFields(message) || message['type'] !== 'request' || message['command'] !== 'stackTrace' || typeof message['seq'] !== 'number') return;
    const given = isFields(message['arguments']) ? message['arguments'] : {};
    this.#asked.set(message['seq'], { start: typeof given['startFrame'] === 'number' ? given['startFrame'] : 0, threadId: given['threadId'] });
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > mostPending && oldest !== undefined) this.#asked.delete(oldest);
  }

  fromAdapter(message: unknown): void {
    if (!isFields(message) || message['type'] !== 'response' || message['command'] !== 'stackTrace') return;
    const asked = this.#asked.get(Number(message['request_seq']));
    this.#asked.delete(Number(message['request_seq']));
    const frames = isFields(message['body']) ? message['body']['stackFrames'] : undefined;
    if (asked !== undefined && Array.isArray(frames)) this.#mark(frames, asked);
  }

  #mark(frames: readonly unknown[], { start, threadId }: { readonly start: number; readonly threadId: unknown }): void {
    const read = frames.map(frameIn);
    const isHook = (at: number): boolean => { const frame = read[at]; return frame !== undefined && isHookFrame(frame); };
    if (start === 0) {
      if (isHook(0)) this.#veiled.add(threadId);
      else this.#veiled.delete(threadId);
    }
    if (!this.#veiled.has(threadId)) return;
    const user = read.findIndex((frame) => frame !== undefined && isUserFrame(frame));
    if (user >= 0) this.#veiled.delete(threadId);
    frames.forEach((frame, at) => {
      if (isFields(frame) && (at < user || isHook(at))) frame['presentationHint'] = 'subtle';
    });
  }
}

/** What the talk between the editor and a debug adapter says about the program: it stands, or it goes on. */
export interface TalkListener {
  /** `threadId` is undefined when the adapter names none; `isAll` when every thread stands. */
  stopped(stop: { readonly threadId: number | undefined; readonly isAll: boolean; readonly reason: string }): void;
  /** `threadId` is undefined when all threads go on. */
  continued(threadId: number | undefined): void;
  /** The adapter tells the number of the program's process. */
  process(pid: number): void;
}

type Fields = Readonly<Record<string, unknown>>;

/** Requests after whose answer the program runs again, without an event that says so. */
const resuming = new Set(['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'goto', 'restartFrame']);
const mostPending = 100, longestReason = 100;

/**
 * Reads the messages of one debug session (https://microsoft.github.io/debug-adapter-protocol/specification). Whatever
 * adapters send beside the protocol is passed over.
 */
export class AdapterTalk {
  readonly #listener: TalkListener;
  /** The thread that goes on once a request is answered, by the number of the request. */
  readonly #pending = new Map<number, number | undefined>();

  constructor(listener: TalkListener) { this.#listener = listener; }

  /** A message from the editor to the adapter. */
  toAdapter(message: unknown): void {
    if (!isFields(message) || message['type'] !== 'request' || typeof message['command'] !== 'string' || !resuming.has(message['command'])) return;
    const seq = numberIn(message['seq']), given = fieldsIn(message['arguments']);
    if (seq === undefined) return;
    this.#pending.set(seq, given['singleThread'] === true ? numberIn(given['threadId']) : undefined);
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > mostPending && oldest !== undefined) this.#pending.delete(oldest);
  }

  /** A message from the adapter to the editor. */
  fromAdapter(message: unknown): void {
    if (!isFields(message)) return;
    if (message['type'] === 'response') this.#answered(message);
    else if (message['type'] === 'event') this.#told(message['event'], fieldsIn(message['body']));
  }

  #answered(message: Fields): void {
    const seq = numberIn(message['request_seq']);
    if (seq === undefined || !this.#pending.has(seq)) return;
    const threadId = this.#pending.get(seq);
    this.#pending.delete(seq);
    if (message['success'] !== false) this.#listener.continued(threadId);
  }

  #told(event: unknown, body: Fields): void {
    const threadId = numberIn(body['threadId']);
    if (event === 'stopped') {
      // A stop may overtake the answer to the step that led there.
      for (const resumed of this.#pending.values()) this.#listener.continued(resumed);
      this.#pending.clear();
      const reason = typeof body['reason'] === 'string' ? body['reason'].slice(0, longestReason) : '';
      this.#listener.stopped({ threadId, isAll: body['allThreadsStopped'] === true || threadId === undefined, reason });
    } else if (event === 'continued') {
      this.#listener.continued(body['allThreadsContinued'] === false ? threadId : undefined);
    } else if (event === 'thread' && body['reason'] === 'exited' && threadId !== undefined) {
      this.#listener.continued(threadId);
    } else if (event === 'process') {
      const pid = numberIn(body['systemProcessId']);
      if (pid !== undefined && pid > 0) this.#listener.process(pid);
    }
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsIn = (value: unknown): Fields => (isFields(value) ? value : {});
const numberIn = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined);

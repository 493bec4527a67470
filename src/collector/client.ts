import { Worker } from 'node:worker_threads';
import type { CollectorCalls, CollectorEvent } from '../protocol/collector.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

/** A worker that has not ended by itself after this time is ended. */
const closeWithinMs = 2000;
/** The engine would let what is forgotten at once pile up to 150 MB, and keep the room; so much serves it as quickly. */
const resourceLimits = { maxYoungGenerationSizeMb: 32 };

export interface ClientListeners {
  readonly onEvent: (event: CollectorEvent) => void;
  /** The worker ended by itself. Calls that waited have been rejected. */
  readonly onLost: (reason: string) => void;
}

/** The buffers that travel without being copied: arguments, and the bytes of a file. */
function buffersOf(arg: unknown): ArrayBuffer[] {
  if (arg instanceof ArrayBuffer) return [arg];
  return typeof arg === 'object' && arg !== null && 'bytes' in arg && arg.bytes instanceof ArrayBuffer ? [arg.bytes] : [];
}

interface Waiting { resolve(value: unknown): void; reject(error: Error): void }

/**
 * A running collector worker as the host sees it. Every call is answered: by its result, by an error with a message for
 * the user, or by an error when the worker ends. What was stored survives the worker; start another in its place.
 */
export class CollectorClient {
  private readonly worker: Worker;
  private readonly listeners: ClientListeners;
  private readonly waiting = new Map<number, Waiting>();
  private readonly ended: Promise<void>;
  private lastId = 0;
  private lostReason: string | undefined;
  private isClosing = false;

  /** `file` is the absolute path of the worker's bundle. */
  constructor(file: string, listeners: ClientListeners) {
    this.listeners = listeners;
    this.worker = new Worker(file, { name: 'spanscope collector', resourceLimits });
    this.worker.on('message', (message: FromWorker) => this.take(message));
    this.worker.on('messageerror', (error) => this.worker.emit('error', error));
    this.worker.on('error', (error: unknown) => { this.lostReason ??= error instanceof Error ? error.message : String(error); });
    this.ended = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.lose(this.lostReason ?? `the worker ended with code ${code}`);
        resolve();
      });
    });
  }

  /** Makes a call. ArrayBuffers among the arguments are handed over and empty afterwards. */
  call<K extends keyof CollectorCalls>(name: K, ...args: Parameters<CollectorCalls[K]>): Promise<Awaited<ReturnType<CollectorCalls[K]>>> {
    if (this.isClosing) return Promise.reject(new Error('The collector is being shut down.'));
    return this.send(name, args) as Promise<Awaited<ReturnType<CollectorCalls[K]>>>;
  }

  /** Writes what is pending and ends the worker, by force when it takes longer than 2 s. Harmless when called twice. */
  async close(): Promise<void> {
    if (!this.isClosing) {
      this.isClosing = true;
      this.send('shutdown', []).catch(() => undefined);
    }
    const timer = setTimeout(() => void this.worker.terminate(), closeWithinMs);
    await this.ended;
    clearTimeout(timer);
  }

  private send(name: keyof CollectorCalls, args: readonly unknown[]): Promise<unknown> {
    if (this.lostReason !== undefined) return Promise.reject(new Error(`The collector has ended: ${this.lostReason}`));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      try {
        this.worker.postMessage({ id, name, args } satisfies ToWorker, args.flatMap(buffersOf));
      } catch (error) {
        this.waiting.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  private take(message: FromWorker): void {
    if ('event' in message) {
      if (!this.isClosing) this.listeners.onEvent(message.event);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.value); else waiting?.reject(new Error(message.error));
  }

  private lose(reason: string): void {
    this.lostReason = reason;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(new Error(`The collector has ended: ${reason}`));
    if (!this.isClosing) this.listeners.onLost(reason);
  }
}

import { Worker } from 'node:worker_threads';
import type { Load, LoadResult } from './loadWorker.ts';

/** Spans that keep coming at a steady rate, from a thread of their own. */
export class RunningLoad {
  readonly #worker: Worker;
  readonly #result: Promise<LoadResult>;

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.#result = new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', (message: 'ready' | LoadResult) => { if (message !== 'ready') resolve(message); });
    });
    // Whoever waits for the result hears of a failure; until then nobody does.
    this.#result.catch(() => undefined);
  }

  /** Makes the data; resolves when sending can begin. */
  static async prepare(load: Load): Promise<RunningLoad> {
    const worker = new Worker(new URL('./loadWorker.ts', import.meta.url), { workerData: load });
    const running = new RunningLoad(worker);
    await Promise.race([new Promise((resolve) => { worker.once('message', resolve); }), running.#result]);
    return running;
  }

  begin(): void {
    this.#worker.postMessage('begin');
  }

  /** Ends it before its time; gives what was sent until then. */
  stop(): Promise<LoadResult> {
    this.#worker.postMessage('stop');
    return this.done();
  }

  /** Resolves when all has been sent and answered. */
  async done(): Promise<LoadResult> {
    const result = await this.#result;
    await this.#worker.terminate();
    return result;
  }
}

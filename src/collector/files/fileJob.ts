import { Worker } from 'node:worker_threads';
import type { ResourceLimits } from 'node:worker_threads';
import { SpanBatch } from '../../model/spanBatch.ts';
import type { FileInput } from '../../protocol/files.ts';
import type { FileProgress, FileTask, FromFileWorker } from './fileMessages.ts';

/** What a worker may use of JavaScript's own memory; a file that asks for more is given up. Bytes are not part of it, and have limits of their own. */
const usualLimits: ResourceLimits = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };

export interface JobListener {
  /** Takes rows in; the worker is a few batches ahead of what has resolved. */
  rows(batch: SpanBatch): Promise<void>;
  progress(progress: FileProgress): void;
  /** The worker ended before it had read everything. */
  lost(reason: string): void;
}

/** Reads a file in a worker of its own. */
export class FileJob {
  private readonly worker: Worker;
  private readonly listener: JobListener;
  private readonly ahead: Int32Array;
  private queue: Promise<void> = Promise.resolve();
  private isOver = false;

  /** `bundle` is the absolute path of `fileWorker`. Bytes of the input are handed over. */
  constructor(bundle: string, input: FileInput, follow: boolean, listener: JobListener, limits: ResourceLimits = usualLimits) {
    this.listener = listener;
    const flow = new SharedArrayBuffer(4);
    this.ahead = new Int32Array(flow);
    this.worker = new Worker(bundle, {
      name: 'spanscope file', resourceLimits: limits, workerData: { input, follow, flow } satisfies FileTask, transferList: 'bytes' in input ? [input.bytes] : [],
    });
    this.worker.on('message', (message: FromFileWorker) => { this.queue = this.queue.then(() => this.take(message)); });
    this.worker.on('error', (error: unknown) => { this.queue = this.queue.then(() => { this.end(wordsOf(error)); }); });
    this.worker.on('exit', (code) => { this.queue = this.queue.then(() => { this.end(`its reader ended with code ${code}`); }); });
  }

  /** Reads no more, at once. */
  stop(): void {
    this.isOver = true;
    void this.worker.terminate();
  }

  private async take(message: FromFileWorker): Promise<void> {
    if (this.isOver) return;
    if ('progress' in message) {
      const { state } = message.progress;
      this.isOver = state === 'read' || state === 'failed';
      this.listener.progress(message.progress);
      return;
    }
    try {
      await this.listener.rows(SpanBatch.of(message.batch));
    } catch (error) {
      this.stop();
      this.listener.lost(error instanceof Error ? error.message : String(error));
    }
    Atomics.sub(this.ahead, 0, 1);
    Atomics.notify(this.ahead, 0);
    // Others have their turn between two batches.
    await new Promise(setImmediate);
  }

  private end(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.listener.lost(reason);
  }
}

function wordsOf(error: unknown): string {
  const isMemory = error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isMemory) return 'reading it takes more memory than a file may have';
  return error instanceof Error ? error.message : String(error);
}

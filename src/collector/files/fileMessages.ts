import type { BatchParts } from '../../model/spanBatch.ts';
import type { FileInput, FileReport } from '../../protocol/files.ts';

/** What a worker is to read. */
export interface FileTask {
  readonly input: FileInput;
  readonly follow: boolean;
  /** One number: batches that were sent and not taken in yet. The worker waits while it is ahead. */
  readonly flow: SharedArrayBuffer;
}

/** How far the reading is; everything of the report is of now. */
export interface FileProgress {
  readonly state: 'reading' | 'following' | 'read' | 'failed';
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly report: FileReport;
  /** Why it failed. */
  readonly problem?: string;
}

/** What was read, or how far it is. */
export type FromFileWorker = { readonly batch: BatchParts } | { readonly progress: FileProgress };

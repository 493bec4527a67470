import type { CollectorCalls, CollectorEvent } from '../protocol/collector.ts';

/** A call of the host; it is answered once, by a value or an error. */
export interface ToWorker {
  readonly id: number;
  readonly name: keyof CollectorCalls;
  readonly args: readonly unknown[];
}

/** What the worker sends: an answer, or something that it tells without being asked. */
export type FromWorker =
  | { readonly id: number; readonly value: unknown; readonly error?: undefined }
  | { readonly id: number; readonly error: string }
  | { readonly event: CollectorEvent };

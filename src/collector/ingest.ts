import { DecodeError } from '../formats/format.ts';
import { requestLimits } from '../formats/limits.ts';
import { formatById } from '../formats/registry.ts';
import { SpanBatch } from '../model/spanBatch.ts';
import { RefusedError } from './receivers/receiver.ts';
import type { Accepted, Payload, Sink } from './receivers/receiver.ts';
import type { TraceStore } from './store/traceStore.ts';

const longestRetrySeconds = 30;

/** Exact counts since the start. */
export interface IngestCounts { spans: number; rejected: number; logs: number; metricPoints: number }

/** Where receivers hand over what they got: decoded, stored, answered. Nothing of a refused payload is stored. */
export class Ingest implements Sink {
  readonly counts: IngestCounts = { spans: 0, rejected: 0, logs: 0, metricPoints: 0 };
  private readonly store: TraceStore;
  private readonly complain: (message: string) => void;
  private retrySeconds = 1;
  private isOpen = false;

  constructor(store: TraceStore, complain: (message: string) => void) {
    this.store = store;
    this.complain = complain;
  }

  /** Takes payloads from now on. */
  open(): void { this.isOpen = true; }

  /** Takes none any more. */
  close(): void { this.isOpen = false; }

  async accept(payload: Payload): Promise<Accepted> {
    const retryAfter = this.retryAfterSeconds();
    if (retryAfter !== undefined) throw new RefusedError('unavailable', 'not able to take more at the moment', retryAfter);
    const batch = this.decode(payload);
    const written = this.append(batch, payload);
    const { counts } = this;
    counts.spans += batch.count;
    counts.rejected += batch.rejectedCount;
    counts.logs += batch.logs.length;
    counts.metricPoints += batch.metrics.length;
    await written;
    return {
      accepted: batch.count + batch.logs.length + batch.metrics.length,
      rejected: batch.rejectedCount,
      ...(batch.problems.length === 0 ? {} : { message: batch.problems.join('; ') }),
    };
  }

  connectionEnded(spans: Iterable<{ readonly traceId: string; readonly spanId: string }>): void {
    if (!this.isOpen) return;
    // A program is there as long as its connection is.
    const heardUntil = BigInt(Date.now()) * 1_000_000n;
    this.store.connectionEnded([...spans].map(({ traceId, spanId }) => ({ traceId, spanId, heardUntil })));
  }

  retryAfterSeconds(): number | undefined {
    if (!this.isOpen) return 1;
    return this.store.isOverSoftLimit ? this.retrySeconds : undefined;
  }

  /** To be called about every second: the longer memory is short, the later clients are asked to come back. */
  tick(): void {
    this.retrySeconds = this.store.isOverSoftLimit ? Math.min(longestRetrySeconds, this.retrySeconds * 2) : 1;
  }

  private decode({ format, signal, bytes }: Payload): SpanBatch {
    const batch = new SpanBatch();
    try {
      const reader = formatById(format);
      if (reader === undefined) throw new Error(`no such format: ${format}`);
      reader.decode(bytes, batch, { limits: requestLimits, mode: 'strict', signal });
      return batch;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw this.internal(error);
      throw new RefusedError(error.reason === 'tooManyElements' ? 'tooManyElements' : 'undecodable', error.message);
    }
  }

  private append(batch: SpanBatch, payload: Payload): Promise<void> {
    try {
      return this.store.append(batch, payload);
    } catch (error) {
      throw this.internal(error);
    }
  }

  private internal(error: unknown): RefusedError {
    this.complain(error instanceof Error ? error.stack ?? error.message : String(error));
    return new RefusedError('internal', 'internal error');
  }
}

import { operationCode } from '../../model/spanBatch.ts';
import type { SpanBatch } from '../../model/spanBatch.ts';
import type { StoredBatch } from './database.ts';
import { leftDatabases } from './openDatabase.ts';
import { decodeBatch } from './readTrace.ts';
import type { Complain } from './readTrace.ts';
import { decodeLost, lostFormat } from './storedBatches.ts';
import type { LostSpan } from './storedBatches.ts';

/** Batches that are taken over in one turn of the event loop. */
const atOnce = 4;

/** What takes the traces over. */
export interface Heir {
  append(batch: SpanBatch, arrived: StoredBatch): Promise<void>;
  connectionEnded(spans: Iterable<LostSpan>): void;
  runningSpansOf(traceId: string): readonly { readonly traceId: string; readonly spanId: string }[];
  /** Writes what was taken over; false when it is not on disk. */
  saveAll(): boolean;
  /** Whether to go on, to leave it to a later run, or to delete what is left because everything is being deleted. */
  wish(): 'all' | 'nothing' | 'deleted';
}

/**
 * Takes over, as if it arrived anew, what windows that have ended left in databases of their own, and empties those.
 * Their files stay: a window that starts at this moment may be about to use one. Being interrupted does no harm, because spans
 * that come twice change nothing.
 */
export async function takeOverLeft(directory: string, heir: Heir, complain: Complain): Promise<void> {
  for (const left of leftDatabases(directory)) {
    const liveTraces = new Set<string>();
    let isRead = true;
    try {
      for (let part = left.batchesAfter(0, atOnce); part.length > 0; part = left.batchesAfter(part.at(-1)?.id ?? 0, atOnce)) {
        for (const stored of part) isRead = takeOver(stored, heir, liveTraces, complain) && isRead;
        await new Promise(setImmediate);
        if (heir.wish() !== 'all') break;
      }
      if (heir.wish() === 'nothing') return;
      // The connections of a window end with it.
      for (const traceId of liveTraces) heir.connectionEnded(heir.runningSpansOf(traceId));
      if (heir.wish() === 'deleted' || (isRead && heir.saveAll())) left.clear();
    } finally {
      left.close();
    }
  }
}

function takeOver(stored: StoredBatch, heir: Heir, liveTraces: Set<string>, complain: Complain): boolean {
  if (stored.format === lostFormat) {
    heir.connectionEnded(decodeLost(stored.bytes));
    return true;
  }
  return decodeBatch(stored, complain, (batch) => {
    for (let row = 0; row < batch.count; row++) {
      if (batch.operation[row] === operationCode.start) liveTraces.add(batch.texts[batch.traceId[row] as number] as string);
    }
    void heir.append(batch, stored);
  });
}

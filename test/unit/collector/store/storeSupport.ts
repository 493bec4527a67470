import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeRows, rowsFormat } from '../../../../src/collector/store/batchRows.ts';
import { rowsInOrder, spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { TraceStore } from '../../../../src/collector/store/traceStore.ts';
import type { StoreListener, StoreOptions } from '../../../../src/collector/store/traceStore.ts';
import type { SpanRecord } from '../../../../src/model/records.ts';
import type { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { batchOf } from './drawn.ts';

export const megabyte = 1024 * 1024;
export const roomy: StoreOptions = { memoryBytes: 256 * megabyte, databaseBytes: 256 * megabyte, retentionDays: 0 };

/** What a listener was told. */
export class Heard implements StoreListener {
  readonly removedIds: string[] = [];
  readonly lines: string[] = [];
  changed(): void { /* Asked for when it matters. */ }
  removed(traceIds: readonly string[]): void { this.removedIds.push(...traceIds); }
  log(_level: string, message: string): void { this.lines.push(message); }
}

export interface OpenStore { readonly store: TraceStore; readonly heard: Heard }

/** Waits only shortly for a database that another window has. */
export async function openStore(directory: string | undefined, options: Partial<StoreOptions> = {}, waitMs = 300): Promise<OpenStore> {
  const heard = new Heard();
  const store = new TraceStore({ ...roomy, ...options }, heard);
  if (directory !== undefined) await store.open(directory, waitMs);
  return { store, heard };
}

const directories: string[] = [];

export function makeDirectory(): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'spanscope-store-'));
  directories.push(directory);
  return path.join(directory, 'traces');
}

export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Hands a batch over as if it had arrived. */
export function arrive(store: TraceStore, batch: SpanBatch): Promise<void> {
  const all = { rows: Array.from({ length: batch.count }, (_, row) => row), logs: batch.logs, metrics: batch.metrics };
  return store.append(batch, { format: rowsFormat, signal: 'traces', bytes: encodeRows(batch, all) });
}

export const arriveDrawn = (store: TraceStore, drawing: string, traceId: string): Promise<void> => arrive(store, batchOf(drawing, traceId));

export const traceIdOf = (n: number): string => `c${n.toString(16).padStart(31, '0')}`;

/** All records of a trace, as plain JSON. */
export function recordsOf(store: TraceStore, traceId: string): SpanRecord[] {
  const trace = store.trace(traceId);
  return trace === undefined ? [] : rowsInOrder(trace).map((row) => JSON.parse(JSON.stringify(spanRecordOf(trace, row))) as SpanRecord);
}

/** Whether any file below a directory holds a text. */
export function filesHold(directory: string, text: string): string[] {
  return readdirSync(directory).filter((name) => readFileSync(path.join(directory, name)).includes(text));
}

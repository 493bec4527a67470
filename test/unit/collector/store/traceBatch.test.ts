import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeRows, encodeBatch } from '../../../../src/collector/store/batchRows.ts';
import { rowsInOrder, spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { batchesOf } from '../../../../src/collector/store/traceBatch.ts';
import { TraceStore } from '../../../../src/collector/store/traceStore.ts';
import { detect } from '../../../../src/formats/detect.ts';
import { formats } from '../../../../src/formats/registry.ts';
import type { SpanRecord } from '../../../../src/model/records.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { decoded, lenient } from '../../formats/batches.ts';
import { dump } from '../../formats/dump.ts';

const folder = path.resolve(import.meta.dirname, '../../../fixtures/formats');
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.endsWith('.golden.txt')).map((entry) => path.join(entry.parentPath, entry.name));

function batchOf(file: string): SpanBatch | undefined {
  const bytes = new Uint8Array(readFileSync(file)), found = detect(bytes, formats);
  return found && decoded(found.format, bytes, lenient);
}

const newStore = (): TraceStore => new TraceStore({ memoryBytes: Infinity, databaseBytes: 0, retentionDays: 0 }, { changed: () => undefined, removed: () => undefined, log: () => undefined });
const append = (store: TraceStore, batch: SpanBatch): void => { void store.append(batch, { format: '', signal: 'traces', bytes: new Uint8Array() }); };
const recordsOf = (store: TraceStore): SpanRecord[] => store.memory.values().toSorted((a, b) => (a.traceId < b.traceId ? -1 : 1))
  .flatMap((trace) => rowsInOrder(trace).map((row) => spanRecordOf(trace, row)))
  // That a span came twice with different content is not told again.
  .map(({ marks, ...record }) => ({ ...record, marks: marks.filter((mark) => mark !== 'duplicate') }));

describe.each(files.map((file) => [path.relative(folder, file), file] as const))('%s', (_, file) => {
  it('is the same after its rows have travelled as bytes', () => {
    const batch = batchOf(file);
    if (batch === undefined) return;
    const there = new SpanBatch();
    decodeRows(encodeBatch(batch), there);
    for (const problem of batch.problems) there.report(problem);
    there.rejectedCount = batch.rejectedCount;
    expect(dump(there)).toBe(dump(batch));
  });

  it('is the same trace after it was taken out of memory and stored', () => {
    const batch = batchOf(file);
    if (batch === undefined) return;
    const first = newStore(), second = newStore();
    append(first, batch);
    for (const trace of first.memory.values()) for (const part of batchesOf(trace)) append(second, part);
    expect(recordsOf(second)).toEqual(recordsOf(first));
    expect(second.memory.values().map((trace) => trace.logs.ofTrace().length)).toEqual(first.memory.values().map((trace) => trace.logs.ofTrace().length));
  });
});

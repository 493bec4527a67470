import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeRows, rowsFormat } from '../../../../src/collector/store/batchRows.ts';
import { TraceDatabase } from '../../../../src/collector/store/database.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { arriveDrawn, filesHold, makeDirectory, openStore, recordsOf, removeDirectories, traceIdOf } from './storeSupport.ts';
import type { OpenStore } from './storeSupport.ts';

const pageBytes = 8192;
const first = traceIdOf(1000);

afterEach(removeDirectories);

/** A directory with traces that were stored, and the file of it. */
async function stored(): Promise<{ readonly directory: string; readonly file: string }> {
  const directory = makeDirectory(), { store } = await openStore(directory);
  for (let n = 0; n < 20; n++) await arriveDrawn(store, `a run 0..1 {"text":"secret ${String(Math.sin(n)).repeat(500)}"}`, traceIdOf(n));
  await store.append(new SpanBatch(), { format: rowsFormat, signal: 'metrics', bytes: encodeRows(new SpanBatch(), { rows: [], logs: [], metrics: [] }) });
  store.close();
  return { directory, file: path.join(directory, 'traces.db') };
}

/** Overwrites the root page of a table or an index. */
function damage(file: string, name: string): void {
  const database = new DatabaseSync(file), { rootpage } = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name) as { rootpage: number };
  database.close();
  const bytes = readFileSync(file);
  bytes.fill(0x5a, (rootpage - 1) * pageBytes, rootpage * pageBytes);
  writeFileSync(file, bytes);
}

/** What came is kept, and is there again in the next run. */
async function goesOn({ store, heard }: OpenStore, directory: string): Promise<void> {
  await arriveDrawn(store, 'b run 0..1', first);
  expect([store.storageProblem, heard.lines.filter((line) => line.includes('cannot be saved'))]).toEqual([undefined, []]);
  store.close();
  const again = await openStore(directory);
  expect(again.store.newestFirst().map(({ traceId }) => traceId)).toEqual([first]);
  expect(recordsOf(again.store, first)).toHaveLength(1);
  again.store.close();
}

describe('a database that is damaged or cannot grow', () => {
  it('is put aside when its index of traces cannot be read', async () => {
    const { directory, file } = await stored();
    damage(file, 'trace');
    const opened = await openStore(directory);
    expect(opened.heard.lines.join()).toContain('put aside');
    await goesOn(opened, directory);
  });

  it('is deleted when everything in it is to be deleted', async () => {
    const { directory, file } = await stored();
    expect(filesHold(directory, traceIdOf(3))).toEqual(['traces.db']);
    damage(file, 'link');
    const opened = await openStore(directory);
    opened.store.clear();
    expect(opened.store.newestFirst()).toEqual([]);
    expect(filesHold(directory, traceIdOf(3))).toEqual([]);
    await goesOn(opened, directory);
  });

  it('is deleted as a whole when the disk has no room for deleting what is in it', async () => {
    const { directory } = await stored(), opened = await openStore(directory);
    vi.spyOn(TraceDatabase.prototype, 'clear').mockImplementationOnce(() => { throw Object.assign(new Error('database or disk is full'), { errcode: 13 }); });
    opened.store.clear();
    expect(opened.store.newestFirst()).toEqual([]);
    expect(filesHold(directory, traceIdOf(3))).toEqual([]);
    await goesOn(opened, directory);
  });

  it('is put aside when traces of it cannot be deleted, and the user hears that they are still in the file', async () => {
    const { directory, file } = await stored();
    damage(file, 'link');
    const opened = await openStore(directory);
    expect(() => opened.store.delete([traceIdOf(3)])).toThrow(/was damaged.*put aside.*remove it/);
    await goesOn(opened, directory);
  });

  it('is put aside when its metrics cannot be read', async () => {
    const { directory, file } = await stored();
    damage(file, 'batchBySignal');
    const opened = await openStore(directory);
    expect(opened.store.metrics()).toEqual([]);
    expect(opened.heard.lines.join()).toContain('put aside');
    await goesOn(opened, directory);
  });

  it('is put aside when old traces cannot be deleted', async () => {
    const { directory, file } = await stored();
    damage(file, 'batchByArrival');
    const opened = await openStore(directory, { retentionDays: 1 });
    opened.store.maintain(true);
    expect(opened.heard.lines.join()).toContain('put aside');
    await goesOn(opened, directory);
  });
});

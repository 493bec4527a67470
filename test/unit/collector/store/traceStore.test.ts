import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSummary } from '../../../../src/collector/store/summaries.ts';
import type { TraceStore } from '../../../../src/collector/store/traceStore.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { batchOf, idOf } from './drawn.ts';
import { arrive, arriveDrawn, filesHold, makeDirectory, megabyte, openStore, recordsOf, removeDirectories, traceIdOf } from './storeSupport.ts';
import type { OpenStore } from './storeSupport.ts';

const stores: TraceStore[] = [];
const open = async (...args: Parameters<typeof openStore>): Promise<OpenStore> => {
  const opened = await openStore(...args);
  stores.push(opened.store);
  return opened;
};
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  removeDirectories();
});

const [first, second, third] = [traceIdOf(1), traceIdOf(2), traceIdOf(3)] as const;
const drawing = `
  start a run 0.. {"k":1}
  b<a plan 10..30 error {"gen_ai.operation.name":"chat","gen_ai.usage.input_tokens":12}
  log b hello 15..
  c<zz act 40..90
  update a {"k":2}
  b<a plan 10..31
  d<d own 5..1`;

describe('a store with a disk', () => {
  it('shows the same after it was closed and opened again', async () => {
    const directory = makeDirectory();
    const before = await open(directory);
    await arriveDrawn(before.store, drawing, first);
    await arriveDrawn(before.store, 'end a ..100 {"l":3}', first);
    await arriveDrawn(before.store, 'x other 0..5', second);
    const records = recordsOf(before.store, first), summary = before.store.summaryOf(first);
    before.store.close();
    const { store } = await open(directory);
    expect(store.memory.size).toBe(0);
    expect(store.newestFirst().map(({ traceId }) => traceId)).toEqual([second, first]);
    expect(store.summaryOf(first)).toEqual(summary);
    expect(recordsOf(store, first)).toEqual(records);
    expect(store.summaryOf(first)).toEqual(summary);
  });

  it('goes on with a trace of an earlier run', async () => {
    const directory = makeDirectory();
    const before = await open(directory);
    await arriveDrawn(before.store, 'b<a plan 10..30', first);
    before.store.close();
    const { store } = await open(directory);
    await arriveDrawn(store, 'a run 0..100', first);
    expect(recordsOf(store, first).map(({ name, marks }) => [name, marks])).toEqual([['run', []], ['plan', []]]);
    expect(store.summaryOf(first)).toMatchObject({ spanCount: 2, orphanCount: 0 });
  });

  it('marks what a live connection of an earlier run left open', async () => {
    const directory = makeDirectory();
    const before = await open(directory);
    await arriveDrawn(before.store, 'start a run 0..', first);
    before.store.close();
    const { store } = await open(directory);
    expect(recordsOf(store, first)[0]?.marks).toEqual(['open', 'lost']);
    await arriveDrawn(store, 'end a ..9', first);
    expect(recordsOf(store, first)[0]?.marks).toEqual([]);
  });

  it('does not count spans as open whose program has ended, and says when it was last heard of', async () => {
    const { store } = await open(makeDirectory());
    await arriveDrawn(store, 'start a run 0..\nstart b<a plan 1..\nc<a act 2..3', first);
    expect(store.summaryOf(first)).toMatchObject({ openCount: 2 });
    expect(store.summaryOf(first)?.endUnixNano).toBeUndefined();
    store.connectionEnded([{ traceId: first, spanId: idOf('a') }, { traceId: first, spanId: idOf('b') }]);
    const over = store.summaryOf(first);
    expect(over).toMatchObject({ openCount: 0, spanCount: 3 });
    expect(BigInt(over?.endUnixNano ?? 0) - BigInt(over?.startUnixNano ?? 0)).toBe(3n);
    await arriveDrawn(store, 'end a ..9', first);
    expect(store.summaryOf(first)).toMatchObject({ openCount: 0 });
  });

  it('remembers which spans were lost with their connection', async () => {
    const directory = makeDirectory();
    const { store } = await open(directory);
    await arriveDrawn(store, 'start a run 0..\nstart b<a plan 1..', first);
    store.connectionEnded([{ traceId: first, spanId: idOf('b') }, { traceId: first, spanId: 'nobody' }, { traceId: second, spanId: 'x' }]);
    expect(recordsOf(store, first).map(({ marks }) => marks)).toEqual([['open'], ['open', 'lost']]);
    await arriveDrawn(store, 'c<a act 2..3', first);
    const records = recordsOf(store, first);
    store.memory.clear();
    expect(recordsOf(store, first)).toEqual(records);
  });

  it('keeps its files from other users', async () => {
    const directory = makeDirectory();
    mkdirSync(directory, { mode: 0o755 });
    const { store } = await open(directory);
    await arriveDrawn(store, drawing, first);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory)) expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toContain('traces.db-wal');
  });

  it('has on disk what it acknowledged when its process is killed', async () => {
    const directory = makeDirectory();
    const child = spawn(process.execPath, ['--no-warnings', path.join(import.meta.dirname, 'storeChild.ts'), directory, 's', '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged: string[] = [];
    let text = '';
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.split('\n').length > 300) child.kill('SIGKILL');
    }
    acknowledged.push(...text.split('\n').slice(1, -1));
    const { store } = await open(directory);
    const stored = new Set(Array.from({ length: 7 }, (_, n) => recordsOf(store, traceIdOf(n))).flat().map(({ spanId }) => spanId));
    expect(acknowledged.length).toBeGreaterThan(250);
    expect(acknowledged.filter((short) => !stored.has(idOf(short)))).toEqual([]);
  });
});

describe('the memory of a store', () => {
  const long = 'x'.repeat(20_000);
  const big = (n: number): string => Array.from({ length: 10 }, (_, i) => `s${i} step${n} ${i}..${i + 1} {"text":"${long}"}`).join('\n');

  it('stays within its budget and reads traces again from disk', async () => {
    const { store } = await open(makeDirectory(), { memoryBytes: 4 * megabyte });
    for (let n = 0; n < 40; n++) await arriveDrawn(store, big(n), traceIdOf(n));
    store.maintain(false);
    expect(store.usedBytes).toBeLessThan(4 * megabyte * 0.8);
    expect(store.memory.size).toBeLessThan(40);
    for (let n = 0; n < 40; n++) expect(recordsOf(store, traceIdOf(n)).map(({ name }) => name)).toEqual(Array(10).fill(`step${n}`));
    expect(store.newestFirst()).toHaveLength(40);
    expect(store.isOverSoftLimit).toBe(false);
  });

  it('never lets go of a trace that somebody looks at', async () => {
    const { store } = await open(makeDirectory(), { memoryBytes: 4 * megabyte });
    await arriveDrawn(store, big(0), traceIdOf(0));
    const looked = store.trace(traceIdOf(0));
    store.pin(traceIdOf(0));
    for (let n = 1; n < 40; n++) await arriveDrawn(store, big(n), traceIdOf(n));
    expect(store.memory.get(traceIdOf(0))).toBe(looked);
    store.unpin(traceIdOf(0));
    await arriveDrawn(store, big(41), traceIdOf(41));
    expect(store.memory.get(traceIdOf(0))).toBeUndefined();
  });

  it('takes a trace that is too large for it to disk, goes on, and says so once', async () => {
    const { store, heard } = await open(makeDirectory(), { memoryBytes: 4 * megabyte });
    const spans = (n: number): string => Array.from({ length: 10 }, (_, i) => `s${n}-${i}<root step ${i}..${i + 1} {"text":"${long}"}`).join('\n');
    await arriveDrawn(store, 'start root run 0..', first);
    store.pin(first);
    for (let n = 0; n < 40; n++) await arriveDrawn(store, spans(n), first);
    await arriveDrawn(store, 'end root ..100', first);
    expect(store.isOverSoftLimit).toBe(false);
    expect(heard.lines.filter((line) => line.includes('too large'))).toHaveLength(1);
    // As it came, and as it is read again.
    for (let time = 0; time < 2; time++) {
      const shown = recordsOf(store, first);
      expect(shown.length).toBeGreaterThan(50);
      expect(shown.length).toBeLessThan(401);
      expect(store.summaryOf(first)).toMatchObject({ spanCount: shown.length, leftOut: 401 - shown.length });
      const [entry] = store.newestFirst(), listed = parseSummary(first, entry?.packed ?? '');
      expect(listed.spanCount + (listed.leftOut ?? 0)).toBe(401);
      expect(shown.find(({ name }) => name === 'run')?.endUnixNano).toBeDefined();
      store.memory.clear();
    }
    store.configure({ memoryBytes: 256 * megabyte, databaseBytes: 256 * megabyte, retentionDays: 0 });
    store.memory.clear();
    expect(recordsOf(store, first)).toHaveLength(401);
    expect(store.summaryOf(first)?.leftOut).toBeUndefined();
  });

  it('drops and counts the oldest traces when there is no disk', async () => {
    const { store, heard } = await open(undefined, { memoryBytes: 4 * megabyte });
    for (let n = 0; n < 40; n++) await arriveDrawn(store, big(n), traceIdOf(n));
    expect(store.droppedTraces).toBe(heard.removedIds.length);
    expect(heard.removedIds.slice(0, 3)).toEqual([traceIdOf(0), traceIdOf(1), traceIdOf(2)]);
    expect(store.newestFirst()).toHaveLength(40 - store.droppedTraces);
    expect(recordsOf(store, traceIdOf(39))).toHaveLength(10);
  });

  it('takes back into account what a deleted trace took', async () => {
    const { store } = await open(undefined);
    const before = store.usedBytes;
    await arriveDrawn(store, big(0), first);
    store.delete([first]);
    expect(store.usedBytes).toBe(before);
  });
});

describe('retention', () => {
  // Text that cannot be compressed.
  const text = randomBytes(75_000).toString('base64');

  it('deletes whole traces in order of arrival while the database is too large', async () => {
    const { store, heard } = await open(makeDirectory(), { databaseBytes: 2 * megabyte });
    for (let n = 0; n < 40; n++) await arriveDrawn(store, `a run 0..1 {"text":"${text}"}`, traceIdOf(n));
    await arriveDrawn(store, 'b late 0..1', traceIdOf(0));
    store.maintain(true);
    expect(store.storedBytes).toBeLessThanOrEqual(2 * megabyte);
    expect(heard.removedIds[0]).toBe(traceIdOf(1));
    expect(store.summaryOf(traceIdOf(0))).toMatchObject({ spanCount: 2 });
    expect(recordsOf(store, traceIdOf(39))).toHaveLength(1);
  });

  it('deletes traces for which nothing arrived in so many days', async () => {
    const directory = makeDirectory();
    const before = await open(directory);
    await arriveDrawn(before.store, 'a old 0..1 {"text":"zebra-secret"}', first);
    before.store.close();
    const database = new DatabaseSync(path.join(directory, 'traces.db'));
    database.exec('UPDATE batch SET arrived = arrived - 8 * 24 * 60 * 60 * 1000');
    database.close();
    const { store } = await open(directory, { retentionDays: 7 });
    store.maintain(true);
    expect(store.newestFirst()).toHaveLength(1);
    await arriveDrawn(store, 'a new 0..1', second);
    store.maintain(true);
    expect(store.newestFirst().map(({ traceId }) => traceId)).toEqual([second]);
    expect(filesHold(directory, 'zebra-secret')).toEqual([]);
  });

  it('leaves traces alone that somebody looks at', async () => {
    const { store } = await open(makeDirectory(), { databaseBytes: megabyte });
    store.pin(traceIdOf(0));
    for (let n = 0; n < 30; n++) await arriveDrawn(store, `a run 0..1 {"text":"${text}"}`, traceIdOf(n));
    store.maintain(true);
    expect(store.summaryOf(traceIdOf(0))).toBeDefined();
    expect(store.summaryOf(traceIdOf(1))).toBeUndefined();
  });
});

describe('deleting', () => {
  it('leaves nothing of a trace in the files, and the traces it shared batches with as they were', async () => {
    const directory = makeDirectory();
    const { store } = await open(directory);
    const shared = batchOf('a run 0..9 {"text":"zebra-secret"}\nlog a zebra-secret 5..', first);
    batchOf('b<q plan 1..2 {"text":"harmless"}\nlog b harmless 2..', second, shared);
    await arrive(store, shared);
    await arriveDrawn(store, 'start c zebra-secret 0..', first);
    await arriveDrawn(store, 'start d<b act 1..', second);
    store.connectionEnded([{ traceId: first, spanId: idOf('c') }, { traceId: second, spanId: idOf('d') }]);
    await arriveDrawn(store, 'e third 0..1', third);
    const records = recordsOf(store, second);
    expect(filesHold(directory, 'zebra-secret')).not.toEqual([]);
    store.delete([first]);
    expect(filesHold(directory, 'zebra-secret')).toEqual([]);
    expect(filesHold(directory, first)).toEqual([]);
    expect(store.summaryOf(first)).toBeUndefined();
    store.memory.clear();
    expect(recordsOf(store, second)).toEqual(records);
    expect(recordsOf(store, third)).toHaveLength(1);
  });

  it('leaves nothing of any trace, whatever the sizes of the batches it was in', async () => {
    const directory = makeDirectory();
    const { store } = await open(directory);
    const secretOf = (n: number): string => `secret-of-${n}-zebra `;
    for (let i = 0; i < 60; i++) {
      const batch = new SpanBatch();
      const length = [3, 300, 5_000, 30_000][i % 4] as number;
      for (const n of [i % 5, (i * 7) % 5]) batchOf(`s${i} ${secretOf(n).trim()} ${i}..${i + 1} {"text":"${secretOf(n).repeat(1 + length / 20)}"}`, traceIdOf(n), batch);
      await arrive(store, batch);
    }
    for (let n = 0; n < 5; n++) {
      store.delete([traceIdOf(n)]);
      for (let other = 0; other < 5; other++) {
        expect([n, other, filesHold(directory, secretOf(other).trim()).length > 0]).toEqual([n, other, other > n]);
        store.memory.clear();
        expect(recordsOf(store, traceIdOf(other)).length > 0).toBe(other > n);
      }
    }
  });

  it('also reaches what is not on disk yet', async () => {
    const directory = makeDirectory();
    const { store } = await open(directory);
    const written = arriveDrawn(store, 'a run 0..9 {"text":"zebra-secret"}', first);
    store.delete([first]);
    await written;
    store.close();
    expect(filesHold(directory, 'zebra-secret')).toEqual([]);
    const again = await open(directory);
    expect(again.store.newestFirst()).toEqual([]);
  });

  it('clears everything and makes the files small', async () => {
    const directory = makeDirectory();
    const { store, heard } = await open(directory);
    for (let n = 0; n < 20; n++) await arriveDrawn(store, `a run 0..1 {"text":"zebra-secret ${'z'.repeat(100_000)}"}`, traceIdOf(n));
    const waiting = arriveDrawn(store, 'b run 0..1 {"text":"zebra-secret"}', third);
    store.clear();
    await waiting;
    expect(filesHold(directory, 'zebra-secret')).toEqual([]);
    expect(readdirSync(directory).reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0)).toBeLessThan(200_000);
    expect(heard.removedIds).toHaveLength(20);
    await arriveDrawn(store, 'a run 0..1', first);
    expect(store.newestFirst()).toHaveLength(1);
  });
});

describe('a damaged or strange database', () => {
  it.each([
    ['of other bytes', (file: string) => writeFileSync(file, Buffer.alloc(50_000, 'not a database'))],
    ['that was cut off', (file: string) => truncateSync(file, statSync(file).size / 2)],
    ['with overwritten pages', (file: string) => {
      const bytes = readFileSync(file);
      bytes.fill(0x5a, 8192, 40_000);
      writeFileSync(file, bytes);
    }],
  ])('%s is put aside, not deleted, and work goes on', async (_what, damage) => {
    const directory = makeDirectory(), file = path.join(directory, 'traces.db');
    const before = await open(directory);
    for (let n = 0; n < 20; n++) await arriveDrawn(before.store, `a run 0..1 {"text":"${'z'.repeat(9_000)}"}`, traceIdOf(n));
    before.store.close();
    const database = new DatabaseSync(file);
    database.exec(`UPDATE meta SET value = 0 WHERE key = 'clean'`);
    database.close();
    damage(file);
    const damaged = readFileSync(file);
    const { store, heard } = await open(directory);
    expect(heard.lines.join()).toMatch(/put aside as .*traces\.db\.damaged-/);
    const aside = readdirSync(directory).find((name) => /^traces\.db\.damaged-[^.]*Z$/.test(name)) ?? '';
    expect(readFileSync(path.join(directory, aside)).equals(damaged)).toBe(true);
    await arriveDrawn(store, 'a run 0..1', first);
    store.close();
    const again = await open(directory);
    expect(again.store.newestFirst().map(({ traceId }) => traceId)).toEqual([first]);
  });

  it.each(['read', 'written'])('is put aside when the damage is met while it is %s, and what comes is kept', async (when) => {
    const directory = makeDirectory(), file = path.join(directory, 'traces.db');
    const before = await open(directory);
    for (let n = 0; n < 20; n++) await arriveDrawn(before.store, `a run 0..1 {"text":"${'z'.repeat(9_000)}"}`, traceIdOf(n));
    before.store.close();
    const database = new DatabaseSync(file);
    const { rootpage } = database.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'payload'`).get() as { rootpage: number };
    database.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, (rootpage - 1) * 8192, rootpage * 8192);
    writeFileSync(file, bytes);
    const { store, heard } = await open(directory);
    expect(store.newestFirst()).toHaveLength(20);
    if (when === 'read') expect(recordsOf(store, traceIdOf(3))).toEqual([]);
    await arriveDrawn(store, 'b run 0..1', third);
    await arriveDrawn(store, 'c<b plan 0..1', third);
    expect([heard.lines.filter((line) => line.includes('put aside')).length, store.storageProblem]).toEqual([1, undefined]);
    expect(store.newestFirst().map(({ traceId }) => traceId)).toEqual([third]);
    store.close();
    const again = await open(directory);
    expect(recordsOf(again.store, third)).toHaveLength(2);
  });

  it('that cannot be opened while another window lets go of it is opened then', async () => {
    const directory = makeDirectory(), file = path.join(directory, 'traces.db');
    const before = await open(directory);
    await arriveDrawn(before.store, 'a run 0..1', first);
    before.store.close();
    renameSync(file, `${file}.held`);
    mkdirSync(file);
    setTimeout(() => {
      rmdirSync(file);
      renameSync(`${file}.held`, file);
    }, 100);
    const { store } = await open(directory, {}, 10_000);
    expect([store.storageProblem, store.newestFirst().map(({ traceId }) => traceId)]).toEqual([undefined, [first]]);
  });

  it('of a newer release is left alone and another file used', async () => {
    const directory = makeDirectory(), file = path.join(directory, 'traces.db');
    const before = await open(directory);
    await arriveDrawn(before.store, 'a run 0..1', first);
    before.store.close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const bytes = readFileSync(file);
    const { store, heard } = await open(directory);
    expect(heard.lines[0]).toBe('The stored traces were written by a newer release.');
    expect(store.storageProblem).toBeUndefined();
    await arriveDrawn(store, 'a run 0..1', second);
    expect(recordsOf(store, second)).toHaveLength(1);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('with a batch that cannot be read shows the others', async () => {
    const directory = makeDirectory();
    const { store, heard } = await open(directory);
    await arriveDrawn(store, 'a run 0..9', first);
    await store.append(batchOf('b<a plan 1..2', first), { format: 'of-another-release', signal: 'traces', bytes: new Uint8Array(3) });
    store.memory.clear();
    expect(recordsOf(store, first).map(({ name }) => name)).toEqual(['run']);
    expect(heard.lines.join()).toContain('of-another-release');
    store.delete([first]);
    expect(store.newestFirst()).toEqual([]);
  });
});

describe('a disk that fails', () => {
  it('keeps traces in memory, says so once, and saves them when that works again', async () => {
    const directory = makeDirectory();
    const { store, heard } = await open(directory);
    await arriveDrawn(store, 'a run 0..1', first);
    rmSync(directory, { recursive: true });
    store.maintain(false);
    store.maintain(false);
    expect(store.storageProblem).toBe('The folder of the stored traces is gone.');
    await arriveDrawn(store, 'b run 0..1', second);
    await arriveDrawn(store, 'c<b plan 0..1', second);
    expect(recordsOf(store, second)).toHaveLength(2);
    await new Promise((resolve) => { const poll = setInterval(() => { if (store.storageProblem === undefined) { clearInterval(poll); resolve(undefined); } }, 20); });
    expect(heard.lines.filter((line) => line.includes('cannot be saved'))).toHaveLength(1);
    store.close();
    const again = await open(directory);
    expect(recordsOf(again.store, second)).toHaveLength(2);
  });

  it('starts in memory when the folder cannot be made', async () => {
    const directory = makeDirectory();
    writeFileSync(directory, 'a file');
    const { store } = await open(directory);
    expect(store.storageProblem).toBeDefined();
    await arriveDrawn(store, 'a run 0..1', first);
    expect(recordsOf(store, first)).toHaveLength(1);
  });
});

describe('several windows with one directory', () => {
  it('lose nothing of what they acknowledged, and the next window has all of it', async () => {
    const directory = makeDirectory();
    const children = ['p', 'q', 'r'].map((name) => spawn(process.execPath, ['--no-warnings', path.join(import.meta.dirname, 'storeChild.ts'), directory, name, '60'], { stdio: ['pipe', 'pipe', 'inherit'] }));
    const texts = children.map(() => '');
    children.forEach((child, i) => child.stdout.on('data', (chunk) => { texts[i] += String(chunk); }));
    const closed = children.map((child) => once(child, 'close'));
    await until(() => texts.every((text) => text.split('\n').length > 61));
    for (const child of children) child.stdin.end();
    await Promise.all(closed);
    const said = texts.map((text) => text.trim().split('\n'));
    expect(said.map((lines) => [lines.length, lines.at(-1)])).toEqual([[62, 'closed'], [62, 'closed'], [62, 'closed']]);
    expect(existsSync(path.join(directory, 'traces-2.db'))).toBe(true);
    const { store } = await open(directory);
    await until(() => Array.from({ length: 7 }, (_, n) => recordsOf(store, traceIdOf(n)).length).reduce((sum, count) => sum + count, 0) === 180);
    store.close();
    const again = await open(directory);
    const stored = new Set(Array.from({ length: 7 }, (_, n) => recordsOf(again.store, traceIdOf(n))).flat().map(({ spanId }) => spanId));
    expect(said.flat().filter((short) => /^[pqr]\d/.test(short) && !stored.has(idOf(short)))).toEqual([]);
  });

  it('are one after the other when a window is reloaded', async () => {
    const directory = makeDirectory();
    const leaving = await open(directory);
    await arriveDrawn(leaving.store, 'a run 0..1', first);
    setTimeout(() => leaving.store.close(), 200);
    const { store } = await open(directory, {}, 20_000);
    expect(store.newestFirst().map(({ traceId }) => traceId)).toEqual([first]);
    expect(existsSync(path.join(directory, 'traces-2.db'))).toBe(false);
  });

  it('write to files of their own while both are open', async () => {
    const directory = makeDirectory();
    const leader = await open(directory), other = await open(directory);
    await arriveDrawn(leader.store, 'a run 0..1', first);
    await arriveDrawn(other.store, 'b run 0..1', second);
    expect(leader.store.newestFirst().map(({ traceId }) => traceId)).toEqual([first]);
    expect(other.store.newestFirst().map(({ traceId }) => traceId)).toEqual([second]);
  });
});

describe('what belongs to no span', () => {
  it('is stored too', async () => {
    const directory = makeDirectory();
    const { store } = await open(directory);
    const batch = new SpanBatch();
    batch.resources.push({ attributes: new Map([['service.name', 'agent']]), schemaUrl: '', droppedAttributesCount: 0 });
    batch.scopes.push({ name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 });
    const point = { instrument: 'tokens', unit: '1', description: '', type: 'sum', temporality: 'cumulative', monotonic: true, resource: 0, scope: 0, attributes: new Map([['model', 'm']]), startUnixNano: 0n } as const;
    batch.metrics.push({ ...point, timeUnixNano: 2n, value: 2n ** 60n }, { ...point, timeUnixNano: 1n, value: 5 });
    const { encodeRows, rowsFormat } = await import('../../../../src/collector/store/batchRows.ts');
    await store.append(batch, { format: rowsFormat, signal: 'metrics', bytes: encodeRows(batch, { rows: [], logs: [], metrics: batch.metrics }) });
    const expected = [{
      service: 'agent', instrument: 'tokens', unit: '1', description: '', type: 'sum', attributes: { model: 'm' }, lastValue: '1152921504606846976',
      points: [{ timeUnixNano: '1', value: 5 }, { timeUnixNano: '2', value: 2 ** 60 }],
    }];
    expect(store.metrics()).toEqual(expected);
    store.close();
    expect((await open(directory)).store.metrics()).toEqual(expected);
  });
});

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => { setTimeout(resolve, 20); });
}

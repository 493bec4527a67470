import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { prepareFile } from './databaseFiles.ts';
import { packed, unpacked } from './payloads.ts';

/** 'SPSN' */
const applicationId = 0x5350_534e;
const schemaVersion = 1;
const walBytes = 64 * 1024 * 1024, checkpointBytes = 16 * 1024 * 1024, pageBytes = 8192;

const pagesShrunkAtOnce = 512, bytesCheckedWhole = 64 * 1024 * 1024;

const schema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE batch (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, arrived INTEGER NOT NULL, format TEXT NOT NULL, signal TEXT NOT NULL, traces INTEGER NOT NULL) STRICT;
  CREATE TABLE payload (batch INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE trace (key INTEGER PRIMARY KEY, id TEXT NOT NULL, lastBatch INTEGER NOT NULL, start REAL NOT NULL, listed INTEGER NOT NULL, summary TEXT NOT NULL) STRICT;
  CREATE TABLE link (trace INTEGER NOT NULL, batch INTEGER NOT NULL, PRIMARY KEY (trace, batch)) STRICT, WITHOUT ROWID;
  CREATE INDEX batchByArrival ON batch (arrived);
  CREATE INDEX batchBySignal ON batch (signal, id) WHERE signal = 'metrics';
`;

/** Beside what arrived, what was made of it: a file without it is whole. */
const schemaOfCopies = 'CREATE TABLE IF NOT EXISTS outline (trace INTEGER PRIMARY KEY, lastBatch INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT';

const keepOutline = `INSERT INTO outline SELECT key, lastBatch, ? FROM trace WHERE key = ? ON CONFLICT (trace) DO UPDATE
  SET lastBatch = excluded.lastBatch, bytes = excluded.bytes`;

const upsertTrace = `INSERT INTO trace VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
  SET lastBatch = excluded.lastBatch, start = excluded.start, listed = excluded.listed, summary = excluded.summary`;

/** Bytes as they arrived, and the keys of the traces they hold something of. */
export interface NewBatch {
  readonly format: string;
  readonly signal: string;
  readonly bytes: Uint8Array;
  readonly arrivedUnixMilli: number;
  readonly traceKeys: readonly number[];
}

export interface StoredBatch {
  readonly id: number;
  readonly run: number;
  readonly format: string;
  readonly signal: string;
  readonly bytes: Uint8Array;
}

/** A row of the index of traces. */
export interface StoredTrace {
  readonly key: number;
  readonly id: string;
  /** The last batch that holds something of it: tells the order of arrival. */
  readonly lastBatch: number;
  /** Nanoseconds, exact enough to sort by. */
  readonly start: number;
  /** 1 when a span of it was received. */
  readonly listed: number;
  /** The packed summary. */
  readonly summary: string;
}

/** Why a database file cannot be used: it is damaged or foreign, another process has it, or a newer release wrote it. */
export class DatabaseError extends Error {
  readonly reason: 'damaged' | 'inUse' | 'newer' | 'failed';
  constructor(reason: DatabaseError['reason'], message: string) {
    super(message);
    this.name = 'DatabaseError';
    this.reason = reason;
  }
}

/**
 * The traces on disk: batches of bytes as they arrived (compressed: `payloads.ts`), beside an index of traces (summary, and which batches hold
 * something of them). One connection holds the file exclusively, so no other process can write or checkpoint it; a write is
 * one transaction, which survives the death of the process once it is committed. Every method is synchronous and throws
 * what SQLite throws.
 */
export class TraceDatabase {
  readonly path: string;
  /** Numbers the times that this database was opened. */
  readonly run: number;
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private lastBatchId: number;

  /** Opens or makes the file, readable by its owner alone. Throws DatabaseError. */
  constructor(path: string) {
    this.path = path;
    prepareFile(path);
    try {
      this.db = new DatabaseSync(path, { timeout: 0, enableDoubleQuotedStringLiterals: false });
    } catch (error) {
      throw databaseErrorOf(error);
    }
    try {
      this.configure();
      this.makeSchema();
      this.check();
      this.lastBatchId = this.number('SELECT coalesce(max(id), 0) FROM batch');
      this.run = this.meta('run') + 1;
      this.transaction(() => {
        this.setMeta('run', this.run);
        this.setMeta('clean', 0);
      });
    } catch (error) {
      this.db.close();
      throw databaseErrorOf(error);
    }
  }

  /** Writes batches and the traces they changed in one transaction; gives the id of the last batch. */
  write(batches: readonly NewBatch[], traces: readonly Omit<StoredTrace, 'lastBatch'>[]): number {
    const before = this.lastBatchId;
    try {
      return this.transaction(() => {
        for (const batch of batches) this.insertBatch(batch);
        const upsert = this.statement(upsertTrace);
        for (const { key, id, start, listed, summary } of traces) upsert.run(key, id, this.lastBatchId, start, listed, summary);
        return this.lastBatchId;
      });
    } catch (error) {
      this.lastBatchId = before;
      throw error;
    }
  }

  /** The index of traces, the one that something arrived for last at the end. */
  traces(): StoredTrace[] {
    return this.statement('SELECT key, id, lastBatch, start, listed, summary FROM trace ORDER BY lastBatch, key').all() as unknown as StoredTrace[];
  }

  /** The batches that hold something of a trace, in order of arrival, one at a time. */
  *batchesOf(traceKey: number): Generator<StoredBatch> {
    for (const id of this.batchIdsOf(traceKey)) {
      const found = this.batch(id);
      if (found !== undefined) yield found;
    }
  }

  /** Keeps the outline of a trace as long as nothing more of it arrives. */
  keepOutline(traceKey: number, bytes: Uint8Array): void {
    this.statement(keepOutline).run(bytes, traceKey);
  }

  /** The outline of a trace; undefined when none is kept, or something arrived since. */
  outlineOf(traceKey: number): Uint8Array | undefined {
    const found = this.statement('SELECT bytes FROM outline JOIN trace ON trace.key = outline.trace WHERE outline.trace = ? AND outline.lastBatch = trace.lastBatch').get(traceKey);
    return found?.['bytes'] as Uint8Array | undefined;
  }

  /** The last batches of metrics in order of arrival, so many that their bytes stay within a bound. */
  metricBatches(mostBytes: number): StoredBatch[] {
    const found: StoredBatch[] = [];
    let bytes = 0;
    for (const { id } of this.statement(`SELECT id FROM batch WHERE signal = 'metrics' ORDER BY id DESC`).all()) {
      const batch = this.batch(id as number);
      if (batch === undefined) continue;
      bytes += batch.bytes.length;
      if (bytes > mostBytes) break;
      found.push(batch);
    }
    return found.reverse();
  }

  /** Batches after one, in order of arrival; at most `most` of them. */
  batchesAfter(id: number, most: number): StoredBatch[] {
    return this.statement('SELECT id FROM batch WHERE id > ? ORDER BY id LIMIT ?').all(id, most).flatMap((row) => this.batch(Number(row['id'])) ?? []);
  }

  /** The batches that hold something of one of these traces and of others too. */
  sharedBatchesOf(traceKeys: readonly number[]): number[] {
    const own = new Map<number, number>();
    for (const key of traceKeys) for (const id of this.batchIdsOf(key)) own.set(id, (own.get(id) ?? 0) + 1);
    return [...own].filter(([id, count]) => this.number('SELECT traces FROM batch WHERE id = ?', id) > count).map(([id]) => id);
  }

  /** Puts other bytes in place of a batch's. Nothing of the old ones is left in the file. */
  rewriteBatches(ids: readonly number[], rewrite: (batch: StoredBatch) => { readonly format: string; readonly bytes: Uint8Array }): void {
    // The pages that held the old bytes are used for the new ones, so they must be overwritten before.
    this.db.exec('PRAGMA secure_delete = ON');
    try {
      this.transaction(() => {
        for (const id of ids) {
          const batch = this.batch(id);
          if (batch === undefined) continue;
          const { format, bytes } = packed(rewrite(batch));
          this.statement('UPDATE batch SET format = ? WHERE id = ?').run(format, id);
          this.statement('UPDATE payload SET bytes = ? WHERE batch = ?').run(bytes, id);
        }
      });
    } finally {
      this.db.exec('PRAGMA secure_delete = FAST');
    }
  }

  /** Deletes traces, and the batches that hold nothing else. Pages that this frees keep what they held until `shrink`. */
  deleteTraces(traceKeys: readonly number[]): void {
    this.transaction(() => {
      for (const key of traceKeys) {
        for (const id of this.batchIdsOf(key)) {
          this.statement('UPDATE batch SET traces = traces - 1 WHERE id = ?').run(id);
          if (this.number('SELECT traces FROM batch WHERE id = ?', id) <= 0) this.deleteBatch(id);
        }
        this.statement('DELETE FROM link WHERE trace = ?').run(key);
        this.statement('DELETE FROM outline WHERE trace = ?').run(key);
        this.statement('DELETE FROM trace WHERE key = ?').run(key);
      }
    });
  }

  /** Deletes batches that belong to no trace and arrived no later than a batch. */
  deleteLooseBatches(lastId: number): void {
    this.transaction(() => {
      for (const { id } of this.statement('SELECT id FROM batch WHERE traces <= 0 AND id <= ?').all(lastId)) this.deleteBatch(id as number);
    });
  }

  /** When the last batch arrived; never before an earlier one. */
  lastArrival(): number { return this.number('SELECT coalesce(max(arrived), 0) FROM batch'); }

  /** The id of the last batch that arrived before a time; 0 when there is none. */
  lastBatchBefore(unixMilli: number): number {
    return this.number('SELECT coalesce(max(id), 0) FROM batch WHERE arrived < ?', unixMilli);
  }

  /** Gives back free pages, a few at a time, and empties the log: nothing of what was deleted is left in the files. */
  shrink(): void {
    while (this.number('PRAGMA freelist_count') > 0) this.db.exec(`PRAGMA incremental_vacuum(${pagesShrunkAtOnce})`);
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Deletes everything, from the files too. */
  clear(): void {
    this.transaction(() => this.db.exec('DELETE FROM link; DELETE FROM outline; DELETE FROM trace; DELETE FROM payload; DELETE FROM batch'));
    this.db.exec('VACUUM');
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Bytes in use, without free pages. */
  get usedBytes(): number {
    return (this.number('PRAGMA page_count') - this.number('PRAGMA freelist_count')) * pageBytes;
  }

  /** Closes the file; the next opening need not check it. */
  close(): void {
    try {
      this.transaction(() => this.setMeta('clean', 1));
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      this.db.close();
    }
  }

  /** Closes the file after it failed. */
  abandon(): void {
    if (this.db.isOpen) this.db.close();
  }

  private configure(): void {
    // Node 24 and later; before, nothing but our own statements ever reaches the connection either.
    (this.db as { enableDefensive?: (isOn: boolean) => void }).enableDefensive?.(true);
    this.db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0');
    // Only a new file is laid out; nothing of another's is changed before it is known to be ours.
    if (this.number('PRAGMA page_count') === 0) this.db.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL`);
    this.db.exec(`
      PRAGMA synchronous = NORMAL;
      PRAGMA secure_delete = FAST;
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
      PRAGMA wal_autocheckpoint = ${checkpointBytes / pageBytes};
      PRAGMA journal_size_limit = ${walBytes};
      BEGIN IMMEDIATE;
      COMMIT;
      PRAGMA busy_timeout = 5000;
    `);
  }

  private makeSchema(): void {
    const version = this.number('PRAGMA user_version');
    if (version > schemaVersion) throw new DatabaseError('newer', 'The stored traces were written by a newer release.');
    const tables = this.number('SELECT count(*) FROM sqlite_schema');
    if (tables > 0 && this.number('PRAGMA application_id') !== applicationId) throw new DatabaseError('damaged', 'The file is another database.');
    if (version === schemaVersion) {
      this.db.exec(schemaOfCopies);
      return;
    }
    this.transaction(() => {
      this.db.exec(schema);
      this.db.exec(schemaOfCopies);
      this.setMeta('run', 0);
      this.setMeta('clean', 1);
      this.db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
    });
  }

  /**
   * After an unclean end the file is looked through before anything is built on it; of a large one only what is not
   * payload, because that takes no time. Damage elsewhere is noticed when it is met.
   */
  private check(): void {
    if (this.meta('clean') === 1) return;
    const checks = this.usedBytes <= bytesCheckedWhole ? ['quick_check(1)'] : ['meta', 'trace', 'link', 'batch'].map((table) => `quick_check(${table})`);
    for (const check of checks) {
      const found = this.db.prepare(`PRAGMA ${check}`).get();
      if (Object.values(found ?? {})[0] !== 'ok') throw new DatabaseError('damaged', 'The file is damaged.');
    }
  }

  private insertBatch({ signal, arrivedUnixMilli, traceKeys, ...arrived }: NewBatch): void {
    const id = ++this.lastBatchId, { format, bytes } = packed(arrived);
    this.statement('INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?)').run(id, this.run, arrivedUnixMilli, format, signal, traceKeys.length);
    this.statement('INSERT INTO payload VALUES (?, ?)').run(id, bytes);
    const link = this.statement('INSERT INTO link VALUES (?, ?)');
    for (const key of traceKeys) link.run(key, id);
  }

  private batch(id: number): StoredBatch | undefined {
    const row = this.statement('SELECT id, run, format, signal, bytes FROM batch JOIN payload ON payload.batch = batch.id WHERE id = ?').get(id) as StoredBatch | undefined;
    return row === undefined ? undefined : { ...row, ...unpacked(row) };
  }

  private batchIdsOf(traceKey: number): number[] {
    return this.statement('SELECT batch FROM link WHERE trace = ? ORDER BY batch').all(traceKey).map(({ batch }) => Number(batch));
  }

  private deleteBatch(id: number): void {
    this.statement('DELETE FROM payload WHERE batch = ?').run(id);
    this.statement('DELETE FROM batch WHERE id = ?').run(id);
  }

  private transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  private meta(key: string): number { return this.number('SELECT value FROM meta WHERE key = ?', key); }

  private setMeta(key: string, value: number): void {
    this.statement('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(key, value);
  }

  private number(sql: string, ...values: (string | number)[]): number {
    const found = this.statement(sql).get(...values);
    return Number(Object.values((found ?? {}) as Record<string, unknown>)[0] ?? 0);
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/** SQLite's primary result codes. */
const codes = { busy: 5, locked: 6, corrupt: 11, notADatabase: 26 } as const;

/** What SQLite threw, as a DatabaseError. */
export function databaseErrorOf(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const code = ((error as { readonly errcode?: number }).errcode ?? 0) & 0xff;
  const message = error instanceof Error ? error.message : String(error);
  if (code === codes.busy || code === codes.locked) return new DatabaseError('inUse', message);
  if (code === codes.corrupt || code === codes.notADatabase) return new DatabaseError('damaged', message);
  return new DatabaseError('failed', message);
}

import { afterEach, describe, expect, it, vi } from 'vitest';
import { TraceCatalogue } from '../../../../src/collector/store/catalogue.ts';
import { DiskWriter } from '../../../../src/collector/store/diskWriter.ts';
import type { NewBatch, TraceDatabase } from '../../../../src/collector/store/database.ts';

/** A database that notes what is written, and fails while it is told to. */
class FakeDatabase {
  readonly transactions: string[][] = [];
  failure: string | undefined;
  write(batches: readonly NewBatch[]): number {
    if (this.failure !== undefined) throw new Error(this.failure);
    this.transactions.push(batches.map(({ bytes }) => Buffer.from(bytes).toString().slice(0, 8)));
    return this.transactions.length;
  }
  lastArrival(): number { return 0; }
}

const problems: (string | undefined)[] = [];
function writerOf(database: FakeDatabase, reopen: () => TraceDatabase | undefined = () => undefined): DiskWriter {
  problems.length = 0;
  return new DiskWriter(database as unknown as TraceDatabase, { reopen, onDamage: () => undefined, beforeWrite: () => undefined, afterWrite: () => undefined, onProblem: (problem) => problems.push(problem) });
}

const entry = new TraceCatalogue().arrived('t');
const batch = (text: string) => ({ format: 'f', signal: 'traces', bytes: Buffer.from(text), entries: [entry] });
afterEach(() => { vi.useRealTimers(); });

describe('writing to disk', () => {
  it('puts what arrives within one turn into one transaction, in its order', async () => {
    const database = new FakeDatabase(), writer = writerOf(database);
    await Promise.all(['a', 'b', 'c'].map((text) => writer.add(batch(text))));
    await writer.add(batch('d'));
    expect(database.transactions).toEqual([['a', 'b', 'c'], ['d']]);
    expect([entry.unsavedBatches, writer.waitingBytes]).toEqual([0, 0]);
  });

  it('answers only after the transaction', async () => {
    const database = new FakeDatabase(), writer = writerOf(database);
    let isAnswered = false;
    const answered = writer.add(batch('a')).then(() => { isAnswered = true; });
    await Promise.resolve();
    expect([isAnswered, database.transactions.length]).toEqual([false, 0]);
    await answered;
    expect(database.transactions).toEqual([['a']]);
  });

  it('splits what is too large for one transaction, and answers each part as it is written', async () => {
    const database = new FakeDatabase(), writer = writerOf(database);
    const large = (name: string): string => name.padEnd(5 * 1024 * 1024, '.');
    const first = writer.add(batch(large('a'))), second = writer.add(batch(large('b')));
    await first;
    expect(database.transactions.flat().map((text) => text[0])).toEqual(['a']);
    await second;
    expect(database.transactions.flat().map((text) => text[0])).toEqual(['a', 'b']);
  });

  it('keeps what a failing disk does not take, answers it, says so once, and writes it later in its order', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const database = new FakeDatabase(), writer = writerOf(database);
    database.failure = 'disk full';
    await writer.add(batch('a'));
    await writer.add(batch('b'));
    vi.advanceTimersByTime(4000);
    expect([problems, entry.unsavedBatches, writer.waitingBytes]).toEqual([['disk full'], 2, 2]);
    database.failure = undefined;
    vi.advanceTimersByTime(30_000);
    expect([database.transactions, problems, entry.unsavedBatches]).toEqual([[['a', 'b']], ['disk full', undefined], 0]);
    await writer.add(batch('c'));
    expect(database.transactions.at(-1)).toEqual(['c']);
  });

  it('writes everything when it is closed and nothing afterwards', async () => {
    const database = new FakeDatabase(), writer = writerOf(database);
    const written = writer.add(batch('a'));
    writer.close();
    await written;
    await writer.add(batch('b'));
    expect(database.transactions).toEqual([['a']]);
    writer.drop();
  });
});

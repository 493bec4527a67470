import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { packed, unpacked } from '../../../../src/collector/store/payloads.ts';
import { arriveDrawn, makeDirectory, openStore, recordsOf, removeDirectories, traceIdOf } from './storeSupport.ts';

afterEach(removeDirectories);

describe('a payload on disk', () => {
  it.each([['short', Buffer.from('{}')], ['long', Buffer.from('{"traceId":"t"}\n'.repeat(1000))], ['random', randomBytes(5000)]])('that is %s comes back as it was', (_what, bytes) => {
    const kept = packed({ format: 'live', bytes });
    expect(kept.bytes.length).toBeLessThanOrEqual(bytes.length);
    const read = unpacked(kept);
    expect(read.format).toBe('live');
    expect(bytes.equals(read.bytes)).toBe(true);
  });

  it('takes a fraction of the room when it repeats itself', () => {
    const bytes = Buffer.from('{"traceId":"t"}\n'.repeat(1000));
    expect(packed({ format: 'live', bytes }).bytes.length).toBeLessThan(bytes.length / 10);
  });

  it('that was damaged is told of and takes no other spans with it', async () => {
    const directory = makeDirectory(), long = `{"text":"${'word '.repeat(1000)}"}`;
    const before = await openStore(directory);
    for (const name of ['a', 'b', 'c']) await arriveDrawn(before.store, `${name} run 0..1 ${long}`, traceIdOf(1));
    before.store.close();
    const database = new DatabaseSync(path.join(directory, 'traces.db'));
    const { bytes } = database.prepare('SELECT bytes FROM payload WHERE batch = 2').get() as { bytes: Uint8Array };
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0xff;
    database.prepare('UPDATE payload SET bytes = ? WHERE batch = 2').run(bytes);
    database.close();
    const { store, heard } = await openStore(directory);
    expect(recordsOf(store, traceIdOf(1)).map(({ name }) => name)).toEqual(['run', 'run']);
    expect(heard.lines.join()).toContain('could not be read');
    store.close();
  });
});

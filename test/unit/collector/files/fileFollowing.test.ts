import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FileFollowing } from '../../../../src/collector/files/fileFollowing.ts';
import { FileReading } from '../../../../src/collector/files/fileReading.ts';
import { makeDirectory, removeDirectories } from '../collectorSupport.ts';
import { spanNamed } from './reading.ts';

afterEach(removeDirectories);

describe('a followed file that ends in the middle of something', () => {
  it('says where that begins once nothing comes any more, until its end comes', async () => {
    const file = path.join(makeDirectory(), 'run.jsonl'), [first, second] = [spanNamed('a'), spanNamed('b')], half = second.length / 2;
    writeFileSync(file, first + second.slice(0, half));
    const reading = new FileReading({ onBatch: () => undefined }), told: (readonly [unknown, number | undefined])[] = [];
    const following = new FileFollowing(file, 'run.jsonl', reading, () => { const [part] = reading.report.parts; told.push([part?.spanCount, part?.unfinishedFrom]); }, 1);
    const ended = following.run();
    await vi.waitFor(() => expect(told).toEqual([[1, undefined], [1, first.length]]), { timeout: 20_000 });
    appendFileSync(file, second.slice(half));
    await vi.waitFor(() => expect(told.at(-1)).toEqual([2, undefined]), { timeout: 20_000 });
    // What is no trace is followed no more.
    writeFileSync(file, 'x'.repeat(70_000));
    await ended;
  });
});

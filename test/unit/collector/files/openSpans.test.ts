import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Collector } from '../../../../src/collector/collector.ts';
import { OpenedFiles } from '../../../../src/collector/files/openedFiles.ts';
import { spansWithoutEnd } from '../../../../src/collector/store/openSpans.ts';
import { TraceStore } from '../../../../src/collector/store/traceStore.ts';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import { traceKeyOf } from '../../../../src/model/traceKey.ts';
import { Events, makeDirectory, optionsOf, removeDirectories } from '../collectorSupport.ts';

const collectors: Collector[] = [], opened: OpenedFiles[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) each.dispose();
  await Promise.all(collectors.splice(0).map((each) => each.shutdown()));
  removeDirectories();
});

/** However busy the machine is. */
const soon = { timeout: 15_000, interval: 5 };
const traceId = '1'.repeat(32), key = traceKeyOf('one', traceId), endOfFile = 5_000_000_000_000_000_000n;
const line = (id: number, end: bigint): string =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${traceId}","spanId":"${id.toString(16).padStart(16, '0')}","name":"${id}","startTimeUnixNano":"${endOfFile - 1000n}"${end === 0n ? '' : `,"endTimeUnixNano":"${end}"`}}]}]}]}\n`;
const oneOpen = line(1, 0n) + line(2, endOfFile);

function write(content: string): string {
  const file = path.join(makeDirectory(), 'run.jsonl');
  writeFileSync(file, content);
  return file;
}

async function begin(): Promise<{ readonly collector: Collector; readonly events: Events; isOpen(traceKey?: string): Promise<unknown> }> {
  const events = new Events(), collector = new Collector(events.take);
  collectors.push(collector);
  await collector.configure(optionsOf(makeDirectory()));
  return { collector, events, isOpen: async (traceKey = key) => { const summary = await collector.summaryOf(traceKey); return summary && [summary.spanCount, summary.openCount, summary.endUnixNano]; } };
}

describe('a span without an end in a file', () => {
  it('reaches to the last time of the file, once that is read, and does not run', async () => {
    const { collector, isOpen } = await begin();
    await collector.openFile('one', { path: write(oneOpen) });
    await expect.poll(() => isOpen(), soon).toEqual([2, 0, String(endOfFile)]);
    expect((await collector.getTrace(key)).map(({ marks }) => marks)).toEqual([['open', 'lost'], []]);
  });

  it('does not run in the store either, when the file is kept or imported', async () => {
    const { collector, events, isOpen } = await begin();
    await collector.openFile('one', { path: write(oneOpen) });
    await events.until(() => events.of('file.changed').at(-1)?.file.state === 'read');
    await collector.keepFile('one');
    await expect.poll(() => isOpen(traceId), soon).toEqual([2, 0, String(endOfFile)]);
    const other = await begin();
    await other.collector.importFile({ path: write(oneOpen) });
    expect(await other.isOpen(traceId)).toEqual([2, 0, String(endOfFile)]);
  });

  it('runs while the file is followed, until nobody follows it any more', async () => {
    const { collector, isOpen } = await begin();
    await collector.openFile('one', { path: write(oneOpen) }, { follow: true });
    await expect.poll(() => isOpen(), soon).toEqual([2, 1, undefined]);
    collector.stopFile('one');
    expect(await isOpen()).toEqual([2, 0, String(endOfFile)]);
  });

  it('rests while a followed file is quiet, and runs again when it grows', async () => {
    const storeOptions = { memoryBytes: 1e9, databaseBytes: 0, retentionDays: 0 }, ignore = (): void => undefined;
    const received = new TraceStore(storeOptions, { changed: ignore, removed: ignore, log: ignore });
    const files = new OpenedFiles({
      bundle: () => optionsOf(undefined).fileBundle, mostBytes: () => 1e9, received, emit: ignore, changed: ignore, removed: ignore, log: ignore, quietMs: 20,
    });
    opened.push(files);
    const file = write(oneOpen);
    const opens = (): unknown => { const trace = files.storeOf('one')?.trace(traceId); return trace && [summaryOf(trace).spanCount, summaryOf(trace).openCount]; };
    files.open('one', { path: file }, { follow: true });
    await expect.poll(opens, soon).toEqual([2, 0]);
    const seen: unknown[] = [];
    const looking = setInterval(() => { seen.push(opens()); }, 1);
    appendFileSync(file, line(3, 0n));
    await expect.poll(() => seen.some((each) => JSON.stringify(each) === '[3,2]'), soon).toBe(true);
    await expect.poll(opens, soon).toEqual([3, 0]);
    clearInterval(looking);
    appendFileSync(file, line(1, endOfFile));
    await expect.poll(() => { const trace = files.storeOf('one')?.trace(traceId); return trace && spansWithoutEnd(trace, true).length; }, soon).toBe(1);
  });

  it('rests at once where the file tells of long ago, as copies do, and runs when it grows all the same', async () => {
    const { collector, isOpen } = await begin(), old = oneOpen.replaceAll(String(endOfFile), '1700000000000000000').replaceAll(String(endOfFile - 1000n), '1699999999999999000'), file = write(old);
    await collector.openFile('one', { path: file }, { follow: true });
    await expect.poll(() => isOpen(), soon).toEqual([2, 0, '1700000000000000000']);
    appendFileSync(file, line(3, 0n));
    await expect.poll(() => isOpen(), soon).toEqual([3, 2, undefined]);
    // Times that count from anywhere say nothing.
    const relative = oneOpen.replaceAll(String(endOfFile), '5000000000').replaceAll(String(endOfFile - 1000n), '4999999000');
    await collector.openFile('two', { path: write(relative) }, { follow: true });
    await expect.poll(() => isOpen(traceKeyOf('two', traceId)), soon).toEqual([2, 1, undefined]);
  });
});

import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Collector } from '../../../../src/collector/collector.ts';
import { FileJob } from '../../../../src/collector/files/fileJob.ts';
import { keyBeside, traceKeyOf, traceNameOf } from '../../../../src/model/traceKey.ts';
import type { CollectorOptions } from '../../../../src/protocol/collector.ts';
import type { FileState, OpenedFile } from '../../../../src/protocol/files.ts';
import { Events, makeDirectory, optionsOf, post, removeDirectories, request, spanOf, traceOf } from '../collectorSupport.ts';
import { spanNamed } from './reading.ts';

const collectors: Collector[] = [];
afterEach(async () => {
  await Promise.all(collectors.splice(0).map((each) => each.shutdown()));
  removeDirectories();
});

interface Begun { readonly collector: Collector; readonly events: Events; until(state: FileState, more?: (file: OpenedFile) => boolean): Promise<OpenedFile> }

async function begin(more: Partial<CollectorOptions> = {}, directory = makeDirectory()): Promise<Begun> {
  const events = new Events(), collector = new Collector(events.take);
  collectors.push(collector);
  await collector.configure(optionsOf(directory, more));
  const last = (): OpenedFile | undefined => events.of('file.changed').at(-1)?.file;
  return {
    collector, events,
    until: async (state, isWanted = () => true) => {
      await events.until(() => last()?.state === state && isWanted(last() as OpenedFile));
      return last() as OpenedFile;
    },
  };
}

const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(makeDirectory(), name);
  writeFileSync(file, content);
  return file;
};
const trace = '1'.repeat(32), key = traceKeyOf('one', trace);
const namesOf = async (collector: Collector, traceId = key): Promise<string[]> => (await collector.getTrace(traceId)).map(({ name }) => name).toSorted();

describe('the key of a trace', () => {
  it('is its id where it was received, and tells the source of any other', () => {
    expect([traceKeyOf('', 'abc'), traceKeyOf('one', 'abc'), keyBeside('file:one/abc', 'def'), keyBeside('abc', 'def')]).toEqual(['abc', 'file:one/abc', 'file:one/def', 'def']);
    for (const [source, traceId] of [['', 'abc'], ['', 'file:one/abc'], ['', 'file:'], ['', ''], ['one', ''], ['one', 'a/b'], ['one', 'file:two/x']] as const) {
      expect(traceNameOf(traceKeyOf(source, traceId))).toEqual({ source, traceId });
    }
    expect(traceNameOf('file:nothing')).toEqual({ source: '', traceId: 'file:nothing' });
  });
});

describe('an opened file', () => {
  it('is there beside what was received under the same ids, with a report, until it is closed', async () => {
    const { collector, events, until } = await begin();
    const { endpoints } = await collector.start({ httpPort: 0, grpcPort: 0 });
    await post(endpoints.http, request({ id: 1, name: 'received' }));
    await collector.openFile('one', { path: write('run.pb.gz', gzipSync(request({ id: 1, name: 'opened' }, { id: 2, parent: 1 }, { trace: 2, id: 9 }))) });
    const file = await until('read');
    expect(file).toMatchObject({ source: 'one', name: 'run.pb.gz', traceCount: 2, spanCount: 3, isKept: false, bytesRead: file.bytesTotal });
    expect(file.report).toMatchObject({ problems: [], parts: [{ packing: ['gzip'], format: { id: 'otlp-protobuf' }, spanCount: 3, traceCount: 2 }] });

    const own = traceKeyOf('one', traceOf(1));
    expect((await collector.listTraces('', undefined, 'one')).traces.map(({ traceId }) => traceId).toSorted()).toEqual([own, traceKeyOf('one', traceOf(2))]);
    expect((await collector.listTraces('')).traces.map(({ traceId, name }) => [traceId, name])).toEqual([[traceOf(1), 'received']]);
    expect(events.of('traces.changed').flatMap(({ traceIds }) => traceIds)).toEqual([traceOf(1)]);
    expect(new Set(events.of('file.changed').flatMap(({ traceIds }) => traceIds))).toEqual(new Set([own, traceKeyOf('one', traceOf(2))]));

    const [root] = await collector.getTrace(own);
    expect([root?.traceId, root?.name]).toEqual([traceOf(1), 'opened']);
    expect((await collector.summaryOf(own))?.traceId).toBe(own);
    expect(await collector.pathTo(own, spanOf(2))).toEqual([spanOf(1), spanOf(2)]);
    expect((await collector.childrenOf(own, undefined, { offset: 0, limit: 9 })).total).toBe(1);
    expect([...new Uint32Array((await collector.searchRows(own, 'opened')).rows)]).toEqual([0]);
    expect((await collector.exportTrace(own, 'otlp-json')).byteLength).toBeGreaterThan(100);
    await collector.subscribe(3, own);
    await events.until(() => events.of('rows.changed').length > 0);
    expect(events.of('rows.changed')[0]).toMatchObject({ subscription: 3, rows: { traceId: own, count: 2 }, summary: { traceId: own } });

    collector.closeFile('one');
    expect(events.of('trace.gone')).toEqual([{ type: 'trace.gone', subscription: 3, traceId: own }]);
    expect(events.of('file.changed').at(-1)?.file).toMatchObject({ state: 'closed', memoryBytes: expect.any(Number), traceCount: 0 });
    expect([await collector.summaryOf(own), collector.listFiles(), await collector.getTrace(own)]).toEqual([undefined, [], []]);
    expect(await namesOf(collector, traceOf(1))).toEqual(['received']);
  });

  it('shows its rows to those who waited for it, and can be opened from bytes', async () => {
    const { collector, events, until } = await begin();
    await collector.subscribe(1, key);
    expect(events.of('trace.gone')).toHaveLength(1);
    await collector.openFile('one', { bytes: Uint8Array.from(new TextEncoder().encode(spanNamed('pasted'))).buffer, name: 'clipboard' });
    await until('read');
    await events.until(() => events.of('rows.changed').length > 0);
    expect(await namesOf(collector)).toEqual(['pasted']);
  });

  it('is kept in the store with everything that it says, and stays open', async () => {
    const directory = makeDirectory(), { collector, until } = await begin({}, directory);
    const file = path.resolve(import.meta.dirname, '../../../fixtures/formats/otlp-json');
    await collector.openFile('one', { path: path.join(file, 'agent.json') }).catch(() => undefined);
    await collector.openFile('one', { bytes: Uint8Array.from(request({ id: 1, name: 'run', error: true, attributes: { a: 1, b: 'x' } }, { id: 2, parent: 1 }, { id: 3, parent: 77 }, { trace: 2, id: 9 })).buffer, name: 'run.pb' });
    await until('read', ({ spanCount }) => spanCount === 4);
    const before = await collector.getTrace(traceKeyOf('one', traceOf(1)));
    expect(await collector.keepFile('one')).toEqual({ traceIds: [traceOf(1), traceOf(2)], spanCount: 4 });
    expect(await collector.getTrace(traceOf(1))).toEqual(before);
    expect(collector.listFiles()).toMatchObject([{ isKept: true }]);
    await collector.shutdown();
    const again = await begin({}, directory);
    expect(await again.collector.getTrace(traceOf(1))).toEqual(before);
  });

  it('that cannot be read says why', async () => {
    const { collector, until } = await begin();
    await collector.openFile('one', { path: write('notes.txt', 'hello') });
    expect(await until('failed')).toMatchObject({ problem: 'notes.txt is not a trace file of a known format.', traceCount: 0 });
    await collector.openFile('two', { path: '/nowhere/run.json' });
    expect(await until('failed', ({ source }) => source === 'two')).toMatchObject({ problem: expect.stringMatching(/^run.json cannot be read: .*no such file/) });
    await collector.openFile('three', { path: makeDirectory() });
    expect((await until('failed', ({ source }) => source === 'three')).problem).toContain('This is not a file.');
    await expect(collector.openFile('a/b', { path: '/x' })).rejects.toThrow('A source has a name');
    await expect(collector.keepFile('nobody')).rejects.toThrow('not open');
  });

  it('can be stopped while it is read, and keeps what was read', async () => {
    const { collector, until } = await begin();
    const lines = Array.from({ length: 100_000 }, (_, i) => spanNamed(`s${i}`)).join('');
    await collector.openFile('one', { path: write('many.jsonl', lines) });
    await until('reading', ({ spanCount }) => spanCount > 0);
    collector.stopFile('one');
    const { spanCount } = await until('stopped');
    expect(spanCount).toBeGreaterThan(0);
    expect(await namesOf(collector)).toHaveLength(spanCount);
  });

  it('is read only as far as the memory for files allows, and says so', async () => {
    const { collector, until } = await begin({ memoryBytes: 4_000_000 });
    const lines = Array.from({ length: 60_000 }, (_, i) => spanNamed(`s${i}`)).join('');
    await collector.openFile('one', { path: write('many.jsonl', lines) });
    const file = await until('stopped');
    expect(file.problem).toMatch(/^many.jsonl was read in part only: opened files may take 4 MB/);
    expect(file.spanCount).toBeLessThan(60_000);
    expect((await namesOf(collector)).length).toBe(file.spanCount);
  });

  it('whose worker ends before its time is told as failed, and nothing else notices', async () => {
    const { collector, until } = await begin({ fileBundle: write('worker.mjs', 'setTimeout(() => { throw new Error("out of luck"); }, 1);') });
    await collector.openFile('one', { path: write('a.json', spanNamed('a')) });
    expect(await until('failed')).toMatchObject({ problem: 'a.json was not read to its end: out of luck.' });
    const { endpoints } = await collector.start({ httpPort: 0, grpcPort: 0 });
    expect(await post(endpoints.http, request({ id: 1 }))).toBe(200);
  });

  it('that asks for too much of its worker\'s memory takes nothing else down', async () => {
    const bundle = write('worker.mjs', 'const all = []; for (;;) all.push(Array.from({ length: 1e5 }, () => ({})));');
    const reason = await new Promise((resolve) => {
      const job = new FileJob(bundle, { path: '/x' }, false, { rows: () => Promise.resolve(), progress: () => undefined, lost: resolve }, { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 });
      expect(job).toBeDefined();
    });
    expect(reason).toBe('reading it takes more memory than a file may have');
  });
});

describe('a file that is followed', () => {
  it('shows what is appended, and lets half a record wait', async () => {
    const { collector, until } = await begin();
    const file = write('run.jsonl', spanNamed('a'));
    await collector.openFile('one', { path: file }, { follow: true });
    await until('following', ({ spanCount }) => spanCount === 1);
    const next = spanNamed('b');
    appendFileSync(file, next.slice(0, 40));
    appendFileSync(file, next.slice(40) + spanNamed('c').slice(0, 50));
    await until('following', ({ spanCount }) => spanCount === 2);
    expect(await namesOf(collector)).toEqual(['a', 'b']);
    appendFileSync(file, spanNamed('c').slice(50));
    const { report } = await until('following', ({ spanCount }) => spanCount === 3);
    expect([await namesOf(collector), report.parts.length, report.parts[0]?.problems]).toEqual([['a', 'b', 'c'], 1, []]);
    collector.closeFile('one');
    appendFileSync(file, spanNamed('d'));
  });

  it('goes on with the files beside it that belong to it', async () => {
    const { collector, until } = await begin();
    const line = (uuid: string, more: object): string => `${JSON.stringify({ uuid, sessionId: 's1', timestamp: '2026-04-10T10:30:00Z', parentUuid: null, ...more })}\n`;
    const file = write('s1.jsonl', line('u1', { type: 'user', message: { role: 'user', content: 'go' } }) + line('a1', { type: 'assistant', message: { role: 'assistant', id: 'm1', content: [{ type: 'tool_use', id: 't1', name: 'Task', input: { prompt: 'find' } }] } }));
    await collector.openFile('one', { path: file }, { follow: true });
    const before = await until('following', ({ spanCount }) => spanCount > 2);
    writeFileSync(path.join(path.dirname(file), 'agent-x.jsonl'), line('x1', { type: 'user', isSidechain: true, agentId: 'x', message: { role: 'user', content: 'find' } }));
    await until('following', ({ spanCount }) => spanCount === before.spanCount + 1);
    expect((await collector.getTrace(traceKeyOf('one', 's1'))).find(({ spanId }) => spanId === 'agent-x')?.parentSpanId).toBe('t1');
  });

  it('is read from its beginning when it became shorter or was written anew, and keeps what it showed', async () => {
    const { collector, until } = await begin();
    const file = write('run.jsonl', spanNamed('a') + spanNamed('b'));
    await collector.openFile('one', { path: file }, { follow: true });
    await until('following', ({ spanCount }) => spanCount === 2);
    truncateSync(file);
    writeFileSync(file, spanNamed('c'));
    await until('following', ({ spanCount }) => spanCount === 3);
    writeFileSync(file, spanNamed('d') + spanNamed('e') + spanNamed('f'));
    await until('following', ({ spanCount }) => spanCount === 6);
    expect(await namesOf(collector)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('is read to its end when another one takes its place, which is followed then', async () => {
    const { collector, until } = await begin();
    const file = write('run.jsonl', spanNamed('a'));
    await collector.openFile('one', { path: file }, { follow: true });
    await until('following', ({ spanCount }) => spanCount === 1);
    appendFileSync(file, spanNamed('b').trim());
    renameSync(file, `${file}.1`);
    writeFileSync(file, spanNamed('c'));
    await until('following', ({ spanCount }) => spanCount === 3);
    appendFileSync(file, spanNamed('d'));
    await until('following', ({ spanCount }) => spanCount === 4);
    expect(await namesOf(collector)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is read on under its old name while nothing stands in the one that takes its place, which may be packed', async () => {
    const { collector, until } = await begin();
    const file = write('run.jsonl', spanNamed('a'));
    await collector.openFile('one', { path: file }, { follow: true });
    await until('following', ({ spanCount }) => spanCount === 1);
    renameSync(file, `${file}.1`);
    writeFileSync(file, '');
    appendFileSync(`${file}.1`, spanNamed('b'));
    await until('following', ({ spanCount }) => spanCount === 2);
    appendFileSync(file, gzipSync(spanNamed('c')));
    await until('read', ({ spanCount }) => spanCount === 3);
    expect(await namesOf(collector)).toEqual(['a', 'b', 'c']);
  });

  it('is read from its beginning when other things of the same length stand in it', async () => {
    const { collector, until } = await begin();
    const file = write('run.jsonl', spanNamed('a'));
    await collector.openFile('one', { path: file }, { follow: true });
    await until('following', ({ spanCount }) => spanCount === 1);
    writeFileSync(file, spanNamed('b'));
    await until('following', ({ spanCount }) => spanCount === 2);
    expect(await namesOf(collector)).toEqual(['a', 'b']);
  });

  it('may begin empty, and may be of a kind that is read as a whole each time', async () => {
    const { collector, until } = await begin();
    const file = write('run.jsonl', '');
    await collector.openFile('one', { path: file }, { follow: true });
    await until('following', ({ spanCount }) => spanCount === 0);
    appendFileSync(file, spanNamed('a'));
    await until('following', ({ spanCount }) => spanCount === 1);
    const whole = write('run.pb', request({ id: 1 }));
    await collector.openFile('two', { path: whole }, { follow: true });
    await until('following', ({ source, spanCount }) => source === 'two' && spanCount === 1);
    writeFileSync(whole, request({ id: 1 }, { id: 2, parent: 1 }));
    await until('following', ({ source, spanCount }) => source === 'two' && spanCount === 2);
    expect(await namesOf(collector, traceKeyOf('two', traceOf(1)))).toEqual(['span 1', 'span 2']);
  });

  it('ends as any other file where it is packed or no trace', async () => {
    const { collector, until } = await begin();
    await collector.openFile('one', { path: write('run.json.gz', gzipSync(spanNamed('a'))) }, { follow: true });
    expect(await until('read')).toMatchObject({ spanCount: 1 });
    await collector.openFile('two', { path: write('notes.txt', 'x'.repeat(70_000)) }, { follow: true });
    expect(await until('failed', ({ source }) => source === 'two')).toMatchObject({ problem: 'notes.txt is not a trace file of a known format.' });
  });
});

import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Collector } from '../../../src/collector/collector.ts';
import { unpackRows } from '../../../src/protocol/rows.ts';
import type { CollectorOptions } from '../../../src/protocol/collector.ts';
import { Events, makeDirectory, optionsOf, post, removeDirectories, request, spanOf, start, traceOf } from './collectorSupport.ts';
import type { Drawn } from './collectorSupport.ts';

let collector: Collector, events: Events, endpoint: string | undefined;
const bytesOf = (text: string | Uint8Array): ArrayBuffer => Uint8Array.from(Buffer.from(text)).buffer;
const send = async (...spans: Drawn[]): Promise<void> => { expect(await post(endpoint, request(...spans))).toBe(200); };

async function begin(more: Partial<CollectorOptions> = {}, directory: string | undefined = makeDirectory()): Promise<void> {
  events = new Events();
  collector = new Collector(events.take);
  await collector.configure(optionsOf(directory, more));
  endpoint = (await collector.start({ httpPort: 0, grpcPort: 0 })).endpoints.http;
}
beforeEach(() => begin());
afterEach(async () => {
  await collector.shutdown();
  removeDirectories();
});

const llm = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm-1', 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 3 };

describe('the collector', () => {
  it('lists what was posted, newest first, with summaries', async () => {
    await send({ id: 1, name: 'run' }, { id: 2, parent: 1, attributes: llm, error: true });
    await send({ trace: 2, id: 500, name: 'later' });
    const { traces, total } = await collector.listTraces('');
    expect(total).toBe(2);
    expect(traces.map(({ name }) => name)).toEqual(['later', 'run']);
    expect(traces[1]).toEqual({
      traceId: traceOf(1), name: 'run', label: 'run', role: 'other', services: ['agent'], startUnixNano: String(start + 1n), endUnixNano: String(start + 102n),
      spanCount: 2, errorCount: 1, openCount: 0, rootCount: 1, orphanCount: 0, llmCalls: 1, toolCalls: 0, inputTokens: 10, outputTokens: 3,
    });
    expect(await collector.listTraces('', { offset: 1, limit: 5 })).toMatchObject({ traces: [{ name: 'run' }], total: 2 });
  });

  it('finds traces and spans by the filter language, in memory and on disk', async () => {
    await send({ id: 1, name: 'run' }, { id: 2, parent: 1, attributes: { ...llm, note: 'Needle' } });
    await send({ trace: 2, id: 500, name: 'later' });
    const ids = async (query: string): Promise<string[]> => (await collector.listTraces(query)).traces.map(({ traceId }) => traceId);
    expect(await ids('needle')).toEqual([traceOf(1)]);
    expect(await ids('role:llm')).toEqual([traceOf(1)]);
    expect(await ids('model:m-1')).toEqual([traceOf(1)]);
    expect(await ids('spans:1')).toEqual([traceOf(2)]);
    const { rows } = await collector.searchRows(traceOf(1), 'needle');
    expect([...new Uint32Array(rows)]).toEqual([1]);
    await expect(collector.listTraces('duration:>x')).rejects.toThrow(/duration/);
    await expect(collector.searchRows(traceOf(1), '(')).rejects.toThrow();
  });

  it('gives a trace as records', async () => {
    await send({ id: 2, parent: 1, name: 'plan', attributes: llm }, { id: 1, name: 'run' });
    const records = await collector.getTrace(traceOf(1));
    expect(records.map(({ name }) => name)).toEqual(['run', 'plan']);
    expect(records[1]).toEqual({
      traceId: traceOf(1), spanId: spanOf(2), parentSpanId: spanOf(1), name: 'plan', kind: 'internal', startUnixNano: String(start + 2n), endUnixNano: String(start + 102n),
      status: { code: 'unset' }, service: 'agent', scope: { name: 'test' }, attributes: llm, resource: { 'service.name': 'agent' }, events: [], links: [], logs: [], marks: [],
      agent: {
        role: 'llm', model: 'm-1', inputTokens: 10, outputTokens: 3,
        sources: { role: 'gen_ai.operation.name', model: 'gen_ai.request.model', inputTokens: 'gen_ai.usage.input_tokens', outputTokens: 'gen_ai.usage.output_tokens' },
      },
    });
    expect(await collector.spanById(traceOf(1), spanOf(2))).toEqual(records[1]);
    const at = await collector.rowOf(traceOf(1), spanOf(2));
    expect(await collector.spanAt(traceOf(1), at ?? { epoch: 0, row: 0 })).toEqual(records[1]);
    expect(await collector.spanAt(traceOf(1), { epoch: 1, row: 0 })).toBeUndefined();
    expect(await collector.getTrace('nothing')).toEqual([]);
  });

  it('gives the tree of a trace, level by level', async () => {
    await send({ id: 3, parent: 1, name: 'b' }, { id: 2, parent: 1, name: 'a' }, { id: 1, name: 'run' }, { id: 4, parent: 2, name: 'c' });
    const page = { offset: 0, limit: 10 };
    const roots = await collector.childrenOf(traceOf(1), undefined, page);
    expect(roots).toMatchObject({ total: 1, nodes: [{ spanId: spanOf(1), name: 'run', childCount: 2, durationNs: 100, selfNs: 1 }] });
    expect((await collector.childrenOf(traceOf(1), spanOf(1), page)).nodes.map(({ name }) => name)).toEqual(['a', 'b']);
    await send({ id: 5, parent: 1, name: 'd' }, { id: 6, parent: 4, name: 'e' });
    expect((await collector.childrenOf(traceOf(1), spanOf(1), { offset: 1, limit: 1 }))).toMatchObject({ total: 3, nodes: [{ name: 'b' }] });
    expect(await collector.pathTo(traceOf(1), spanOf(6))).toEqual([1, 2, 4, 6].map(spanOf));
    expect(await collector.childrenOf(traceOf(1), 'nobody', page)).toEqual({ nodes: [], total: 0 });
  });

  it('tells which traces changed and which are gone', async () => {
    await send({ id: 1, name: 'run' });
    await events.until(() => events.of('traces.changed').length > 0);
    expect(events.of('traces.changed')[0]).toMatchObject({ traceIds: [traceOf(1)], summaries: [{ name: 'run' }], removed: [] });
    await collector.deleteTraces([traceOf(1)]);
    await events.until(() => events.of('traces.changed').length > 1);
    expect(events.of('traces.changed')[1]).toMatchObject({ traceIds: [], removed: [traceOf(1)] });
    expect((await collector.listTraces('')).total).toBe(0);
  });

  it('counts exactly what it took and what it refused', async () => {
    await send({ id: 1 }, { id: 2 });
    expect(await post(endpoint, new Uint8Array([0x0a, 0xff]))).toBe(400);
    expect(collector.stats()).toMatchObject({ receivedSpans: 2, rejectedSpans: 0, storedTraces: 1, tracesInMemory: 1, spansInMemory: 2 });
  });

  it('refuses for a while when memory is short, and then takes more', async () => {
    await collector.shutdown();
    await begin({ memoryBytes: 2_000_000 });
    await collector.subscribe(1, traceOf(1));
    await send({ id: 1, attributes: { text: 'x'.repeat(1_700_000) } });
    expect(await post(endpoint, request({ id: 2 }))).toBe(503);
    expect((await collector.getTrace(traceOf(1)))).toHaveLength(1);
    collector.unsubscribe(1);
    await send({ trace: 2, id: 3 });
  });

  it('has everything after it was closed and opened again', async () => {
    const directory = makeDirectory();
    await collector.shutdown();
    await begin({}, directory);
    await send({ id: 1, name: 'run' }, { id: 2, parent: 1, attributes: llm });
    const records = await collector.getTrace(traceOf(1));
    await collector.shutdown();
    await begin({}, directory);
    expect(await collector.getTrace(traceOf(1))).toEqual(records);
    await collector.clear();
    expect(await collector.listTraces('')).toEqual({ traces: [], total: 0 });
  });

  it('answers calls with words when it is not configured', async () => {
    await expect(new Collector(() => undefined).listTraces('')).rejects.toThrow('configured');
  });
});

describe('a subscription', () => {
  it('says what the id of a span begins with that has not come, and no more once it has', async () => {
    await send({ id: 2, parent: 1, name: 'plan' });
    await collector.subscribe(7, traceOf(1));
    const [first] = events.of('rows.changed');
    expect(first?.rows.awaited?.map(([, idPart]) => idPart)).toEqual([spanOf(1).slice(0, 8)]);
    collector.acknowledge(7, first?.rows.revision ?? 0);
    await send({ id: 1, name: 'run' });
    await events.until(() => events.of('rows.changed').length > 1);
    expect(events.of('rows.changed').slice(1).flatMap(({ rows }) => rows.awaited ?? [])).toEqual([]);
  });

  it('gets what is there, then what changed, then what is new', async () => {
    await send({ id: 2, parent: 1, name: 'plan' });
    await collector.subscribe(7, traceOf(1));
    const [first] = events.of('rows.changed');
    expect(first).toMatchObject({ subscription: 7, rows: { traceId: traceOf(1), firstRow: 0, count: 2, firstText: 0, texts: ['', 'plan', 'agent'] }, summary: { spanCount: 1 } });
    collector.acknowledge(7, first?.rows.revision ?? 0);
    await send({ id: 1, name: 'run' }, { id: 3, parent: 2, name: 'think' });
    await events.until(() => events.of('rows.changed').length > 2);
    const [, second, third] = events.of('rows.changed');
    expect(second?.rows).toMatchObject({ firstRow: -1, count: 2, firstText: 3, texts: ['run', 'think'] });
    expect(third?.rows).toMatchObject({ firstRow: 2, count: 1, firstText: 5, texts: [] });
    expect(third?.rows.revision).not.toBe(second?.rows.revision);
    const changed = unpackRows(second?.rows ?? { buffer: new ArrayBuffer(0), count: 0, firstRow: 0 });
    expect([...changed.rowNumbers].toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect([...changed.marks]).toEqual([0, 0]);
  });

  it('gets no more than two messages ahead of what it acknowledged', async () => {
    await collector.subscribe(7, traceOf(1));
    expect(events.of('trace.gone')).toHaveLength(1);
    for (let n = 1; n <= 6; n++) {
      await send({ id: n });
      await new Promise((resolve) => { setTimeout(resolve, 40); });
    }
    expect(events.of('rows.changed')).toHaveLength(2);
    for (let n = 0; n < 2; n++) collector.acknowledge(7, events.of('rows.changed')[n]?.rows.revision ?? 0);
    await events.until(() => events.of('rows.changed').length === 3);
    expect(events.of('rows.changed').map(({ rows }) => rows.count).reduce((a, b) => a + b, 0)).toBe(6);
  });

  it('is told when spans of its trace go to the disk alone', async () => {
    await collector.shutdown();
    await begin({ memoryBytes: 8_000_000 });
    await send({ id: 1 });
    await collector.subscribe(7, traceOf(1));
    collector.acknowledge(7, events.of('rows.changed')[0]?.rows.revision ?? 0);
    await send({ id: 2, attributes: { text: 'x'.repeat(4_100_000) } });
    await events.until(() => events.of('rows.changed').length > 1);
    collector.acknowledge(7, events.of('rows.changed')[1]?.rows.revision ?? 0);
    await send({ id: 3 }, { id: 4 });
    await events.until(() => events.of('rows.changed').length > 2);
    expect(events.of('rows.changed')[2]).toMatchObject({ rows: { count: 0, firstRow: 2 }, summary: { spanCount: 2, leftOut: 2 } });
  });

  it('is told when its trace is deleted', async () => {
    await send({ id: 1 });
    await collector.subscribe(7, traceOf(1));
    await collector.deleteTraces([traceOf(1)]);
    expect(events.of('trace.gone')).toEqual([{ type: 'trace.gone', subscription: 7, traceId: traceOf(1) }]);
  });

  it('gets a large trace in pieces whose parents are known', async () => {
    const spans = Array.from({ length: 45_000 }, (_, i) => ({ id: i + 1, ...(i === 44_999 ? {} : { parent: 45_000 }) }));
    for (let from = 0; from < spans.length; from += 15_000) await send(...spans.slice(from, from + 15_000).toReversed());
    await collector.subscribe(7, traceOf(1));
    const parents: number[] = [];
    for (let n = 0; parents.filter((parent) => parent >= 0).length < 44_999; n++) {
      await events.until(() => events.of('rows.changed').length > n);
      const message = events.of('rows.changed')[n]?.rows ?? { revision: 0, buffer: new ArrayBuffer(0), count: 0, firstRow: 0 };
      expect(message.buffer.byteLength).toBeLessThanOrEqual(1024 * 1024);
      const rows = unpackRows(message);
      for (let i = 0; i < rows.count; i++) parents[message.firstRow < 0 ? rows.rowNumbers[i] as number : message.firstRow + i] = rows.parent[i] as number;
      expect(parents.every((parent) => parent < parents.length)).toBe(true);
      collector.acknowledge(7, message.revision);
    }
    expect(parents).toHaveLength(45_000);
  });
});

describe('a file', () => {
  it('is recognised by its content, also gzipped, and merged with what is known', async () => {
    await send({ id: 1, name: 'run' });
    const report = await collector.importFile({ bytes: bytesOf(gzipSync(request({ id: 1, name: 'run' }, { id: 2, parent: 1 }, { trace: 2, id: 9 }))), name: 'a.bin' });
    expect(report).toEqual({ format: 'otlp-protobuf', traceIds: [traceOf(1), traceOf(2)], spanCount: 3, warnings: [] });
    expect((await collector.getTrace(traceOf(1))).map(({ marks }) => marks)).toEqual([[], []]);
  });

  it('that is none of ours is refused with words', async () => {
    await expect(collector.importFile({ bytes: bytesOf('%PDF-1.7'), name: 'letter.pdf' })).rejects.toThrow('letter.pdf is not a trace file of a known format.');
    await expect(collector.importFile({ bytes: bytesOf(gzipSync(Buffer.alloc(257 * 1024 * 1024), { level: 1 })), name: 'bomb.gz' })).rejects.toThrow('bomb.gz is not a trace file');
    await expect(collector.importFile({ bytes: bytesOf(Buffer.from([0x1f, 0x8b, 1, 2])), name: 'bad.gz' })).rejects.toThrow('damaged');
  });

  it('is there after a restart', async () => {
    const directory = makeDirectory();
    await collector.shutdown();
    await begin({}, directory);
    await collector.importFile({ bytes: bytesOf(request(...Array.from({ length: 9_000 }, (_, i) => ({ trace: i % 3, id: i + 1 })))), name: 'a.pb' });
    const records = await collector.getTrace(traceOf(2));
    await collector.shutdown();
    await begin({}, directory);
    expect(await collector.getTrace(traceOf(2))).toEqual(records);
    expect(records).toHaveLength(3_000);
  });

  it('can be made of a trace and read again', async () => {
    await send({ id: 1, name: 'run' }, { id: 2, parent: 1, attributes: llm });
    const records = await collector.getTrace(traceOf(1));
    const bytes = await collector.exportTrace(traceOf(1), 'otlp-json');
    await collector.clear();
    await collector.importFile({ bytes, name: 'x.json' });
    expect(await collector.getTrace(traceOf(1))).toEqual(records);
    await expect(collector.exportTrace(traceOf(1), 'nothing')).rejects.toThrow('cannot be exported as nothing');
    await expect(collector.exportTrace('nobody', 'otlp-json')).rejects.toThrow('not there');
  });
});

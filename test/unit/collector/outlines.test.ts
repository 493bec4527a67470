import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Collector } from '../../../src/collector/collector.ts';
import { TraceDatabase } from '../../../src/collector/store/database.ts';
import { unpackRows } from '../../../src/protocol/rows.ts';
import type { RowsMessage } from '../../../src/protocol/rows.ts';
import { Events, makeDirectory, optionsOf, post, removeDirectories, request, traceOf } from './collectorSupport.ts';
import type { Drawn } from './collectorSupport.ts';

const llm = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm-1', 'gen_ai.usage.input_tokens': 10 };
/** Long enough for an outline, parents last. */
const long: readonly Drawn[] = Array.from({ length: 3000 }, (_, i) => ({ id: 3000 - i, ...(i === 2999 ? {} : { parent: 1 }), ...(i % 10 === 0 ? { attributes: llm } : {}) }));

let directory: string, collector: Collector, events: Events, endpoint: string | undefined;
const send = async (...spans: readonly Drawn[]): Promise<void> => { expect(await post(endpoint, request(...spans))).toBe(200); };
const rowsSent = (): readonly RowsMessage[] => events.of('rows.changed').map(({ rows }) => rows);

async function begin(): Promise<void> {
  events = new Events();
  collector = new Collector(events.take);
  await collector.configure(optionsOf(directory));
  endpoint = (await collector.start({ httpPort: 0, grpcPort: 0 })).endpoints.http;
}
async function restart(): Promise<void> {
  await collector.shutdown();
  await begin();
}
beforeEach(() => {
  directory = makeDirectory();
  return begin();
});
afterEach(async () => {
  await collector.shutdown();
  removeDirectories();
});

/** Acknowledges every message until no more come. */
async function takeAll(): Promise<void> {
  for (let n = 0; n < rowsSent().length; n++) {
    collector.acknowledge(7, rowsSent()[n]?.revision ?? 0);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

describe('a long trace that was stored', () => {
  it('is shown without being read, as it is when it is read', async () => {
    await send(...long);
    await restart();
    await collector.subscribe(7, traceOf(1));
    expect(collector.stats().tracesInMemory).toBe(0);
    await takeAll();
    expect(collector.stats().tracesInMemory).toBe(0);
    const shown = rowsSent();
    expect(shown[0]).toMatchObject({ firstRow: 0, count: 3000, firstText: 0 });
    expect(events.of('rows.changed')[0]?.summary).toMatchObject({ spanCount: 3000, llmCalls: 300 });
    expect(await collector.rowOf(traceOf(1), 'none')).toBeUndefined();
    await collector.subscribe(8, traceOf(1));
    const read = rowsSent().slice(shown.length);
    expect(read.map(({ epoch, texts, figures }) => ({ epoch, texts, figures }))).toEqual(shown.map(({ epoch, texts, figures }) => ({ epoch, texts, figures })));
    expect(read.map(unpackRows)).toEqual(shown.map(unpackRows));
  });

  it('is read soon after, and goes on where it was shown', async () => {
    await send(...long);
    await restart();
    await collector.subscribe(7, traceOf(1));
    await takeAll();
    const { length } = rowsSent(), epoch = rowsSent()[0]?.epoch ?? 0;
    await vi.waitFor(() => expect(collector.stats().tracesInMemory).toBe(1));
    expect(await collector.spanAt(traceOf(1), { epoch, row: 0 })).toMatchObject({ name: 'span 3000' });
    expect(rowsSent()).toHaveLength(length);
    await send({ id: 4000, parent: 1, name: 'late' });
    await events.until(() => rowsSent().length > length);
    await takeAll();
    expect(rowsSent().at(-1)).toMatchObject({ epoch, firstRow: 3000, count: 1 });
  });

  it('is told anew when it changes before it has been read', async () => {
    await send(...long.slice(0, -1));
    await restart();
    await collector.subscribe(7, traceOf(1));
    await takeAll();
    const { length } = rowsSent();
    await send(...long.slice(-1));
    await events.until(() => rowsSent().length > length);
    await takeAll();
    expect(rowsSent()[length]).toMatchObject({ firstRow: 0, firstText: 0, count: 3000 });
    const rows = unpackRows(rowsSent()[length] as RowsMessage);
    expect(rows.marks.every((marks) => marks === 0)).toBe(true);
  });

  it('is read where its outline is not of now', async () => {
    await send(...long);
    await restart();
    await collector.spanById(traceOf(1), 'none');
    await send({ id: 5000, parent: 1 });
    const database = path.join(directory, readdirSync(directory).find((name) => name.endsWith('.db')) ?? '');
    await collector.shutdown();
    const opened = new TraceDatabase(database), [{ key } = { key: 0 }] = opened.traces().filter(({ id }) => id === traceOf(1));
    expect(opened.outlineOf(key)).toBeDefined();
    opened.write([{ format: 'otlp-protobuf', signal: 'traces', bytes: request({ id: 6000, parent: 1 }), arrivedUnixMilli: Date.now(), traceKeys: [key] }], opened.traces().filter((trace) => trace.key === key));
    expect(opened.outlineOf(key)).toBeUndefined();
    opened.close();
    await begin();
    await collector.subscribe(7, traceOf(1));
    expect(rowsSent()[0]).toMatchObject({ count: 3002 });
  });

  it('leaves no outline behind when it is deleted', async () => {
    await send(...long.map((span) => ({ ...span, name: `zebra-secret-${span.id}` })));
    await restart();
    await collector.deleteTraces([traceOf(1)]);
    await collector.shutdown();
    const database = new TraceDatabase(path.join(directory, readdirSync(directory).find((name) => name.endsWith('.db')) ?? ''));
    expect(database.outlineOf(1)).toBeUndefined();
    database.close();
    expect(readdirSync(directory).filter((name) => readFileSync(path.join(directory, name)).includes('zebra-secret'))).toEqual([]);
    await begin();
  });
});

import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CollectorClient } from '../../../src/collector/client.ts';
import { Events, makeDirectory, optionsOf, post, removeDirectories, request, spanOf, traceOf } from './collectorSupport.ts';

const worker = path.resolve(import.meta.dirname, '../../../src/collector/worker.ts');
const clients: CollectorClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  removeDirectories();
});

async function begin(directory: string): Promise<{ client: CollectorClient; events: Events; lost: string[]; endpoint: string | undefined }> {
  const events = new Events(), lost: string[] = [];
  const client = new CollectorClient(worker, { onEvent: events.take, onLost: (reason) => lost.push(reason) });
  clients.push(client);
  await client.call('configure', optionsOf(directory));
  const { endpoints } = await client.call('start', { httpPort: 0, grpcPort: 0 });
  return { client, events, lost, endpoint: endpoints.http };
}

describe('the collector worker', () => {
  it('answers calls, hands buffers over, and tells events', async () => {
    const { client, events, endpoint } = await begin(makeDirectory());
    expect(await post(endpoint, request({ id: 1, name: 'run' }, { id: 2, parent: 1 }))).toBe(200);
    expect((await client.call('getTrace', traceOf(1))).map(({ spanId }) => spanId)).toEqual([spanOf(1), spanOf(2)]);
    await client.call('subscribe', 1, traceOf(1));
    await events.until(() => events.of('rows.changed').length > 0);
    expect(events.of('rows.changed')[0]?.rows.buffer.byteLength).toBeGreaterThan(0);
    const file = await client.call('exportTrace', traceOf(1), 'otlp-protobuf');
    expect(file).toBeInstanceOf(ArrayBuffer);
    expect(await client.call('importFile', { bytes: file, name: 'x.pb' })).toMatchObject({ spanCount: 2 });
    expect(file.byteLength).toBe(0);
    expect([...new Uint32Array((await client.call('searchRows', traceOf(1), 'run')).rows)]).toEqual([0]);
  });

  it('answers a call that fails with an error', async () => {
    const { client } = await begin(makeDirectory());
    await expect(client.call('listTraces', 'duration:>x')).rejects.toThrow(/duration/);
    await expect(client.call('exportTrace', 'nobody', 'otlp-json')).rejects.toThrow('not there');
  });

  it('rejects what waits when it ends by itself, and another one has what was stored', async () => {
    const directory = makeDirectory();
    const { client, lost, endpoint } = await begin(directory);
    expect(await post(endpoint, request({ id: 1, name: 'run' }))).toBe(200);
    const waiting = client.call('importFile', { bytes: new ArrayBuffer(8), name: 'never answered' });
    const ended = expect(Promise.all([waiting, client.call('getTrace', traceOf(1))])).rejects.toThrow();
    await (client as unknown as { worker: { terminate(): Promise<number> } }).worker.terminate();
    await ended;
    expect(lost).toHaveLength(1);
    await expect(client.call('stats')).rejects.toThrow('has ended');
    const other = await begin(directory);
    expect(await other.client.call('getTrace', traceOf(1))).toHaveLength(1);
  });

  it('writes what is pending before it ends, and frees its ports', async () => {
    const directory = makeDirectory();
    const { client, lost, endpoint } = await begin(directory);
    const posted = Promise.all(Array.from({ length: 20 }, (_, n) => post(endpoint, request({ id: n + 1 })).catch(() => 0)));
    await post(endpoint, request({ id: 99 }));
    await client.close();
    await client.close();
    const accepted = (await posted).filter((status) => status === 200).length + 1;
    expect(lost).toEqual([]);
    await expect(post(endpoint, request({ id: 1 }))).rejects.toThrow();
    await expect(client.call('stats')).rejects.toThrow('shut down');
    const other = await begin(directory);
    expect((await other.client.call('getTrace', traceOf(1))).length).toBeGreaterThanOrEqual(accepted);
  });
});

import { afterEach, expect, it } from 'vitest';
import { Ingest } from '../../../../src/collector/ingest.ts';
import type { TraceStore } from '../../../../src/collector/store/traceStore.ts';
import { idOf } from './drawn.ts';
import { arriveDrawn, makeDirectory, openStore, recordsOf, removeDirectories, traceIdOf } from './storeSupport.ts';

const trace = traceIdOf(1), lost = (id: string, heardUntil?: bigint) => ({ traceId: trace, spanId: idOf(id), heardUntil });
let store: TraceStore;
afterEach(() => {
  store.close();
  removeDirectories();
});

/** How long the span is drawn, and the end that it is known to have. */
function lengthOf(id: string): readonly unknown[] {
  const found = store.trace(trace), row = found?.rowOf(idOf(id)) ?? -1;
  return [found?.duration[row], found?.times.endOf(found, row)];
}

it('a span whose program has ended lasts until that was last heard of, while others go on, and has no end until that comes', async () => {
  ({ store } = await openStore(makeDirectory()));
  await arriveDrawn(store, 'start a run 0..\nstart b<a tool 10..\nstart c<a other 20..', trace);
  const begun = BigInt(store.summaryOf(trace)?.startUnixNano ?? 0);
  store.connectionEnded([lost('b', begun + 70n)]);
  expect(lengthOf('b')).toEqual([60, 0n]);
  expect(recordsOf(store, trace).map(({ marks, endUnixNano }) => [marks, endUnixNano])).toEqual([[['open'], undefined], [['open', 'lost'], undefined], [['open'], undefined]]);
  // Once something else has been written, that is on disk as well.
  await arriveDrawn(store, 'd<a more 30..31', trace);
  store.memory.clear();
  expect([lengthOf('a'), lengthOf('b')]).toEqual([[Number.NaN, 0n], [60, 0n]]);
  store.connectionEnded([lost('a', begun - 5n), lost('c')]);
  expect([lengthOf('a'), lengthOf('c')]).toEqual([[0, 0n], [Number.NaN, 0n]]);
  expect(BigInt(store.summaryOf(trace)?.endUnixNano ?? 0) - begun).toBe(70n);
  await arriveDrawn(store, 'update b {"k":1}', trace);
  expect(lengthOf('b')).toEqual([Number.NaN, 0n]);
  await arriveDrawn(store, 'end a ..35\nend b ..40\nend c ..30', trace);
  expect(lengthOf('b')).toEqual([30, begun + 40n]);
  expect(BigInt(store.summaryOf(trace)?.endUnixNano ?? 0) - begun).toBe(40n);
});

it('a live connection that ends has been heard of until now', async () => {
  ({ store } = await openStore(undefined));
  const before = BigInt(Date.now()) * 1_000_000n, ingest = new Ingest(store, () => undefined);
  ingest.open();
  await arriveDrawn(store, `start a run ${before - 1_000_000_000n}n..`, trace);
  ingest.connectionEnded([lost('a')]);
  const found = store.trace(trace), start = found?.times.startOf(found, 0) ?? 0n;
  expect(start + BigInt(found?.duration[0] ?? 0)).toBeGreaterThanOrEqual(before);
});

import { afterEach, expect, it } from 'vitest';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { batchOf } from './drawn.ts';
import { arrive, arriveDrawn, makeDirectory, openStore, removeDirectories, traceIdOf } from './storeSupport.ts';

const first = traceIdOf(1), second = traceIdOf(2);

/** Spans whose resource names a debug session. */
function inSession(id: string, name: string, drawing: string): SpanBatch {
  const batch = new SpanBatch();
  batch.resources.push({ attributes: new Map([['spanscope.session.id', id], ['spanscope.session.name', name]]), schemaUrl: '', droppedAttributesCount: 0 });
  batch.scopes.push({ name: 'drawn', version: '1', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 });
  return batchOf(drawing, first, batch);
}

afterEach(removeDirectories);

it('the store knows the test that the root of a trace was made in, now and later', async () => {
  const directory = makeDirectory();
  const before = await openStore(directory);
  await arriveDrawn(before.store, 'a run 0..100 {"spanscope.test.name":"cart > adds","spanscope.test.file":"/work/cart.test.ts"}', first);
  expect(before.store.summaryOf(first)?.test).toEqual({ name: 'cart > adds', file: '/work/cart.test.ts' });
  await arriveDrawn(before.store, 'update a {"spanscope.test.status":"failed"}', first);
  await arriveDrawn(before.store, 'a other 0..5 {"spanscope.source.line":3}', second);
  const test = { name: 'cart > adds', file: '/work/cart.test.ts', status: 'failed' };
  expect(before.store.summaryOf(first)?.test).toEqual(test);
  before.store.close();
  const { store } = await openStore(directory);
  expect(store.summaryOf(first)?.test).toEqual(test);
  expect(store.summaryOf(second)).not.toHaveProperty('test');
  store.close();
});

it('the store knows the debug session of a trace, the earliest when there are several, now and later', async () => {
  const directory = makeDirectory();
  const before = await openStore(directory);
  await arriveDrawn(before.store, 'a other 0..5', second);
  await arrive(before.store, inSession('b2', 'later', 'b<a call 20..30'));
  await arrive(before.store, inSession('b1', '', 'c<a call 30..40'));
  await arrive(before.store, inSession('b1', 'Run agent', 'a run 0..100'));
  expect(before.store.summaryOf(first)?.session).toEqual({ id: 'b1', name: 'Run agent' });
  before.store.close();
  const { store } = await openStore(directory);
  expect(store.summaryOf(first)?.session).toEqual({ id: 'b1', name: 'Run agent' });
  expect(store.summaryOf(second)).not.toHaveProperty('session');
  store.close();
});

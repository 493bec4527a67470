import { expect, it } from 'vitest';
import { tracesOfTest } from '../../../../src/editor/tests/testTraces.ts';
import { summaryOf } from '../traces/summaries.ts';

const file = '/work/cart.test.ts';
const traces = [
  summaryOf({ traceId: 'plain' }),
  summaryOf({ traceId: 'other file', test: { name: 'cart > adds', file: '/work/other.test.ts' } }),
  summaryOf({ traceId: 'newest', test: { name: 'cart > adds', file } }),
  summaryOf({ traceId: 'basket', test: { name: 'basket > adds', file } }),
  summaryOf({ traceId: 'older', test: { name: 'cart > adds', file } }),
  summaryOf({ traceId: 'container', test: { name: 'moved', file: '/app/cart.test.ts' } }),
  summaryOf({ traceId: 'windows', test: { name: 'windows', file: 'c:\\work\\a.test.ts' } }),
  summaryOf({ traceId: 'one', test: { name: 'TestCart::test_counts[1]', file } }),
  summaryOf({ traceId: 'two', test: { name: 'TestCart::test_counts[2]', file } }),
];
const found = (names: readonly string[], path = file): readonly string[] => tracesOfTest(traces, { names, file: path }).map(({ traceId }) => traceId);

it('the traces of a test are those of its name, its file and the suites around it', () => {
  expect(found(['cart.test.ts', 'cart', 'adds'])).toEqual(['newest', 'older']);
  expect(found(['basket', 'adds'])).toEqual(['basket']);
  expect(found(['adds'])).toEqual(['newest', 'basket', 'older']);
  expect(found(['adds'], '/work/third.test.ts')).toEqual([]);
  expect(found(['no such'])).toEqual([]);
});

it('the file may lie in another folder, or be written otherwise', () => {
  expect(found(['moved'])).toEqual(['container']);
  expect(found(['windows'], 'C:/work/a.test.ts')).toEqual(['windows']);
});

it('a parametrised test is found by its parameters, and all of it by its function', () => {
  expect(found(['TestCart', 'test_counts[2]'])).toEqual(['two']);
  expect(found(['TestCart', 'test_counts'])).toEqual(['one', 'two']);
});

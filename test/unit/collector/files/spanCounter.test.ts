import { describe, expect, it } from 'vitest';
import { SpanCounter } from '../../../../src/collector/files/spanCounter.ts';
import { setSpanId } from '../../../../src/formats/spanRows.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';

function batchOf(ids: readonly (readonly [trace: string, span: string])[]): SpanBatch {
  const batch = new SpanBatch();
  for (const [trace, span] of ids) {
    const row = batch.addRow();
    batch.traceId[row] = batch.intern(trace);
    setSpanId(batch, row, span);
  }
  return batch;
}

describe('the counter of spans', () => {
  it('counts a span once however often it is told, and equal ids of other traces apart', () => {
    const counter = new SpanCounter();
    const ids: [string, string][] = Array.from({ length: 30_000 }, (_, i) => [`trace ${i % 700}`, i % 2 === 0 ? (i >> 1).toString(16).padStart(16, '0') : `run-${i >> 1}`]);
    for (const from of [0, 10_000, 5000]) counter.add(batchOf(ids.slice(from, from + 20_000)));
    expect([counter.traceCount, counter.spanCount]).toEqual([700, new Set(ids.map((each) => each.join(' '))).size]);
  });
});

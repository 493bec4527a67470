import { describe, expect, it } from 'vitest';
import { OriginTable } from '../../../src/collector/store/origins.ts';
import { RowInput } from '../../../src/collector/store/rowInput.ts';
import { TraceColumns, nextEpoch } from '../../../src/collector/store/traceColumns.ts';
import { searchRows } from '../../../src/collector/traceSearch.ts';
import { live } from '../../../src/formats/live.ts';
import type { RowRef } from '../../../src/protocol/panel.ts';
import { decoded } from '../formats/batches.ts';

/** A trace of spans of which every hundredth is called "needle". */
function traceOf(count: number): TraceColumns {
  const batch = decoded(live, Array.from({ length: count }, (_, i) => JSON.stringify({ type: 'span', traceId: 't', spanId: `s${i}`, name: i % 100 === 0 ? 'needle' : 'hay', startTimeUnixNano: 1 })).join('\n'));
  const trace = new TraceColumns('t'), input = new RowInput(batch, new OriginTable());
  for (let row = 0; row < batch.count; row++) {
    input.read(row);
    trace.append(input);
  }
  return trace;
}

const hundreds = (count: number): number[] => Array.from({ length: Math.ceil(count / 100) }, (_, i) => i * 100);

describe('a search in a trace', () => {
  it('gives what it found when its time is over, and goes on from there', async () => {
    const trace = traceOf(1000), found: number[] = [];
    let parts = 0, from: RowRef | undefined;
    do {
      const { epoch, rows, next } = await searchRows(trace, 'needle', from, 0);
      found.push(...new Uint32Array(rows));
      parts++;
      from = next === undefined ? undefined : { epoch, row: next };
    } while (from !== undefined);
    expect(found).toEqual(hundreds(1000));
    expect(parts).toBeGreaterThan(2);
  });

  it('begins anew when the rows were numbered anew', async () => {
    const trace = traceOf(1000), { epoch, next } = await searchRows(trace, 'needle', undefined, 0);
    trace.epoch = nextEpoch();
    const again = await searchRows(trace, 'needle', { epoch, row: next ?? -1 }, Infinity);
    expect([...new Uint32Array(again.rows)]).toEqual(hundreds(1000));
    expect(again).toMatchObject({ epoch: trace.epoch });
    expect(again.next).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRows, encodeRows } from '../../../../src/collector/store/batchRows.ts';
import { OriginTable } from '../../../../src/collector/store/origins.ts';
import { rowsInOrder, spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import { markBit } from '../../../../src/model/span.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { metaStatus } from '../../../../src/model/traceRows.ts';
import { appendAll, batchOf, drawingOf, traceA } from './drawn.ts';

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', '~f', '~g');
const time = fc.oneof(fc.nat(50).map(String), fc.constantFrom('0n', '1000n', '18446744073709551615n', '-20'));
const attributes = fc.constantFrom('', ' {"k":1}', ' {"k":2}', ' {"gen_ai.operation.name":"chat","gen_ai.usage.input_tokens":7}',
  ' {"gen_ai.operation.name":"invoke_agent","gen_ai.usage.input_tokens":9,"gen_ai.usage.cost":2}', ' {"gen_ai.operation.name":"execute_tool","gen_ai.tool.name":"t"}');
/** Anything that can be said of a few spans: whole, begun, updated, ended, logged, again, in cycles, with strange times. */
const line = fc.record({
  operation: fc.constantFrom('whole', 'whole', 'start', 'update', 'end', 'log'), id, parent: fc.option(id), start: time, end: fc.option(time),
  status: fc.constantFrom('', ' error', ' ok'), attributes, name: fc.constantFrom('run', 'llm_call', 'tool:x'),
}).map((drawn) => {
  const parent = drawn.parent === null || drawn.operation === 'end' ? '' : `<${drawn.parent}`;
  switch (drawn.operation) {
    case 'log': return `log ${drawn.id} said ${drawn.start}..`;
    case 'start': return `start ${drawn.id}${parent} ${drawn.name} ${drawn.start}..${drawn.attributes}`;
    case 'update': return `update ${drawn.id}${parent}${drawn.status}${drawn.attributes}`;
    case 'end': return `end ${drawn.id} ..${drawn.start}${drawn.status}${drawn.attributes}`;
    default: return `${drawn.id}${parent} ${drawn.name} ${drawn.start}..${drawn.end ?? ''}${drawn.status}${drawn.attributes}`;
  }
});
const batches = fc.array(fc.array(line, { maxLength: 6 }), { maxLength: 8 });

const traceOf = (all: readonly SpanBatch[]): TraceColumns => {
  const trace = new TraceColumns(traceA), origins = new OriginTable();
  for (const batch of all) {
    appendAll(trace, batch, origins);
    // Between batches everything may be looked at.
    summaryOf(trace);
  }
  return trace;
};
const recordsOf = (trace: TraceColumns): unknown[] => rowsInOrder(trace).map((row) => spanRecordOf(trace, row));

describe('whatever is said of spans, in whatever order', () => {
  it('the trace that is read again from what was stored is the same', () => {
    fc.assert(fc.property(batches, (drawn) => {
      const all = drawn.map((lines) => batchOf(lines.join('\n')));
      const again = all.map((batch) => {
        const back = new SpanBatch();
        decodeRows(encodeRows(batch, { rows: Array.from({ length: batch.count }, (_, row) => row), logs: batch.logs, metrics: [] }), back);
        return back;
      });
      const trace = traceOf(all), read = traceOf(again);
      expect(recordsOf(read)).toEqual(recordsOf(trace));
      expect(summaryOf(read)).toEqual(summaryOf(trace));
      expect(drawingOf(read)).toBe(drawingOf(trace));
    }), { numRuns: 300 });
  });

  it('counts, sums and marks are those of the rows, and every row hangs below a root', () => {
    fc.assert(fc.property(batches, (drawn) => {
      const trace = traceOf(drawn.map((lines) => batchOf(lines.join('\n'))));
      const summary = summaryOf(trace);
      const has = (row: number, mark: 'open' | 'orphan' | 'placeholder'): boolean => ((trace.marks[row] as number) & markBit(mark)) !== 0;
      const rows = Array.from({ length: trace.count }, (_, row) => row), spans = rows.filter((row) => !has(row, 'placeholder'));
      expect(summary).toMatchObject({
        spanCount: spans.length, openCount: spans.filter((row) => has(row, 'open')).length, orphanCount: spans.filter((row) => has(row, 'orphan')).length,
        errorCount: spans.filter((row) => metaStatus(trace.meta[row] as number) === 2).length, rootCount: spans.filter((row) => (trace.parent[row] as number) < 0).length,
      });
      for (const row of rows) {
        let depth = 0;
        for (let at = trace.parent[row] as number; at >= 0; at = trace.parent[at] as number) expect(++depth).toBeLessThan(trace.count);
        const parent = trace.parent[row] as number;
        expect([row, has(row, 'orphan')]).toEqual([row, parent >= 0 && has(parent, 'placeholder')]);
        expect(Number.isNaN(trace.duration[row]) ? 0 : trace.duration[row]).toBeGreaterThanOrEqual(0);
        expect(Number.isNaN(trace.duration[row])).toBe(has(row, 'open'));
      }
      expect(new Set(rows.map((row) => trace.spanIdOf(row))).size).toBe(trace.count);
      // Derived once more from nothing but the rows, everything is the same.
      trace.totals.isStale = true;
      (trace.sums as unknown as { isStale: boolean }).isStale = true;
      expect(summaryOf(trace)).toEqual(summary);
    }), { numRuns: 500 });
  });
});

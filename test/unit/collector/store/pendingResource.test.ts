import { describe, expect, it } from 'vitest';
import { rowsInOrder, spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import { jaeger } from '../../../../src/formats/jaeger.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { lenient, utf8 } from '../../formats/batches.ts';
import { appendAll } from './drawn.ts';

const traceID = '1'.repeat(32);
const span = (id: number, processID: string, scope = ''): object =>
  ({ traceID, spanID: String(id).padStart(16, '0'), operationName: `s${id}`, startTime: 1_775_817_000_000_000 + id, duration: 1, processID, tags: scope === '' ? [] : [{ key: 'otel.scope.name', value: scope }] });

/** What becomes of the pieces of a long trace, whose processes come behind its spans. */
function traceOf(...pieces: readonly object[]): TraceColumns {
  const trace = new TraceColumns(traceID), batch = new SpanBatch(), decoder = jaeger.open?.(batch, lenient);
  for (const piece of pieces) {
    decoder?.read(utf8(JSON.stringify({ data: [{ traceID, ...piece }] })), 0);
    appendAll(trace, batch);
    batch.forgetRows();
  }
  decoder?.end();
  appendAll(trace, batch);
  trace.settle();
  return trace;
}

const told = (trace: TraceColumns): unknown => rowsInOrder(trace).map((row) => spanRecordOf(trace, row)).map(({ name, service, scope, resource }) => [name, service, scope?.name ?? '', Object.keys(resource)]);
const processes = { p1: { serviceName: 'a', tags: [{ key: 'host', value: 'h' }] }, p2: { serviceName: 'b', tags: [] } };

describe('a resource that is told behind its spans', () => {
  it('is that of all spans that named it, whatever their scope, and of no others', () => {
    const trace = traceOf({ spans: [span(1, 'p1'), span(2, 'p2')] }, { spans: [span(3, 'p1', 'lib')] }, { spans: [span(4, 'p2')], processes });
    expect(told(trace)).toEqual([
      ['s1', 'a', '', ['service.name', 'host']], ['s2', 'b', '', ['service.name']], ['s3', 'a', 'lib', ['service.name', 'host']], ['s4', 'b', '', ['service.name']],
    ]);
    expect(summaryOf(trace)).toMatchObject({ spanCount: 4, services: expect.toSatisfy((services: readonly string[]) => services.toSorted().join() === 'a,b') });
  });

  it('has its name when nothing more is told of it', () => {
    expect(told(traceOf({ spans: [span(1, 'p1')] }))).toEqual([['s1', '', '', ['jaeger.processID']]]);
  });

  it('is told to those who look at the spans', () => {
    const trace = traceOf({ spans: [span(1, 'p1'), span(2, 'p1')] }), before = trace.revision;
    const batch = new SpanBatch(), decoder = jaeger.open?.(batch, lenient);
    decoder?.read(utf8(JSON.stringify({ data: [{ traceID, spans: [span(3, 'p9')] }] })), 0);
    decoder?.read(utf8(JSON.stringify({ data: [{ traceID, spans: [], processes: { p9: { serviceName: 'late' } } }] })), 0);
    appendAll(trace, batch);
    expect(trace.revision).toBeGreaterThan(before + 1);
    expect(told(trace)).toContainEqual(['s3', 'late', '', ['service.name']]);
  });
});

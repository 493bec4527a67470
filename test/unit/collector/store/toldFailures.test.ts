import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowSpan } from '../../../../src/collector/rowSpan.ts';
import { SpanTrees } from '../../../../src/collector/spanTrees.ts';
import { exportSpanOf } from '../../../../src/collector/store/exportSpan.ts';
import { spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import type { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import { parseQuery } from '../../../../src/query/parse.ts';
import { traceOf } from './drawn.ts';

const told = '{"langfuse.observation.level":"ERROR","langfuse.observation.status_message":"no seats"}';
const mcpResult = (isError: boolean, length = 5): string => JSON.stringify({
  'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 't',
  'gen_ai.tool.call.result': JSON.stringify({ content: [{ type: 'text', text: 'x'.repeat(length) }], isError }),
});

const errors = (trace: TraceColumns): number => summaryOf(trace).errorCount;
const found = (trace: TraceColumns, query: string): string[] => {
  const { query: parsed } = parseQuery(query), span = new RowSpan(trace, 0n);
  return Array.from({ length: trace.count }, (_, row) => row).filter((row) => !trace.isPlaceholder(row) && parsed?.matchesSpan(span.at(row)) === true).map((row) => trace.texts.texts[trace.name[row] as number] ?? '');
};

describe('a failure that attributes tell where no status was sent', () => {
  it('counts, is found, and is shown in the tree', () => {
    const trace = traceOf(`a one 0..9 ${told}`, 'b<a two 1..2');
    expect(errors(trace)).toBe(1);
    expect(found(trace, 'has:error')).toEqual(['one']);
    expect(found(trace, 'status:error')).toEqual(['one']);
    expect(found(trace, 'status:unset')).toEqual(['two']);
    expect(new SpanTrees().children(trace, -1, { offset: 0, limit: 9 }).nodes.map(({ status }) => status)).toEqual([2]);
  });

  it('says what failed and by which attribute, and leaves the status as it was sent', () => {
    const trace = traceOf(`a one 0..9 ${told}`);
    expect(spanRecordOf(trace, 0)).toMatchObject({ status: { code: 'unset' }, failure: { message: 'no seats', source: 'langfuse.observation.level' } });
    expect(exportSpanOf(trace, 0).status).toBe('unset');
    expect(spanRecordOf(traceOf(`a one 0..9 error ${told}`), 0).failure).toBeUndefined();
  });

  it('does not weigh more than a status that was sent', () => {
    expect(errors(traceOf(`a one 0..9 ok ${told}`))).toBe(0);
    expect(errors(traceOf(`a one 0..9 error ${told}`))).toBe(1);
  });

  it('follows what is told later', () => {
    expect(errors(traceOf('start a one 0..', `update a ${told}`))).toBe(1);
    expect(errors(traceOf('start a one 0..', 'end a ..9 {"error.type":"timeout"}'))).toBe(1);
    expect(errors(traceOf(`start a one 0.. ${told}`, 'end a ..9 ok'))).toBe(0);
    expect(errors(traceOf(`start a one 0.. ${told}`, 'update a {"langfuse.observation.level":"DEFAULT"}'))).toBe(0);
    expect(errors(traceOf(`update a ${told}`, 'a one 0..9'))).toBe(0);
  });

  it('is told by the result of a tool, however long it is', () => {
    expect(errors(traceOf(`a one 0..9 ${mcpResult(true)}`))).toBe(1);
    expect(errors(traceOf(`a one 0..9 ${mcpResult(true, 5000)}`))).toBe(1);
    expect(errors(traceOf(`a one 0..9 ${mcpResult(false, 5000)}`))).toBe(0);
    expect(errors(traceOf('start a one 0..', `end a ..9 ${mcpResult(true, 5000)}`))).toBe(1);
    expect(errors(traceOf('a one 0..9 {"note":"{\\"isError\\":true}"}'))).toBe(0);
    expect(spanRecordOf(traceOf(`a one 0..9 ${mcpResult(true)}`), 0).failure).toEqual({ message: 'The result says that the tool failed', source: 'gen_ai.tool.call.result' });
  });

  it('counts the same in any order of arrival and however often a span comes again', () => {
    const message = fc.record({ id: fc.constantFrom('a', 'b', 'c'), told: fc.boolean(), status: fc.constantFrom('', ' ok', ' error'), type: fc.constantFrom('whole', 'update', 'end') });
    fc.assert(fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
      const trace = traceOf(...messages.map(({ id, told: isTold, status, type }) => `${type} ${id} ${type === 'whole' ? 'x 0..9' : '..9'}${status}${isTold ? ` ${told}` : ''}`));
      expect(errors(trace)).toBe(found(trace, 'has:error').length);
      expect(found(trace, 'has:error').length).toBe(Array.from({ length: trace.count }, (_, row) => row).filter((row) => {
        const { status, failure } = spanRecordOf(trace, row);
        return !trace.isPlaceholder(row) && (status.code === 'error' || failure !== undefined);
      }).length);
    }), { numRuns: 300 });
  });
});

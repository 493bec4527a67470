import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import type { Format } from '../../../../src/formats/format.ts';
import { formatById } from '../../../../src/formats/registry.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { decoded, lenient } from '../../formats/batches.ts';
import { appendAll, drawingOf } from './drawn.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/formats');
const read = (format: string, name: string): Uint8Array => new Uint8Array(readFileSync(path.join(fixtures, format, name)));
const treeOf = (...batches: SpanBatch[]): string => {
  const trace = new TraceColumns(batches[0]?.texts[batches[0].traceId[0] ?? 0] ?? '');
  for (const batch of batches) appendAll(trace, batch);
  return drawingOf(trace).replaceAll(/ \d+\.\.\d*/g, (times) => (times.endsWith('..') ? ' …' : ''));
};

/** What the lines of a file give when each comes by itself. */
function lineByLine(format: Format, bytes: Uint8Array): SpanBatch[] {
  const lines = new TextDecoder().decode(bytes).split(/(?<=\n)/).map((line) => new TextEncoder().encode(line));
  if (format.open === undefined) return lines.map((line) => { const batch = new SpanBatch(); format.decode(line, batch, lenient); return batch; });
  const batch = new SpanBatch(), decoder = format.open(batch, lenient);
  for (const line of lines) decoder.read(line, 0);
  decoder.end();
  return [batch];
}

describe('the title of a trace', () => {
  const titleOf = (...batches: readonly SpanBatch[]): readonly string[] => {
    const trace = new TraceColumns('t1');
    for (const batch of batches) appendAll(trace, batch);
    const { label, name } = summaryOf(trace);
    return [label, name];
  };
  const decodedAs = (id: string, value: unknown): SpanBatch => decoded(formatById(id) as Format, JSON.stringify(value), lenient);
  const span = { object: 'trace.span', id: 's1', trace_id: 't1', parent_id: null, started_at: '2026-04-10T10:30:00Z', ended_at: '2026-04-10T10:30:01Z', span_data: { type: 'agent', name: 'Triage' }, error: null };
  const workflow = (name: string): object => ({ object: 'trace', id: 't1', workflow_name: name, group_id: null, metadata: null });

  it('is the name of the workflow that OpenAI Agents gave it, whichever comes first, unless it is the usual one', () => {
    expect(titleOf(decodedAs('openai-agents', { data: [workflow('Refunds'), span] }))).toEqual(['Refunds', 'Triage']);
    expect(titleOf(decodedAs('openai-agents', { data: [span, workflow('Refunds')] }))).toEqual(['Refunds', 'Triage']);
    expect(titleOf(decodedAs('openai-agents', { data: [workflow('Agent workflow'), span] }))).toEqual(['Triage', 'Triage']);
    expect(titleOf(decodedAs('openai-agents', { data: [workflow(' '), span] }))).toEqual(['Triage', 'Triage']);
  });

  it('is the name that Langfuse has for it', () => {
    const observation = { id: 'o1', traceId: 't1', parentObservationId: null, type: 'SPAN', name: 'root', startTime: '2026-04-10T10:30:00Z', endTime: '2026-04-10T10:30:01Z' };
    expect(titleOf(decodedAs('langfuse-json', { trace: { id: 't1', name: 'Chat with Anna' }, observations: [observation] }))).toEqual(['Chat with Anna', 'root']);
    expect(titleOf(decodedAs('langfuse-json', [{ ...observation, traceName: 'Chat with Anna' }]))).toEqual(['Chat with Anna', 'root']);
    expect(titleOf(decodedAs('langfuse-json', [observation]))).toEqual(['root', 'root']);
  });
});

describe('records that complete one another', () => {
  it.each([
    ['openai-agents', 'items.jsonl'], ['openai-agents', 'started-and-ended.jsonl'], ['langsmith-json', 'python-batches.jsonl'], ['langsmith-json', 'javascript-batches.jsonl'], ['langsmith-json', 'langchain-batches.jsonl'],
    ['phoenix-json', 'dataframe-lines.jsonl'], ['langfuse-json', 'batch-export.jsonl'], ['langfuse-json', 'ingestion-batches.jsonl'],
  ])('make the same tree in one piece and line by line: %s %s', (id, name) => {
    const format = formatById(id) as Format, bytes = read(id, name), whole = treeOf(decoded(format, bytes, lenient));
    expect(treeOf(...lineByLine(format, bytes))).toBe(whole);
    expect(whole.split('\n').length).toBeGreaterThan(3);
    expect(whole).not.toMatch(/duplicate|orphan|placeholder|cycle/);
  });

  it("show what Logfire's backup file knows of spans that were still open", () => {
    expect(treeOf(decoded(formatById('logfire-backup') as Format, read('logfire-backup', 'logfire_spans.bin'), lenient)).replaceAll(/~\w+/g, '~')).toBe([
      '~ agent {q} … [open]', '  ~ note {n}', '  ~ tool call', '  ~ never ends … [open]',
    ].join('\n'));
  });
});

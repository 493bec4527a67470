import { describe, expect, it } from 'vitest';
import type { Format } from '../../../src/formats/format.ts';
import { langfuse } from '../../../src/formats/langfuse.ts';
import { langSmith } from '../../../src/formats/langSmith.ts';
import { mlflow } from '../../../src/formats/mlflow.ts';
import { openAiAgents } from '../../../src/formats/openAiAgents.ts';
import { phoenix } from '../../../src/formats/phoenix.ts';
import { weave } from '../../../src/formats/weave.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';

/** A record of each format, and a list that holds records. */
const records: readonly (readonly [string, Format, object, string])[] = [
  ['Phoenix', phoenix, { name: 'n', span_kind: 'LLM', context: { trace_id: 't', span_id: 's' } }, 'data'],
  ['LangSmith', langSmith, { id: 's', trace_id: 't', run_type: 'llm' }, 'runs'],
  ['Langfuse', langfuse, { id: 's', traceId: 't', type: 'SPAN', startTime: '2026-04-10T10:30:00Z' }, 'data'],
  ['MLflow', mlflow, { trace_id: 't', span_id: 's', name: 'n', attributes: {} }, 'spans'],
  ['Weave', weave, { id: 's', trace_id: 't', op_name: 'o', started_at: '2026-04-10T10:30:00Z' }, 'calls'],
  ['OpenAI Agents', openAiAgents, { object: 'trace.span', id: 's', trace_id: 't', span_data: {} }, 'data'],
];

describe.each(records)('records of %s', (_what, format, record, list) => {
  const line = JSON.stringify(record), ids = (text: string): string[] => rowsOf(decoded(format, text, lenient)).map(({ spanId }) => spanId);

  it('are found one a line, in an array, in a list, behind a log prefix and between other text', () => {
    for (const text of [line, `[${line}]`, `{"${list}":[${line}]}`, `12:00 INFO ${line}`, `hello\n${line}\nbye`, JSON.stringify([record], undefined, 2)]) expect(ids(text)).toEqual(['s']);
  });

  it('are kept when what is around them breaks off, and the rest is told once', () => {
    for (const text of [`[${line},{"id":"x`, `{"${list}":[${line},${line.slice(0, -8)}`, `${line}\n${line.slice(0, -8)}`]) {
      const batch = decoded(format, text, lenient);
      expect([text, rowsOf(batch).map(({ spanId }) => spanId), batch.problems]).toEqual([text, ['s'], [expect.stringContaining('cut off')]]);
    }
  });

  it('are counted when they are none', () => {
    const batch = decoded(format, `${line}\n{"hello":"world"}\n{"level":"info"}`, lenient);
    expect([batch.count, batch.problems]).toEqual([1, ['2 objects are no records of this format and were passed over']]);
  });

  it('are told by the byte at which they cannot be read, counted from the start of the input', () => {
    const batch = new SpanBatch();
    format.decode(utf8(`${line}\n{"id": nonsense}\n`), batch, { ...lenient, offset: 1000 });
    expect(batch.problems).toEqual([expect.stringContaining(`byte ${1000 + line.length + 1}`)]);
  });

  it('are looked for in containers of containers only so deep', () => {
    const text = `${`{"${list}":[`.repeat(100)}${line}${']}'.repeat(100)}`;
    expect(ids(text).length).toBeLessThanOrEqual(1);
  });

  it('give their rows away while there are more to come', () => {
    const batch = new SpanBatch(), counts: number[] = [];
    const many = Array.from({ length: 10_000 }, (_, i) => line.replaceAll('"s"', `"s${i}"`));
    format.decode(utf8(`{"${list}":[${many.join(',')}]}`), batch, { ...lenient, onRows: () => { counts.push(batch.count); batch.forgetRows(); } });
    expect(counts.length).toBeGreaterThan(1);
    expect(counts.reduce((sum, count) => sum + count, 0) + batch.count).toBe(10_000);
  });
});

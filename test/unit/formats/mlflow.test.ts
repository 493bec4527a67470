import { describe, expect, it } from 'vitest';
import { mlflow } from '../../../src/formats/mlflow.ts';
import { decoded, lenient } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const read = (text: string): RowView[] => rowsOf(decoded(mlflow, text, lenient));
const three = (span: object): RowView => read(JSON.stringify({ spans: [{ trace_id: 'S/kvNXezTaajzpKdDg5HNg==', span_id: 'APBnqgupArc=', name: 'n', attributes: {}, ...span }] }))[0] as RowView;

describe('MLflow spans', () => {
  it('have base64 ids in version 3, where null and empty text are no parent', () => {
    expect(three({ parent_span_id: 'APBnqgupArg=' })).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', parentSpanId: '00f067aa0ba902b8' });
    for (const parent_span_id of [null, '']) expect(three({ parent_span_id }).parentSpanId).toBe('');
  });

  it('have hex ids in version 2, with 0x and without leading zeroes or bare', () => {
    for (const [trace_id, span_id] of [['0x4bf92f3577b34da6a3ce929d0e0e4736', '0xf067aa0ba902b7'], ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']]) {
      expect(read(JSON.stringify({ info: { request_id: 'r' }, data: { spans: [{ name: 'n', context: { trace_id, span_id }, parent_id: null, status_code: 'ERROR', attributes: {} }] } })))
        .toMatchObject([{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', status: 2 }]);
    }
  });

  it('have exact times and values that are decoded once', () => {
    const row = read('{"spans":[{"trace_id":"t","span_id":"s","start_time_unix_nano":1790000000000000123,"attributes":{"n":"12345678901234567","t":"\\"a\\"","twice":"\\"\\\\\\"b\\\\\\"\\"","o":"{\\"x\\":[1]}","odd":"{not json","mlflow.spanType":"\\"LLM\\""}}]}')[0];
    expect(row?.start).toBe(1790000000000000123n);
    expect([...row?.content.attributes ?? []]).toEqual([['n', 12345678901234567n], ['t', 'a'], ['twice', '"b"'], ['o', new Map([['x', [1]]])], ['odd', '{not json'], ['mlflow.spanType', 'LLM']]);
  });

  it('know the session and the user of their trace, and their resource the rest', () => {
    const batch = decoded(mlflow, JSON.stringify({ info: { trace_id: 'tr-1', state: 'OK', trace_metadata: { 'mlflow.trace.session': 's', 'mlflow.trace.user': 'u' }, tags: { team: 'x' } }, data: { spans: [{ trace_id: 't', span_id: 's', attributes: {} }] } }), lenient);
    expect([...rowsOf(batch)[0]?.content.attributes ?? []]).toEqual([['mlflow.trace.session', 's'], ['mlflow.trace.user', 'u']]);
    expect(batch.resources.map(({ attributes }) => attributes.get('mlflow.traceTag.team'))).toContain('x');
  });

  it('have links to other traces by the ids that MLflow gives them', () => {
    expect(three({ links: [{ trace_id: 'tr-4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b8', attributes: { why: 'retry' } }] }).content.links)
      .toMatchObject([{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b8' }]);
  });

  it('are kept up to where the file breaks off', () => {
    const text = JSON.stringify({ info: { trace_id: 'tr-1' }, data: { spans: [1, 2, 3].map((i) => ({ trace_id: 't', span_id: `s${i}`, name: 'n', attributes: { a: '"x"' } })) } });
    expect(read(text.slice(0, -20)).map(({ spanId }) => spanId)).toEqual(['s1', 's2']);
  });
});

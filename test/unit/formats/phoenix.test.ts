import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/formats/detect.ts';
import { phoenix } from '../../../src/formats/phoenix.ts';
import { formats } from '../../../src/formats/registry.ts';
import { decoded, lenient, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const read = (text: string): RowView[] => rowsOf(decoded(phoenix, text, lenient));
const attributesOf = (span: object): Record<string, unknown> => Object.fromEntries(read(JSON.stringify({ ...base, ...span }))[0]?.content.attributes ?? []);
const base = { name: 'n', span_kind: 'LLM', context: { trace_id: 't', span_id: 's' }, parent_id: null, start_time: '2023-08-21T22:06:04.990344', end_time: null, status_code: 'OK', attributes: {} };
const ids = ['00f067aa0ba902b7', '00f067aa0ba902b8'];
const rowOf = (id: string, more: object = {}): object => ({ name: `span ${id}`, span_kind: 'LLM', 'context.trace_id': 't', 'context.span_id': id, start_time: 1789997600123, end_time: 1789997601000, status_code: 'OK', events: [], ...more });

describe('Phoenix spans', () => {
  it('begin at UTC when they have no zone, and are open without an end', () => {
    expect(read(JSON.stringify(base))).toMatchObject([{ traceId: 't', spanId: 's', parentSpanId: '', start: 1692655564990344000n, end: 0n, status: 1 }]);
  });

  it('have flat attributes, whatever the layout was', () => {
    const flat = { 'llm.input_messages.0.message.role': 'user', 'llm.input_messages.0.message.content': 'hi', 'openinference.span.kind': 'LLM' };
    expect(attributesOf({ attributes: { 'llm.input_messages.0.message.role': 'user', 'llm.input_messages.0.message.content': 'hi' } })).toEqual(flat);
    expect(attributesOf({ attributes: { llm: { input_messages: [{ message: { role: 'user', content: 'hi' } }] } } })).toEqual(flat);
    expect(attributesOf({ 'attributes.llm.input_messages': [{ 'message.role': 'user', 'message.content': 'hi' }], 'attributes.llm.token_count.prompt': null })).toEqual(flat);
    expect(attributesOf({ attributes: { 'llm.messages': [['user', 'hi']] } })).toEqual(flat);
  });

  it('keep values whole that are objects by themselves, and lists of plain values', () => {
    expect(attributesOf({ attributes: { metadata: { a: { b: 1 } }, tag: { tags: ['x', 'y'] } } })).toEqual({ metadata: new Map([['a', new Map([['b', 1]])]]), 'tag.tags': ['x', 'y'], 'openinference.span.kind': 'LLM' });
  });

  it('are marked when their status is none', () => {
    expect(read(JSON.stringify({ ...base, status_code: 'WEIRD' }))[0]?.marks).not.toBe(0);
  });
});

describe('a dataframe of spans', () => {
  const columns = (rows: readonly object[], labels: readonly string[]): string => {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return JSON.stringify(Object.fromEntries(names.map((name) => [name, Object.fromEntries(rows.flatMap((row, i) => (name in row ? [[labels[i], (row as Record<string, unknown>)[name]]] : [])))])));
  };

  it('has times in ms, µs or ns by their magnitude', () => {
    for (const [time, nanos] of [[1789997600123, 1789997600123000000n], [1789997600, 1789997600000000000n], [1789997600123456, 1789997600123456000n]] as const) {
      expect(read(JSON.stringify(rowOf('s', { start_time: time })))[0]?.start).toBe(nanos);
    }
    expect(read('{"context.trace_id":"t","context.span_id":"s","start_time":1789997600123456789}')[0]?.start).toBe(1789997600123456789n);
  });

  it('is read by columns, with columns that leave rows out', () => {
    const rows = read(columns([rowOf(ids[0] as string, { 'attributes.input.value': 'a' }), rowOf(ids[1] as string, { parent_id: ids[0] })], ['0', '1']));
    expect(rows.map(({ spanId, parentSpanId, name, content }) => [spanId, parentSpanId, name, content.attributes.get('input.value')])).toEqual([
      [ids[0], '', `span ${ids[0]}`, 'a'], [ids[1], ids[0], `span ${ids[1]}`, undefined],
    ]);
  });

  it('has span ids as the labels of rows where no column has them', () => {
    const bare = ids.map((id) => rowOf(id, { 'context.span_id': undefined }));
    expect(read(columns(bare.map((row) => JSON.parse(JSON.stringify(row)) as object), ids)).map(({ spanId }) => spanId)).toEqual(ids);
    expect(read(JSON.stringify(Object.fromEntries(ids.map((id, i) => [id, bare[i]])))).map(({ spanId }) => spanId)).toEqual(ids);
    expect(read(JSON.stringify({ columns: ['name', 'context.trace_id'], index: ids, data: [['a', 't'], ['b', 't']] })).map(({ spanId, name }) => [spanId, name])).toEqual([[ids[0], 'a'], [ids[1], 'b']]);
  });

  it('gives the rows that are whole when it breaks off', () => {
    const text = JSON.stringify({ columns: ['name', 'context.trace_id', 'context.span_id'], index: [0, 1], data: [['a', 't', 's1'], ['b', 't', 's2']] });
    const batch = decoded(phoenix, text.slice(0, -10), lenient);
    expect(rowsOf(batch).map(({ spanId }) => spanId)).toEqual(['s1']);
    expect(batch.problems).toEqual([expect.stringContaining('cut off')]);
  });

  it('is recognised when its first columns fill the front', () => {
    const many = Array.from({ length: 5000 }, (_, i) => rowOf((0x1000000000000000n + BigInt(i)).toString(16)));
    const text = columns(many, many.map((row) => (row as { 'context.span_id': string })['context.span_id']));
    expect(detect(utf8(text), formats)?.format.id).toBe('phoenix-json');
    expect(read(text)).toHaveLength(5000);
  });
});

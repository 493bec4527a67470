import { describe, expect, it } from 'vitest';
import { openAiAgents } from '../../../src/formats/openAiAgents.ts';
import { operationCode, SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const trace = { object: 'trace', id: 'trace_1', workflow_name: 'Run', group_id: 'chat-7', metadata: { a: 1 } };
const span = (id: string, second: number, more: object = {}): object =>
  ({ object: 'trace.span', id, trace_id: 'trace_1', parent_id: null, started_at: `2026-04-10T10:30:0${second}.000001+00:00`, ended_at: `2026-04-10T10:30:0${second}.500000+00:00`, span_data: { type: 'agent', name: id }, error: null, ...more });
const read = (value: unknown): RowView[] => rowsOf(decoded(openAiAgents, JSON.stringify(value), lenient));
const second = (value: number): bigint => 1775817000000000000n + BigInt(value) * 1_000_000_000n;

describe('items of the OpenAI Agents SDK', () => {
  it.each([
    ['a list', [trace, span('s1', 1), span('s2', 2)]], ['a request', { data: [trace, span('s1', 1), span('s2', 2)] }],
    ['traces with spans', { traces: [{ ...trace, spans: [span('s1', 1), span('s2', 2)] }] }], ['spans in front of what they are in', { traces: [{ spans: [span('s1', 1), span('s2', 2)], ...trace }] }],
  ])('hang below their trace, read from %s', (_what, value) => {
    const rows = read(value);
    expect(rows.map(({ spanId, parentSpanId }) => [spanId, parentSpanId])).toEqual([['s1', 'trace_1'], ['s2', 'trace_1'], ['trace_1', '']]);
    expect(rows[2]).toMatchObject({ name: 'Run', start: second(1) + 1000n, end: second(2) + 500_000_000n });
    expect(rows[2]?.marks).not.toBe(0);
  });

  it('stay roots when their trace is not there', () => {
    expect(read([span('s1', 1)])).toMatchObject([{ spanId: 's1', parentSpanId: '' }]);
  });

  it('are hung up when their trace comes after them', () => {
    const rows = read([span('s1', 1), trace]);
    expect(rows.map(({ spanId, parentSpanId, operation }) => [spanId, parentSpanId, operation])).toEqual([['s1', '', operationCode.whole], ['s1', 'trace_1', operationCode.update], ['trace_1', '', operationCode.whole]]);
  });

  it('say their error and what it is about', () => {
    expect(read([span('s1', 1, { error: { message: 'Timed out', data: { after: 30 } } })])).toMatchObject([{ status: 2, statusMessage: 'Timed out' }]);
  });

  it('read members that only a copy in the item has', () => {
    const row = read([span('s1', 1, { span_data: { type: 'response', response_id: 'r' }, span_data_type: 'response', span_data_input: [{ role: 'user', content: 'hi' }], extra: 1 })])[0];
    expect([...row?.content.attributes.keys() ?? []]).toEqual(['gen_ai.operation.name', 'openai.agents.type', 'gen_ai.response.id', 'gen_ai.input.messages', 'openai.agents.extra']);
  });

  it('survive keys that objects have of themselves', () => {
    const data = '{"type":"agent","__proto__":1,"constructor":2,"toString":3}';
    const rows = rowsOf(decoded(openAiAgents, `{"object":"trace.span","id":"s","trace_id":"t","span_data":${data}}`, lenient));
    expect([...rows[0]?.content.attributes.keys() ?? []]).toEqual(['gen_ai.operation.name', 'openai.agents.type', 'openai.agents.__proto__', 'openai.agents.constructor', 'openai.agents.toString']);
  });
});

describe('a file of items that grows', () => {
  /** The rows that each line gives, when lines come one by one. */
  function followed(items: readonly object[], isEnded: boolean): RowView[] {
    const batch = new SpanBatch(), decoder = openAiAgents.open?.(batch, lenient);
    let offset = 0;
    for (const item of items) {
      const line = utf8(`${JSON.stringify(item)}\n`);
      decoder?.read(line, offset);
      offset += line.length;
    }
    if (isEnded) decoder?.end();
    return rowsOf(batch);
  }
  const roots = (rows: readonly RowView[]): unknown[] => rows.filter(({ spanId }) => spanId === 'trace_1').map(({ operation, start, end }) => [operation, start, end]);

  it('keeps the root open and moves its start while spans come, and ends it with the input', () => {
    const items = [trace, span('s2', 2), span('s1', 1)], start = [second(2) + 1000n, second(1) + 1000n];
    const open = [[operationCode.whole, 0n, 0n], [operationCode.update, start[0], 0n], [operationCode.update, start[1], 0n]];
    expect(roots(followed(items, false))).toEqual(open);
    expect(roots(followed(items, true))).toEqual([...open, [operationCode.end, start[1], second(2) + 500_000_000n]]);
  });

  it('ends the root when the trace comes again, as it does when it has ended', () => {
    expect(roots(followed([trace, span('s1', 1), trace], true)).at(-1)).toEqual([operationCode.end, second(1) + 1000n, second(1) + 500_000_000n]);
    expect(roots(followed([trace, span('s1', 1), trace], true))).toHaveLength(3);
  });

  it('gives a span again when it has ended', () => {
    expect(followed([trace, span('s1', 1, { ended_at: null }), span('s1', 1)], true).filter(({ spanId }) => spanId === 's1').map(({ end }) => end)).toEqual([0n, second(1) + 500_000_000n]);
  });
});

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
const saidOfTrace = (row: RowView | undefined): object =>
  Object.fromEntries([...row?.content.attributes ?? []].filter(([key]) => /workflow|conversation|trace/.test(key)));
const second = (value: number): bigint => 1775817000000000000n + BigInt(value) * 1_000_000_000n;

describe('items of the OpenAI Agents SDK', () => {
  it.each([
    ['a list', [trace, span('s1', 1), span('s2', 2, { parent_id: 's1' })]], ['a request', { data: [trace, span('s1', 1), span('s2', 2, { parent_id: 's1' })] }],
    ['traces with spans', { traces: [{ ...trace, spans: [span('s1', 1), span('s2', 2, { parent_id: 's1' })] }] }], ['spans in front of what they are in', { traces: [{ spans: [span('s1', 1), span('s2', 2, { parent_id: 's1' })], ...trace }] }],
  ])('say at their roots what is said of their trace, which is no span, read from %s', (_what, value) => {
    const rows = read(value);
    expect(rows.map(({ spanId, parentSpanId, marks }) => [spanId, parentSpanId, marks])).toEqual([['s1', '', 0], ['s2', 's1', 0]]);
    expect(saidOfTrace(rows[0])).toEqual({ 'gen_ai.workflow.name': 'Run', 'gen_ai.conversation.id': 'chat-7', 'openai.agents.trace.metadata': new Map([['a', 1]]) });
    expect(saidOfTrace(rows[1])).toEqual({ 'gen_ai.conversation.id': 'chat-7' });
  });

  it('are told of their trace when it comes after them', () => {
    const rows = read([span('s1', 1), trace]);
    expect(rows.map(({ spanId, operation, present }) => [spanId, operation, present === 0])).toEqual([['s1', operationCode.whole, false], ['s1', operationCode.update, true]]);
    expect(saidOfTrace(rows[1])).toMatchObject({ 'gen_ai.workflow.name': 'Run' });
  });

  it('lose nothing of a trace whose root is not there, or that has no spans', () => {
    const rows = read([trace, span('s2', 2, { parent_id: 's1' }), span('s3', 3, { parent_id: 's1' })]);
    expect(rows.map(({ spanId, operation }) => [spanId, operation])).toEqual([['s2', operationCode.whole], ['s3', operationCode.whole], ['s2', operationCode.update]]);
    expect(saidOfTrace(rows[2])).toMatchObject({ 'gen_ai.workflow.name': 'Run' });
    const batch = decoded(openAiAgents, JSON.stringify([trace]), lenient);
    expect([batch.count, batch.problems]).toEqual([0, ['1 trace has no spans here']]);
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
  function followed(items: readonly object[]): RowView[] {
    const batch = new SpanBatch(), decoder = openAiAgents.open?.(batch, lenient);
    let offset = 0;
    for (const item of items) {
      const line = utf8(`${JSON.stringify(item)}\n`);
      decoder?.read(line, offset);
      offset += line.length;
    }
    decoder?.end();
    return rowsOf(batch);
  }
  it('gives a span again when it has ended', () => {
    expect(followed([trace, span('s1', 1, { ended_at: null }), span('s1', 1)]).filter(({ spanId }) => spanId === 's1').map(({ end }) => end)).toEqual([0n, second(1) + 500_000_000n]);
  });
});

import { describe, expect, it } from 'vitest';
import { langSmith } from '../../../src/formats/langSmith.ts';
import { operationCode } from '../../../src/model/spanBatch.ts';
import { decoded, lenient } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const read = (value: unknown): RowView[] => rowsOf(decoded(langSmith, JSON.stringify(value), lenient));
const root = '0b0e1c9a-0000-4000-8000-000000000001', child = '0b0e1c9a-0000-4000-8000-000000000002';
const order = `20260921T133320000000Z${root}`, childOrder = `${order}.20260921T133320010000Z${child}`;

describe('LangSmith runs', () => {
  it('take ids, parents and starts that they leave out from the dotted order', () => {
    expect(read({ id: child, run_type: 'llm', dotted_order: childOrder })).toMatchObject([{ traceId: root, spanId: child, parentSpanId: root, start: 1789997600010000000n }]);
    expect(read({ run_type: 'llm', dotted_order: childOrder })).toMatchObject([{ spanId: child }]);
  });

  it('have times as ISO text with and without a zone, and in ms', () => {
    const starts = ['2026-09-21T13:33:20', '2026-09-21T13:33:20+00:00', '2026-09-21T15:33:20.000000+02:00', 1789997600000];
    expect(starts.map((start_time) => read({ id: root, run_type: 'chain', start_time })[0]?.start)).toEqual(starts.map(() => 1789997600000000000n));
  });

  it('are errors when they have one, and unset while they are pending', () => {
    const status = (run: object): unknown => { const row = read({ id: root, run_type: 'tool', ...run })[0]; return [row?.status, row?.statusMessage]; };
    expect(status({ status: 'success' })).toEqual([1, '']);
    expect(status({ status: 'pending' })).toEqual([0, '']);
    expect(status({ error: 'HTTPError(429)' })).toEqual([2, 'HTTPError(429)']);
  });

  it('are found below their parents at any depth', () => {
    const nested = [...Array(100).keys()].reduceRight<object>((inner, depth) => ({ id: `r${depth}`, trace_id: 'r0', run_type: 'chain', child_runs: [inner] }), { id: 'leaf', trace_id: 'r0', run_type: 'tool' });
    const rows = read(nested);
    expect(rows).toHaveLength(101);
    expect(rows.find(({ spanId }) => spanId === 'leaf')?.parentSpanId).toBe('r99');
  });

  it('have no figures of models on steps that are none', () => {
    const attributes = (run_type: string): unknown => read({ id: root, run_type, extra: { metadata: { ls_model_name: 'm' } }, outputs: { usage_metadata: { input_tokens: 5 } } })[0]?.content.attributes;
    expect((attributes('llm') as Map<string, unknown>).get('gen_ai.usage.input_tokens')).toBe(5);
    expect((attributes('tool') as Map<string, unknown>).has('gen_ai.request.model')).toBe(false);
  });

  it('are no runs when they are objects of another kind inside a broken one', () => {
    const text = `{"id":"${root}","run_type":"llm","outputs":{"tool_calls":[\n{"id":"call_1","type":"function"},\n{"id":"call_2"`;
    expect(rowsOf(decoded(langSmith, text, lenient))).toEqual([]);
  });
});

describe('a batch for ingestion', () => {
  const post = { id: root, trace_id: root, dotted_order: order, name: 'agent', run_type: 'chain', start_time: '2026-09-21T13:33:20', inputs: { q: 1 }, outputs: {}, events: [], extra: { runtime: { sdk: 'js' } } };
  const patch = { trace_id: root, dotted_order: order, end_time: 1789997602500, outputs: { a: 2 }, events: [{ name: 'new_token', time: '2026-09-21T13:33:21' }], extra: { metadata: { thread_id: 'th' } } };

  it('completes posts with their patches, whichever comes first', () => {
    for (const batch of [{ post: [post], patch: [patch] }, { patch: [patch], post: [post] }]) {
      const rows = read(batch);
      expect(rows).toMatchObject([{ spanId: root, name: 'agent', start: 1789997600000000000n, end: 1789997602500000000n, operation: operationCode.whole, content: { events: [{ name: 'new_token' }] } }]);
      expect(Object.fromEntries(rows[0]?.content.attributes ?? [])).toMatchObject({ 'gen_ai.prompt': new Map([['q', 1]]), 'gen_ai.completion': new Map([['a', 2]]), 'gen_ai.conversation.id': 'th' });
    }
  });

  it('leaves a post without patch open', () => {
    expect(read({ post: [post] })).toMatchObject([{ end: 0n, status: 0 }]);
  });

  it('ends a run that an earlier request began', () => {
    expect(read({ post: [], patch: [patch] })).toMatchObject([{ spanId: root, operation: operationCode.end, end: 1789997602500000000n }]);
  });

  it('gives its posts when it breaks off in a patch', () => {
    const batch = decoded(langSmith, JSON.stringify({ post: [post], patch: [patch] }).slice(0, -30), lenient);
    expect(rowsOf(batch)).toMatchObject([{ spanId: root, end: 0n }]);
    expect(batch.problems).toHaveLength(1);
  });
});

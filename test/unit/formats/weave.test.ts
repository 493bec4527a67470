import { describe, expect, it } from 'vitest';
import { weave } from '../../../src/formats/weave.ts';
import { decoded, lenient } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const call = (more: object): object => ({ id: 'c1', project_id: 'me/demo', op_name: 'weave:///me/demo/op/openai.chat.completions.create:abc', trace_id: 't', started_at: '2026-09-21T13:33:20.000001Z', ended_at: null, ...more });
const one = (more: object): RowView => rowsOf(decoded(weave, JSON.stringify(call(more)), lenient))[0] as RowView;

describe('Weave calls', () => {
  it('have the name of their operation unless one is given for display', () => {
    expect(one({}).name).toBe('openai.chat.completions.create');
    expect(one({ display_name: 'Ask' }).name).toBe('Ask');
    expect(one({ op_name: 'chat gpt-4o' }).name).toBe('chat gpt-4o');
  });

  it('say how they went by their exception and their own status, not by that of the calls below', () => {
    const status = (more: object): unknown => { const { status: code, statusMessage } = one(more); return [code, statusMessage]; };
    expect(status({ exception: 'ValueError: bad' })).toEqual([2, 'ValueError: bad']);
    expect(status({ exception: '{"type": "ValueError", "message": "bad", "traceback": []}' })).toEqual([2, 'ValueError: bad']);
    expect(status({ summary: { weave: { status: 'success' } } })).toEqual([1, '']);
    expect(status({ summary: { weave: { status: 'descendant_error' } } })).toEqual([0, '']);
    expect(status({ summary: { weave: { status: 'running' } } })).toEqual([0, '']);
  });

  it('are left out when they were deleted, and counted', () => {
    const batch = decoded(weave, [call({}), call({ id: 'c2', deleted_at: '2026-09-21T14:00:00Z' })].map((each) => JSON.stringify(each)).join('\n'), lenient);
    expect(rowsOf(batch).map(({ spanId }) => spanId)).toEqual(['c1']);
    expect(batch.problems).toEqual(['1 call was deleted and is left out']);
  });

  it('have the attributes, events and kind of the OpenTelemetry span that they were made of', () => {
    const row = one({ attributes: { kind: 'LLM', otel_span: { kind: 'CLIENT', attributes: { gen_ai: { request: { model: 'm' } } }, events: [{ name: 'e', timestamp: 1790000000100000000 }], resource: { attributes: { service: { name: 'svc' } } } } } });
    expect(row).toMatchObject({ kind: 3, service: 'svc', content: { events: [{ name: 'e', timeUnixNano: 1790000000100000000n }] } });
    expect(Object.fromEntries(row.content.attributes)).toMatchObject({ 'gen_ai.request.model': 'm', 'weave.kind': 'LLM' });
  });

  it('show references as text', () => {
    expect(one({ inputs: { self: 'weave:///me/demo/object/A:b' } }).content.attributes.get('weave.inputs')).toEqual(new Map([['self', 'weave:///me/demo/object/A:b']]));
  });
});

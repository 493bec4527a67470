import { expect, it } from 'vitest';
import { atif } from '../../../src/formats/atif.ts';
import { decoded, lenient } from './batches.ts';
import { rowsOf } from './rows.ts';

const step = (second: number, more: object): object => ({ step_id: second, timestamp: `2026-01-01T00:00:0${second}Z`, source: 'agent', message: 'm', ...more });

it('sub-agents inside of a trajectory, which share its session, lie below the calls that began them', () => {
  const child = { schema_version: 'ATIF-v1.7', trajectory_id: 'child', agent: { name: 'researcher' }, steps: [step(3, { metrics: { prompt_tokens: 2, completion_tokens: 1 } })] };
  const call = { tool_calls: [{ tool_call_id: 'c', function_name: 'delegate', arguments: {} }], observation: { results: [{ source_call_id: 'c', content: 'ok', subagent_trajectory_ref: [{ trajectory_id: 'child', session_id: 's' }] }] } };
  const trajectory = { schema_version: 'ATIF-v1.7', session_id: 's', trajectory_id: 'parent', agent: { name: 'lead' }, steps: [step(1, { ...call, llm_call_count: 0 }), step(4, {})], subagent_trajectories: [child] };
  const rows = rowsOf(decoded(atif, JSON.stringify(trajectory), lenient));
  expect(rows.map((row) => [row.traceId, row.name, rows.find(({ spanId }) => spanId === row.parentSpanId)?.name])).toEqual([
    ['s', 'invoke_agent lead', undefined], ['s', 'execute_tool delegate', 'invoke_agent lead'], ['s', 'chat', 'invoke_agent lead'],
    ['s', 'invoke_agent researcher', 'execute_tool delegate'], ['s', 'chat', 'invoke_agent researcher'],
  ]);
});

it('steps that were copied from another trajectory are no model calls, and count no tokens again', () => {
  const rows = rowsOf(decoded(atif, JSON.stringify({ schema_version: 'ATIF-v1.5', session_id: 's', agent: { name: 'a' }, steps: [step(1, { is_copied_context: true, metrics: { prompt_tokens: 9 } }), step(2, { metrics: { prompt_tokens: 3 } })] }), lenient));
  expect(rows.map((row) => row.content.attributes.get('gen_ai.usage.input_tokens'))).toEqual([undefined, 3]);
});

it('trajectories that refer to one another in a circle are still read', () => {
  const one = (id: string, other: string): object => ({ schema_version: 'ATIF-v1.5', session_id: id, agent: { name: id }, steps: [step(1, { observation: { results: [{ subagent_trajectory_ref: [{ session_id: other }] }] } })] });
  expect(rowsOf(decoded(atif, JSON.stringify([one('a', 'b'), one('b', 'a')]), lenient)).map((row) => row.name)).toEqual(['invoke_agent a', 'chat', 'invoke_agent b', 'chat']);
});

import { describe, expect, it } from 'vitest';
import { langfuse } from '../../../src/formats/langfuse.ts';
import { decoded, lenient } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const read = (value: unknown): RowView[] => rowsOf(decoded(langfuse, JSON.stringify(value), lenient));
const one = (more: object): RowView => read({ id: 'o1', traceId: 't1', type: 'SPAN', startTime: '2026-04-10T10:30:00.123Z', ...more })[0] as RowView;
const observation = { id: 'o1', traceId: 't1', type: 'SPAN', startTime: '2026-04-10T10:30:00Z', endTime: '2026-04-10T10:30:01Z' };

describe('Langfuse observations', () => {
  it('are open without an end, but for events, which are moments', () => {
    expect(one({ endTime: null })).toMatchObject({ start: 1775817000123000000n, end: 0n, marks: 0 });
    const event = one({ type: 'EVENT', endTime: null });
    expect(event.end).toBe(event.start);
    expect(event.marks).not.toBe(0);
  });

  it('are errors by their level', () => {
    expect(one({ level: 'ERROR', statusMessage: 'no' })).toMatchObject({ status: 2, statusMessage: 'no' });
    expect(one({ level: 'WARNING', statusMessage: 'odd' }).status).toBe(0);
  });

  it('have back what OpenTelemetry said of them, from metadata that is an object or text', () => {
    const metadata = { attributes: { 'gen_ai.request.model': 'm' }, resourceAttributes: { 'service.name': 'svc' }, scope: { name: 'lib', version: '1' }, team: 'x' };
    for (const given of [metadata, JSON.stringify(metadata)]) {
      const row = one({ metadata: given });
      expect(row).toMatchObject({ service: 'svc', scopeName: 'lib' });
      expect(row.content.attributes.get('gen_ai.request.model')).toBe('m');
      expect(JSON.stringify([...row.content.attributes])).toContain('team');
    }
    expect(one({}).scopeName).toBe('');
  });

  it('keep payloads that are JSON text as they are', () => {
    expect(one({ input: '{"a": 1}' }).content.attributes.get('langfuse.observation.input')).toBe('{"a": 1}');
  });

  it('are read with keys in snake_case', () => {
    expect(read({ id: 'o1', trace_id: 't1', parent_observation_id: 'o0', type: 'GENERATION', start_time: '2026-04-10 10:30:00.123', end_time: null, provided_model_name: 'm', usage_details: {} }))
      .toMatchObject([{ traceId: 't1', parentSpanId: 'o0', start: 1775817000123000000n }]);
  });
});

describe('a Langfuse trace', () => {
  it('gives its user and session to its spans, and says the rest in their resource', () => {
    const batch = decoded(langfuse, JSON.stringify({ trace: { id: 't1', name: 'run', userId: 'u', sessionId: 's', input: 'x' }, observations: [observation] }), lenient);
    expect(Object.fromEntries(rowsOf(batch)[0]?.content.attributes ?? [])).toMatchObject({ 'user.id': 'u', 'session.id': 's' });
    expect(batch.resources.some(({ attributes }) => attributes.get('langfuse.trace.input') === 'x')).toBe(true);
  });

  it('holds its observations wherever they stand, once', () => {
    const trace = { id: 't1', name: 'run', observations: [observation] };
    for (const value of [trace, { trace }, { trace, observations: [observation] }, { data: [trace] }, { data: [observation], meta: {} }, [observation]]) expect(read(value)).toHaveLength(1);
  });

  it('without observations is counted and told', () => {
    const batch = decoded(langfuse, JSON.stringify({ data: [{ id: 't1', projectId: 'p', observations: ['o1', 'o2'] }, { id: 't2', projectId: 'p', observations: [] }] }), lenient);
    expect(batch.count).toBe(0);
    expect(batch.problems).toEqual(['2 traces have no observations here']);
  });
});

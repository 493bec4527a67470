import { describe, expect, it } from 'vitest';
import { langfuse } from '../../../src/formats/langfuse.ts';
import { operationCode, present } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, utf8 } from './batches.ts';
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

describe('a batch for ingestion', () => {
  const event = (type: string, body: object): object => ({ id: `e-${type}`, type, timestamp: '2026-04-10T10:30:09.000Z', body });
  const create = event('span-create', { id: 'o1', traceId: 't1', name: 'plan', startTime: '2026-04-10T10:30:00Z', parentObservationId: null });
  const update = event('span-update', { id: 'o1', traceId: 't1', endTime: '2026-04-10T10:30:01Z', level: 'ERROR', statusMessage: 'no', output: 'x' });
  const trace = event('trace-create', { id: 't1', name: 'weather', userId: 'anna', input: { q: 1 } });

  it('begins observations and completes them, in one request or over several', () => {
    for (const value of [{ batch: [create, update] }, [{ batch: [create] }, { batch: [update] }], [create, update]]) {
      const rows = read(value);
      expect(rows).toMatchObject([
        { spanId: 'o1', name: 'plan', operation: operationCode.whole, start: 1775817000000000000n, end: 0n },
        { spanId: 'o1', operation: operationCode.end, end: 1775817001000000000n, status: 2, statusMessage: 'no', present: present.end | present.status },
      ]);
      expect(rows.map(({ content }) => content.attributes.get('langfuse.observation.type'))).toEqual(['SPAN', 'SPAN']);
    }
  });

  it('tells at the root what it says of the trace, whichever comes first', () => {
    const said = { 'langfuse.trace.name': 'weather', 'user.id': 'anna', 'langfuse.trace.input': new Map([['q', 1]]) };
    for (const batch of [[trace, create], [create, trace], [update, trace, create]]) {
      const attributes = Object.fromEntries(read({ batch }).flatMap((row) => [...row.content.attributes]));
      expect(attributes).toMatchObject(said);
    }
    expect(decoded(langfuse, JSON.stringify({ batch: [trace] }), lenient).problems).toEqual(['1 trace has no spans here']);
  });

  it('has scores of observations as events and those of the trace at its root', () => {
    const score = (observationId: string | null, value: unknown): object => event('score-create', { id: 's', traceId: 't1', observationId, name: 'quality', value, comment: 'why' });
    const rows = read({ batch: [create, score('o1', 0.9), score('o1', 'good'), score(null, 1), score(null, 2)] });
    expect(rows.flatMap(({ content }) => content.events)).toMatchObject([
      { name: 'gen_ai.evaluation.result', timeUnixNano: 1775817009000000000n, attributes: new Map<string, unknown>([['gen_ai.evaluation.name', 'quality'], ['gen_ai.evaluation.score.value', 0.9], ['gen_ai.evaluation.explanation', 'why'], ['langfuse.score.id', 's']]) },
      { attributes: expect.toSatisfy((attributes: ReadonlyMap<string, unknown>) => attributes.get('gen_ai.evaluation.score.label') === 'good') },
    ]);
    expect(rows.at(-1)?.content.attributes.get('langfuse.trace.scores')).toHaveLength(2);
  });

  it('is told from the batches of other programs, and what is none of its events is counted', () => {
    expect(langfuse.sniff(utf8(JSON.stringify({ batch: [{ type: 'track', id: '1', body: { id: '1' } }] }))).score).toBe(0);
    expect(langfuse.sniff(utf8(JSON.stringify({ batch: [create] }))).score).toBeGreaterThan(0.9);
    expect(decoded(langfuse, JSON.stringify({ batch: [event('sdk-log', { log: 1 }), event('span-create', {}), create] }), lenient).problems).toEqual(['2 objects are no records of this format and were passed over']);
  });
});
